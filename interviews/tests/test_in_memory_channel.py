"""Whole interviews over a channel without calls."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from candidates.models import Consent, DoNotCall
from interviews.answers.audio import FETCH_STEP
from interviews.conversation import engine
from interviews.conversation.introduction import MAX_TRIES
from interviews.conversation.wording import en
from interviews.models import Call, EventKind, Interview, InterviewResponse, Recording, lock_attempt, lock_interview
from interviews.models.transitions.conversation import HAND_OVERS, adopt_missing_recording
from screener.background.steps import run_step
from tests.support.factories import make_interview
from tests.support.in_memory_channel import InMemoryChannel, Session, open_channel

pytestmark = pytest.mark.django_db

Status = InterviewResponse.Status


@pytest.fixture
def channel() -> InMemoryChannel:
    return open_channel()


@pytest.fixture
def interview() -> Interview:
    return make_interview()


def statuses(interview: Interview) -> list[str]:
    return list(interview.responses.values_list("status", flat=True))


def outcome_of(interview: Interview) -> tuple[str, str]:
    interview.refresh_from_db()
    return interview.status, interview.outcome


def test_interview_is_held(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    assert interview.candidate.full_name in session.send(engine.PickedUp())
    assert interview.job.title in session.send(engine.KeyPressed("1"))
    assert interview.responses.all()[0].question in session.send(engine.KeyPressed("1"))
    for _ in range(3):
        session.answer()
    assert session.prompt.startswith(en.GOODBYES[engine.Ending.FINISHED])
    assert outcome_of(interview) == ("completed", "complete")
    assert statuses(interview) == [Status.ANSWERED] * 3
    assert interview.candidate.consents_to(Consent.Kind.RECORD)
    assert not Call.objects.exists()


def test_audio_is_fetched(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.agree()
    recording = session.answer()
    assert recording is not None
    run_step(FETCH_STEP, recording.pk)
    recording.refresh_from_db()
    assert recording.status == Recording.Status.STORED


def test_silence_moves_on(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.agree()
    assert en.LEAD_INS[engine.LeadIn.ENCOURAGED] in session.send(engine.NoReply())
    assert interview.responses.all()[1].question in session.send(engine.NoReply())
    assert statuses(interview)[0] == Status.SILENT


def test_question_is_repeated(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.agree()
    assert en.LEAD_INS[engine.LeadIn.REPEATED] in session.send(engine.KeyPressed("*"))


def test_turn_is_repeated(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    greeting = session.send(engine.PickedUp())
    session.send(engine.KeyPressed("1"))
    assert session.send(engine.PickedUp(), turn=0) == greeting


def test_interview_is_resumed(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.agree()
    session.answer()
    session.answer(engine.RecordingEnd.HANGUP)
    session.hang_up()
    interview.refresh_from_db()
    resumed = Session(channel, interview)
    resumed.send(engine.PickedUp())
    assert "1 question" not in resumed.send(engine.KeyPressed("1"))
    assert interview.responses.all()[1].question in resumed.send(engine.KeyPressed("1"))
    resumed.answer()
    resumed.answer()
    assert outcome_of(interview) == ("completed", "complete")


def test_last_recording_is_adopted(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.agree()
    session.hang_up()
    with lock_attempt(session.attempt.pk) as attempt:
        assert attempt.row.is_missing_last_recording
        adopt_missing_recording(attempt, {"memory-lost": 7})
    assert Recording.objects.get(sid="memory-lost").response.position == 0


def test_machine_voids_consent(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.agree()
    session.answer()
    session.reveal_machine()
    assert outcome_of(interview) == ("pending", "")
    assert statuses(interview) == [Status.PLANNED] * 3
    assert not interview.candidate.consents_to(Consent.Kind.RECORD)
    assert channel.ended == [session.attempt.pk]


def test_channel_without_machines_ignores_them(channel: InMemoryChannel, interview: Interview) -> None:
    channel.reaches_machines = False
    session = Session(channel, interview)
    session.agree()
    session.reveal_machine()
    assert outcome_of(interview) == ("in_progress", "")


def test_opt_out_is_final(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.send(engine.PickedUp())
    session.send(engine.KeyPressed("9"))
    assert outcome_of(interview) == ("failed", "opted_out")
    assert DoNotCall.objects.covers_number(interview.candidate.phone)


def test_repeated_refusal_guess_ends_calls(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.send(engine.PickedUp())
    session.send(engine.KeyPressed("1"))
    for _ in range(MAX_TRIES):
        session.send(engine.WordsSpoken("I do not see myself in that job any more, sorry"))
    assert outcome_of(interview) == ("failed", "person_requested")
    event = interview.events.get(kind=EventKind.INTERVIEW_PERSON_REQUESTED)
    assert (event.data["why"], event.reason) == (engine.HandOver.REFUSAL, HAND_OVERS[engine.HandOver.REFUSAL])
    assert DoNotCall.objects.values_list("kind", flat=True).get() == DoNotCall.Kind.PERSON_REQUESTED


def test_cancelled_attempt_is_ended(channel: InMemoryChannel, interview: Interview) -> None:
    session = Session(channel, interview)
    session.agree()
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.cancel(Interview.Outcome.BY_HR, actor="a test")
    assert channel.ended == [session.attempt.pk]


SCRIPT = Path(__file__).parents[2] / "tests" / "support" / "in_memory_interview.py"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_webhooks_or_telephony_is_imported() -> None:
    """A process of its own, in which neither can be imported, holds a whole interview."""
    environment = os.environ | {"IN_MEMORY_DATABASE": json.dumps(connection.settings_dict, default=str)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"status": "completed", "outcome": "complete", "calls": 0}
