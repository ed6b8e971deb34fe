"""Retention: the data that is due by the periods of the organisation and of jobs, and the erasures of a night."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.models import Candidate, Erasure
from interviews.models import Attempt, Interview, InterviewResponse, Recording
from interviews.retention import nightly
from interviews.retention.due import Kind
from interviews.retention.nightly import ACTOR, erase_due
from jobs.models import JobDescription
from screener.models import Organisation
from tests.support.admin_client import get_page, make_staff_client
from tests.support.factories import make_approved_job, make_candidate, make_interview
from tests.support.fake_twilio import FakeTwilio
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db

PAGE = "retention"


def make_old(interview: Interview, days: int) -> Interview:
    """Let the interview have ended, and the record have changed last, so many days ago."""
    then = timezone.now() - timedelta(days=days)
    Interview.objects.filter(pk=interview.pk).update(completed_at=then)
    Candidate.objects.filter(pk=interview.candidate_id).update(updated_at=then)
    Recording.objects.filter(response__interview=interview).update(created_at=then)
    interview.refresh_from_db()
    return interview


def set_periods(**days: int | None) -> None:
    Organisation.objects.update(**{f"keep_{name}_days": value for name, value in days.items()})


def erased_kinds() -> set[str]:
    return set(Erasure.objects.values_list("kind", flat=True))


@pytest.fixture
def interview(twilio: FakeTwilio) -> Interview:
    """An interview that ended 100 days ago."""
    interview = make_completed_interview()
    interview.candidate.set_resume_text("Ten years of Linux.")
    return make_old(interview, 100)


def test_nothing_is_erased_without_a_period(interview: Interview) -> None:
    assert not erase_due().total()


@pytest.mark.parametrize(
    ("period", "kind"),
    [
        ("recordings", Kind.RECORDINGS),
        ("answers", Kind.ANSWERS),
        ("resumes", Kind.RESUME),
        ("candidates", Kind.PERSON),
    ],
)
def test_overdue_data_is_erased_once(interview: Interview, period: str, kind: str) -> None:
    set_periods(**{period: 101})
    assert not erase_due().total()
    set_periods(**{period: 99})
    assert +erase_due() == Counter({kind: 1})
    assert not erase_due().total()
    erasure = Erasure.objects.get()
    assert (erasure.kind, erasure.actor, erasure.candidate) == (kind, ACTOR, interview.candidate)


def test_recordings_go_before_answers(interview: Interview) -> None:
    set_periods(recordings=50, answers=500)
    erase_due()
    assert set(Recording.objects.values_list("status", "file")) == {(Recording.Status.ERASED, "")}
    assert not InterviewResponse.objects.filter(transcript="").exists()
    interview.refresh_from_db()
    assert interview.answers_erased_at is None


def test_answers_take_recordings_with_them(interview: Interview) -> None:
    set_periods(answers=50)
    erase_due()
    assert set(Recording.objects.values_list("status", flat=True)) == {Recording.Status.ERASED}
    assert set(InterviewResponse.objects.values_list("transcript", "status")) == {("", "assessed")}
    assert Candidate.objects.get().full_name == interview.candidate.full_name


def test_job_overrides_organisation(interview: Interview) -> None:
    other = make_old(make_completed_interview(phone="+14155550102"), 100)
    set_periods(recordings=50)
    JobDescription.objects.filter(pk=interview.job_id).update(keep_recordings_days=0)
    assert erase_due()[Kind.RECORDINGS] == 1
    assert Erasure.objects.get().interview == other
    JobDescription.objects.filter(pk=interview.job_id).update(keep_recordings_days=100)
    assert erase_due()[Kind.RECORDINGS] == 1


def test_longest_period_of_jobs_keeps_person(interview: Interview) -> None:
    candidate = interview.candidate
    set_periods(candidates=50)
    long_job = make_approved_job(keep_candidates_days=365)
    recent = make_completed_interview(job=long_job, phone="+14155550102")
    Interview.objects.filter(pk=recent.pk).update(candidate=candidate)
    make_old(Interview.objects.get(pk=recent.pk), 100)
    other = Candidate.objects.exclude(pk=candidate.pk)
    other.update(updated_at=timezone.now())
    assert not erase_due().total()
    JobDescription.objects.filter(pk=long_job.pk).update(keep_candidates_days=99)
    assert erase_due()[Kind.PERSON] == 1


@pytest.mark.parametrize("obstacle", ["hold", "live interview", "recent change"])
def test_person_in_use_is_kept(interview: Interview, obstacle: str) -> None:
    set_periods(candidates=50, recordings=50, answers=50, resumes=50)
    candidate = interview.candidate
    match obstacle:
        case "hold":
            candidate.set_hold(actor="hanna", reason="A lawsuit.")
        case "live interview":
            live = make_interview(phone="+14155550102")
            Interview.objects.filter(pk=live.pk).update(candidate=candidate)
        case _:
            candidate.update_fields(locale="de")
    erase_due()
    assert not erased_kinds() & {Kind.PERSON, Kind.RESUME}
    assert bool(erased_kinds()) == (obstacle != "hold")


def test_candidate_without_interviews_is_erased_by_last_change() -> None:
    make_approved_job()
    old, recent = make_candidate(), make_candidate(phone="+14155550102")
    Candidate.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=100))
    set_periods(candidates=50)
    erase_due()
    assert list(Candidate.objects.filter(erased_at=None)) == [recent]


def test_refused_erasures_do_not_stop_the_night(interview: Interview, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviews.retention.nightly.BATCH", 1)
    others = [make_old(make_completed_interview(phone=f"+1415555020{number}"), 100) for number in range(3)]
    refused = sorted((row.candidate for row in (interview, *others)), key=lambda candidate: candidate.pk)[:2]
    Attempt.objects.filter(interview__candidate__in=refused).update(ended_at=None)
    set_periods(candidates=50)
    assert erase_due()[Kind.PERSON] == 2
    assert set(Candidate.objects.filter(erased_at=None)) == set(refused)


def test_gone_record_does_not_stop_the_night(interview: Interview, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was merged or deleted after the list of due rows was read."""

    def with_gone_row(*arguments: Any, **options: Any) -> list[UUID]:
        ids = due_ids(*arguments, **options)
        return [UUID(int=1), *ids] if ids else []

    due_ids = nightly._due_ids
    monkeypatch.setattr(nightly, "_due_ids", with_gone_row)
    set_periods(recordings=50, candidates=50)
    assert erase_due()[Kind.PERSON] == 1
    set_periods(recordings=50, candidates=None)
    make_old(make_completed_interview(phone="+14155550102"), 100)
    assert erase_due()[Kind.RECORDINGS] == 1


@pytest.mark.parametrize("many", [1, 4])
def test_page_costs_constant_queries(
    admin_client: Client, twilio: FakeTwilio, many: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(many):
        make_old(make_completed_interview(phone=f"+1415555020{number}"), 100)
    set_periods(recordings=50, answers=120)
    with django_assert_max_num_queries(60):
        page = get_page(admin_client, reverse(PAGE), days="30")
    assert page.count('href="/admin/interviews/interview/') >= many


def test_page_needs_permission() -> None:
    make_approved_job()
    assert make_staff_client("view_candidate").get(reverse(PAGE)).status_code == 403
    assert make_staff_client("view_erasure").get(reverse(PAGE), {"days": "x"}).status_code == 200
