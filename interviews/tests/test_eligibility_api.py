"""Eligibility questions over the API: in the job's questions, the answers, their correction, and the report."""

import pytest

from interviews.models import EligibilityAnswer, EventKind, Interview
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.models import JobDescription
from tests.support.factories import (
    API_ACTOR,
    add_eligibility_answer,
    make_api_client,
    make_approved_job,
    make_assessed_interview,
    make_interview,
)

pytestmark = pytest.mark.django_db
NIGHTS = {"text": "Can you work nights?", "kind": "yes_no", "accepted": ["yes"], "effect": "knock_out"}
QUESTIONS = [{"text": "Tell me about a mistake.", "competency": "Learning"}]


def test_question_set_takes_requirements_and_job_shows_them() -> None:
    client, job = make_api_client(), make_approved_job()
    body = {"job": str(job.pk), "questions": QUESTIONS, "eligibility": [NIGHTS]}
    created = client.post("/api/v1/question-sets/", body, format="json")
    assert created.status_code == 201
    assert {**created.data["eligibility"][0]} == NIGHTS | {
        "options": [],
        "unit": "",
        "minimum": None,
        "maximum": None,
        "earliest": None,
        "latest": None,
    }
    kept = client.post("/api/v1/question-sets/", body | {"eligibility": None}, format="json")
    assert kept.status_code == 400
    del body["eligibility"]
    assert client.post("/api/v1/question-sets/", body, format="json").data["eligibility"] == created.data["eligibility"]
    assert client.get(f"/api/v1/jobs/{job.pk}/").data["eligibility"] == created.data["eligibility"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"accepted": ["maybe"]}, "accepted"),
        ({"kind": "choice", "options": ["A"], "accepted": ["A"]}, "options"),
        ({"kind": "number", "unit": "weeks"}, "maximum"),
        ({"kind": "poem"}, "kind"),
        ({"text": ""}, "text"),
    ],
)
def test_incomplete_requirement_is_refused(change: dict[str, object], field: str) -> None:
    job = make_approved_job()
    body = {"job": str(job.pk), "questions": QUESTIONS, "eligibility": [NIGHTS | change]}
    response = make_api_client().post("/api/v1/question-sets/", body, format="json")
    assert response.status_code == 400
    assert field in str(response.data["errors"])
    assert JobDescription.objects.get(pk=job.pk).draft_questions is None


def test_characters_that_break_a_call_are_left_out() -> None:
    job = make_approved_job()
    spoilt = NIGHTS | {"text": "Can\x01 you\ufffe work\x1f nights?"}
    body = {"job": str(job.pk), "questions": QUESTIONS, "eligibility": [spoilt]}
    created = make_api_client().post("/api/v1/question-sets/", body, format="json")
    assert created.data["eligibility"][0]["text"] == NIGHTS["text"]


def test_answers_are_read_and_corrected_with_history() -> None:
    client, interview = make_api_client(), make_interview()
    answer = add_eligibility_answer(interview)
    answers = client.get(f"/api/v1/interviews/{interview.pk}/eligibility/").data
    assert [(shown["value"], shown["words"], shown["is_met"]) for shown in answers] == [("no", answer.words, False)]
    address = f"/api/v1/interviews/{interview.pk}/eligibility/correct/"
    refused = client.post(address, {"position": 0, "value": "perhaps", "reason": "x"}, format="json")
    assert refused.status_code == 409
    assert client.post(address, {"position": 3, "value": "yes", "reason": "x"}, format="json").status_code == 404
    corrected = client.post(address, {"position": 0, "value": "yes", "reason": "Meant this week."}, format="json")
    assert (corrected.data["value"], corrected.data["is_met"]) == ("yes", True)
    assert corrected.data["words"] == answer.words
    answer.refresh_from_db()
    assert answer.corrected_by == API_ACTOR
    event = interview.events.get(kind=EventKind.ELIGIBILITY_CORRECTED)
    assert event.data == {"position": 0, "value_before": "no", "value_after": "yes"}


def test_correction_to_a_number_that_can_not_be_kept_is_refused() -> None:
    client, interview = make_api_client(), make_interview()
    notice = example_question(EligibilityExample.NOTICE_PERIOD, "en")
    add_eligibility_answer(interview, question=notice, value="12")
    address = f"/api/v1/interviews/{interview.pk}/eligibility/correct/"
    codes = [
        client.post(address, {"position": 0, "value": value, "reason": "Misheard"}, format="json").status_code
        for value in ("1e99", "9" * 99, "nan", "-1", "2.5")
    ]
    assert codes == [409, 409, 409, 409, 200]


def test_report_has_requirements_beside_unchanged_score() -> None:
    client, interview = make_api_client(), make_assessed_interview()
    before = client.get(f"/api/v1/interviews/{interview.pk}/report.json").data
    add_eligibility_answer(interview)
    notice = example_question(EligibilityExample.NOTICE_PERIOD, "en")
    declined = EligibilityAnswer.Status.DECLINED
    add_eligibility_answer(
        interview, position=1, question=notice, status=declined, words="I'd rather not say", value="", is_met=None
    )
    report = client.get(f"/api/v1/interviews/{interview.pk}/report.json").data
    assert [(shown["value"], shown["status"], shown["is_met"]) for shown in report["requirements"]] == [
        ("no", "answered", False),
        ("", "declined", None),
    ]
    assert report["result"] == before["result"]
    assert Interview.objects.get(pk=interview.pk).recommended == interview.recommended
