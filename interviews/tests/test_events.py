"""The kinds of events are a contract: clients filter by them."""

import pytest

from interviews.models import Attempt, EventKind, Interview, InterviewEvent, InterviewResponse
from interviews.models.event import event_kind
from interviews.models.result import Recommendation
from interviews.presenters.event import EventRow

PUBLISHED = """
interview.planned interview.waiting interview.begun interview.voided interview.completed interview.failed
interview.cancelled attempt.planned attempt.reopened attempt.apologised attempt.answered attempt.no_answer attempt.busy
attempt.voicemail attempt.hung_up attempt.invalid_number attempt.carrier_error attempt.unknown response.planned
response.asked response.answered response.transcribed response.assessed response.silent response.too_short
response.skipped response.audio_lost response.unintelligible response.model_unavailable response.recording_rejected
result.ready result.incomplete result.needs_review result.reopened decision.hire decision.consider decision.reject
""".split()


def test_published_kinds_stay() -> None:
    assert set(PUBLISHED) <= set(EventKind.values)


@pytest.mark.parametrize(
    ("subject", "codes"),
    [
        ("interview", Interview.OUTCOMES_OF),
        ("attempt", Attempt.Outcome),
        ("response", InterviewResponse.Status),
        ("result", [Interview.ResultStatus.READY, *Interview.NEEDS_A_PERSON]),
        ("decision", Recommendation),
    ],
)
def test_every_state_has_kind(subject: str, codes: list[str]) -> None:
    assert [event_kind(subject, code).value for code in codes] == [f"{subject}.{code}" for code in codes]


def test_title_names_question() -> None:
    event = InterviewEvent(kind=EventKind.RESPONSE_ANSWERED, data={"position": 1}, before="asked", after="answered")
    row = EventRow(event)
    assert (row.event_title, row.status_change) == ("Question 2 answered", "asked → answered")


def test_title_of_unknown_kind_is_kind() -> None:
    row = EventRow(InterviewEvent(kind="interview.renamed"))
    assert (row.event_title, row.status_change) == ("interview.renamed", "")
