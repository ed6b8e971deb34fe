"""What is sent to a model: never who the candidate is, whatever was said, written or found."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from interviews.models import Interview
from jobs.models import JobDescription
from screener.records import QuestionSpec
from screener.services.privacy.redaction import redact
from tests.support.factories import make_approved_job, make_transcribed_interview, run_tasks
from tests.support.fake_openai import FakeOpenAI, completion_reply, fake_language_model

pytestmark = pytest.mark.django_db

SAID = (
    "I am José Ibarra-Møller, call me jose, that is I B A R R A. In my last job I moved twelve services. "
    "Write to jose dot ibarra at example dot com or jose.ibarra@example.com, or ring 0151 234 567 89, "
    "zero one five one, two three four, five six seven, double eight... sorry, eight nine. José's team was Moller's."
)
PERSON = {"full_name": "José Ibarra-Møller", "email": "jose.ibarra@example.com", "phone": "+4915123456789"}
SIGNS = ("jos", "ibarra", "ller", "example", "0151", "151", "234", "56789", "five one", "two three")
QUOTE = "I moved twelve services"


def judging(handler: Any) -> None:
    """A model that repeats a name: how it learned of that does not matter."""
    asked = handler.scripted.requests[-1].json["response_format"]["json_schema"]["name"]
    point = {"text": "José Ibarra-Møller moves services.", "position": 0, "quote": QUOTE}
    scores = [
        {"criterion": key, "score": 8, "reason": "José said so: jose.ibarra@example.com.", "quotes": [QUOTE]}
        for key in ("relevance", "specificity", "clarity", "professionalism")
    ]
    refused = [one | {"quotes": ["I am José Ibarra"]} for one in scores]
    first = len(handler.scripted.requests) == 1
    reply = {
        "assess_answer": {"criteria": refused if first else scores, "feedback": "Good."},
        "summarise": {"reasoning": [point], "strengths": [point], "improvements": [], "opinion": "hire"},
    }
    completion_reply(json.dumps(reply[asked]))(handler)


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    with fake_language_model(judging) as server:
        yield server


def test_nothing_that_is_sent_says_who_the_candidate_is(model: FakeOpenAI) -> None:
    about = "José Ibarra-Møller, jose.ibarra@example.com, +49 151 234 56789"
    question = QuestionSpec(
        text=f"Why, José ({about})?", competency=f"What jose does {about}", weight=1, max_seconds=60
    )
    rubric = JobDescription().rubric
    rubric = [one | {"name": f"{one['name']} {about}", "anchors": {"2": about, "9": f"As {about}"}} for one in rubric]
    job = make_approved_job(
        questions=[question], title=f"After {about}", description=f"As José did. {about}", rubric=rubric
    )
    interview = make_transcribed_interview(SAID, job=job, **PERSON)
    run_tasks()
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    assert len(model.requests) == 3, "an answer, once more with an objection, and the summary"
    assert "An earlier judgement of this answer was refused" in model.requests[1].user_turn
    for request in model.requests:
        words = request.user_turn.lower()
        assert not [sign for sign in SIGNS if sign in words], words
        assert "twelve services" in words


def test_what_hr_reads_is_what_was_said(model: FakeOpenAI) -> None:
    interview = make_transcribed_interview(SAID, job=make_approved_job(), **PERSON)
    run_tasks()
    quotes = [one for response in interview.responses.all() for one in response.current_assessment.criteria]  # type: ignore[union-attr]
    assert all(entry.quote == QUOTE for one in quotes for entry in one.evidence)
    assert len(redact(SAID, interview.candidate.identifying_texts)) == len(SAID)
