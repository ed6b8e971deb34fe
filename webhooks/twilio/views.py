"""Receives Twilio's webhooks. Each one is verified, parsed, applied and answered in one short transaction.

No webhook makes a network call.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    UnreadablePostError,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from interviews.calling.retries import has_attempts_left
from interviews.conversation import engine
from interviews.conversation.eligibility_question import EligibilityQuestion
from interviews.conversation.script import Employer, NextCall, Question, Script, prompt_texts, voicemail_text
from interviews.models import Attempt, Call, LockedAttempt, LockedCall, lock_call
from interviews.models.transitions.conversation import ReceivedInput
from interviews.models.turns.live_transcript import add_live_words
from interviews.reception.call_names import CallNames, read_call_names
from interviews.turns import spoken_eligibility, stored_reply, take_turn
from screener.judge import JudgeKind, configured_judge
from screener.services.telephony.twilio_errors import describe_error_code
from screener.services.transcription.selection import configured_transcriber
from screener.telemetry.ids import bind_ids
from screener.tts import prompt_cache
from webhooks.models import TwilioEvent
from webhooks.twilio import parsing, twiml
from webhooks.twilio.retry_until_saved import DATABASE_UNAVAILABLE, save_in_background
from webhooks.twilio.signature import require_signature
from webhooks.twilio.speech import foreign_names

log = logging.getLogger(__name__)

LIMIT_TOLERANCE = 1
"""Seconds that a recording may lack of its limit, and have been cut off there."""


@method_decorator(csrf_exempt, name="dispatch")  # requests carry a signature instead
class TwilioView(View):
    """Checks the signature first. Saves each webhook once."""

    http_method_names = ["post"]
    kind = ""
    reply_to_unknown_call = ""
    """The TwiML for a call that belongs to no attempt."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            try:
                require_signature(request)
            except PermissionDenied:
                return HttpResponseForbidden("The request has no valid signature of this Twilio account.")
            except UnreadablePostError:
                return HttpResponseBadRequest("The request body is incomplete.")
        try:
            return super().dispatch(request, *args, **kwargs)
        except DATABASE_UNAVAILABLE as error:
            log.warning("webhook: database unavailable (%s)", type(error).__name__)
            return HttpResponse("The database is unavailable. Send the request again.", status=503)

    def post(self, request: HttpRequest, attempt_id: UUID, **turn: Any) -> HttpResponse:
        call_sid = parsing.text_param(request.POST, "CallSid")
        try:
            with lock_call(attempt_id) as call:
                interview = call.attempt.interview.row
                bind_ids(interview_id=interview.pk, job_id=interview.job_id, attempt_id=attempt_id)
                if call.match_or_adopt_sid(call_sid):
                    return xml_response(self.handle_webhook(request, call, **turn))
        except Call.DoesNotExist:
            log.info("webhook: attempt %s does not exist", attempt_id)
        except parsing.InvalidWebhook as error:
            return HttpResponseBadRequest(f"Invalid Twilio webhook: {error}", content_type="text/plain")
        if call_sid and Call.objects.filter(twilio_sid=call_sid).exists():
            return HttpResponseForbidden("The call belongs to another interview.")
        return xml_response(self.reply_to_unknown_call)

    def handle_webhook(self, request: HttpRequest, call: LockedCall, **turn: Any) -> str:
        raise Http404

    def save_event(
        self, request: HttpRequest, call: LockedCall | None, *, key: str, kind: str, turn: int | None = None
    ) -> None:
        event_params = parsing.all_params(request.POST)
        event = TwilioEvent(
            key=key,
            kind=kind,
            attempt_id=call.row.attempt_id if call else None,
            turn=turn,
            call_sid=parsing.text_param(request.POST, "CallSid")[:64],
            params=event_params,
        )
        TwilioEvent.insert([event], ignore_conflicts=True)


def xml_response(twiml_body: str) -> HttpResponse:
    return HttpResponse(twiml_body, content_type="text/xml") if twiml_body else HttpResponse(status=204)


