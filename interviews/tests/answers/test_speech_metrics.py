"""Speech metrics: measured where possible, left out elsewhere, and never sent to the model that scores."""

import io
import json
import math
import re
import struct
import wave
from array import array
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from devtools.model_simulator.server import ModelSimulator
from interviews.answers.speech_metrics import NEGATIVE_WORDS, POSITIVE_WORDS, measure_speech
from interviews.answers.transcription import TRANSCRIBE_STEP
from interviews.answers.voice_activity import _LINEAR_SAMPLES, spoken_spans
from interviews.models import Interview, InterviewResponse, LockedRecording, Recording, lock_interview
from interviews.records import Fillers, Pace, Pauses, Sentiment, SpeechMetrics
from interviews.scoring import assessment
from interviews.scoring.assessment import ASSESS_STEP
from screener.background.steps import run_step
from screener.services.interviewer.protocol import AssessedResponse, InterviewText, ResponseText
from tests.support.admin_client import get_page
from tests.support.factories import ANSWER, make_interview, run_tasks
from tests.support.fake_openai import fake_language_model
from tests.support.locked_rows import locked_response

ROOT = Path(__file__).resolve().parents[3]
RATE = 8000
BOX = "data-speech-metrics"
MU_LAW_OF = {sample: code for code, sample in enumerate(_LINEAR_SAMPLES)}


def tone(seconds: float, loudness: int = 8000) -> list[int]:
    return [int(loudness * math.sin(n * 0.6)) for n in range(int(seconds * RATE))]


def silence(seconds: float, noise: int = 0) -> list[int]:
    return [-noise, noise] * (int(seconds * RATE) // 2)


def pcm(samples: list[int], channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(RATE)
        frames = samples if channels == 1 else [sample for sample in samples for _ in range(channels)]
        out.writeframes(array("h", frames).tobytes())
    return file.getvalue()


def mu_law(samples: list[int]) -> bytes:
    levels = {sample: min(MU_LAW_OF, key=lambda level: abs(level - sample)) for sample in {*samples}}
    body = bytes(MU_LAW_OF[levels[sample]] for sample in samples)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 7, 1, RATE, RATE, 1, 8)
    data = b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(form + data) + 4) + b"WAVE" + form + data


def speech_metrics(
    transcript: str = "One two three four.", *, language: str = "en", word_times: Any = None, audio: bytes = b""
) -> dict[str, Any]:
    return measure_speech(transcript, language=language, word_times=word_times, audio=audio).to_json()


def timed(*words: tuple[str, float, float]) -> list[dict[str, Any]]:
    return [{"text": text, "start": start, "end": end} for text, start, end in words]


class TestWords:
    def test_of_sentiment_are_counted_and_named(self) -> None:
        sentiment = speech_metrics("I love the work. It was a great success, great team, one mistake.")["sentiment"]
        assert (sentiment["positive"], sentiment["negative"]) == (4, 1)
        assert sentiment["positive_words"] == ["great", "love", "success"]
        assert sentiment["negative_words"] == ["mistake"]

    @pytest.mark.parametrize("said", ["It was not good.", "It isn't a very good plan", "No trouble", "never a bad day"])
    def test_negated_are_left_out(self, said: str) -> None:
        sentiment = speech_metrics(said)["sentiment"]
        assert (sentiment["positive"], sentiment["negative"]) == (0, 0)

    def test_of_both_lists_are_never_same(self) -> None:
        assert not POSITIVE_WORDS & NEGATIVE_WORDS

    def test_that_fill_are_counted_with_their_share(self) -> None:
        fillers = speech_metrics("Um, I was, like, you know, uhh, ten years there.")["fillers"]
        assert fillers == {"count": 4, "share": 0.5, "which": {"like": 1, "uhh": 1, "um": 1, "you know": 1}}

    @pytest.mark.parametrize("said", ["I like my umbrella and the hammer.", "Her error was like mine."])
    def test_that_mean_something_are_no_fillers(self, said: str) -> None:
        assert speech_metrics(said)["fillers"]["count"] == 0

    @pytest.mark.parametrize("language", ["de", "fr-CA"])
    def test_other_languages_have_no_sentiment(self, language: str) -> None:
        measures = speech_metrics("Ich war, ähm, good.", language=language)
        assert (measures["words"], measures["sentiment"], measures["fillers"]) == (4, None, None)

    @given(st.text(max_size=300))
    def test_counts_fit_any_text(self, transcript: str) -> None:
        measures = speech_metrics(transcript)
        sentiment, fillers = measures["sentiment"], measures["fillers"]
        assert sentiment["positive"] + sentiment["negative"] <= measures["words"]
        assert fillers is None or 0 <= fillers["share"] <= 1
        json.dumps(measures)

    def test_long_answer_is_counted_in_one_pass(self) -> None:
        assert speech_metrics("not a " * 50_000 + "good")["sentiment"]["positive"] == 0


