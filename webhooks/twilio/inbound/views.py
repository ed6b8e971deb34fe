"""Webhooks of inbound calls. Their URLs are configured at Twilio, in the settings of the number."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from candidates.models import Consent
from interviews.conversation import engine, phrases, wording
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.understanding import understand
from interviews.conversation.reception import Reception, reception_text
from interviews.conversation.script import Employer, Script
from interviews.models import Call
from interviews.reception.employer import employer_of
from interviews.reception.inbound_calls import opt_out_caller, receive_call
from webhooks.twilio import parsing, twiml
from webhooks.twilio.retry_until_saved import save_in_background
from webhooks.twilio.views import EventView, FallbackView, StatusView, TurnView, TwilioView, xml_response

LANGUAGE = "en"
"""The language for callers without an interview, whose own language is not known."""

MAX_TURNS = 3
"""How many times a caller without an interview may reply before the call ends."""

NO_ATTEMPT = UUID(int=0)


def find_attempt_id(request: HttpRequest) -> UUID:
    """Return the id of the attempt that this call belongs to, or NO_ATTEMPT."""
    sid = parsing.text_param(request.POST, "CallSid")
    attempt_id = Call.objects.filter(twilio_sid=sid).exclude(twilio_sid="").values_list("attempt_id", flat=True).first()
    return attempt_id or NO_ATTEMPT


class InboundCallView(TurnView):
    """The start of an inbound call. It becomes an attempt if an interview waits for the caller's number.

    Otherwise the caller hears why there is no interview.
    """

    @transaction.atomic
    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        sid, number = parsing.text_param(request.POST, "CallSid"), parsing.caller_number(request.POST)
        employer = _reachable_employer(request)
        if not employer.name or not 0 < len(sid) <= parsing.MAX_SID_LENGTH:
            return xml_response(twiml.unknown_call())
        reception = receive_call(number, sid)
        if isinstance(reception, UUID):
            return super().post(request, reception, turn=0, kind="pickup")
        self.save_event(request, None, key=f"inbound:{sid}", kind=reception)
        return xml_response(_reception_reply(reception, employer, number))


def _reachable_employer(request: HttpRequest) -> Employer:
    """Return the employer. Its call-back number is left out if the caller has just dialled it."""
    employer = employer_of(None)
    dialled = parsing.text_param(request.POST, "To").lstrip("+")
    is_dialled = dialled == "".join(filter(str.isdigit, employer.callback_number))
    return replace(employer, callback_number="") if is_dialled else employer


def _reception_reply(reception: Reception, employer: Employer, number: str, *, turn: int = 0) -> str:
    script = Script(candidate_name="", job_title="", language=LANGUAGE, questions=(), remaining=0, employer=employer)
    offers_opt_out = reception is Reception.NO_INTERVIEW and number and turn < MAX_TURNS
    return twiml.reception(
        reception_text(reception, script),
        script.wording.OPT_OUT_OFFER if offers_opt_out else "",
        action=settings.WEBHOOK_BASE_URL + reverse("twilio-inbound-reply", args=[turn]),
        language=LANGUAGE,
    )


class InboundReplyView(TwilioView):
    """The reply of a caller without an interview. Only an opt-out has an effect."""

    @transaction.atomic
    def post(self, request: HttpRequest, turn: int, **_: Any) -> HttpResponse:  # type: ignore[override]
        texts, number = wording.for_language(LANGUAGE), parsing.caller_number(request.POST)
        reply, employer = parsing.parse_input("reply", request.POST), _reachable_employer(request)
        if not employer.name:
            return xml_response(twiml.unknown_call())
        if not number or not _is_opt_out(reply):
            return xml_response(_reception_reply(Reception.NO_INTERVIEW, employer, number, turn=turn + 1))
        is_key = isinstance(reply, engine.KeyPressed)
        opt_out_caller(number, given_by=Consent.GivenBy.KEY if is_key else Consent.GivenBy.VOICE)
        sid = parsing.text_param(request.POST, "CallSid")[: parsing.MAX_SID_LENGTH]
        self.save_event(request, None, key=f"inbound:{sid}:reply", kind="opt_out")
        return xml_response(twiml.goodbye(texts.GOODBYES[engine.Ending.OPTED_OUT], texts.FAREWELL))


def _is_opt_out(reply: engine.Input) -> bool:
    match reply:
        case engine.KeyPressed(key):
            return key == "9"
        case engine.WordsSpoken(words):
            understanding = understand(words, Expecting.IDENTITY, phrases.for_language(LANGUAGE))
            return understanding.intent is Intent.NEVER
        case _:
            return False


class InboundStatusView(StatusView):
    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        return super().post(request, find_attempt_id(request))


class InboundFallbackView(FallbackView):
    """Twilio's fallback after another webhook of an inbound call failed. The reply needs no database."""

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        save_in_background(partial(self.save_apology, request), description="apology in an inbound call")
        return xml_response(twiml.goodbye(wording.for_language(LANGUAGE).INBOUND_FALLBACK))

    def save_apology(self, request: HttpRequest) -> None:
        EventView.post(self, request, find_attempt_id(request))
