"""Whole interviews in writing."""

import random

import pytest

from interviews.conversation import engine
from interviews.conversation.phrases.intent import Intent
from interviews.models import Attempt, Interview, InterviewResponse
from interviews.models.transitions.response import WRITTEN_BY_CANDIDATE
from interviews.self_service.attempts import leave_attempt, open_attempt
from interviews.task_handles import ASSESS, CONCLUDE
from tests.support.factories import make_interview, run_tasks
from tests.support.written_interview import ANSWER, Writer

pytestmark = pytest.mark.django_db

Status = InterviewResponse.Status


@pytest.fixture
def interview() -> Interview:
    return make_interview()


def statuses(interview: Interview) -> list[str]:
    return list(interview.responses.values_list("status", flat=True))


def test_interview_is_written(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    for _ in range(3):
        writer.write()
    interview.refresh_from_db()
    assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.COMPLETE)
    assert (writer.attempt.is_live, writer.attempt.outcome) == (False, Attempt.Outcome.ANSWERED)
    assert set(interview.responses.values_list("transcript", "transcript_source")) == {(ANSWER, WRITTEN_BY_CANDIDATE)}
    run_tasks(only=ASSESS.name)
    run_tasks(only=CONCLUDE.name)
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    assert statuses(interview) == [Status.ASSESSED] * 3


def test_few_words_are_too_short(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write("In Berlin.")
    run_tasks(only=ASSESS.name)
    assert statuses(interview)[0] == Status.TOO_SHORT


def test_empty_answers_are_silences(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    assert writer.write("  \n ").prompt["position"] == 0
    assert statuses(interview)[0] == Status.ASKED
    writer.write("")
    assert (statuses(interview)[0], writer.attempt.position) == (Status.SILENT, 1)


def test_question_is_postponed_once(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.choose(Intent.COME_BACK)
    writer.write()
    writer.write()
    assert writer.attempt.position == 0
    writer.choose(Intent.COME_BACK)
    assert (writer.attempt.position, writer.attempt.stage) == (0, engine.Stage.QUESTION)
    writer.choose(Intent.SKIP)
    assert statuses(interview) == [Status.SKIPPED, Status.TRANSCRIBED, Status.TRANSCRIBED]


def test_stop_is_confirmed(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.choose(Intent.REFUSE)
    writer.choose(Intent.NO)
    assert writer.attempt.stage == engine.Stage.QUESTION
    writer.choose(Intent.REFUSE)
    writer.choose(Intent.YES)
    interview.refresh_from_db()
    assert interview.outcome == Interview.Outcome.DECLINED


def test_unconfirmed_stop_is_none(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.choose(Intent.REFUSE)
    leave_attempt(writer.attempt.pk)
    interview.refresh_from_db()
    assert interview.is_live
    writer.write()
    assert statuses(interview)[0] == Status.TRANSCRIBED


@pytest.mark.parametrize(
    ("text", "stage", "position"),
    [
        ("I don't know.", engine.Stage.QUESTION, 1),
        ("Can I talk to a human, please?", engine.Stage.STOP, 0),
        ("Could you repeat the question?", engine.Stage.QUESTION, 0),
        ("Can we do this tomorrow at five?", engine.Stage.QUESTION, 0),
    ],
)
def test_written_request_is_no_answer(interview: Interview, text: str, stage: engine.Stage, position: int) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write(text)
    assert (writer.attempt.stage, writer.attempt.position) == (stage, position)
    assert interview.responses.get(position=0).transcript == ""


def test_same_words_again_are_the_answer(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write("Can I talk to a human, please?")
    writer.choose(Intent.NO)
    writer.write("Can I talk to a human, please?")
    assert interview.responses.get(position=0).status == Status.TRANSCRIBED


def test_repeated_turn_gets_same_reply(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    turn = writer.attempt.turn
    first, second = writer.write(turn=turn), writer.write(turn=turn)
    assert first == second
    assert statuses(interview) == [Status.TRANSCRIBED, Status.ASKED, Status.PLANNED]
    with pytest.raises(engine.StaleTurn):
        writer.write("Another text, in another window.", turn=turn)
    with pytest.raises(engine.StaleTurn):
        writer.choose(Intent.SKIP, turn=turn)


def test_last_turn_is_repeated_after_end(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write()
    writer.write()
    turn = writer.attempt.turn
    assert writer.write(turn=turn) == writer.write(turn=turn)


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_requests_has_one_end(interview: Interview, seed: int) -> None:
    """Each request comes twice, old turns come again, and the candidate leaves between any two: no answer is lost."""
    chance = random.Random(seed)
    writer = Writer(interview)
    texts = [f"This is my answer number {number}, in more than four words." for number in range(3)]
    writer.agree()
    while Interview.objects.get(pk=interview.pk).is_live:
        writer.attempt.refresh_from_db()
        turn, position = writer.attempt.turn, writer.attempt.position or 0
        for repeated_turn in (turn, chance.randrange(turn + 1), turn):
            try:
                writer.write(texts[position], turn=repeated_turn)
            except engine.StaleTurn:
                continue
        if chance.random() < 0.5:
            leave_attempt(writer.attempt.pk)
        if chance.random() < 0.5 and Interview.objects.get(pk=interview.pk).is_live:
            open_attempt(interview, Attempt.Channel.TEXT)
    assert list(interview.responses.values_list("transcript", flat=True)) == texts
    assert interview.attempts.live().count() == 0
    assert interview.events.filter(kind="response.answered").count() == 3