class TestPauses:
    def test_pauses_lie_between_timed_words(self) -> None:
        times = timed(("One", 1.0, 1.5), ("two", 1.6, 2.0), ("three", 3.0, 3.4), ("four.", 4.1, 5.0))
        measures = speech_metrics(word_times=times, audio=pcm(tone(5)))
        assert measures["pauses"] == {"count": 2, "seconds": 1.7, "longest": 1.0, "by": "times"}
        assert measures["pace"] == {"words_per_minute": 104, "speech_seconds": 2.3, "by": "times"}

    def test_are_none_where_nobody_paused(self) -> None:
        times = timed(("One", 0, 0.5), ("two", 0.6, 1.5))
        assert speech_metrics("One two", word_times=times)["pauses"] == {
            "count": 0,
            "seconds": 0,
            "longest": 0.0,
            "by": "times",
        }

    @pytest.mark.parametrize("write", [pcm, mu_law])
    def test_are_heard_in_audio_otherwise(self, write: Any) -> None:
        audio = write(silence(1) + tone(2) + silence(1.5) + tone(1) + silence(0.5) + tone(1) + silence(2))
        measures = speech_metrics(audio=audio)
        assert measures["pauses"] == {"count": 1, "seconds": 1.5, "longest": 1.5, "by": "audio"}
        assert measures["pace"] == {"words_per_minute": 53, "speech_seconds": 4.5, "by": "audio"}

    def test_audio_pauses_replace_sentence_times(self) -> None:
        times = timed(("One two three four.", 0, 5))
        audio = pcm(tone(2) + silence(1) + tone(2))
        assert speech_metrics(word_times=times, audio=audio)["pauses"]["by"] == "audio"

    def test_pauses_survive_line_noise(self) -> None:
        click = tone(0.02, 20_000)
        audio = pcm(tone(2) + silence(0.5, 200) + click + silence(0.5, 200) + tone(2))
        assert speech_metrics(audio=audio)["pauses"]["count"] == 1

    def test_of_two_channels_are_those_of_first(self) -> None:
        samples = tone(1) + silence(1) + tone(1)
        assert spoken_spans(pcm(samples, channels=2)) == spoken_spans(pcm(samples))

    def test_pauses_without_clear_silence_are_left_out(self) -> None:
        paused = pcm(tone(1) + silence(1) + tone(1))
        noises = [pcm([]), pcm(silence(3)), pcm(silence(3, 40)), pcm(tone(3)), pcm(silence(901))]
        for audio in (b"", b"no wav", *noises, paused[:30], paused.replace(b"fmt ", b"xxxx")):
            measures = speech_metrics(audio=audio)
            assert (measures["pauses"], measures["pace"]) == (None, None)

    @given(st.binary(max_size=200), st.integers(0, 44))
    def test_of_damaged_audio_do_no_harm(self, junk: bytes, place: int) -> None:
        audio = pcm(tone(0.3) + silence(0.3))
        for start, end in spoken_spans(audio[:place] + junk + audio[place + len(junk) :]):
            assert 0 <= start < end

    @given(
        st.lists(st.tuples(st.floats(0, 100), st.floats(0, 5)), max_size=20),
        st.text("ab ", max_size=40),
    )
    def test_never_last_longer_than_answer(self, spans: list[tuple[float, float]], transcript: str) -> None:
        times = timed(*(("w", start, start + length) for start, length in spans))
        if pauses := speech_metrics(transcript, word_times=times)["pauses"]:
            whole = max(word["end"] for word in times) - min(word["start"] for word in times)
            assert pauses["longest"] <= pauses["seconds"] <= whole + 0.05 * len(spans)
            assert pauses["count"] < len(spans)


