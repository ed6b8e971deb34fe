"""The interviewer of a deployment without a language model: it gives no scores and writes nothing."""

import pytest

from screener.services.errors import NotSent, PermanentError
from screener.services.interviewer.without_model import WithoutModel
from tests.support.model_samples import INTERVIEW, JOB, RESPONSE


def test_no_answer_is_scored() -> None:
    with pytest.raises(NotSent):
        WithoutModel().assess_response(RESPONSE)


def test_nothing_is_written() -> None:
    assert not WithoutModel().writes_questions
    with pytest.raises(PermanentError):
        WithoutModel().summarise_interview(INTERVIEW)
    with pytest.raises(PermanentError):
        WithoutModel().compose_questions(JOB)
