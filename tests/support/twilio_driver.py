"""Twilio as the webhooks see it: genuinely signed requests, and TwiML read back."""

import json
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.test import Client
from django.urls import reverse
from twilio.request_validator import RequestValidator

from candidates.models import Consent
from interviews.calling import dialer
from interviews.models import (
    Attempt,
    Call,
    Interview,
    InterviewEvent,
    InterviewResponse,
    Recording,
    TurnReply,
    lock_interview,
)
from webhooks.models import TwilioEvent

FORM = "application/x-www-form-urlencoded"


class Phone:
    """One call, from Twilio's side."""

    def __init__(self, attempt: Attempt, client: Client, sid: str = "") -> None:
        self.attempt = attempt
        self.client = client
        self.sid = sid or "CA" + attempt.pk.hex
        self.last_response: Any = None
        self.sequence = -1

    def params(self, **more: Any) -> dict[str, str]:
        standard = {
            "CallSid": self.sid,
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "From": settings.TWILIO_PHONE_NUMBER,
            "To": self.attempt.call.number,
            "CallStatus": "in-progress",
            "Direction": "outbound-api",
            "ApiVersion": "2010-04-01",
        }
        return standard | {key: str(value) for key, value in more.items()}

    def post(self, url: str, params: dict[str, str], *, token: str | None = None, **headers: str) -> Any:
        path = urlsplit(url)
        target = path.path + (f"?{path.query}" if path.query else "")
        signature = RequestValidator(token or settings.TWILIO_AUTH_TOKEN).compute_signature(
            settings.WEBHOOK_BASE_URL + target, params
        )
        self.last_response = self.client.post(
            target, urlencode(params), FORM, headers={"X-Twilio-Signature": signature, **headers}
        )
        return self.last_response

    def post_turn(self, turn: int, kind: str, **more: Any) -> Any:
        return self.post(reverse("twilio-turn", args=[self.attempt.pk, turn, kind]), self.params(**more))

    def pick_up(self) -> Any:
        return self.post_turn(0, "pickup")

    def report_status(self, status: str, sequence: int | None = None, **more: Any) -> Any:
        self.sequence = self.sequence + 1 if sequence is None else sequence
        params = self.params(CallStatus=status, SequenceNumber=self.sequence, **more)
        return self.post(reverse("twilio-status", args=[self.attempt.pk]), params)

    def report_machine(self, answered_by: str) -> Any:
        return self.post(reverse("twilio-amd", args=[self.attempt.pk]), self.params(AnsweredBy=answered_by))

    def fall_back(self, code: str = "11200", **more: Any) -> Any:
        """Do as Twilio does after an empty reply of a webhook."""
        error = {"ErrorCode": code, "ErrorUrl": f"{settings.WEBHOOK_BASE_URL}/webhooks/somewhere"}
        return self.post(reverse("twilio-fallback", args=[self.attempt.pk]), self.params(**error, **more))

    # What a caller does next, at the address that the last TwiML named.

    def twiml(self) -> ET.Element:
        assert self.last_response is not None
        return ET.fromstring(self.last_response.content)

    def prompt_text(self) -> str:
        return " ".join(say.text or "" for say in self.twiml().iter("Say"))

    def press_key(self, key: str) -> Any:
        return self.post(self._attribute("Gather", "action"), self.params(Digits=key))

    def speak(self, words: str) -> Any:
        return self.post(self._attribute("Gather", "action"), self.params(SpeechResult=words, Confidence="0.9"))

    def stay_silent(self) -> Any:
        redirect = self.twiml().find("Redirect")
        assert redirect is not None
        return self.post(redirect.text or "", self.params())

    def record_answer(self, words: str = "", *, seconds: int = 20, digits: str = "", recorded: bool = True) -> Any:
        """Speak into the recording; Twilio then reports the take, its audio, and its own transcription."""
        record = self.twiml().find("Record")
        assert record is not None
        sid = "RE" + UUID(int=abs(hash((self.sid, record.attrib["action"])))).hex
        take = {"RecordingSid": sid, "RecordingDuration": str(seconds), "RecordingUrl": f"https://api/{sid}"}
        status = {"CallStatus": "completed"} if digits == "hangup" else {}
        answer = self.post(record.attrib["action"], self.params(**take, Digits=digits, **status))
        if recorded:
            self.report_recording(record, take)
            if words:
                self.report_transcription(record, sid, words)
        self.last_response = answer
        return answer

    def report_recording(self, record: ET.Element, take: dict[str, str]) -> Any:
        params = self.params(**take, RecordingStatus="completed", RecordingSource="RecordVerb")
        del params["CallStatus"]
        return self.post(record.attrib["recordingStatusCallback"], params)

    def report_transcription(self, record: ET.Element, sid: str, words: str) -> Any:
        params = self.params(
            RecordingSid=sid, TranscriptionSid="TR" + sid[2:], TranscriptionText=words, TranscriptionStatus="completed"
        )
        return self.post(record.attrib["transcribeCallback"], params)

    def report_live_words(
        self, words: str, sequence: int = 2, *, final: bool = True, url: str = "", **more: Any
    ) -> Any:
        """Report the live transcript to the address that the last TwiML named. Keeps the last reply."""
        url = url or self._attribute("Start/Transcription", "statusCallbackUrl")
        reply = self.last_response
        piece = {
            "TranscriptionEvent": "transcription-content",
            "TranscriptionSid": "GT" + "0" * 32,
            "SequenceId": sequence,
            "Track": "inbound_track",
            "Final": str(final).lower(),
            "TranscriptionData": json.dumps({"transcript": words, "confidence": 0.9}),
        }
        response = self.post(url, self.params(**piece | more))
        self.last_response = reply
        return response

    def _attribute(self, verb: str, name: str) -> str:
        element = self.twiml().find(verb)
        assert element is not None, verb
        return element.attrib[name]


def place_attempt(interview: Interview) -> Attempt:
    """An attempt whose call has been placed. No dial rule is asked about the first: most tests need only its call."""
    with lock_interview(interview) as locked:
        if not interview.attempts.exists():
            return dialer._create_attempt(locked, interview.candidate.phone, None)
    attempt = dialer._plan_attempt(interview.pk)
    assert attempt is not None
    return attempt


def give_consent(phone: Phone) -> None:
    phone.pick_up()
    phone.press_key("1")
    phone.press_key("1")


def snapshot_rows() -> list[Any]:
    """Return all rows that a webhook can change."""
    interview_rows = (Interview, Attempt, Call, TurnReply, InterviewResponse, Recording, InterviewEvent)
    return [sorted(model.objects.values_list(), key=str) for model in (*interview_rows, Consent, TwilioEvent)]
