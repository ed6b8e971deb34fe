"""Transcription of a stored recording by each source: waits, settled responses, and audio that is never sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from devtools.model_simulator.replies import Behaviour, error_reply, hanging_reply, json_reply, raw_reply
from devtools.model_simulator.server import ModelSimulator
from interviews.answers import transcription
from interviews.answers.transcription import LISTEN_INSTEAD, TRANSCRIBE_STEP
from interviews.conversation.questioning import SHORT_SECONDS
from interviews.models import (
    Attempt,
    Call,
    Interview,
    InterviewResponse,
    LockedRecording,
    LockedResponse,
    Recording,
    WaitReason,
    lock_interview,
)
from interviews.planning import NotPossible, plan_interview
from screener.background.steps import run_step
from screener.models import ModelCall
from screener.services.transcription.carrier_transcriber import NEVER_CAME, NO_TRANSCRIPT
from screener.services.transcription.protocol import AnswerRecording, TranscriptPending
from screener.tasks import sweep
from tests.support.factories import lose_tasks, make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_openai import KEY, run_fake_openai
from tests.support.fake_speech_server import fake_speech_server
from tests.support.fake_twilio import FakeTwilio
from tests.support.locked_rows import locked_recording
from tests.support.model_samples import make_wav

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio")]
Status = InterviewResponse.Status
WORDS = "In my last job I moved twelve services to Kubernetes, and outages fell by half within a year."


@contextmanager
def transcriber(*replies: Behaviour, **more: Any) -> Iterator[ModelSimulator]:
    fixed = {"SPEECH_API_KEY": KEY, "SPEECH_MODEL": "gpt-transcribe"}
    with run_fake_openai(*replies) as server:
        at = {"SPEECH_BASE_URL": server.base_url, "OPENAI_TIMEOUT": server.client_timeout}
        with override_settings(**(fixed | at | more)):
            yield server


def answered(audio: bytes) -> InterviewResponse:
    """A completed interview whose first answer is stored and waits for its words; the others were silent."""
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=timezone.now(), ended_at=timezone.now())
    Call.objects.create(attempt=attempt, number="+14155550100", ended_at=timezone.now())
    interview.update_fields(next_attempt_at=None)
    first, *others = interview.responses.all()
    take = Recording.objects.create(response=first, attempt=attempt, turn=3, sid="RE1", seconds=20, status="stored")
    take.update_fields(file=take.save_audio(audio))
    with lock_interview(interview) as locked:
        locked.begin()
        LockedRecording(take, locked).accept_as_answer()
        for response in others:
            LockedResponse(response, locked).close_unscored(Status.SILENT, reason="")
        locked.finish(Interview.Outcome.PARTIAL)
    return first


def set_carrier_transcript(recording: Recording, text: str, status: str) -> None:
    with locked_recording(recording) as locked:
        locked.set_carrier_transcript(text, status=status)


def transcribed(response: InterviewResponse) -> InterviewResponse:
    run_step(TRANSCRIBE_STEP, response.pk)
    response.refresh_from_db()
    return response


def after(time_machine: Any, response: InterviewResponse, **time: float) -> InterviewResponse:
    """Every job is lost, time passes, and the sweep comes by."""
    lose_tasks()
    time_machine.move_to(timezone.now() + timedelta(**time), tick=False)
    sweep(0)
    run_tasks()
    response.refresh_from_db()
    return response


class TestByAModel:
    def test_keeps_what_source_knows(self) -> None:
        word = {"word": "Yes.", "start": 0.1, "end": 0.4}
        reply = {"text": "Yes.", "logprobs": [{"token": "Yes.", "logprob": 0.0}], "words": [word]}
        with transcriber(json_reply(200, reply)):
            response = transcribed(answered(make_wav(3)))
        assert (response.status, response.transcript) == (Status.TRANSCRIBED, "Yes.")
        assert (response.transcript_source, response.transcript_confidence) == ("openai", 1.0)
        assert response.transcript_times == [{"start": 0.1, "end": 0.4, "text": "Yes."}]

    def test_invents_nothing_that_source_does_not_know(self) -> None:
        with transcriber(json_reply(200, {"text": WORDS})):
            response = transcribed(answered(make_wav(3)))
        assert (response.transcript_confidence, response.transcript_times) == (None, None)

    @pytest.mark.parametrize("text", ["", "[Music]"])
    def test_leaves_sound_without_words_to_person(self, text: str) -> None:
        with transcriber(json_reply(200, {"text": text})):
            response = transcribed(answered(make_wav(3)))
        assert response.status == Status.UNINTELLIGIBLE
        assert "Listen to it" in response.status_reason

    @pytest.mark.parametrize(("is_end", "status"), [(False, Status.TOO_SHORT), (True, Status.UNINTELLIGIBLE)])
    def test_short_end_is_no_short_answer(self, is_end: bool, status: str) -> None:
        response = answered(make_wav(3))
        end = response.recordings.get()
        start = response.recordings.create(attempt=end.attempt, turn=end.turn - 1) if is_end else None
        end.update_fields(seconds=SHORT_SECONDS - 1, continues=start)
        with transcriber(json_reply(200, {"text": ""})):
            assert transcribed(response).status == status

    @pytest.mark.parametrize(
        ("audio", "reason"), [(b"", "empty"), (make_wav(1500), "25 minutes")], ids=["empty", "long"]
    )
    def test_settles_what_is_not_sent_with_reason(self, audio: bytes, reason: str) -> None:
        with transcriber(json_reply(200, {"text": WORDS})) as server:
            response = transcribed(answered(audio))
            assert server.requests == []
        assert response.status == Status.MODEL_UNAVAILABLE
        assert reason in response.status_reason

    @pytest.mark.parametrize(
        ("trouble", "wait"),
        [
            (error_reply(429, Retry_After="120"), 120),
            (error_reply(500), 1),
            (hanging_reply(), 1),
            (raw_reply(b"<html>Bad gateway</html>", "text/html"), 1),
        ],
        ids=["429", "500", "hang", "HTML"],
    )
    def test_tries_again_after_what_passes(self, trouble: Behaviour, wait: int, time_machine: Any) -> None:
        with transcriber(trouble, json_reply(200, {"text": WORDS})):
            response = transcribed(answered(make_wav(3)))
            assert response.status == Status.ANSWERED
            assert response.retry_at is not None
            assert response.retry_at > timezone.now() + timedelta(seconds=wait - 0.5)
            response = after(time_machine, response, minutes=5)
        assert (response.status, response.transcript) == (Status.ASSESSED, WORDS)
        errors = (
            ModelCall.objects.filter(purpose="transcription").order_by("created_at").values_list("error", flat=True)
        )
        assert [bool(error) for error in errors] == [True, False]

    @pytest.mark.parametrize(
        "refusal", [error_reply(413), error_reply(401), error_reply(429, code="insufficient_quota")]
    )
    def test_settles_what_only_person_can_change(self, refusal: Behaviour) -> None:
        with transcriber(refusal):
            response = transcribed(answered(make_wav(3)))
        assert response.status == Status.MODEL_UNAVAILABLE
        assert response.status_reason.endswith(LISTEN_INSTEAD)

    def test_settles_answer_whose_file_is_gone(self) -> None:
        response = answered(make_wav(3))
        take = response.recordings.get()
        take.file.storage.delete(str(take.file.name))
        with transcriber(json_reply(200, {"text": WORDS})):
            assert "gone" in transcribed(response).status_reason

    def test_answer_waits_for_lost_master_key(self, settings: Any) -> None:
        """Nothing is settled as lost: the file is read once the key is configured again."""
        response = answered(make_wav(3))
        key, settings.ENCRYPTION_KEY = settings.ENCRYPTION_KEY, ""
        with transcriber(json_reply(200, {"text": WORDS})):
            assert transcribed(response).status == Status.ANSWERED
            settings.ENCRYPTION_KEY = key
            InterviewResponse.objects.update(retry_at=None)
            assert transcribed(response).transcript == WORDS


class TestOnThisMachine:
    @pytest.fixture(autouse=True)
    def engine(self, settings: Any) -> None:
        settings.SPEECH_ENGINE = "local"

    def test_transcript_names_model(self, tmp_path: Path) -> None:
        words = [{"start": 0.5, "end": 0.9, "text": "Yes."}]
        response = answered(make_wav(3))
        job = response.interview.job
        job.update_fields(description="We use Kafka.")
        with fake_speech_server(tmp_path, {"text": "Yes.", "confidence": 0.7, "words": words}) as server:
            response = transcribed(response)
        assert (response.transcript, response.transcript_confidence) == ("Yes.", 0.7)
        assert (response.transcript_source, response.local_model) == ("local:whisper-base", "whisper-base")
        assert response.transcript_times == words
        assert server.queries[0]["language"] == "en"
        assert "Kafka" in server.queries[0]["hot_words"]
        assert server.bodies == [make_wav(3)]
        assert not ModelCall.objects.exists()

    def test_no_words_are_left_to_person(self, tmp_path: Path) -> None:
        with fake_speech_server(tmp_path, {"text": "", "confidence": None, "words": []}):
            response = transcribed(answered(make_wav(20)))
        assert (response.status, response.transcript) == (Status.UNINTELLIGIBLE, "")

    @pytest.mark.parametrize(("reply", "status"), [({}, 500), ({"words": "Yes."}, 200)])
    def test_failure_is_tried_again(self, reply: Any, status: int, tmp_path: Path) -> None:
        with fake_speech_server(tmp_path, reply, status):
            response = transcribed(answered(make_wav(3)))
        assert (response.status, response.tries) == (Status.ANSWERED, 1)

    def test_refused_audio_is_settled(self, tmp_path: Path) -> None:
        with fake_speech_server(tmp_path, {}, 422):
            response = transcribed(answered(make_wav(3)))
        assert response.status == Status.MODEL_UNAVAILABLE


class TestByTwilio:
    def test_wait_for_callback_is_no_failure(self, twilio: FakeTwilio) -> None:
        response = transcribed(answered(make_wav(20)))
        assert (response.status, response.tries) == (Status.ANSWERED, 0)
        assert twilio.requests == []
        set_carrier_transcript(response.recordings.get(), WORDS, "completed")
        run_tasks()
        response.refresh_from_db()
        assert (response.status, response.transcript_source) == (Status.ASSESSED, "twilio")
        assert (response.transcript_confidence, response.transcript_times) == (None, None)

    def test_lost_callback_is_polled(self, twilio: FakeTwilio, time_machine: Any) -> None:
        response = transcribed(answered(make_wav(20)))
        twilio.transcriptions = [{"sid": "TR1", "status": "in-progress", "transcription_text": ""}]
        for _ in range(5):
            response = after(time_machine, response, minutes=2)
        assert (response.status, response.tries) == (Status.ANSWERED, 0)
        twilio.transcriptions = [{"sid": "TR1", "status": "completed", "transcription_text": WORDS}]
        assert after(time_machine, response, minutes=2).transcript == WORDS

    def test_callback_during_decision_is_not_missed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        response = answered(make_wav(20))
        run_tasks()

        def receive_too_late(recording: AnswerRecording, **about: Any) -> Any:
            set_carrier_transcript(Recording.objects.get(sid=recording.sid), WORDS, "completed")
            raise TranscriptPending(wait=timedelta(minutes=1))

        with monkeypatch.context() as at_that_moment:
            at_that_moment.setattr(transcription, "metered_transcription", receive_too_late)
            InterviewResponse.objects.update(retry_at=None)
            run_step(TRANSCRIBE_STEP, response.pk)
        run_tasks()
        response.refresh_from_db()
        assert response.status == Status.ASSESSED

    def test_missing_transcript_is_given_up(self, twilio: FakeTwilio, time_machine: Any) -> None:
        response = after(time_machine, transcribed(answered(make_wav(20))), hours=3)
        assert response.status == Status.MODEL_UNAVAILABLE
        assert response.status_reason == f"{NEVER_CAME} {LISTEN_INSTEAD}"

    @pytest.mark.parametrize(
        ("seconds", "status"), [(1.4, Status.TOO_SHORT), (2, Status.TOO_SHORT), (120, Status.MODEL_UNAVAILABLE)]
    )
    def test_refused_recording_is_settled_at_once(self, twilio: FakeTwilio, seconds: float, status: str) -> None:
        assert transcribed(answered(make_wav(seconds))).status == status
        assert twilio.requests == []

    def test_settles_what_twilio_could_not_transcribe(self) -> None:
        response = answered(make_wav(20))
        set_carrier_transcript(response.recordings.get(), "", "failed")
        assert transcribed(response).status_reason == f"{NO_TRANSCRIPT} {LISTEN_INSTEAD}"

    def test_knows_that_blank_means_no_words(self) -> None:
        response = answered(make_wav(20))
        set_carrier_transcript(response.recordings.get(), "(blank)", "completed")
        assert transcribed(response).status == Status.UNINTELLIGIBLE


class TestALanguageThatNobodyHereUnderstands:
    def test_is_not_planned(self, settings: Any) -> None:
        settings.SPEECH_API_KEY = KEY
        job = make_approved_job(language="de")
        settings.SPEECH_API_KEY = ""
        with pytest.raises(NotPossible, match="Set SPEECH_API_KEY"):
            plan_interview(job=job, candidate=make_candidate(), actor="a test")

    def test_is_not_dialled_until_somebody_does(self, settings: Any, twilio: FakeTwilio, time_machine: Any) -> None:
        settings.SPEECH_API_KEY = KEY
        interview = make_interview(job=make_approved_job(language="de"))
        settings.SPEECH_API_KEY = ""
        run_tasks()
        interview.refresh_from_db()
        assert interview.wait_reason == WaitReason.NO_TRANSCRIPTION
        assert not Attempt.objects.exists()
        settings.SPEECH_API_KEY = KEY
        time_machine.move_to(timezone.now() + timedelta(minutes=16), tick=False)
        sweep(0)
        run_tasks()
        assert len(twilio.calls) == 1
