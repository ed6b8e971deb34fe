"""Free capacity goes round between campaigns, and a campaign keeps to its calls per hour."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from interviews.calling import capacity, dialer
from interviews.models import Attempt, Interview, WaitReason, lock_interview
from tests.support.calls import end_call, make_interviews
from tests.support.campaigns import interviews_of, make_campaign
from tests.support.factories import make_approved_job

pytestmark = pytest.mark.django_db


def dial_due() -> list[Interview]:
    """Dial the interviews that are due. Returns those that are called."""
    due = [Interview.objects.get(pk=pk) for pk in dialer.interviews_due()]
    return [interview for interview in due if dialer._plan_attempt(interview.pk)]


def test_small_campaign_is_not_starved(settings: Any) -> None:
    """One call at a time. The big campaign was planned earlier and has more interviews. Both take turns."""
    settings.MAX_CONCURRENT_CALLS = 1
    big, small = make_campaign(6), make_campaign(2, first=20)
    (single,) = make_interviews(1, make_approved_job(), first=40)
    order: list[Any] = []
    called = dial_due()
    for _ in range(6):
        for interview in called:
            order.append(interview.campaign)
            end_call(interview)
            Interview.objects.filter(pk=interview.pk).update(next_attempt_at=timezone.now() + timedelta(days=1))
        capacity.assign_free_capacity()
        called = dial_due()
    counts = Counter(order[:6])
    assert counts[None] == 1
    assert counts[small] == 2
    assert counts[big] == 3
    assert order[:3].count(big) == 1
    assert Attempt.objects.filter(interview=single).exists()


def test_paused_campaign_gets_no_capacity(settings: Any) -> None:
    settings.MAX_CONCURRENT_CALLS = 1
    paused, running = make_campaign(2), make_campaign(2, first=20)
    (called,) = dial_due()
    end_call(called)
    paused.pause(actor="hanna")
    capacity.assign_free_capacity()
    assert [interview.campaign for interview in dial_due()] == [running]


def test_calls_per_hour_are_limited(time_machine: Any) -> None:
    paced, free = make_campaign(4, calls_per_hour=120), make_campaign(3, first=20)
    assert Counter(interview.campaign for interview in dial_due()) == {paced: 2, free: 3}
    waiting = Interview.objects.filter(campaign=paced, wait_reason=WaitReason.CAMPAIGN_RATE)
    assert waiting.count() == 2
    capacity.assign_free_capacity()
    assert dial_due() == []
    time_machine.move_to(timezone.now() + timedelta(minutes=1, seconds=1))
    capacity.assign_free_capacity()
    assert [interview.campaign for interview in dial_due()] == [paced, paced]


def test_promise_is_kept_above_limit() -> None:
    campaign = make_campaign(2, calls_per_hour=1)
    first, promised = interviews_of(campaign)
    with lock_interview(promised) as locked:
        locked.schedule_next_attempt(timezone.now(), wait_reason=WaitReason.REQUESTED_TIME)
    assert {interview.pk for interview in dial_due()} == {first.pk, promised.pk}
