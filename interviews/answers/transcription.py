"""The transcript of an answer: made by the configured source from the chosen recording."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from interviews.answers.locks import lock_recording, lock_response
from interviews.answers.speech_metrics import measure_speech
from interviews.answers.vocabulary import job_terms
from interviews.conversation.questioning import SHORT_SECONDS, request_in
from interviews.models import Attempt, InterviewResponse, LockedResponse, Recording
from interviews.models.no_answer import NoAnswer
from interviews.models.transitions.late_request import settle_request
from interviews.models.turns.live_transcript import live_words
from interviews.records import SpeechMetrics
from screener.background.leases import Lease
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.costs.metering import metered_transcription
from screener.models import LeasableQuerySet
from screener.services.errors import NotSent, PermanentError, ServiceError, reason_after_retries
from screener.services.transcription.protocol import (
    AnswerRecording,
    CarrierTranscript,
    NoAudio,
    TooShort,
    Transcript,
    TranscriptPending,
)
from screener.services.usage import NO_USAGE
from screener.telemetry.ids import bind_ids

LIVE_SOURCE = "twilio_live"
LISTEN_INSTEAD = gettext_noop("Listen to it instead.")
NO_WORDS = gettext_noop("Something was recorded, but no words were made out. Listen to it.")


@dataclass(frozen=True)
class TranscriptionOutput:
    transcript: Transcript
    metrics: SpeechMetrics | None


def _responses_to_transcribe() -> LeasableQuerySet[InterviewResponse]:
    stored_recordings = Recording.objects.filter(response=OuterRef("pk"), chosen=True, status=Recording.Status.STORED)
    return InterviewResponse.objects.filter(Exists(stored_recordings), status=InterviewResponse.Status.ANSWERED)


def _transcribe_answer(lease: Lease[InterviewResponse]) -> TranscriptionOutput:
    column_names = ("sid", "file", "created_at", "turn", "continues", "carrier_transcript", "carrier_transcript_status")
    of_job = ("response__interview__job__title", "response__interview__job__description")
    of_interview = ("attempt__channel", "response__question", "response__interview__language", *of_job)
    recordings = Recording.objects.select_related("attempt", "response__interview__job")
    recordings = recordings.only(*column_names, *of_interview)
    recording = recordings.get(response_id=lease.pk, chosen=True)
    interview = recording.response.interview
    bind_ids(interview_id=interview.pk, job_id=interview.job_id)
    try:
        transcript = metered_transcription(_as_input(recording), interview_id=interview.pk, job_id=interview.job_id)
    except PermanentError:
        transcript = _live_transcript(recording)
        if not transcript.text:
            raise
    if not transcript.text.strip():
        transcript = _live_transcript(recording)
    return TranscriptionOutput(transcript, _speech_metrics(recording, transcript))


def _live_transcript(recording: Recording) -> Transcript:
    """Return the live transcript of an answer for which the transcriber has no words."""
    parts = [recording.continues, recording] if recording.continues else [recording]
    words = (live_words(part.attempt_id, part.turn) for part in parts)
    return Transcript(" ".join(filter(None, words)), source=LIVE_SOURCE, usage=NO_USAGE)


def _as_input(recording: Recording) -> AnswerRecording:
    carrier_text, carrier_status = recording.carrier_transcript, recording.carrier_transcript_status
    interview = recording.response.interview
    return AnswerRecording(
        read_audio=partial(_read_audio, recording),
        language=interview.language,
        sid=recording.sid if recording.attempt.channel == Attempt.Channel.PHONE else "",
        recorded_at=recording.created_at,
        carrier_transcript=None
        if carrier_status in Recording.NOT_TRANSCRIBED_YET
        else CarrierTranscript(carrier_text, carrier_status),
        terms=job_terms(recording.response.question, interview.job.title, interview.job.description),
    )


def _save_transcript(response: LockedResponse, transcription_output: TranscriptionOutput) -> UUID | None:
    transcript, transcript_text = transcription_output.transcript, transcription_output.transcript.text.strip()
    if not transcript_text:
        _close_without_words(response)
        return None
    request = request_in(transcript_text, response.interview.row.language)
    if request and not request.is_guess:
        settle_request(response, request.intent, transcript=transcript_text, source=transcript.source)
        return None
    response.save_transcript(
        transcript_text,
        source=transcript.source,
        confidence=transcript.confidence,
        times=transcript.times,
        measures=transcription_output.metrics,
    )
    return response.row.pk


def _close_without_words(response: LockedResponse) -> None:
    """A short answer without words counts as one that says too little: it does not make the whole result incomplete."""
    recording = response.row.recordings.only("seconds", "continues").get(chosen=True)
    is_short = recording.seconds is not None and recording.seconds < SHORT_SECONDS
    if is_short and recording.continues_id is None:
        _close_too_short(response)
    else:
        response.close_unscored(InterviewResponse.Status.UNINTELLIGIBLE, reason=NO_WORDS)


def _close_too_short(response: LockedResponse) -> None:
    no_answer = NoAnswer.NO_WORDS
    response.close_unscored(InterviewResponse.Status.TOO_SHORT, reason=f"{no_answer.label}.", no_answer=no_answer)


def _give_up(response: LockedResponse, error: ServiceError) -> None:
    if isinstance(error, TooShort):
        _close_too_short(response)
        return
    failure_reason = reason_after_retries(error, "The answer could not be transcribed for hours.")
    response.close_unscored(InterviewResponse.Status.MODEL_UNAVAILABLE, reason=f"{failure_reason} {LISTEN_INSTEAD}")


def _use_transcript_that_came(response_id: UUID, error: NotSent) -> None:
    """The carrier's transcript may have come after the work looked for it and before it was postponed."""
    if not isinstance(error, TranscriptPending):
        return
    recording_id = Recording.objects.values_list("pk", flat=True).get(response_id=response_id, chosen=True)
    with lock_recording(recording_id) as recording:
        if recording and recording.row.carrier_transcript_status not in Recording.NOT_TRANSCRIBED_YET:
            recording.response.skip_postponement()
            recording.enqueue_next_step()


TRANSCRIBE_STEP = Step(
    ready=_responses_to_transcribe,
    work=_transcribe_answer,
    lock=lock_response,
    save=_save_transcript,
    give_up=_give_up,
    on_postponed=_use_transcript_that_came,
    answer=lambda response_id: response_id,
)


def _speech_metrics(recording: Recording, transcript: Transcript) -> SpeechMetrics | None:
    """Plain facts about how the answer was spoken, where SHOW_MEASURES is set. No scoring reads them."""
    if not settings.SHOW_MEASURES or not transcript.text:
        return None
    release_db_connection()
    try:
        audio_bytes = _read_audio(recording)
    except NoAudio:
        audio_bytes = b""
    language = recording.response.interview.language
    return measure_speech(transcript.text, language=language, word_times=transcript.times, audio=audio_bytes)


def _read_audio(recording: Recording) -> bytes:
    try:
        with recording.file.open("rb") as audio_file:
            return bytes(audio_file.read())
    except FileNotFoundError:
        raise NoAudio("The file of this recording is gone from the storage.") from None