class TurnView(TwilioView):
    """One turn of the conversation. A repeated webhook gets the stored reply of its turn."""

    reply_to_unknown_call = twiml.unknown_call_twiml()

    def handle_webhook(self, request: HttpRequest, call: LockedCall, *, turn: int, kind: str) -> str:  # type: ignore[override]
        input = _mark_limit(call.attempt, parsing.parse_input(kind, request.POST))
        received_input = ReceivedInput(kind, input, parsing.recording_sid(request.POST))
        recorded_turn = turn if call.attempt.row.stage in engine.RECORDING_STAGES else None
        try:
            reply = take_turn(call.attempt, turn, received_input, partial(_render_reply, call.attempt, recorded_turn))
        except engine.StaleTurn:
            return self.repeat_reply(request, call, turn=turn, kind=kind)
        self.save_event(request, call, key=f"{call.row.attempt_id}:turn:{turn}", kind=kind, turn=turn)
        return reply.body

    def repeat_reply(self, request: HttpRequest, call: LockedCall, *, turn: int, kind: str) -> str:
        """Return the stored reply of this turn. An input of another kind than the first is also saved."""
        reply = stored_reply(call.attempt.row, turn)
        if reply is None or reply.input_kind != kind:
            self.save_event(request, call, key=f"{call.row.attempt_id}:turn:{turn}:{kind}", kind=kind, turn=turn)
        return reply.body if reply else twiml.hang_up_twiml()


def _mark_limit(attempt: LockedAttempt, input: engine.Input) -> engine.Input:
    """Mark an answer that its time limit ended. Twilio does not report that; the length of the recording shows it.

    Has no effect where the carrier transcribes: it does not join recordings, nor take longer ones.
    """
    position, is_question = attempt.row.position, attempt.row.stage == engine.Stage.QUESTION
    if not isinstance(input, engine.RecordedAnswer) or input.ended is not engine.RecordingEnd.PAUSE:
        return input
    if not is_question or position is None or input.seconds is None or configured_transcriber().uses_carrier:
        return input
    limit = attempt.interview.row.answer_seconds(attempt.responses[position].row.max_seconds)
    is_cut = input.seconds >= limit - LIMIT_TOLERANCE
    return replace(input, ended=engine.RecordingEnd.LIMIT) if is_cut else input


def _render_reply(attempt: LockedAttempt, recorded_turn: int | None, prompt: engine.Prompt) -> str:
    return twiml.render_prompt(prompt, _render_context(attempt, prompt, recorded_turn))


def _render_context(attempt: LockedAttempt, prompt: engine.Prompt, recorded_turn: int | None) -> twiml.RenderContext:
    """`recorded_turn`: the turn that has just ended, if it recorded an answer."""
    interview = attempt.interview.row
    call_names = cast(CallNames, SimpleLazyObject(lambda: read_call_names(interview.pk)))
    script = _build_script(attempt, call_names)
    spoken_texts = prompt_texts(prompt, script)
    return twiml.RenderContext(
        script=script,
        spoken_texts=spoken_texts,
        base_url=settings.WEBHOOK_BASE_URL + reverse("twilio-status", args=[attempt.row.pk]).removesuffix("/status"),
        turn=attempt.row.turn,
        transcribe=configured_transcriber().uses_carrier,
        audio_urls=_audio_urls(spoken_texts, script.language),
        slow=attempt.row.slow,
        pause_seconds=attempt.row.pause_seconds,
        foreign_names=_foreign_names(prompt, call_names, script.language),
        transcribes_live=settings.LIVE_TRANSCRIPTION,
        live_turn=recorded_turn if settings.LIVE_TRANSCRIPTION else None,
    )


def _foreign_names(prompt: engine.Prompt, call_names: CallNames, language: str) -> dict[str, str]:
    """Only the prompts before the questions name the candidate. They have read the names already."""
    if not isinstance(prompt, engine.Introduction):
        return {}
    languages = {call_names.job_title: call_names.job_language, call_names.candidate: call_names.candidate_language}
    names = {twiml.strip_control_characters(name): tag for name, tag in languages.items()}
    return foreign_names(names, language)


