"""A call to our number, from Twilio's side."""

from typing import Any

from django.conf import settings
from django.test import Client

from tests.support.twilio_driver import Phone

INBOUND = "/webhooks/twilio/inbound/"
NUMBER = "+14155550100"


class Caller(Phone):
    """A caller with this number."""

    def __init__(self, client: Client, number: str = NUMBER, sid: str = "CAinbound") -> None:
        self.client, self.number, self.sid = client, number, sid
        self.last_response: Any = None

    def params(self, **more: Any) -> dict[str, str]:
        standard = {
            "CallSid": self.sid,
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "From": self.number,
            "To": settings.TWILIO_PHONE_NUMBER,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        return standard | {key: str(value) for key, value in more.items()}

    def call(self) -> str:
        assert self.post(INBOUND, self.params()).status_code == 200
        return self.prompt_text()

    def reply(self, **parameters: str) -> None:
        gather = self.twiml().find("Gather")
        assert gather is not None
        self.post(gather.attrib["action"], self.params(**parameters))

    def hang_up(self) -> None:
        self.post(f"{INBOUND}status", self.params(CallStatus="completed", CallDuration=20))
