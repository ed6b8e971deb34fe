"""The status of a campaign: the calls that it allows, and its effect on the interviews."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from interviews.calling import capacity, dialer
from interviews.calling.retries import follow_up_attempt
from interviews.campaigns import settling
from interviews.campaigns.adding import AddResult, add_candidates, start_campaign
from interviews.models import Attempt, Campaign, Interview, InterviewEvent, WaitReason, lock_call, lock_interview
from interviews.planning import Obstacle
from screener.models import InvalidTransition
from tests.support.blocked_queries import wait_until_blocked
from tests.support.calls import end_call
from tests.support.campaigns import interviews_of, make_campaign
from tests.support.factories import API_ACTOR, make_approved_job, make_candidate, run_tasks

pytestmark = pytest.mark.django_db
Status = Campaign.Status
ACTOR = "hanna"


def dial(*interviews: Interview) -> list[bool]:
    """Plan an attempt of each interview in turn. Returns, for each, whether a call would be placed."""
    return [dialer._plan_attempt(interview.pk) is not None for interview in interviews]


def settle(campaign: Campaign) -> None:
    settling.settle_campaign(campaign.pk)
    campaign.refresh_from_db()


def wait_reasons(campaign: Campaign) -> list[str]:
    return [interview.wait_reason for interview in interviews_of(campaign)]


class TestTransitions:
    STEPS: dict[str, Callable[[Campaign], None]] = {
        "launch": lambda campaign: campaign.launch(actor=ACTOR),
        "pause": lambda campaign: campaign.pause(actor=ACTOR),
        "resume": lambda campaign: campaign.resume(actor=ACTOR),
        "cancel": lambda campaign: campaign.cancel(actor=ACTOR),
    }
    ALLOWED = {
        Status.DRAFT: {"launch": Status.RUNNING, "cancel": Status.CANCELLED},
        Status.SCHEDULED: {"launch": Status.RUNNING, "pause": Status.PAUSED, "cancel": Status.CANCELLED},
        Status.RUNNING: {
            "launch": Status.RUNNING,
            "resume": Status.RUNNING,
            "pause": Status.PAUSED,
            "cancel": Status.CANCELLED,
        },
        Status.PAUSED: {"pause": Status.PAUSED, "resume": Status.RUNNING, "cancel": Status.CANCELLED},
        Status.CANCELLED: {"cancel": Status.CANCELLED},
    }

    def test_each_leads_where_it_may(self) -> None:
        job = make_approved_job()
        reached: dict[Status, dict[str, str]] = {status: {} for status in Status}
        for status in Status:
            for name, step in self.STEPS.items():
                starts_at = timezone.now() + timedelta(days=1) if status == Status.SCHEDULED else None
                campaign = Campaign.objects.create(name="Autumn", job=job, status=status, starts_at=starts_at)
                try:
                    step(campaign)
                except InvalidTransition:
                    assert Campaign.objects.get(pk=campaign.pk).status == status
                    continue
                campaign.refresh_from_db()
                reached[status][name] = campaign.status
                changes = [change["status"] for change in campaign.history]
                assert changes == ([] if campaign.status == status else [campaign.status])
        assert reached == self.ALLOWED

    def test_history_says_who(self) -> None:
        campaign = make_campaign(0)
        campaign.pause(actor="hanna")
        campaign.resume(actor=API_ACTOR)
        assert [(change["status"], change["actor"]) for change in campaign.history] == [
            (Status.PAUSED, "hanna"),
            (Status.RUNNING, API_ACTOR),
        ]

    @pytest.mark.parametrize("delay", [timedelta(hours=-1), timedelta(days=400)])
    def test_impossible_start_is_refused(self, delay: timedelta) -> None:
        campaign = make_campaign(0, status=Status.DRAFT)
        with pytest.raises(InvalidTransition):
            campaign.launch(actor=ACTOR, starts_at=timezone.now() + delay)


class TestHeldCalls:
    def test_draft_is_called_after_launch(self) -> None:
        campaign = make_campaign(2, status=Status.DRAFT)
        assert wait_reasons(campaign) == [WaitReason.CAMPAIGN] * 2
        Interview.objects.update(next_attempt_at=timezone.now())
        assert dial(*interviews_of(campaign)) == [False, False]
        campaign.launch(actor=ACTOR)
        run_tasks(only="interviews.settle_campaign")
        run_tasks(only="interviews.fill_line")
        assert dial(*interviews_of(campaign)) == [True, True]

    def test_schedule_starts_by_itself(self, time_machine: Any) -> None:
        starts_at = timezone.now() + timedelta(hours=1)
        candidate = make_candidate()
        started = start_campaign(
            job=make_approved_job(), name="Autumn", candidates=[candidate.pk], actor=ACTOR, starts_at=starts_at
        )
        assert started.campaign.status == Status.SCHEDULED
        assert settling.campaigns_to_settle() == []
        settle(started.campaign)
        assert wait_reasons(started.campaign) == [WaitReason.CAMPAIGN]
        time_machine.move_to(starts_at)
        assert settling.campaigns_to_settle() == [started.campaign.pk]
        settle(started.campaign)
        assert (started.campaign.status, wait_reasons(started.campaign)) == (Status.RUNNING, [WaitReason.NO_CAPACITY])

    def test_sweep_takes_campaigns_in_turn(self, time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        now = timezone.now()
        first, second = (
            start_campaign(
                job=make_approved_job(),
                name="Autumn",
                candidates=[make_candidate().pk],
                actor=ACTOR,
                starts_at=now + timedelta(hours=hours),
            ).campaign
            for hours in (1, 2)
        )
        time_machine.move_to(now + timedelta(hours=2))
        monkeypatch.setattr(settling, "MAX_CAMPAIGNS", 1)
        assert settling.campaigns_to_settle() == [first.pk]
        settle(first)
        assert settling.campaigns_to_settle() == [second.pk]

    def test_promised_call_is_placed_in_pause(self, settings: Any) -> None:
        """A promised call that waited for capacity is placed as well."""
        settings.MAX_CONCURRENT_CALLS = 1
        campaign = make_campaign(2)
        promised, other = interviews_of(campaign)
        with lock_interview(promised) as locked:
            locked.schedule_next_attempt(timezone.now(), wait_reason=WaitReason.REQUESTED_TIME)
        assert dial(other, promised) == [True, False]
        campaign.pause(actor=ACTOR)
        settle(campaign)
        end_call(other)
        capacity.assign_free_capacity()
        assert dial(promised) == [True]

    @pytest.mark.parametrize("failure", ["not accepted", "failed", "no-answer"])
    def test_promise_outlives_error_of_carrier(self, failure: str, time_machine: Any) -> None:
        """The phone has to ring once. Then the promise is kept, and the retry waits for the campaign."""
        campaign = make_campaign(1)
        (promised,) = interviews_of(campaign)
        with lock_interview(promised) as locked:
            locked.schedule_next_attempt(timezone.now(), wait_reason=WaitReason.REQUESTED_TIME)
        campaign.pause(actor=ACTOR)
        for number in (1, 2):
            assert dial(promised) == [True], number
            if failure == "not accepted":
                with lock_call(promised.attempts.live().get().pk) as call:
                    call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason="Twilio is down.")
            else:
                end_call(promised, failure)
            follow_up_attempt(promised.attempts.latest("number").pk)
            promised.refresh_from_db()
            assert promised.next_attempt_at
            time_machine.move_to(promised.next_attempt_at + timedelta(seconds=1))
            if failure == "no-answer":
                break
        assert dial(promised) == [failure != "no-answer"]
        assert Attempt.objects.count() == (1 if failure == "no-answer" else 3)

    def test_call_of_pause_waits_and_says_why(self) -> None:
        campaign = make_campaign(1)
        campaign.pause(actor=ACTOR)
        assert dial(*interviews_of(campaign)) == [False]
        assert wait_reasons(campaign) == [WaitReason.CAMPAIGN]
        assert not Attempt.objects.exists()

    def test_resumption_calls_each_once(self, settings: Any) -> None:
        settings.MAX_CONCURRENT_CALLS = 2
        campaign = make_campaign(4)
        called, *waiting = interviews_of(campaign)
        dial(called)
        campaign.pause(actor=ACTOR)
        dial(*waiting)
        for _ in range(2):
            campaign.resume(actor=ACTOR)
            settle(campaign)
        run_tasks(only="interviews.fill_line")
        now = timezone.now()
        assert Interview.objects.filter(next_attempt_at__lte=now).count() == 1, "no more than there is capacity for"
        assert dial(*interviews_of(campaign)).count(True) == 1
        assert Attempt.objects.count() == 2

    def test_waits_of_the_person_stay(self) -> None:
        """Resumption shortens no time between two attempts."""
        campaign = make_campaign(1)
        (interview,) = interviews_of(campaign)
        due_at = timezone.now() + timedelta(hours=4)
        with lock_interview(interview) as locked:
            locked.schedule_next_attempt(due_at, wait_reason=WaitReason.ATTEMPT_SPACING)
        for step in (campaign.pause, campaign.resume):
            step(actor=ACTOR)
            settle(campaign)
        interview.refresh_from_db()
        assert (interview.next_attempt_at, interview.wait_reason) == (due_at, WaitReason.ATTEMPT_SPACING)


class TestCancellation:
    def test_ends_those_that_have_not_begun(self) -> None:
        campaign = make_campaign(3)
        waiting, called, begun = interviews_of(campaign)
        dial(called)
        with lock_interview(begun) as locked:
            locked.begin()
        for _ in range(2):
            campaign.cancel(actor=ACTOR)
            settle(campaign)
        statuses = [interview.status for interview in interviews_of(campaign)]
        assert statuses == [Interview.Status.CANCELLED, Interview.Status.PENDING, Interview.Status.IN_PROGRESS]
        assert settling.campaigns_to_settle() == []
        end_call(called)
        assert settling.campaigns_to_settle() == [campaign.pk]
        settle(campaign)
        events = InterviewEvent.objects.filter(interview__in=[waiting, called], after=Interview.Status.CANCELLED)
        assert events.count() == 2
        assert dial(begun) == [True]

    def test_takes_no_candidates_afterwards(self) -> None:
        campaign = make_campaign(0)
        campaign.cancel(actor=ACTOR)
        (addition,) = add_candidates(campaign, [make_candidate().pk], actor=ACTOR)
        assert (addition.result, addition.reason_code) == (AddResult.NOT_CALLED, Obstacle.CAMPAIGN_CANCELLED)

    def test_no_stays_no(self) -> None:
        """A candidate who declined in a cancelled campaign is not called by the next one."""
        campaign = make_campaign(1)
        (interview,) = interviews_of(campaign)
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.DECLINED, actor="candidate")
        campaign.cancel(actor=ACTOR)
        settle(campaign)
        interview.refresh_from_db()
        assert interview.outcome == Interview.Outcome.DECLINED
        other = Campaign.objects.create(name="Winter", job=campaign.job)
        (addition,) = add_candidates(other, [interview.candidate_id], actor=ACTOR)
        assert addition.result == AddResult.NOT_CALLED


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_pause_waits_for_call_being_planned(self) -> None:
        campaign = make_campaign(2)
        first, second = interviews_of(campaign)
        with ThreadPoolExecutor(1) as executor:
            with transaction.atomic():
                assert dial(first) == [True]
                pausing = _run(executor, campaign.pause, actor=ACTOR)
                wait_until_blocked(pausing)
            pausing.result()
        assert dial(second) == [False]
        assert Attempt.objects.get().interview == first

    def test_call_waits_for_pause_under_way(self) -> None:
        campaign = make_campaign(1)
        with ThreadPoolExecutor(1) as executor:
            with transaction.atomic():
                campaign.pause(actor=ACTOR)
                dialling = _run(executor, dial, *interviews_of(campaign))
                wait_until_blocked(dialling)
            assert dialling.result() == [False]
        assert wait_reasons(campaign) == [WaitReason.CAMPAIGN]

    def test_double_launch_is_one(self) -> None:
        campaign = make_campaign(1, status=Status.DRAFT)
        with ThreadPoolExecutor(1) as executor:
            with transaction.atomic():
                campaign.launch(actor=ACTOR)
                second = _run(executor, Campaign.objects.get(pk=campaign.pk).launch, actor="heidi")
                wait_until_blocked(second)
            second.result()
        campaign.refresh_from_db()
        assert [change["actor"] for change in campaign.history] == [ACTOR]

    def test_cancellation_meets_planned_call(self) -> None:
        """The call goes on. Its interview is cancelled once, after the call ended without an interview."""
        campaign = make_campaign(1)
        (interview,) = interviews_of(campaign)
        with ThreadPoolExecutor(1) as executor:
            with transaction.atomic():
                dial(interview)
                cancelling = _run(executor, campaign.cancel, actor=ACTOR)
                wait_until_blocked(cancelling)
            cancelling.result()
        settle(campaign)
        interview.refresh_from_db()
        assert interview.is_live
        end_call(interview)
        settle(campaign)
        interview.refresh_from_db()
        assert interview.outcome == Interview.Outcome.BY_HR


def _run(executor: ThreadPoolExecutor, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
    def call() -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return executor.submit(call)
