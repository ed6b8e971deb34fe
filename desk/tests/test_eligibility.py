"""Requirements on the pages of the desk: flags, filter, download, correction."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from desk.compare.selection import compare_address
from desk.job.rows import RowFlag
from interviews.eligibility.requirements import RequirementFilter
from interviews.models import EligibilityAnswer, EventKind, Interview
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.eligibility.question import EligibilityEffect
from jobs.models import JobDescription
from screener.access.blind_mode import turn_on
from screener.models import RoleKey
from tests.support.api_problems import assert_problem
from tests.support.factories import add_eligibility_answer, make_approved_job, make_interview
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
NIGHTS = example_question(EligibilityExample.NIGHTS, "en")
KNOCK_OUT = NIGHTS.model_copy(update={"effect": EligibilityEffect.KNOCK_OUT})


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job(eligibility=[NIGHTS])


def interview_with(job: JobDescription, name: str, **answer: object) -> Interview:
    interview = make_interview(job=job, full_name=name, email=f"{name}@example.com", phone=f"+1415555{len(name):04}")
    interview.eligibility_answers.all().delete()
    add_eligibility_answer(interview, **answer)
    return interview


def correction_address(interview: Interview) -> str:
    return reverse("desk-eligibility-correct", args=[interview.eligibility_answers.get().pk])


@pytest.fixture
def interviews(job: JobDescription) -> dict[str, Interview]:
    silent = {"status": EligibilityAnswer.Status.NO_REPLY, "words": "", "value": "", "is_met": None}
    return {
        "flagged": interview_with(job, "Al"),
        "open": interview_with(job, "Bea", **silent),
        "met": interview_with(job, "Carl", value="yes", words="sure", is_met=True),
        "unmet": interview_with(job, "Dieter", question=KNOCK_OUT),
    }


def test_rows_are_flagged_and_filtered(
    admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
) -> None:
    address = reverse("admin:jobs_jobdescription_change", args=[job.pk])
    rows = admin_client.get(address).context["desk"].rows
    flags = {str(row.interview.candidate): row.flags for row in rows}
    unmet = [RowFlag.UNMET_REQUIREMENT]
    assert flags == {"Al": unmet, "Bea": [RowFlag.OPEN_REQUIREMENT], "Carl": [], "Dieter": unmet}
    pages = {choice: admin_client.get(address, {"requirements": choice}) for choice in RequirementFilter}
    shown = {choice.value: [row.interview for row in page.context["desk"].rows] for choice, page in pages.items()}
    assert shown == {name: [interview] for name, interview in interviews.items()}


def test_api_list_is_filtered_by_requirements(api: APIClient, interviews: dict[str, Interview]) -> None:
    for choice in RequirementFilter:
        listed = api.get("/api/v1/interviews/", {"requirements": choice}).json()["results"]
        assert [entry["id"] for entry in listed] == [str(interviews[choice].pk)]
    assert_problem(api.get("/api/v1/interviews/", {"requirements": "magic"}), 400)


def test_comparison_shows_requirements(admin_client: Client, interviews: dict[str, Interview]) -> None:
    make_interview(job=interviews["met"].job, full_name="Eve", phone="+14155559999").eligibility_answers.all().delete()
    compared = list(Interview.objects.order_by("created_at"))
    page = admin_client.get(compare_address([interview.pk for interview in compared])).context["page"]
    [requirement] = page.requirements
    assert [answer and (answer.value, answer.asked_question.effect) for _, answer in requirement.cells] == [
        ("no", "flag"),
        ("", "flag"),
        ("yes", "flag"),
        ("no", "knock_out"),
        None,
    ]


def test_comparison_masks_names_in_answers(
    admin_client: Client, reviewer: Any, interviews: dict[str, Interview]
) -> None:
    turn_on(reviewer.pk, on=True)
    flagged = interviews["flagged"]
    flagged.candidate.update_fields(full_name="Alfonsina")
    flagged.eligibility_answers.update(words="No, Alfonsina does not work at night")
    page = admin_client.get(compare_address([interviews["flagged"].pk, interviews["met"].pk])).content.decode()
    assert "does not work at night" in page
    assert "Alfonsina" not in page


def test_download_has_answer_words_and_whether_it_is_met(
    admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
) -> None:
    response = admin_client.get(reverse("desk-job-csv", args=[job.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, *rows = csv.reader(io.StringIO(text))
    start = head.index(NIGHTS.text)
    assert {row[2]: row[start : start + 3] for row in rows} == {
        "Al": ["no", interviews["flagged"].eligibility_answers.get().words, "no"],
        "Bea": [EligibilityAnswer.Status.NO_REPLY.label, "", ""],
        "Carl": ["yes", "sure", "yes"],
        "Dieter": ["no", interviews["unmet"].eligibility_answers.get().words, "no"],
    }


def test_answer_is_corrected_on_review_page(admin_client: Client, interviews: dict[str, Interview]) -> None:
    interview = interviews["unmet"]
    words = interview.eligibility_answers.get().words
    address = correction_address(interview)
    page = admin_client.get(reverse("admin:interviews_interview_change", args=[interview.pk]))
    assert address in page.content.decode()
    assert "selected" not in page.content.decode().partition(address)[2].partition("</select>")[0]
    admin_client.post(address, {"value": "yes", "reason": ""})
    assert not interview.events.filter(kind=EventKind.ELIGIBILITY_CORRECTED).exists()
    admin_client.post(address, {"value": "yes", "reason": "Mis\0heard"})
    answer = interview.eligibility_answers.get()
    assert (answer.value, answer.is_met, answer.correction_reason) == ("yes", True, "Misheard")
    assert answer.words == words


@pytest.mark.parametrize(("role", "value"), [(RoleKey.HIRING_MANAGER, "yes"), (RoleKey.AUDITOR, "no")])
def test_correction_needs_permission_to_decide(
    job: JobDescription, interviews: dict[str, Interview], role: RoleKey, value: str
) -> None:
    address = correction_address(interviews["unmet"])
    login_client(make_role_user(role, job)).post(address, {"value": "yes", "reason": "Misheard"})
    assert interviews["unmet"].eligibility_answers.get().value == value


def test_member_of_other_job_corrects_nothing(interviews: dict[str, Interview]) -> None:
    address = correction_address(interviews["unmet"])
    other_job = make_approved_job(title="Another job")
    client = login_client(make_role_user(RoleKey.HIRING_MANAGER, other_job))
    assert client.post(address, {"value": "yes", "reason": "Misheard"}).status_code == 404
