"""Calls to our number. Twilio is told these addresses in the settings of the number."""

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
from webhooks.twilio.retry_until_saved import insist
from webhooks.twilio.views import EventView, FallbackView, StatusView, TurnView, TwilioView, xml_response

LANGUAGE = "en"
"""For callers whose language is not known."""

MAX_TURNS = 3
"""How often a caller who is not interviewed hears the same again."""

NO_ATTEMPT = UUID(int=0)


def attempt_of(request: HttpRequest) -> UUID:
    """The attempt of the call that this webhook is about."""
    sid = parsing.text(request.POST, "CallSid")
    found = Call.objects.filter(twilio_sid=sid).exclude(twilio_sid="").values_list("attempt_id", flat=True).first()
    return found or NO_ATTEMPT


class InboundCallView(TurnView):
    """A call comes in. It becomes an attempt of the interview that waits for its number, or hears why it does not."""

    @transaction.atomic
    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        sid, number = parsing.text(request.POST, "CallSid"), parsing.caller_number(request.POST)
        employer = _reachable_employer(request)
        if not employer.name or not 0 < len(sid) <= parsing.LONGEST_SID:
            return xml_response(twiml.unknown_call())
        reception = receive_call(number, sid)
        if isinstance(reception, UUID):
            return super().post(request, reception, turn=0, kind="pickup")
        self.keep(request, None, key=f"inbound:{sid}", kind=reception)
        return xml_response(_reception_reply(reception, employer, number))


def _reachable_employer(request: HttpRequest) -> Employer:
    """The organisation. Its call-back number is not named to a caller who has dialled it."""
    employer = employer_of(None)
    dialled = parsing.text(request.POST, "To").lstrip("+")
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
    """The reply of a caller who is not interviewed. Only a wish never to be called changes anything."""

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
        sid = parsing.text(request.POST, "CallSid")[: parsing.LONGEST_SID]
        self.keep(request, None, key=f"inbound:{sid}:reply", kind="opt_out")
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
        return super().post(request, attempt_of(request))


class InboundFallbackView(FallbackView):
    """Another webhook of an inbound call failed. Without a database it is not known who calls."""

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:  # type: ignore[override]
        insist(partial(self.record, request), what="apology in an inbound call")
        return xml_response(twiml.goodbye(wording.for_language(LANGUAGE).INBOUND_FALLBACK))

    def record(self, request: HttpRequest) -> None:
        EventView.post(self, request, attempt_of(request))