def _build_script(attempt: LockedAttempt, call_names: CallNames) -> Script:
    interview = attempt.interview.row
    return Script(
        candidate_name=SimpleLazyObject(lambda: twiml.strip_control_characters(call_names.candidate)),
        job_title=SimpleLazyObject(lambda: twiml.strip_control_characters(call_names.job_title)),
        employer=cast(Employer, SimpleLazyObject(lambda: call_names.employer)),
        judged_by_person=configured_judge() is JudgeKind.PERSON,
        is_inbound=attempt.row.direction == Attempt.Direction.INBOUND,
        language=interview.language,
        questions=tuple(
            Question(
                twiml.strip_control_characters(response.row.question),
                interview.answer_seconds(response.row.max_seconds),
                twiml.strip_control_characters(response.row.competency),
            )
            for response in attempt.responses.values()
        ),
        remaining=len(attempt.open_positions()),
        next_call=_next_call(attempt.row.call_again_at),
        may_call_again=SimpleLazyObject(lambda: has_attempts_left(attempt.interview)),
        eligibility=cast(Sequence[EligibilityQuestion], SimpleLazyObject(lambda: spoken_eligibility(attempt))),
    )


def _next_call(call_again_at: datetime | None) -> NextCall | None:
    return NextCall(call_again_at, timezone.localdate(timezone=call_again_at.tzinfo)) if call_again_at else None


def _audio_urls(spoken_texts: tuple[str, ...], language: str) -> dict[str, str]:
    """Return the public URL of each text that has been synthesised."""
    audio_paths = prompt_cache.audio_paths(spoken_texts, language)
    return {text: settings.WEBHOOK_BASE_URL + path for text, path in audio_paths.items()}


class EventView(TwilioView):
    """A webhook that needs no TwiML, such as a status callback. A repeated webhook has no second effect."""

    def handle_webhook(self, request: HttpRequest, call: LockedCall, **turn: Any) -> str:
        event_key = f"{call.row.attempt_id}:{self.kind}:{self.event_identity(request, **turn)}"
        self.apply_event(request, call, **turn)
        self.save_event(request, call, key=event_key, kind=self.kind, turn=turn.get("turn"))
        return ""

    def event_identity(self, request: HttpRequest, **turn: Any) -> str:
        """Return a text that is unique among the events of this kind and attempt."""
        raise Http404

    def apply_event(self, request: HttpRequest, call: LockedCall, **turn: Any) -> None:
        raise Http404


class StatusView(EventView):
    kind = "status"

    def event_identity(self, request: HttpRequest, **turn: Any) -> str:
        sequence, status = (
            parsing.text_param(request.POST, param_name)[:20] for param_name in ("SequenceNumber", "CallStatus")
        )
        return f"{sequence}:{status}"

    def apply_event(self, request: HttpRequest, call: LockedCall, **turn: Any) -> None:
        progress = parsing.parse_progress(request.POST)
        call.apply_status(
            progress.status,
            sequence_number=progress.sequence,
            why=describe_error_code(progress.error_code),
            is_number_dead=progress.is_number_dead,
            error_code=progress.error_code,
            duration_seconds=progress.duration_seconds,
        )


class MachineView(EventView):
    kind = "machine"

    def event_identity(self, request: HttpRequest, **turn: Any) -> str:
        return parsing.text_param(request.POST, "AnsweredBy")[:30]

    def apply_event(self, request: HttpRequest, call: LockedCall, **turn: Any) -> None:
        call.row.update_fields(answered_by=parsing.text_param(request.POST, "AnsweredBy")[:24])
        if parsing.is_machine(request.POST):
            call.attempt.mark_voicemail()


class VoicemailView(TwilioView):
    """The message on a voicemail, to which the call is sent when the machine records."""

    reply_to_unknown_call = twiml.unknown_call_twiml()

    def handle_webhook(self, request: HttpRequest, call: LockedCall, **turn: Any) -> str:
        self.save_event(request, call, key=f"{call.row.attempt_id}:voicemail", kind="voicemail")
        interview = call.attempt.interview.row
        if not interview.is_live:  # it ended since the call was sent here, for example by an opt-out
            return twiml.hang_up_twiml()
        script = _build_script(call.attempt, read_call_names(interview.pk))
        return twiml.voicemail_twiml(voicemail_text(script), language=script.language)


