"""Answers whose transcript shows that they are none, and short answers without words."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from candidates.models import DoNotCall
from interviews.answers.transcription import LIVE_SOURCE, TRANSCRIBE_STEP
from interviews.answers.typed_words import save_typed_words
from interviews.flags import Flag
from interviews.models import (
    Attempt,
    EventKind,
    Interview,
    InterviewResponse,
    LockedRecording,
    Recording,
    lock_attempt,
    lock_interview,
)
from interviews.models.no_answer import NoAnswer
from interviews.models.transitions.response import TYPED_BY_PERSON
from interviews.models.turns.live_transcript import LiveWords, add_live_words
from screener.background.steps import run_step
from screener.models import InvalidTransition
from tests.support.admin_client import make_staff_client, submit_form
from tests.support.factories import ANSWER, make_interview, run_tasks
from tests.support.model_samples import make_wav

pytestmark = pytest.mark.django_db
Status = InterviewResponse.Status
STORED_TURN = 3
REFUSAL_BY_SCORE = "I do not see myself in that job any more, sorry"
"""A guess, which no one can confirm after the call."""


def make_live_interview() -> tuple[Interview, Attempt]:
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=timezone.now(), turn=9, stage="question", position=2)
    with lock_interview(interview) as locked:
        locked.begin()
    return interview, attempt


def answer(interview: Interview, position: int, words: str, *, status: str = "completed", seconds: float = 8) -> None:
    """Store an answer that the carrier has transcribed."""
    response, attempt = interview.responses.get(position=position), interview.attempts.get()
    recording = Recording.objects.create(
        response=response,
        attempt=attempt,
        turn=STORED_TURN + position,
        sid=f"RE{position}",
        status=Recording.Status.STORED,
        seconds=round(seconds),
        carrier_transcript=words,
        carrier_transcript_status=status,
    )
    recording.update_fields(file=recording.save_audio(make_wav(seconds)))
    with lock_interview(interview) as locked:
        LockedRecording(recording, locked).accept_as_answer()


def transcribe(interview: Interview, position: int) -> InterviewResponse:
    response = interview.responses.get(position=position)
    run_step(TRANSCRIBE_STEP, response.pk)
    response.refresh_from_db()
    return response


def complete(interview: Interview) -> None:
    interview.attempts.update(ended_at=timezone.now())
    with lock_interview(interview) as locked:
        locked.finish(Interview.Outcome.COMPLETE)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Sorry, could you repeat that?", NoAnswer.ASKED_REPEAT),
        ("I don't know.", NoAnswer.DONT_KNOW),
        ("Next question, please.", NoAnswer.SKIPPED),
        ("Can I talk to a person?", NoAnswer.ASKED_PERSON),
        ("Stop calling me, never call again.", NoAnswer.NEVER_AGAIN),
    ],
)
def test_request_of_finished_interview_is_never_scored(words: str, reason: NoAnswer) -> None:
    interview, _ = make_live_interview()
    answer(interview, 0, words)
    complete(interview)
    response = transcribe(interview, 0)
    assert (response.status, response.no_answer, response.transcript) == (Status.SKIPPED, reason, words)
    assert (response.recordings.get().request, response.chosen_recording) == (reason, None)
    assert not response.assessments.exists()
    event = interview.events.get(kind=EventKind.RESPONSE_REQUEST)
    assert event.data == {"position": 0, "request": reason, "late": True}


@pytest.mark.parametrize(
    "words", [ANSWER, "No, never.", "I always ask the customer to repeat what they said.", REFUSAL_BY_SCORE]
)
def test_answer_is_no_request(words: str) -> None:
    interview, _ = make_live_interview()
    answer(interview, 0, words)
    assert transcribe(interview, 0).status == Status.TRANSCRIBED


def test_misheard_question_is_asked_again() -> None:
    interview, attempt = make_live_interview()
    for position, words in enumerate(("Sorry, could you repeat that?", ANSWER)):
        answer(interview, position, words)
    assert transcribe(interview, 0).status == Status.PLANNED
    with lock_attempt(attempt.pk) as locked:
        state = locked.conversation_state()
    assert (state.open_positions, state.postponed) == ((2, 0), frozenset({0}))


def test_misheard_question_is_asked_again_once() -> None:
    interview, _ = make_live_interview()
    interview.responses.filter(position=0).update(postponed=True)
    answer(interview, 0, "Sorry, could you repeat that?")
    assert transcribe(interview, 0).status == Status.SKIPPED


@pytest.mark.parametrize("is_live", [True, False], ids=["live", "finished"])
def test_never_again_is_honoured_late(is_live: bool) -> None:
    interview, _ = make_live_interview()
    answer(interview, 0, "Stop calling me, never call again.")
    if not is_live:
        complete(interview)
    transcribe(interview, 0)
    interview.refresh_from_db()
    assert interview.status == (Interview.Status.FAILED if is_live else Interview.Status.COMPLETED)
    kind = EventKind.INTERVIEW_FAILED if is_live else EventKind.INTERVIEW_OPTED_OUT
    assert interview.events.filter(kind=kind).exists()
    assert DoNotCall.objects.get().kind == DoNotCall.Kind.OPTED_OUT


def test_wish_for_person_is_honoured_late() -> None:
    interview, _ = make_live_interview()
    answer(interview, 0, "Can I talk to a person?")
    interview.attempts.update(ended_at=timezone.now())
    transcribe(interview, 0)
    interview.refresh_from_db()
    assert interview.person_requested_at is not None
    assert interview.outcome == Interview.Outcome.PERSON_REQUESTED


class TestShortAnswer:
    def test_live_words_stand_for_it(self) -> None:
        interview, attempt = make_live_interview()
        add_live_words(attempt.pk, STORED_TURN, LiveWords("1", "No, never.", is_final=True))
        answer(interview, 0, "", status="failed", seconds=1.2)
        response = transcribe(interview, 0)
        assert (response.status, response.transcript) == (Status.TRANSCRIBED, "No, never.")
        assert response.transcript_source == LIVE_SOURCE

    @pytest.mark.parametrize("status", ["failed", ""])
    def test_no_words_void_no_interview(self, status: str) -> None:
        interview, _ = make_live_interview()
        answer(interview, 0, "", status=status, seconds=1.2)
        for position in (1, 2):
            answer(interview, position, ANSWER)
        complete(interview)
        response = transcribe(interview, 0)
        assert (response.status, response.no_answer) == (Status.TOO_SHORT, NoAnswer.NO_WORDS)
        assert not response.has_failed

    def test_long_answer_without_words_waits_for_listener(self) -> None:
        interview, _ = make_live_interview()
        answer(interview, 0, "(blank)", seconds=12)
        assert transcribe(interview, 0).status == Status.UNINTELLIGIBLE


class TestTypedWords:
    @pytest.fixture
    def response(self) -> InterviewResponse:
        interview, _ = make_live_interview()
        answer(interview, 0, "", status="failed", seconds=1.2)
        complete(interview)
        return transcribe(interview, 0)

    def test_typed_words_are_scored(self, response: InterviewResponse) -> None:
        client = make_staff_client("add_assessment", "view_recording", "view_interview", "view_interviewresponse")
        url = f"/admin/interviews/interviewresponse/{response.pk}/words/"
        submit_form(client, url, words="No, never.")
        response.refresh_from_db()
        assert (response.status, response.transcript) == (Status.TRANSCRIBED, "No, never.")
        assert response.transcript_source == TYPED_BY_PERSON
        assert response.interview.events.filter(kind=EventKind.RESPONSE_WORDS_TYPED).exists()

    def test_typed_request_is_no_answer(self, response: InterviewResponse) -> None:
        save_typed_words(response, "I don't know.", actor="a test")
        response.refresh_from_db()
        assert (response.status, response.no_answer) == (Status.SKIPPED, NoAnswer.DONT_KNOW)

    def test_words_are_not_replaced(self, response: InterviewResponse) -> None:
        save_typed_words(response, "No, never.", actor="a test")
        with pytest.raises(InvalidTransition):
            save_typed_words(response, "Yes, always.", actor="a test")

    def test_stranger_types_nothing(self, response: InterviewResponse, client: Client) -> None:
        stranger = make_staff_client("view_interview")
        url = f"/admin/interviews/interviewresponse/{response.pk}/words/"
        assert stranger.post(url, {"words": "Yes."}).status_code == 403
        response.refresh_from_db()
        assert response.status == Status.TOO_SHORT


def test_result_names_answer_without_words(settings: Any) -> None:
    settings.JUDGE = "person"
    interview, _ = make_live_interview()
    answer(interview, 0, "", status="failed", seconds=1.2)
    complete(interview)
    interview.responses.exclude(position=0).update(status=Status.SILENT)
    transcribe(interview, 0)
    run_tasks()
    assert Flag.ANSWER_WITHOUT_WORDS in interview.results.get(is_current=True).flags
