"""Webhooks of inbound calls. Their URLs are configured at Twilio, in the settings of the number."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse

from candidates.models import Consent
from interviews.conversation import engine, phrases, wording
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.understanding import understand_utterance
from interviews.conversation.reception import Reception, ask_identity, reception_text, unreached_texts
from interviews.conversation.script import Employer, Script, prompt_texts
from interviews.models import Call, Interview
from interviews.reception.employer import employer_language, employer_of
from interviews.reception.inbound_calls import (
    CallerSaid,
    decline_in_call,
    find_unreached_interview,
    opt_out_caller,
    receive_call,
    record_call,
)
from jobs.models import JobDescription
from webhooks.twilio import parsing, twiml
from webhooks.twilio.retry_until_saved import save_in_background
from webhooks.twilio.views import EventView, FallbackView, StatusView, TurnView, TwilioView, xml_response

LANGUAGE = "en"
"""The language for callers without an interview where the employer has no approved questions."""

MAX_TURNS = 3
"""How many times a caller without an interview may reply before the call ends."""

NO_ATTEMPT = UUID(int=0)


def find_attempt_id(request: HttpRequest) -> UUID:
    """Return the id of the attempt that this call belongs to, or NO_ATTEMPT."""
    call_sid = parsing.text_param(request.POST, "CallSid")
    attempt_id = (
        Call.objects.filter(twilio_sid=call_sid).exclude(twilio_sid="").values_list("attempt_id", flat=True).first()
    )
    return attempt_id or NO_ATTEMPT


class InboundCallView(TurnView):
    """The start of an inbound call. It becomes an attempt if an interview waits for the caller's number.

    A caller whom no attempt reached is asked who they are. Others hear why there is no interview.
    """

    @transaction.atomic
    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        call_sid, phone_number = parsing.text_param(request.POST, "CallSid"), parsing.caller_number(request.POST)
        employer = _reachable_employer(request)
        if not employer.name or not 0 < len(call_sid) <= parsing.MAX_SID_LENGTH:
            return xml_response(twiml.unknown_call_twiml())
        reception = receive_call(phone_number, call_sid)
        if isinstance(reception, UUID):
            return super().post(request, reception, turn=0, kind="pickup")
        if reception is Reception.NO_INTERVIEW and (interview := find_unreached_interview(phone_number)):
            employer = _reachable_employer(request, interview.job)
            return IdentityView().reply_to_caller(request, interview, employer, turn=0, kind="pickup")
        self.save_event(request, None, key=f"inbound:{call_sid}", kind=reception)
        return xml_response(_reception_reply(reception, employer, phone_number, language=_reception_language()))


def _reachable_employer(request: HttpRequest, job: JobDescription | None = None) -> Employer:
    """Return the employer. Its call-back number is left out if the caller has just dialled it."""
    employer = employer_of(job)
    dialled_number = parsing.text_param(request.POST, "To").lstrip("+")
    is_dialled = dialled_number == "".join(filter(str.isdigit, employer.callback_number))
    return replace(employer, callback_number="") if is_dialled else employer


def _reception_language() -> str:
    return employer_language() or LANGUAGE


def _reception_reply(
    reception: Reception, employer: Employer, phone_number: str, *, language: str, turn: int = 0
) -> str:
    script = Script(candidate_name="", job_title="", language=language, questions=(), remaining=0, employer=employer)
    offers_opt_out = reception is Reception.NO_INTERVIEW and phone_number and turn < MAX_TURNS
    return twiml.reception_twiml(
        reception_text(reception, script),
        script.wording.OPT_OUT_OFFER if offers_opt_out else "",
        reply_url=settings.WEBHOOK_BASE_URL + reverse("twilio-inbound-reply", args=[turn]),
        language=language,
    )


class InboundReplyView(TwilioView):
    """The reply of a caller without an interview. Only an opt-out has an effect."""

    @transaction.atomic
    def post(self, request: HttpRequest, turn: int, **_: Any) -> HttpResponse:  # type: ignore[override]
        phone_number = parsing.caller_number(request.POST)
        language = _reception_language()
        texts = wording.for_language(language)
        reply, employer = parsing.parse_input("reply", request.POST), _reachable_employer(request)
        if not employer.name:
            return xml_response(twiml.unknown_call_twiml())
        if not phone_number or not _is_opt_out(reply, language):
            again = _reception_reply(Reception.NO_INTERVIEW, employer, phone_number, language=language, turn=turn + 1)
            return xml_response(again)
        opt_out_caller(phone_number, given_by=_given_by(reply))
        call_sid = parsing.text_param(request.POST, "CallSid")[: parsing.MAX_SID_LENGTH]
        self.save_event(request, None, key=f"inbound:{call_sid}:reply", kind="opt_out")
        return xml_response(
            twiml.goodbye_twiml(texts.GOODBYES[engine.Ending.OPTED_OUT], texts.FAREWELL, language=language)
        )


def _is_opt_out(reply: engine.Input, language: str) -> bool:
    match reply:
        case engine.KeyPressed(key):
            return key == "9"
        case engine.WordsSpoken(words):
            understanding = understand_utterance(words, Expecting.IDENTITY, phrases.for_language(language))
            return understanding.intent is Intent.NEVER
        case _:
            return False


class IdentityView(TwilioView):
    """One turn with a caller whose interview ended without reaching them. Its state is the turn in the URL.

    A reviewer sees that the candidate called. The interview stays over.
    """

    @transaction.atomic
    def post(self, request: HttpRequest, turn: int, kind: str) -> HttpResponse:  # type: ignore[override]
        call_sid, phone_number = parsing.text_param(request.POST, "CallSid"), parsing.caller_number(request.POST)
        interview = find_unreached_interview(phone_number)
        employer = _reachable_employer(request, interview.job) if interview else Employer()
        if interview is None or not 0 < len(call_sid) <= parsing.MAX_SID_LENGTH or not employer.name:
            return xml_response(twiml.unknown_call_twiml())
        try:
            return self.reply_to_caller(request, interview, employer, turn=turn, kind=kind)
        except parsing.InvalidWebhook as error:
            return HttpResponseBadRequest(f"Invalid Twilio webhook: {error}", content_type="text/plain")

    def reply_to_caller(
        self, request: HttpRequest, interview: Interview, employer: Employer, *, turn: int, kind: str
    ) -> HttpResponse:
        call_sid, input = parsing.text_param(request.POST, "CallSid"), parsing.parse_input(kind, request.POST)
        script = _identity_script(interview, employer)
        step = ask_identity(script, turn, input)
        self.save_event(request, None, key=f"inbound:{call_sid}:turn:{turn}", kind=kind, turn=turn)
        prompt = step.prompt
        if isinstance(prompt, engine.AskConsent):
            record_call(interview, call_sid, CallerSaid.IDENTITY)
            return xml_response(twiml.goodbye_twiml(*unreached_texts(script), language=script.language))
        if isinstance(prompt, engine.AskReachable | engine.AskTime):
            prompt = engine.Goodbye(engine.Ending.WRONG_PERSON)
        elif isinstance(prompt, engine.Goodbye):
            _apply_ending(prompt.ending, interview, call_sid, input)
        base_url = settings.WEBHOOK_BASE_URL + reverse("twilio-inbound").removesuffix("/")
        context = twiml.RenderContext(
            script, prompt_texts(prompt, script), base_url, step.state.turn, transcribe=False, audio_urls={}
        )
        return xml_response(twiml.render_prompt(prompt, context))


def _identity_script(interview: Interview, employer: Employer) -> Script:
    return Script(
        candidate_name=twiml.strip_control_characters(interview.candidate.full_name),
        job_title=twiml.strip_control_characters(interview.job.title_to_say),
        language=interview.language,
        questions=(),
        remaining=0,
        employer=employer,
        is_inbound=True,
    )


def _apply_ending(ending: engine.Ending, interview: Interview, call_sid: str, input: engine.Input) -> None:
    """Wrong numbers and calls without a reply leave no trace but the webhook."""
    if ending is engine.Ending.PERSON_REQUESTED:
        record_call(interview, call_sid, CallerSaid.PERSON)
    elif ending is engine.Ending.OPTED_OUT:
        opt_out_caller(interview.candidate.phone, given_by=_given_by(input))
    elif ending is engine.Ending.DECLINED:
        decline_in_call(interview)


def _given_by(input: engine.Input) -> Consent.GivenBy:
    return Consent.GivenBy.KEY if isinstance(input, engine.KeyPressed) else Consent.GivenBy.VOICE


class InboundStatusView(StatusView):
    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        return super().post(request, find_attempt_id(request))


class InboundFallbackView(FallbackView):
    """Twilio's fallback after another webhook of an inbound call failed. The reply needs no database."""

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        save_in_background(partial(self.save_apology, request), description="apology in an inbound call")
        return xml_response(twiml.goodbye_twiml(wording.for_language(LANGUAGE).INBOUND_FALLBACK, language=LANGUAGE))

    def save_apology(self, request: HttpRequest) -> None:
        EventView.post(self, request, find_attempt_id(request))
