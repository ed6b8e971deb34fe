"""Feedback: given once the interview is over, changed until the link expires, and shown without names."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from candidates.data_rights.erasure import erase_candidate
from interviews.invitations import inviting
from interviews.invitations.feedback import MAX_WORDS
from interviews.models import Feedback, Interview, lock_interview
from interviews.models.invitations.feedback import LEAST_ANSWERS
from screener.models import RoleKey
from tests.support.factories import make_approved_job, make_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import HOSTILE, make_completed_interview

pytestmark = pytest.mark.django_db
OK, FOUND, DENIED, CONFLICT, INVALID = 200, 302, 403, 409, 422
NAME = "Ada Lovelace"


@pytest.fixture
def interview() -> Interview:
    return make_interview(full_name=NAME)


@pytest.fixture
def address(interview: Interview) -> str:
    return reverse("portal-feedback", args=[inviting.invite(interview, actor="hanna").token])


def end(interview: Interview, outcome: str = Interview.Outcome.TOO_LITTLE) -> None:
    with lock_interview(interview) as locked:
        locked.finish(outcome)


def give(address: str, clear: str = "4", fair: str = "5", words: str = "") -> Any:
    return Client().post(address, {"clear": clear, "fair": fair, "words": words})


class TestGiving:
    def test_last_one_counts(self, interview: Interview, address: str) -> None:
        end(interview)
        assert Client().get(address).status_code == OK
        assert not Feedback.objects.exists()
        assert give(address).status_code == FOUND
        assert give(address, clear="2", words="Too fast.").status_code == FOUND
        feedback = Feedback.objects.get()
        assert (feedback.clear, feedback.fair, feedback.words, feedback.job) == (2, 5, "Too fast.", interview.job)
        assert Client().get(address).context["form"]["words"].value() == "Too fast."

    def test_end_comes_first(self, interview: Interview, address: str) -> None:
        assert Client().get(address).status_code == FOUND
        assert give(address).status_code == CONFLICT
        end(interview, Interview.Outcome.WRONG_PERSON)
        assert give(address).status_code == CONFLICT
        assert not Feedback.objects.exists()

    @pytest.mark.parametrize(
        "data", [{"clear": "0"}, {"fair": "6"}, {"fair": "x"}, {"clear": ""}, {"words": "x" * (MAX_WORDS + 1)}]
    )
    def test_form_is_checked(self, interview: Interview, address: str, data: dict[str, str]) -> None:
        end(interview)
        assert give(address, **data).status_code == INVALID
        assert not Feedback.objects.exists()

    def test_database_keeps_range(self, interview: Interview) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Feedback.objects.create(interview=interview, job=interview.job, clear=6, fair=1)

    def test_erasure_blanks_words(self, interview: Interview, address: str) -> None:
        end(interview)
        give(address, words=NAME)
        erase_candidate(interview.candidate, actor="hanna", reason="asked")
        assert Feedback.objects.get().words == ""


@pytest.fixture
def add_feedback() -> Callable[[int], None]:
    """Adds this many answers of other candidates for one job."""
    job = make_approved_job()

    def add(count: int) -> None:
        for number in range(count):
            digits = f"+1415555{job.feedback.count():04}"
            row = make_completed_interview(job=job, full_name=NAME, phone=digits)
            words = f"{HOSTILE} {NAME}" if number == 0 else ""
            Feedback.objects.create(interview=row, job=job, clear=5 - number % 2, fair=3, words=words)

    return add


class TestReading:
    def test_few_answers_show_no_average(self, add_feedback: Callable[[int], None]) -> None:
        add_feedback(LEAST_ANSWERS - 1)
        job = Feedback.objects.all()[0].job
        assert (job.feedback.summary().count, job.feedback.summary().clear) == (LEAST_ANSWERS - 1, None)
        client = login_client(make_role_user(RoleKey.RECRUITER))
        assert client.get(reverse("desk-job-feedback", args=[job.pk])).context["words"] == []
        add_feedback(1)
        assert job.feedback.summary().clear == pytest.approx(4.6)
        page = client.get(reverse("desk-job-feedback", args=[job.pk]))
        body = page.content.decode()
        assert NAME not in body
        assert HOSTILE not in body
        assert escape(HOSTILE) in body
        desk = client.get(reverse("admin:jobs_jobdescription_change", args=[job.pk]))
        assert desk.context["desk"].feedback.is_shown

    def test_practice_is_left_out(self, add_feedback: Callable[[int], None]) -> None:
        add_feedback(LEAST_ANSWERS)
        job = Feedback.objects.all()[0].job
        practice = Feedback.objects.exclude(words="").get().interview
        practice.update_fields(purpose=Interview.Purpose.PRACTICE)
        assert job.feedback.summary().count == LEAST_ANSWERS - 1
        add_feedback(1)
        page = login_client(make_role_user(RoleKey.RECRUITER)).get(reverse("desk-job-feedback", args=[job.pk]))
        assert (page.context["summary"].count, len(page.context["words"])) == (LEAST_ANSWERS, 1)

    def test_job_must_be_visible(self, add_feedback: Callable[[int], None]) -> None:
        add_feedback(1)
        job = Feedback.objects.get().job
        manager = make_role_user(RoleKey.HIRING_MANAGER)
        assert login_client(manager).get(reverse("desk-job-feedback", args=[job.pk])).status_code == 404
        outsider = User.objects.create_user("outsider", is_staff=True)
        assert login_client(outsider).get(reverse("desk-job-feedback", args=[job.pk])).status_code == DENIED
