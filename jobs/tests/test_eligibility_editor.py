"""The page on which the eligibility questions of a job are edited."""

from typing import Any

import pytest
from django.contrib.messages import WARNING
from django.test import Client

from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.eligibility.question import EligibilityEffect, EligibilityKind, EligibilityQuestion, InvalidEligibility
from jobs.eligibility.question import check_eligibility as check
from jobs.models import JobDescription
from jobs.question_sets import approve_question_set
from jobs.unlawful_questions import LANGUAGES, find_topics
from screener.models import InvalidTransition
from tests.support.admin_client import admin_url
from tests.support.factories import make_approved_job, make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job()


def row(place: int, **values: str) -> dict[str, str]:
    usual = {"text": "Can you work nights?", "kind": "yes_no", "accepted_answer": "yes", "effect": "knock_out"}
    return {f"requirement-{place}-{name}": value for name, value in (usual | values).items()}


def send(client: Client, job: JobDescription, do: str = "save", **rows: str) -> Any:
    approved = job.approved_questions
    based_on = str(approved.pk) if approved else ""
    return client.post(admin_url(job, "edit_eligibility"), {"do": do, "based_on": based_on} | rows)


def test_saving_adds_next_version_with_same_questions(admin_client: Client, job: JobDescription) -> None:
    rows = row(0) | row(1, kind="number", text="How many weeks of notice?", unit="weeks", maximum="8", effect="flag")
    rows |= row(2, kind="choice", text="Which shift?", option_lines="Early\nLate\nNight", accepted_lines="Early\nLate")
    rows |= row(3, kind="date", text="When can you start?", latest="2027-01-31")
    response = send(admin_client, job, **rows)
    assert response.status_code == 302
    draft, approved = job.draft_questions, job.approved_questions
    draft = JobDescription.objects.get(pk=job.pk).draft_questions
    assert draft is not None
    assert approved is not None
    assert draft.questions == approved.questions
    assert [question.kind for question in draft.eligibility] == ["yes_no", "number", "choice", "date"]
    nights, notice, shift, start = draft.eligibility
    assert (nights.accepted, nights.is_knock_out) == (["yes"], True)
    assert (notice.unit, notice.maximum, notice.accepted) == ("weeks", 8, [])
    assert shift.accepted == ["Early", "Late"]
    assert str(start.latest) == "2027-01-31"


def test_ready_question_is_added_and_removed(admin_client: Client, job: JobDescription) -> None:
    page = send(admin_client, job, "example:licence")
    shown = page.context["editor"].shown()
    assert shown[0].form["text"].value() == example_question(EligibilityExample.LICENCE, "en").text
    page = send(admin_client, job, "remove:0", **row(0))
    assert page.context["editor"].rows == []
    assert JobDescription.objects.get(pk=job.pk).draft_questions is None


@pytest.mark.parametrize(
    ("values", "marked"),
    [
        ({"text": " "}, "text"),
        ({"kind": "choice", "option_lines": "A", "accepted_lines": "A"}, "option_lines"),
        ({"kind": "choice", "option_lines": "A\nB", "accepted_lines": "C"}, "accepted_lines"),
        ({"kind": "number"}, "maximum"),
        ({"kind": "number", "minimum": "9", "maximum": "2"}, "maximum"),
        ({"kind": "date", "latest": "soon"}, "latest"),
        ({"kind": "poem"}, "kind"),
    ],
)
def test_incomplete_question_is_marked_and_nothing_is_saved(
    admin_client: Client, job: JobDescription, values: dict[str, str], marked: str
) -> None:
    page = send(admin_client, job, **row(0, **values))
    assert marked in page.context["editor"].shown()[0].form.errors
    assert JobDescription.objects.get(pk=job.pk).draft_questions is None


def test_second_editor_overwrites_nothing(admin_client: Client, job: JobDescription) -> None:
    approved = job.approved_questions
    assert approved is not None
    meanwhile = job.add_draft(approved.questions, source="a colleague")
    page = send(admin_client, JobDescription.objects.get(pk=job.pk), **row(0))
    assert page.context["editor"].newer == meanwhile
    assert meanwhile.eligibility == []


def test_job_without_questions_is_told_to_write_them_first(admin_client: Client) -> None:
    page = send(admin_client, make_job(), **row(0))
    assert page.context["editor"].problem


def test_unlawful_requirement_needs_reason() -> None:
    job = make_approved_job()
    approved = job.approved_questions
    assert approved is not None
    age_question = EligibilityQuestion.from_json({"text": "How old are you?", "kind": "number", "minimum": 30})
    draft = job.add_draft(approved.questions, source="a test", eligibility=[age_question])
    assert [warning.position for warning in draft.eligibility_warnings] == [0]
    with pytest.raises(InvalidTransition):
        approve_question_set(draft, by="hr")
    approve_question_set(draft, by="hr", reason="The law sets a minimum age.")


def test_saving_other_questions_warns_of_requirements_that_are_kept(admin_client: Client, job: JobDescription) -> None:
    approved = job.approved_questions
    assert approved is not None
    age_question = EligibilityQuestion.from_json({"text": "How old are you?", "kind": "number", "minimum": 30})
    draft = job.add_draft(approved.questions, source="a test", eligibility=[age_question])
    cells = {
        f"question-0-{name}": value for name, value in approved.questions[0].model_dump().items() if value is not None
    }
    response = admin_client.post(
        admin_url(job, "edit_questions"), {"do": "save", "based_on": str(draft.pk)} | cells, follow=True
    )
    assert [message.level for message in response.context["messages"]] == [WARNING]


@pytest.mark.parametrize("language", LANGUAGES)
def test_ready_questions_are_lawful_and_complete(language: str) -> None:
    questions = check([example_question(example, language) for example in EligibilityExample])
    assert {question.text: find_topics(question.text, language) for question in questions} == {
        question.text: () for question in questions
    }


def test_same_question_twice_is_refused() -> None:
    nights = example_question(EligibilityExample.NIGHTS, "en")
    with pytest.raises(InvalidEligibility) as refused:
        check([nights, nights.model_copy(update={"effect": EligibilityEffect.KNOCK_OUT})])
    assert refused.value.problems.keys() == {1}
    assert nights.kind == EligibilityKind.YES_NO
