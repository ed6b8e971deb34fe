"""Erasing a person: deleted rows, kept rows, and interruptions."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from candidates.data_rights.erasure import DELETE_ITEMS, erase_candidate, erase_resume
from candidates.data_rights.parts import DELETERS
from candidates.models import (
    RESUME_PREFIX,
    Candidate,
    CandidateEvent,
    DoNotCall,
    ErasedItem,
    Erasure,
    private_folder,
)
from interviews.answers.audio import FETCH_STEP
from interviews.calling.rules import why_never_called
from interviews.calling.verdicts import DialRule
from interviews.decisions import record_decision
from interviews.models import Assessment, EventKind, Interview, InterviewResult, Recording
from interviews.scoring.assessment import rescore_interview, retry_failed
from screener.background.steps import run_step
from screener.background.sweeps import run_sweeps
from screener.encryption.file_format import UnreadableFile
from screener.models import DataKey, InvalidTransition
from tests.support.factories import (
    lose_tasks,
    make_approved_job,
    make_candidate,
    make_interview,
    make_transcribed_interview,
    run_tasks,
)
from tests.support.fake_twilio import FakeTwilio
from tests.support.person_with_traces import DIGITS, PHONE, TOKEN, Person, files_with, make_person, rows_with
from tests.support.sample_rows import make_completed_interview
from tests.support.twilio_driver import place_attempt
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(reviewer: User) -> Person:
    return make_person(reviewer)


@pytest.fixture
def candidate_with_resume(private_files: Path) -> Candidate:
    candidate = make_candidate()
    candidate.store_resume(ContentFile(b"Ten years of Linux.", "cv.txt"))
    return candidate


class Crash(BaseException):
    """The process dies: no code handles it."""


def decide(interview: Interview, reviewer: User) -> None:
    record_decision(interview, by=reviewer, verdict="hire", reason="x", seen=interview.results.get(is_current=True))


def erase(person: Person) -> Erasure:
    reason = f"{person.candidate.full_name} asked for it from {PHONE}."
    return erase_candidate(person.candidate, actor="hanna", reason=reason)


def traces(private_files: Path) -> dict[str, Any]:
    """Where the person's tokens, number and name are."""
    places_by_text = {text: [rows_with(text), files_with(private_files, text)] for text in (TOKEN, DIGITS)}
    return {text: places for text, places in places_by_text.items() if any(places)}


def statistics() -> list[Any]:
    return [
        list(Interview.objects.values_list("status", "outcome", "result_status", "started_at", "completed_at")),
        list(Assessment.objects.order_by("pk").values_list("score", "is_current", "label")),
        [[criterion.score for criterion in row.criteria] for row in Assessment.objects.order_by("pk")],
        list(InterviewResult.objects.values_list("overall_score", "coverage", "recommendation")),
    ]


def run_deletions() -> None:
    run_tasks(only=DELETE_ITEMS.name)


def make_due(erasure: Erasure) -> None:
    """Let the next pass be due now, and the task be taken for lost."""
    now = timezone.now()
    Erasure.objects.filter(pk=erasure.pk).update(retry_at=now, updated_at=now - timedelta(hours=1))


def test_erasure_leaves_no_trace(person: Person, private_files: Path, twilio: FakeTwilio) -> None:
    for text in (TOKEN, DIGITS):  # the search finds what is there
        assert rows_with(text)
    assert files_with(private_files, TOKEN)
    before = statistics()
    erasure = erase(person)
    run_deletions()
    assert traces(private_files) == {}
    assert statistics() == before
    assert DoNotCall.objects.covers_number(PHONE)
    erasure.refresh_from_db()
    assert (erasure.actor, erasure.status, bool(erasure.completed_at)) == ("hanna", Erasure.Status.CHECKING, True)
    assert not erasure.items.filter(deleted_at=None).exists()
    assert {item.kind for item in erasure.items.all()} == set(ErasedItem.Kind)
    assert person.candidate.events.filter(kind=CandidateEvent.Kind.ERASED).count() == 1


def test_second_erasure_changes_nothing(person: Person, twilio: FakeTwilio) -> None:
    first = erase(person)
    run_deletions()
    requests = list(twilio.requests)
    assert erase(person) == first
    run_deletions()
    assert (Erasure.objects.count(), twilio.requests) == (1, requests)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_erasures_are_one(person: Person) -> None:
    def erase_in_thread(_: int) -> Any:
        try:
            candidate = Candidate.objects.get(pk=person.candidate.pk)
            return erase_candidate(candidate, actor="hanna", reason="x").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        erasures = set(threads.map(erase_in_thread, range(3)))
    assert erasures == set(Erasure.objects.values_list("pk", flat=True))
    assert person.candidate.events.filter(kind=CandidateEvent.Kind.ERASED).count() == 1


