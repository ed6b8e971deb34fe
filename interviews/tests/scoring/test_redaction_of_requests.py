"""Requests to a model never identify the candidate."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from devtools.model_simulator.replies import completion_reply
from devtools.model_simulator.server import ModelSimulator
from interviews.models import Interview
from jobs.models import JobDescription
from screener.records import QuestionSpec
from screener.services.privacy.redaction import redact
from tests.support.factories import make_approved_job, make_transcribed_interview, run_tasks
from tests.support.fake_openai import fake_language_model

pytestmark = pytest.mark.django_db

TRANSCRIPT = (
    "I am José Ibarra-Møller, call me jose, that is I B A R R A. In my last job I moved twelve services. "
    "Write to jose dot ibarra at example dot com or jose.ibarra@example.com, or ring 0151 234 567 89, "
    "zero one five one, two three four, five six seven, double eight... sorry, eight nine. José's team was Moller's."
)
CANDIDATE = {"full_name": "José Ibarra-Møller", "email": "jose.ibarra@example.com", "phone": "+4915123456789"}
IDENTIFIERS = ("jos", "ibarra", "ller", "example", "0151", "151", "234", "56789", "five one", "two three")
QUOTE = "I moved twelve services"


def reply_with_name(handler: Any) -> None:
    """A model that repeats the candidate's name in its reply."""
    schema = handler.received.json["response_format"]["json_schema"]["name"]
    point = {"text": "José Ibarra-Møller moves services.", "position": 0, "quote": QUOTE}
    scores = [
        {"criterion": key, "score": 8, "reason": "José said so: jose.ibarra@example.com.", "quotes": [QUOTE]}
        for key in ("relevance", "specificity", "clarity", "professionalism")
    ]
    rejected = [score | {"quotes": ["I am José Ibarra"]} for score in scores]
    is_first = len(handler.simulator.requests) == 1
    reply = {
        "assess_answer": {"criteria": rejected if is_first else scores, "feedback": "Good."},
        "summarise": {"reasoning": [point], "strengths": [point], "improvements": [], "opinion": "hire"},
    }
    completion_reply(json.dumps(reply[schema]))(handler)


@pytest.fixture
def model() -> Iterator[ModelSimulator]:
    with fake_language_model(reply_with_name) as server:
        yield server


def test_requests_do_not_identify_candidate(model: ModelSimulator) -> None:
    about = "José Ibarra-Møller, jose.ibarra@example.com, +49 151 234 56789"
    question = QuestionSpec(
        text=f"Why, José ({about})?", competency=f"What jose does {about}", weight=1, max_seconds=60
    )
    rubric = JobDescription().rubric
    rubric = [
        criterion | {"name": f"{criterion['name']} {about}", "anchors": {"2": about, "9": f"As {about}"}}
        for criterion in rubric
    ]
    job = make_approved_job(
        questions=[question], title=f"After {about}", description=f"As José did. {about}", rubric=rubric
    )
    interview = make_transcribed_interview(TRANSCRIPT, job=job, **CANDIDATE)
    run_tasks()
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    assert len(model.requests) == 3  # The response, once more with an objection, and the summary.
    assert "BEGIN objection" in model.requests[1].user_turn
    for request in model.requests:
        words = request.user_turn.lower()
        assert not [identifier for identifier in IDENTIFIERS if identifier in words], words
        assert "twelve services" in words


def test_reviewer_reads_original_quotes(model: ModelSimulator) -> None:
    interview = make_transcribed_interview(TRANSCRIPT, job=make_approved_job(), **CANDIDATE)
    run_tasks()
    for response in interview.responses.all():
        assert response.current_assessment
        quotes = {
            evidence.quote
            for criterion in response.current_assessment.criteria
            for evidence in criterion.verified_evidence
        }
        assert quotes == {QUOTE}
    assert len(redact(TRANSCRIPT, interview.candidate.identifying_texts)) == len(TRANSCRIPT)
