"""Transitions: each one guarded, written down, and never undone."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.models import (
    Assessment,
    Attempt,
    Call,
    EventKind,
    Interview,
    InterviewEvent,
    InterviewResponse,
    InterviewResult,
    LockedRecording,
    Recording,
    lock_call,
    lock_interview,
)
from interviews.models.transitions.coverage import accept_partial_recording, finish_by_coverage
from interviews.models.transitions.interview import NOT_REACHED
from interviews.wait_reason import WaitReason
from screener.models import InvalidTransition
from screener.records import QuestionSpec
from tests.support.factories import (
    QUESTIONS,
    make_approved_job,
    make_candidate,
    make_interview,
    make_transcribed_interview,
)
from tests.support.locked_rows import locked_recording, locked_response

pytestmark = pytest.mark.django_db

Outcome, Status = Interview.Outcome, Interview.Status


def test_every_outcome_belongs_to_one_final_status() -> None:
    of = [outcome for outcomes in Interview.OUTCOMES_OF.values() for outcome in outcomes]
    assert sorted(of) == sorted(Outcome.values)


@pytest.mark.parametrize("outcome", Outcome.values)
def test_final_state_never_changes_back(outcome: str) -> None:
    interview = make_interview()
    with lock_interview(interview) as locked:
        locked.finish(outcome)
    before = (interview.status, interview.outcome, interview.completed_at)
    with lock_interview(interview) as locked:
        locked.finish(Outcome.DECLINED)
    with pytest.raises(InvalidTransition), lock_interview(interview) as locked:
        locked.cancel(Outcome.BY_HR, actor="hr")
    with pytest.raises(InvalidTransition), lock_interview(interview) as locked:
        locked.begin()
    with pytest.raises(InvalidTransition), lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now())
    interview.refresh_from_db()
    assert (interview.status, interview.outcome, interview.completed_at) == before


@pytest.mark.parametrize("outcome", Outcome.values)
def test_finished_interview_skips_open_questions(outcome: str) -> None:
    interview = make_interview()
    with lock_interview(interview) as locked:
        locked.begin()
    answered, presented, planned = interview.responses.all()
    interview.responses.filter(pk=answered.pk).update(status="answered")
    interview.responses.filter(pk=presented.pk).update(status="asked")
    with lock_interview(interview) as locked:
        locked.finish(outcome)
    reasons = [("answered", ""), ("skipped", NOT_REACHED), ("skipped", NOT_REACHED)]
    assert [(response.status, response.status_reason) for response in interview.responses.all()] == reasons
    changes = interview.events.filter(kind=EventKind.RESPONSE_SKIPPED).values_list("before", "data__position")
    assert sorted(changes) == [("asked", presented.position), ("planned", planned.position)]


def test_interview_ends_with_its_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    interview = make_interview()

    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(InterviewEvent, "insert", fail)
    with pytest.raises(DatabaseError), lock_interview(interview) as locked:
        locked.finish(Outcome.DECLINED)
    interview.refresh_from_db()
    assert interview.status == Status.PENDING
    assert set(interview.responses.values_list("status", flat=True)) == {"planned"}


def test_database_itself_keeps_final_states() -> None:
    interview = make_interview()
    with lock_interview(interview) as locked:
        locked.finish(Outcome.DECLINED)
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        Interview.objects.filter(pk=interview.pk).update(status="pending", outcome="")


def test_transition_writes_who_what_and_why() -> None:
    interview = make_interview()
    with lock_interview(interview) as locked:
        locked.cancel(Outcome.BY_HR, actor="grace", reason="Position filled.")
    event = interview.events.get(kind=EventKind.INTERVIEW_CANCELLED)
    assert (event.actor, event.before, event.after, event.reason) == (
        "grace",
        "pending",
        "cancelled",
        "Position filled.",
    )


def test_transition_sees_what_others_did_meanwhile() -> None:
    mine = make_interview()
    theirs = Interview.objects.get(pk=mine.pk)
    with lock_interview(theirs) as locked:
        locked.cancel(Outcome.BY_CLIENT, actor="api")
    with lock_interview(mine) as locked:
        locked.finish(Outcome.COMPLETE)
    assert mine.outcome == Outcome.BY_CLIENT


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("pending", "complete"), ("completed", ""), ("failed", "complete"), ("cancelled", "unreached")],
)
def test_outcome_fits_its_status(status: str, outcome: str) -> None:
    interview = make_interview()
    with pytest.raises(IntegrityError), transaction.atomic():
        Interview.objects.filter(pk=interview.pk).update(status=status, outcome=outcome)


class TestThereIsOnlyOne:
    def test_one_live_interview_per_job(self) -> None:
        interview = make_interview()
        with pytest.raises(IntegrityError), transaction.atomic():
            Interview.objects.create(
                candidate=interview.candidate, job=interview.job, question_set=interview.question_set
            )

    def test_live_attempt_of_interview(self) -> None:
        interview = make_interview()
        interview.attempts.create(number=1, send_before=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            interview.attempts.create(number=2, send_before=timezone.now())

    def test_live_call_of_number(self) -> None:
        attempts = [
            make_interview(full_name=name).attempts.create(number=1, send_before=timezone.now())
            for name in ("Ada", "Grace")
        ]
        Call.objects.create(attempt=attempts[0], number="+14155550100")
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.create(attempt=attempts[1], number="+14155550100")

    def test_current_assessment_chosen_take_and_result(self) -> None:
        interview = make_interview()
        attempt = interview.attempts.create(number=1, send_before=timezone.now())
        response = interview.responses.all()[0]
        assessment = {"response": response, "rubric_version": "1", "model": "m", "label": "l"}
        result = {"interview": interview, "coverage": 1, "hire_at": 7, "consider_at": 5, "model": "m", "label": "l"}
        Assessment.objects.create(**assessment)
        Recording.objects.create(response=response, attempt=attempt, turn=1, chosen=True)
        InterviewResult.objects.create(**result)
        for again in (
            lambda: Assessment.objects.create(**assessment),
            lambda: Recording.objects.create(response=response, attempt=attempt, turn=2, chosen=True),
            lambda: InterviewResult.objects.create(**result),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                again()


def test_no_result_recommends_without_score() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InterviewResult.objects.create(
            interview=make_interview(),
            coverage=1,
            recommendation="hire",
            hire_at=7,
            consider_at=5,
            model="m",
            label="l",
        )


def test_what_was_found_is_never_rewritten() -> None:
    response = make_interview().responses.all()[0]
    assessment = Assessment.objects.create(response=response, rubric_version="1", model="m", label="l")
    assessment.score = 10
    with pytest.raises(TypeError, match="append-only"):
        assessment.save()


def test_edited_questions_are_next_version() -> None:
    job = make_approved_job()
    first = job.approved_questions
    draft = job.add_draft([QuestionSpec(text="Why?", competency="", weight=1, max_seconds=60)], source="hr")
    assert first is not None
    assert (draft.version, job.question_sets.get(status="approved")) == (first.version + 1, first)
    draft.approve(by="hr")
    first.refresh_from_db()
    assert first.status == "retired"


def test_number_has_one_form() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_candidate(phone="(415) 555-0100")


def test_answer_is_taken_once() -> None:
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    response = interview.responses.all()[0]
    rows = [Recording.objects.create(response=response, attempt=attempt, turn=turn) for turn in (1, 2)]
    with locked_response(response) as locked:
        first, second = (LockedRecording(row, locked.interview) for row in rows)
        first.accept_as_answer()
        with pytest.raises(InvalidTransition):
            second.accept_as_answer()


def test_only_due_calls_are_queued() -> None:
    interview = make_interview()
    dialled = ProcrastinateJob.objects.filter(task_name="interviews.dial")
    before = dialled.count()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now() + timedelta(hours=1))
    assert dialled.count() == before
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now() + timedelta(seconds=10))
    assert dialled.count() == before + 1


def test_same_wait_reason_adds_no_event() -> None:
    interview = make_interview()
    for minutes in (60, 90):
        when = timezone.now() + timedelta(minutes=minutes)
        with lock_interview(interview) as locked:
            locked.schedule_next_attempt(when, wait_reason=WaitReason.CALLING_HOURS, reason="Outside.")
    assert interview.events.filter(kind=EventKind.INTERVIEW_WAITING).count() == 1
    assert interview.next_attempt_at is not None
    assert interview.next_attempt_at > timezone.now() + timedelta(minutes=80)


def test_machine_answer_is_reset() -> None:
    response = make_transcribed_interview().responses.all()[0]
    response.update_fields(
        transcript_source="whisper", transcript_confidence=0.9, transcript_times=[[0, 1]], measures={}
    )
    with locked_response(response) as locked:
        locked.add_assessment(rubric_version="1", model="m", label="l", score=8)
        locked.reset_to_planned(reason="Machine.")
    response.refresh_from_db()
    assert (response.status, response.status_reason) == ("planned", "Machine.")
    assert (response.transcript, response.transcript_source, response.transcript_confidence) == ("", "", None)
    assert (response.transcript_times, response.measures) == (None, None)
    assert not response.recordings.filter(chosen=True).exists()
    assert not response.assessments.filter(is_current=True).exists()


def test_machine_words_are_no_answer() -> None:
    interview = make_interview()
    response = interview.responses.all()[0]
    attempt = interview.attempts.create(number=1, send_before=timezone.now(), outcome=Attempt.Outcome.VOICEMAIL)
    Recording.objects.create(response=response, attempt=attempt, turn=3, seconds=20)
    with locked_response(response) as locked:
        assert not accept_partial_recording(locked)
        attempt.update_fields(outcome=Attempt.Outcome.HUNG_UP)
        assert accept_partial_recording(locked)


def test_stored_audio_is_not_lost() -> None:
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    take = Recording.objects.create(response=interview.responses.all()[0], attempt=attempt, turn=3)
    with locked_recording(take) as locked:
        locked.mark_stored("answer.wav")
        locked.mark_lost(reason="It could not be fetched.")
    assert (take.status, take.error) == (Recording.Status.STORED, "")


@pytest.mark.parametrize(("answered", "outcome"), [(5, "complete"), (4, "partial"), (3, "partial"), (2, "too_little")])
def test_minimum_coverage_makes_partial_interview(answered: int, outcome: str) -> None:
    interview = make_interview(job=make_approved_job(questions=[QUESTIONS[0]] * 5, minimum_coverage="0.6"))
    with lock_interview(interview) as locked:
        locked.begin()
        interview.responses.filter(position__lt=answered).update(status="answered")
        finish_by_coverage(locked, reason="")
    assert interview.outcome == outcome


def test_settling_twice_keeps_first_reason() -> None:
    response = make_interview().responses.all()[0]
    with locked_response(response) as locked:
        locked.close_unscored(InterviewResponse.Status.SILENT, reason="first")
        locked.close_unscored(InterviewResponse.Status.AUDIO_LOST, reason="second")
    assert (response.status, response.status_reason) == ("silent", "first")


def test_late_report_keeps_call_status() -> None:
    attempt = make_interview().attempts.create(number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number="+14155550100")
    with lock_call(attempt.pk) as locked:
        locked.apply_status("in-progress", sequence_number=2)
        locked.apply_status("queued")
    call = locked.row
    assert (call.status, call.sequence) == ("in-progress", 2)


def test_call_end_has_one_event() -> None:
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number="+14155550100")
    for _ in range(2):
        with lock_call(attempt.pk) as call:
            call.apply_status("no-answer", sequence_number=3)
    assert interview.events.filter(kind=EventKind.ATTEMPT_NO_ANSWER).count() == 1


def test_ended_lock_takes_no_events() -> None:
    with lock_interview(make_interview()) as locked:
        pass
    with pytest.raises(RuntimeError):
        locked.finish(Outcome.DECLINED)


@pytest.mark.parametrize(
    ("answered", "ended", "status"),
    [
        (False, False, Attempt.Status.PENDING),
        (True, False, Attempt.Status.IN_PROGRESS),
        (False, True, Attempt.Status.ENDED),
        (True, True, Attempt.Status.ENDED),
    ],
)
def test_attempt_status_follows_its_times(answered: bool, ended: bool, status: str) -> None:
    now = timezone.now()
    times = {"answered_at": now if answered else None, "ended_at": now if ended else None}
    attempt = make_interview().attempts.create(number=1, send_before=now, **times)
    assert attempt.status == status
    assert attempt.is_live is (status in Attempt.LIVE)
    assert Attempt.objects.live().exists() is attempt.is_live
