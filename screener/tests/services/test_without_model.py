"""The interviewer of a deployment without a language model: it composes questions and gives no scores."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.services.errors import NotSent, PermanentError
from screener.services.interviewer.protocol import JobText
from screener.services.interviewer.without_model import WithoutModel
from tests.support.model_samples import INTERVIEW, RESPONSE

STATEMENTS = st.sampled_from(
    [
        "Customers, refunds, CRM, patience!",
        "I don't know what to say about that...",
        "Weekly pay every Friday",
        "Experience with Linux and SQL",
        "<b>Must be able to lift 20 kg</b>",
        "You answer the calls of our customers.",
        "Requirements:",
    ]
)


def test_no_answer_is_scored() -> None:
    with pytest.raises(NotSent):
        WithoutModel().assess_response(RESPONSE)


def test_no_interview_is_summarised() -> None:
    with pytest.raises(PermanentError):
        WithoutModel().summarise_interview(INTERVIEW)


def test_one_line_is_enough() -> None:
    plan = WithoutModel().compose_questions(JobText("Barista", "Barista wanted.", "en")).value
    assert len(plan.questions) == 5


@given(st.text(max_size=80), st.lists(st.text(max_size=80) | STATEMENTS).map("\n- ".join), st.integers(1, 8))
@settings(max_examples=25, deadline=None)
def test_any_text_gives_different_questions(title: str, description: str, count: int) -> None:
    plan = WithoutModel().compose_questions(JobText(title, description, "en"), count).value
    texts = [question.text for question in plan.questions]
    assert len(texts) == len(set(texts)) == count
    assert all(len(text) < 500 and text[-1] in ".?" for text in texts)


def test_only_english_is_composed() -> None:
    with pytest.raises(PermanentError):
        WithoutModel().compose_questions(JobText("Koch", "Kochen.", "de"))
