"""A question of a job knows the bank question that it is, as long as its text is the same."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from interviews.models import InterviewResponse
from jobs.models import BankText, JobDescription
from screener.records import QuestionContent
from tests.support.factories import make_interview, make_job

pytestmark = pytest.mark.django_db


def bank_text(language: str = "en") -> BankText:
    return BankText.objects.filter(language=language).order_by("pk")[0]


def question(text: str) -> dict[str, Any]:
    return {"text": text, "competency": "A subject", "weight": 2, "max_seconds": 90}


def test_interview_asks_bank_question(api: APIClient) -> None:
    text = bank_text()
    questions = [question(f" {text.text.upper()} "), question(f"{text.text} Why?"), question(bank_text("de").text)]
    job = make_job(language="en-GB")
    created = api.post("/api/v1/question-sets/", {"job": str(job.pk), "questions": questions}).json()
    links = [str(text.question_id), None, None]
    assert [sent["bank_question"] for sent in created["questions"]] == links
    api.post(f"/api/v1/jobs/{job.pk}/approve/")
    interview = make_interview(job=JobDescription.objects.get(pk=job.pk))
    asked = InterviewResponse.objects.filter(interview=interview).order_by("position")
    assert list(asked.values_list("bank_question", flat=True)) == [text.question_id, None, None]
    responses = api.get(f"/api/v1/interviews/{interview.pk}/responses/").json()
    assert [response["bank_question"] for response in responses] == links


def test_edit_keeps_link_of_same_text() -> None:
    text, job = bank_text(), make_job()
    first = job.add_draft([QuestionContent.from_json({"text": text.text})], source="hanna")
    kept = job.add_draft([first.questions[0].model_copy(update={"weight": 5.0})], source="hanna")
    changed = job.add_draft([first.questions[0].model_copy(update={"text": "Why?"})], source="hanna")
    links = [draft.questions[0].bank_question for draft in (first, kept, changed)]
    assert links == [text.question_id, text.question_id, None]
