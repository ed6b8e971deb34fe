"""What the network remembers: calls, recordings, transcriptions, with the JSON that Twilio's API shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

API = "2010-04-01"
FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
CALL_SUBRESOURCES = {
    "notifications": "Notifications",
    "recordings": "Recordings",
    "payments": "Payments",
    "events": "Events",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}
# Enough of the numbering plan for ToCountry and FromCountry; elsewhere they are blank, as often in reality.
COUNTRIES = {"1": "US", "33": "FR", "34": "ES", "39": "IT", "41": "CH", "43": "AT", "44": "GB", "49": "DE"}

Json = dict[str, Any]


def now() -> datetime:
    return datetime.now(UTC)


def rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def new_sid(prefix: str) -> str:
    return prefix + uuid4().hex


def formatted(number: str) -> str:
    """The number as Twilio displays it: North American ones in the national form, others as they are."""
    national = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number)
    return "({}) {}-{}".format(*national.groups()) if national else number


def geography(prefix: str, number: str) -> dict[str, str]:
    digits = number.lstrip("+")
    country = next((COUNTRIES[digits[:n]] for n in (1, 2) if digits[:n] in COUNTRIES), "")
    return {f"{prefix}City": "", f"{prefix}State": "", f"{prefix}Zip": "", f"{prefix}Country": country}


@dataclass
class Call:
    """One call: its REST resource and the log of what happened on it."""

    account_sid: str
    form: Mapping[str, str]  # the parameters that it was created with
    events: frozenset[str]  # the progress events that its creator asked for
    persona: str
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    date_created: datetime = field(default_factory=now)
    date_updated: datetime = field(default_factory=now)
    start_time: datetime | None = None
    end_time: datetime | None = None
    duration: int = 0  # simulated seconds, whatever the speed
    answered_by: str | None = None
    log: list[Json] = field(default_factory=list)

    @property
    def to(self) -> str:
        return self.form["To"]

    @property
    def from_(self) -> str:
        return self.form["From"]

    @property
    def uri(self) -> str:
        return f"/{API}/Accounts/{self.account_sid}/Calls/{self.sid}"

    @property
    def public_status(self) -> str:
        """The resource knows no `initiated`: until it rings, a call is queued."""
        return "queued" if self.status == "initiated" else self.status

    def set_status(self, status: str) -> None:
        self.status = status
        self.date_updated = now()
        if status == "in-progress":
            self.start_time = self.date_updated
        elif status in FINAL:
            self.end_time = self.date_updated

    def parameters(self) -> dict[str, str]:
        """The parameters that every voice request and status callback carries."""
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": API,
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Direction": "outbound-api",
            "To": self.to,
            "Called": self.to,
            "From": self.from_,
            "Caller": self.from_,
            **geography("To", self.to),
            **geography("Called", self.to),
            **geography("From", self.from_),
            **geography("Caller", self.from_),
        }

    def as_json(self) -> Json:
        over = self.status in FINAL
        talked = over and self.start_time is not None
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "to_formatted": formatted(self.to),
            "from": self.from_,
            "from_formatted": formatted(self.from_),
            "phone_number_sid": "PN" + self.account_sid[2:],
            "status": self.public_status,
            "start_time": rfc2822(self.start_time),
            "end_time": rfc2822(self.end_time),
            "duration": str(self.duration) if talked else None,
            "price": f"-{0.014 * minutes(self.duration):.5f}" if talked else None,
            "price_unit": "USD",
            "direction": "outbound-api",
            "answered_by": self.answered_by,
            "api_version": API,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": "",
            "queue_time": "0",
            "trunk_sid": None,
            "parent_call_sid": None,
            "date_created": rfc2822(self.date_created),
            "date_updated": rfc2822(self.date_updated),
            "uri": f"{self.uri}.json",
            "subresource_uris": {key: f"{self.uri}/{name}.json" for key, name in CALL_SUBRESOURCES.items()},
        }


def minutes(seconds: int) -> int:
    """Calls are billed by the minute, begun ones whole."""
    return -(-seconds // 60)


@dataclass
class Recording:
    """A recorded take: what was said in it, and its audio or what that can be made from at any time."""

    call: Call
    source: str
    sid: str = field(default_factory=lambda: new_sid("RE"))
    status: str = "in-progress"
    words: str = ""
    audio: bytes = b""  # what a person's microphone took; empty: it is made from the words
    duration: int = 0
    error_code: int = 0
    start_time: datetime = field(default_factory=now)
    date_updated: datetime = field(default_factory=now)

    @property
    def uri(self) -> str:
        return f"/{API}/Accounts/{self.call.account_sid}/Recordings/{self.sid}"

    def as_json(self, base_url: str) -> Json:
        return {
            "sid": self.sid,
            "account_sid": self.call.account_sid,
            "call_sid": self.call.sid,
            "conference_sid": None,
            "api_version": API,
            "date_created": rfc2822(self.start_time),
            "date_updated": rfc2822(self.date_updated),
            "start_time": rfc2822(self.start_time),
            "duration": str(self.duration) if self.status == "completed" else None,
            "price": f"-{0.0025 * minutes(self.duration):.5f}" if self.status == "completed" else None,
            "price_unit": "USD",
            "status": self.status,
            "channels": 1,
            "source": self.source,
            "error_code": self.error_code or None,
            "encryption_details": None,
            "media_url": base_url + self.uri,
            "uri": f"{self.uri}.json",
            "subresource_uris": {
                "add_on_results": f"{self.uri}/AddOnResults.json",
                "transcriptions": f"{self.uri}/Transcriptions.json",
            },
        }


@dataclass
class Transcription:
    """Twilio's own transcript of a recording."""

    recording: Recording
    sid: str = field(default_factory=lambda: new_sid("TR"))
    status: str = "in-progress"
    text: str = ""
    date_created: datetime = field(default_factory=now)
    date_updated: datetime = field(default_factory=now)

    def as_json(self) -> Json:
        account = self.recording.call.account_sid
        return {
            "sid": self.sid,
            "account_sid": account,
            "api_version": API,
            "date_created": rfc2822(self.date_created),
            "date_updated": rfc2822(self.date_updated),
            "recording_sid": self.recording.sid,
            "duration": str(self.recording.duration),
            "status": self.status,
            "transcription_text": self.text,
            "type": "fast",
            "price": "-0.05000" if self.status == "completed" else None,
            "price_unit": "USD",
            "uri": f"/{API}/Accounts/{account}/Transcriptions/{self.sid}.json",
        }
