"""Database constraints that planning and dialing run into: one is expected, any other is an error."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from interviews.calling import dialer
from interviews.calling.verdicts import Allowed
from interviews.models import Attempt, Interview
from interviews.planning import plan_interview
from tests.support.factories import QUESTIONS, make_approved_job, make_candidate, make_interview

pytestmark = pytest.mark.django_db


def test_number_in_call_delays_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules saw a free number, and another interview took it before the attempt was saved."""
    first, second = make_interview(), make_interview(full_name="Grace Hopper")
    assert dialer._plan_attempt(first.pk)
    monkeypatch.setattr(dialer, "may_call_now", lambda candidate, job, **known: Allowed(candidate.phone))
    assert dialer._plan_attempt(second.pk) is None
    second.refresh_from_db()
    assert second.next_attempt_at is not None
    assert second.next_attempt_at > timezone.now()
    assert not second.attempts.exists()


def test_other_conflict_of_attempt_is_raised() -> None:
    interview = make_interview()
    interview.attempts.create(number=2, send_before=timezone.now(), ended_at=timezone.now())
    with pytest.raises(IntegrityError):
        dialer._plan_attempt(interview.pk)
    assert Attempt.objects.count() == 1


def test_other_conflict_of_plan_is_raised() -> None:
    """Nor is it mistaken for a second live interview by the content of the row."""
    question = QUESTIONS[0].model_copy(update={"text": "one_live_interview", "max_seconds": -1})
    job = make_approved_job(questions=[question])
    with pytest.raises(IntegrityError):
        plan_interview(candidate=make_candidate(), job=job, actor="a test")
    assert not Interview.objects.exists()