@pytest.mark.parametrize("crash_at", [1, 2, 9, 16, 17])
def test_deletion_resumes_after_crash(
    person: Person, private_files: Path, twilio: FakeTwilio, crash_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies before or after a deletion, or before the pass is finished: another worker goes on."""
    erasure, calls = erase(person), count(1)

    def dying(function: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if next(calls) == crash_at:
                raise Crash
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        for kind, delete in DELETERS.items():
            patched.setitem(DELETERS, kind, dying(delete))
        patched.setattr(ErasedItem, "update_fields", dying(ErasedItem.update_fields))
        patched.setattr(Erasure, "finish_pass", dying(Erasure.finish_pass))
        with pytest.raises(Crash):
            run_deletions()
    lose_tasks()
    Erasure.objects.update(lease=uuid4(), lease_until=timezone.now() - timedelta(seconds=1))  # of the dead worker
    make_due(erasure)
    run_sweeps(0)
    run_deletions()
    assert traces(private_files) == {}
    assert not erasure.items.filter(deleted_at=None).exists()


def test_carrier_failure_is_shown_and_retried(person: Person, private_files: Path, twilio: FakeTwilio) -> None:
    twilio.delete_status = 503
    erasure = erase(person)
    run_deletions()
    erasure.refresh_from_db()
    assert (erasure.status, bool(erasure.error), bool(erasure.retry_at)) == (Erasure.Status.PENDING, True, True)
    assert traces(private_files) == {}  # files do not wait for the carrier
    twilio.delete_status = 204
    make_due(erasure)
    run_sweeps(0)
    run_deletions()
    erasure.refresh_from_db()
    assert (erasure.status, erasure.error) == (Erasure.Status.CHECKING, "")


def test_carrier_deletions_ignore_failing_storage(
    person: Person, private_files: Path, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure = erase(person)
    with monkeypatch.context() as patched:
        patched.setattr(type(storages["private"]), "delete", Mock(side_effect=PermissionError))
        run_deletions()
    erasure.refresh_from_db()
    assert (erasure.status, bool(erasure.error), bool(erasure.retry_at)) == (Erasure.Status.PENDING, True, True)
    assert set(erasure.items.filter(deleted_at=None).values_list("kind", flat=True)) == {ErasedItem.Kind.FILE}
    make_due(erasure)
    run_sweeps(0)
    run_deletions()
    assert traces(private_files) == {}


@pytest.mark.parametrize("file_is_named", [True, False])
def test_new_resume_survives_erasure(candidate_with_resume: Candidate, file_is_named: bool) -> None:
    """The new file is stored before the step runs, and its row may be written after it."""
    candidate, storage = candidate_with_resume, candidate_with_resume.resume.storage
    earlier = str(candidate.resume.name)
    orphan = storage.save(f"{private_folder(candidate.pk)}/{RESUME_PREFIX}orphan.txt", ContentFile(b"x"))
    erase_resume(candidate, actor="hanna", reason="x")
    candidate.refresh_from_db()
    candidate.store_resume(ContentFile(b"a new resume", "cv.txt"))
    name = str(candidate.resume.name)
    if not file_is_named:
        Candidate.objects.update(resume="")
    run_deletions()
    assert [storage.exists(file) for file in (earlier, orphan, name)] == [False, False, True]


def test_copy_of_erased_file_is_unreadable(person: Person, private_files: Path, twilio: FakeTwilio) -> None:
    """The data key is dropped with the rows, so that copies in a backup or in a bucket with versions are erased too."""
    name = str(person.candidate.resume.name)
    copy = (private_files / name).read_bytes()
    erase(person)
    assert not DataKey.objects.exclude(owner=DataKey.SHARED).exists()
    run_deletions()
    (private_files / name).parent.mkdir(parents=True, exist_ok=True)
    (private_files / name).write_bytes(copy)
    with pytest.raises(UnreadableFile):
        storages["private"].open(name)


def test_hold_stops_deletion_of_files(candidate_with_resume: Candidate) -> None:
    candidate, name = candidate_with_resume, str(candidate_with_resume.resume.name)
    erasure = erase_resume(candidate, actor="hanna", reason="x")
    assert erasure
    candidate.set_hold(actor="hanna", reason="A lawsuit.")
    run_deletions()
    erasure.refresh_from_db()
    assert candidate.resume.storage.exists(name)
    assert (erasure.status, bool(erasure.error), bool(erasure.retry_at)) == (Erasure.Status.PENDING, True, True)
    candidate.lift_hold(actor="hanna", reason="Settled.")
    make_due(erasure)
    run_sweeps(0)
    run_deletions()
    assert not candidate.resume.storage.exists(name)


@pytest.mark.parametrize("is_held", [True, False])
def test_hold_keeps_replaced_resume(
    candidate_with_resume: Candidate, is_held: bool, django_capture_on_commit_callbacks: Any
) -> None:
    candidate, name = candidate_with_resume, str(candidate_with_resume.resume.name)
    if is_held:
        candidate.set_hold(actor="hanna", reason="A lawsuit.")
    with django_capture_on_commit_callbacks(execute=True):
        candidate.store_resume(ContentFile(b"a new resume", "cv.txt"))
    assert candidate.resume.storage.exists(name) == is_held


def test_late_webhooks_and_files_are_removed(person: Person, private_files: Path, twilio: FakeTwilio) -> None:
    attempt = person.interview.attempts.get()
    erasure = erase(person)
    run_deletions()
    params = {"To": PHONE, "SpeechResult": "cnry late"}
    TwilioEvent.objects.create(key="late", kind="status", attempt=attempt, call_sid="CA1", params=params)
    storages["private"].save(f"candidates/{person.candidate.pk}/orphan.wav", ContentFile(b"cnry"))
    twilio.recordings = [{"sid": "RElate", "duration": "3", "status": "completed"}]
    for status in (Erasure.Status.CHECKING, Erasure.Status.DONE):
        make_due(erasure)
        run_sweeps(0)
        run_deletions()
        erasure.refresh_from_db()
        assert erasure.status == status
    assert traces(private_files) == {}
    assert erasure.items.get(name="RElate").deleted_at


def test_work_in_progress_writes_nothing_back(person: Person, private_files: Path, twilio: FakeTwilio) -> None:
    """A worker fetches a recording while the person is erased: it has lost its lease, and its file goes."""
    twilio.audio = b"RIFF\x04\x00\x00\x00WAVE" + TOKEN.encode()
    recording = Recording.objects.first()
    assert recording
    Recording.objects.filter(pk=recording.pk).update(status=Recording.Status.AVAILABLE, file="")

    def fetch_and_erase(lease: Any) -> str:
        name = FETCH_STEP.work(lease)
        erase(person)
        return name

    run_step(replace(FETCH_STEP, work=fetch_and_erase), recording.pk)
    run_deletions()
    assert traces(private_files) == {}
    assert set(Recording.objects.values_list("status", flat=True)) == {Recording.Status.ERASED}


def test_unsettled_interview_is_settled(reviewer: User, twilio: FakeTwilio) -> None:
    interview = make_transcribed_interview()
    interview.attempts.update(ended_at=timezone.now())
    erase_candidate(interview.candidate, actor="hanna", reason="x")
    run_tasks()
    interview.refresh_from_db()
    assert (interview.status, interview.result_status) == (Interview.Status.COMPLETED, Interview.ResultStatus.NONE)
    assert set(interview.responses.values_list("status", "transcript")) == {("model_unavailable", "")}
    assert not Assessment.objects.exists()
    assert not Interview.objects.needing_attention().exists()


@pytest.mark.parametrize("verb", [rescore_interview, retry_failed, decide])
def test_erased_answers_are_not_worked_on(person: Person, reviewer: User, verb: Any) -> None:
    Interview.objects.update(result_status=Interview.ResultStatus.NEEDS_REVIEW)
    erase(person)
    interview = Interview.objects.get()
    with pytest.raises(InvalidTransition):
        verb(interview, actor="hanna") if verb is not decide else decide(interview, reviewer)
    assert not Interview.objects.needing_attention().exists()
    assert not Interview.objects.to_decide().exists()


def test_live_interview_is_cancelled(twilio: FakeTwilio) -> None:
    interview = make_interview()
    erase_candidate(interview.candidate, actor="hanna", reason="x")
    interview.refresh_from_db()
    assert (interview.outcome, interview.next_attempt_at) == (Interview.Outcome.BY_HR, None)
    run_tasks()
    assert twilio.calls == []


@pytest.mark.parametrize("obstacle", ["call", "hold"])
def test_refused_erasure_changes_nothing(obstacle: str) -> None:
    interview = make_interview()
    if obstacle == "call":
        place_attempt(interview)
    else:
        interview.candidate.set_hold(actor="hanna", reason="A lawsuit.")
    with pytest.raises(InvalidTransition):
        erase_candidate(interview.candidate, actor="hanna", reason="x")
    interview.refresh_from_db()
    assert interview.is_live
    assert Candidate.objects.get().full_name
    assert not Erasure.objects.exists()


def test_erasure_spares_other_persons(person: Person, private_files: Path, twilio: FakeTwilio) -> None:
    """Another person, and a second record with the same number."""
    other = make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
    namesake = make_candidate(full_name="Zeb", phone=PHONE)
    recordings = [str(name) for name in other.responses.values_list("recordings__file", flat=True)]
    erase(person)
    run_deletions()
    assert Candidate.objects.get(pk=other.candidate.pk).full_name == "Grace Hopper"
    assert Candidate.objects.get(pk=namesake.pk).phone == PHONE
    assert all(storages["private"].exists(name) for name in recordings)
    assert set(other.responses.values_list("transcript", flat=True)) != {""}
    assert set(other.events.values_list("kind", flat=True)).isdisjoint({EventKind.ANSWERS_ERASED})


def test_opt_out_survives(person: Person, twilio: FakeTwilio) -> None:
    erase(person)
    again = make_candidate(full_name="Someone", phone=PHONE)
    assert why_never_called(again, make_approved_job()).rule == DialRule.DO_NOT_CALL  # type: ignore[union-attr]