# --- Nothing of it reaches a score ---------------------------------------------------------------------

JUDGES = [
    *sorted((ROOT / "interviews/scoring").glob("*.py")),
    ROOT / "screener/costs/metering.py",
    *sorted((ROOT / "screener/services").glob("*.py")),
    *sorted((ROOT / "templates/prompts").iterdir()),
]
KINDS = ("measures", "sentiment", "fillers", "pauses", "pace", "loudness")


@pytest.mark.parametrize("file", JUDGES, ids=lambda file: file.name)
def test_what_judges_names_no_measure(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"\b(interviews\.)?(measures|loudness)\b|\[\"(sentiment|pauses|pace)\"\]", text)


def test_model_input_has_no_metrics() -> None:
    for text_type in (ResponseText, InterviewText, AssessedResponse):
        assert not {field.name for field in fields(text_type)} & set(KINDS)


@pytest.fixture
def model() -> Iterator[ModelSimulator]:
    with fake_language_model() as server:
        yield server


def _judge(
    interview: Interview, measures: SpeechMetrics | None, server: ModelSimulator
) -> tuple[list[bytes], list[Any]]:
    """The requests that score this interview with these metrics, and the resulting scores."""
    before = len(server.requests)
    interview.responses.update(measures=measures)
    assessment.rescore_interview(interview, actor="a test")
    run_tasks()
    result = interview.results.get(is_current=True)
    scores = [response.assessments.get(is_current=True).score for response in interview.responses.all()]
    sent = sorted(request.body for request in server.requests[before:])
    return sent, [*scores, result.overall_score, result.recommendation]


@pytest.mark.django_db
def test_score_does_not_depend_on_speech(model: ModelSimulator, settings: Any) -> None:
    settings.SHOW_MEASURES = True
    interview = make_interview()
    with lock_interview(interview) as locked:
        locked.begin()
        interview.responses.update(status=InterviewResponse.Status.TRANSCRIBED, transcript=ANSWER)
        locked.finish(Interview.Outcome.COMPLETE)
    for response in interview.responses.all():
        run_step(ASSESS_STEP, response.pk)
    run_tasks()
    calm = SpeechMetrics.from_json(speech_metrics(ANSWER, audio=pcm(tone(2) + silence(1) + tone(2))))
    wild = SpeechMetrics(
        words=calm.words,
        sentiment=Sentiment(positive=0, negative=99, positive_words=[], negative_words=["hate"]),
        fillers=Fillers(count=99, share=1.0, which={"um": 99}),
        pace=Pace(words_per_minute=900, speech_seconds=1.0, by="audio"),
        pauses=Pauses(count=50, seconds=300.0, longest=60.0, by="audio"),
    )
    sent, came = zip(*(_judge(interview, metrics, model) for metrics in (None, calm, wild)), strict=True)
    assert len(sent[0]) == 3 + 1
    assert sent[0] == sent[1] == sent[2]
    assert came[0] == came[1] == came[2]


# --- Where they are made and shown ---------------------------------------------------------------------