class RecordingView(EventView):
    kind = "recording"

    def event_identity(self, request: HttpRequest, **turn: Any) -> str:
        recording_sid, status = (
            parsing.text_param(request.POST, param_name)[:64] for param_name in ("RecordingSid", "RecordingStatus")
        )
        return f"{turn['turn']}:{recording_sid}:{status}"

    def apply_event(self, request: HttpRequest, call: LockedCall, **turn: Any) -> None:
        recording = call.attempt.get_or_create_recording(turn["turn"], sid=parsing.recording_sid(request.POST))
        if recording is None:
            return
        match parsing.text_param(request.POST, "RecordingStatus"):
            case "completed":
                recording.mark_available(seconds=parsing.number_param(request.POST, "RecordingDuration"))
            case "absent" | "failed":
                recording.mark_absent_at_carrier(reason=parsing.missing_recording_reason(request.POST))
            case _:
                log.info("webhook: unknown recording status ignored, attempt %s", call.row.attempt_id)


class TranscriptionView(EventView):
    kind = "transcription"

    def event_identity(self, request: HttpRequest, **turn: Any) -> str:
        return f"{turn['turn']}:{parsing.text_param(request.POST, 'TranscriptionSid')[:64]}"

    def apply_event(self, request: HttpRequest, call: LockedCall, **turn: Any) -> None:
        recording = call.attempt.get_or_create_recording(turn["turn"], sid=parsing.recording_sid(request.POST))
        if recording is not None:
            recording.set_carrier_transcript(
                parsing.text_param(request.POST, "TranscriptionText"),
                status=parsing.text_param(request.POST, "TranscriptionStatus")[:20],
            )


class LiveTranscriptionView(EventView):
    """Stores the live transcript of an answer. It takes no lock, so that it never delays a turn."""

    kind = "live"

    def post(self, request: HttpRequest, attempt_id: UUID, **turn: Any) -> HttpResponse:
        event_kind = parsing.text_param(request.POST, "TranscriptionEvent")
        if event_kind == "transcription-content":
            try:
                live_words = parsing.parse_live_words(request.POST)
            except parsing.InvalidWebhook as error:
                return HttpResponseBadRequest(f"Invalid Twilio webhook: {error}", content_type="text/plain")
            call_sid = parsing.text_param(request.POST, "CallSid") or "none"
            if live_words is None or add_live_words(attempt_id, turn["turn"], live_words, call_sid=call_sid):
                return HttpResponse(status=204)
        elif event_kind != "transcription-error":
            return HttpResponse(status=204)
        return super().post(request, attempt_id, **turn)

    def event_identity(self, request: HttpRequest, **turn: Any) -> str:
        param_names = ("TranscriptionSid", "SequenceId")
        return ":".join(
            [str(turn["turn"]), *(parsing.text_param(request.POST, param_name)[:64] for param_name in param_names)]
        )

    def apply_event(self, request: HttpRequest, call: LockedCall, **turn: Any) -> None:
        """Log an error. Words of a turn that has not begun are logged too: they cannot be stored."""
        error_code = parsing.text_param(request.POST, "TranscriptionErrorCode")[:10]
        log.warning("attempt %s, turn %d: live transcription error %s", call.row.attempt_id, turn["turn"], error_code)


class FallbackView(EventView):
    """Twilio's fallback after another webhook failed. It replies with an apology that promises a call back.

    The reply needs no database. The promise is saved in the background, with retries until the database is available.
    """

    kind = "fallback"

    def post(self, request: HttpRequest, attempt_id: UUID, **turn: Any) -> HttpResponse:
        save_in_background(partial(super().post, request, attempt_id), description=f"apology in attempt {attempt_id}")
        return xml_response(twiml.fallback_twiml())

    def event_identity(self, request: HttpRequest, **turn: Any) -> str:
        return ":".join(parsing.text_param(request.POST, param_name)[-60:] for param_name in ("ErrorCode", "ErrorUrl"))

    def apply_event(self, request: HttpRequest, call: LockedCall, **turn: Any) -> None:
        call.attempt.record_apology()
