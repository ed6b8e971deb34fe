"""A candidate speaks in the room, and Whisper on this machine writes the words down: no key, no service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.urls import reverse

from interviews.invitations import inviting
from interviews.models import Interview
from screener.records import QuestionSpec
from screener.services.circuit_breaker import breaker_for
from screener.services.speech_server.selection import LOCAL
from screener.services.speech_server.supervision import SupervisedServer, socket_path
from tests.journeys.candidate_user import RoomUser
from tests.support.browser import NARROW
from tests.support.candidate_browser import browser_with_microphone
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.running_speech_server import wait_until_ready
from tests.support.spoken_sounds import ESPEAK_RATE, make_wav, missing_words, samples_of, speak

pytestmark = [pytest.mark.speech, pytest.mark.django_db(transaction=True)]

QUESTION = QuestionSpec(text="What did you change?", competency="Change", weight=1.0, max_seconds=60)
SENTENCE = "I moved the payment service from one big system to three small ones within four months."
CONTENT_WORDS = "payment service system months"
"""Its nouns. Whisper base hears "I move" for "I moved" now and then."""
PAUSE = [0.0] * ESPEAK_RATE


@pytest.fixture
def _speech(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    settings.SPEECH_ENGINE, settings.VAR_DIR = LOCAL, tmp_path_factory.mktemp("var")
    server = SupervisedServer(socket_path(settings.VAR_DIR), ["--whisper"])
    try:
        wait_until_ready(server)
        breaker_for.cache_clear()
        yield
    finally:
        server.end()


@pytest.mark.usefixtures("_speech")
def test_spoken_words_reach_result(live_server: Any, tmp_path: Path) -> None:
    samples = samples_of(speak(SENTENCE)) + PAUSE
    sound = tmp_path / "voice.wav"
    sound.write_bytes(make_wav(samples, rate=ESPEAK_RATE))
    interview = make_interview(job=make_approved_job(questions=[QUESTION]))
    address = reverse("portal", args=[inviting.invite(interview, actor="hanna").token])
    with browser_with_microphone(live_server.url, sound) as browser:
        candidate = RoomUser(browser.new_page())
        candidate.page.set_viewport_size(NARROW)
        candidate.page.goto(address)
        candidate.enter_room()
        candidate.agree()
        candidate.record_answer(2 * len(samples) / ESPEAK_RATE)  # wherever it begins, one sentence is whole
        candidate.send_answer()
        candidate.read_thanks()
    run_tasks()
    interview.refresh_from_db()
    response = interview.responses.get()
    assert missing_words(CONTENT_WORDS, response.transcript) == []
    assert response.transcript_source == "local:whisper-base"
    assert interview.result_status == Interview.ResultStatus.READY
