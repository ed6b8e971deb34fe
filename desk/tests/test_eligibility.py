"""Requirements on the pages of the desk: flags, filter, download, correction."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from desk.job.address import RequirementFilter
from desk.job.rows import RowFlag
from interviews.models import EligibilityAnswer, EventKind, Interview
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.models import JobDescription
from tests.support.factories import add_eligibility_answer, make_approved_job, make_interview

pytestmark = pytest.mark.django_db
NIGHTS = example_question(EligibilityExample.NIGHTS, "en")


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job(eligibility=[NIGHTS])


def interview_with(job: JobDescription, name: str, **answer: object) -> Interview:
    interview = make_interview(job=job, full_name=name, email=f"{name}@example.com", phone=f"+1415555{len(name):04}")
    interview.eligibility_answers.all().delete()
    add_eligibility_answer(interview, **answer)
    return interview


@pytest.fixture
def interviews(job: JobDescription) -> dict[str, Interview]:
    silent = {"status": EligibilityAnswer.Status.NO_REPLY, "words": "", "value": "", "is_met": None}
    return {
        "unmet": interview_with(job, "Al"),
        "open": interview_with(job, "Bea", **silent),
        "fine": interview_with(job, "Carl", value="yes", words="sure", is_met=True),
    }


def test_rows_are_flagged_and_filtered(
    admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
) -> None:
    address = reverse("admin:jobs_jobdescription_change", args=[job.pk])
    rows = admin_client.get(address).context["desk"].rows
    flags = {str(row.interview.candidate): row.flags for row in rows}
    assert flags == {"Al": [RowFlag.UNMET_REQUIREMENT], "Bea": [RowFlag.OPEN_REQUIREMENT], "Carl": []}
    pages = {choice: admin_client.get(address, {"requirements": choice}) for choice in RequirementFilter}
    shown = {choice.value: [row.interview for row in page.context["desk"].rows] for choice, page in pages.items()}
    assert shown == {name: [interview] for name, interview in interviews.items()}


def test_download_has_answer_words_and_whether_it_is_met(
    admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
) -> None:
    response = admin_client.get(reverse("desk-job-csv", args=[job.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, *rows = csv.reader(io.StringIO(text))
    start = head.index(NIGHTS.text)
    assert {row[2]: row[start : start + 3] for row in rows} == {
        "Al": ["no", "not at night", "no"],
        "Bea": [EligibilityAnswer.Status.NO_REPLY.label, "", ""],
        "Carl": ["yes", "sure", "yes"],
    }


def test_answer_is_corrected_on_review_page(admin_client: Client, interviews: dict[str, Interview]) -> None:
    interview = interviews["unmet"]
    address = reverse("desk-eligibility-correct", args=[interview.pk, 0])
    page = admin_client.get(reverse("admin:interviews_interview_change", args=[interview.pk]))
    assert address in page.content.decode()
    admin_client.post(address, {"value": "yes", "reason": ""})
    assert not interview.events.filter(kind=EventKind.ELIGIBILITY_CORRECTED).exists()
    admin_client.post(address, {"value": "yes", "reason": "Misheard"})
    answer = interview.eligibility_answers.get()
    assert (answer.value, answer.is_met, answer.words, answer.correction_reason) == (
        "yes",
        True,
        "not at night",
        "Misheard",
    )


def test_correction_needs_permission(client: Client, interviews: dict[str, Interview]) -> None:
    address = reverse("desk-eligibility-correct", args=[interviews["unmet"].pk, 0])
    assert client.post(address, {"value": "yes", "reason": "x"}).status_code == 302
    assert interviews["unmet"].eligibility_answers.get().value == "no"