@pytest.fixture
def answered(settings: Any) -> InterviewResponse:
    """An answer whose audio is stored, and which Twilio has transcribed."""
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=interview.created_at)
    response = interview.responses.all()[0]
    row = Recording.objects.create(response=response, attempt=attempt, turn=3, sid="RE1", seconds=5)
    with lock_interview(interview) as locked:
        locked.begin()
        recording = LockedRecording(row, locked)
        recording.accept_as_answer()
        recording.mark_available(seconds=5)
        recording.mark_stored(row.save_audio(pcm(tone(2) + silence(1) + tone(2))))
        recording.set_carrier_transcript(ANSWER, status="completed")
    return response


def measured(response: InterviewResponse) -> dict[str, Any]:
    run_step(TRANSCRIBE_STEP, response.pk)
    response.refresh_from_db()
    assert response.measures is not None
    return response.measures.to_json()


def page_of(response: InterviewResponse, admin_client: Client) -> str:
    return get_page(admin_client, reverse("admin:interviews_interview_change", args=[response.interview_id]))


def told_by(api: APIClient, response: InterviewResponse) -> Any:
    return api.get(f"/api/v1/interviews/{response.interview_id}/responses/").json()[0]["measures"]


@pytest.mark.django_db
class TestAnAnswer:
    def test_transcribed_answer_is_measured(
        self, answered: InterviewResponse, settings: Any, api: APIClient, admin_client: Client
    ) -> None:
        settings.SHOW_MEASURES = True
        measures = measured(answered)
        assert measures["pauses"] == {"count": 1, "seconds": 1.0, "longest": 1.0, "by": "audio"}
        assert told_by(api, answered) == measures
        page = page_of(answered, admin_client)
        assert BOX in page
        assert "Article 5(1)(f)" in page

    def test_is_not_measured_unless_wanted(
        self, answered: InterviewResponse, api: APIClient, admin_client: Client
    ) -> None:
        run_step(TRANSCRIBE_STEP, answered.pk)
        answered.refresh_from_db()
        assert (answered.status, answered.measures) == (InterviewResponse.Status.TRANSCRIBED, None)
        assert told_by(api, answered) is None
        assert BOX not in page_of(answered, admin_client)

    def test_disabled_metrics_are_hidden(
        self, answered: InterviewResponse, settings: Any, api: APIClient, admin_client: Client
    ) -> None:
        settings.SHOW_MEASURES = True
        run_step(TRANSCRIBE_STEP, answered.pk)
        settings.SHOW_MEASURES = False
        assert told_by(api, answered) is None
        assert BOX not in page_of(answered, admin_client)

    def test_silent_audio_still_has_word_counts(
        self, answered: InterviewResponse, settings: Any, admin_client: Client
    ) -> None:
        settings.SHOW_MEASURES = True
        take = answered.recordings.get()
        take.file.delete(save=False)
        Recording.objects.filter(pk=take.pk).update(file="gone.wav")
        measures = measured(answered)
        assert measures["words"] == len(ANSWER.split())
        assert (measures["pauses"], measures["pace"]) == (None, None)
        assert "<dt>Pace</dt><dd>not known</dd>" in page_of(answered, admin_client)

    def test_that_machine_gave_keeps_no_measures(self, answered: InterviewResponse, settings: Any) -> None:
        settings.SHOW_MEASURES = True
        measured(answered)
        with locked_response(answered) as locked:
            locked.reset_to_planned(reason="A machine had answered.")
        answered.refresh_from_db()
        assert answered.measures is None

    def test_shows_its_words_as_text(self, answered: InterviewResponse, settings: Any, admin_client: Client) -> None:
        settings.SHOW_MEASURES = True
        fillers = Fillers(count=1, share=1.0, which={"<script>": 1})
        hostile = SpeechMetrics(words=1, sentiment=None, fillers=fillers, pace=None, pauses=None)
        InterviewResponse.objects.filter(pk=answered.pk).update(measures=hostile)
        assert "(&lt;script&gt;)" in page_of(answered, admin_client)
