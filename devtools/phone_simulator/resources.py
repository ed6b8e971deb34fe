"""The resources of the account: calls, recordings and transcriptions, with their JSON in Twilio's REST API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Protocol
from uuid import uuid4

API_VERSION = "2010-04-01"
INBOUND = "inbound"
FINAL_STATUSES = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
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
# Enough of the numbering plan for ToCountry and FromCountry. Other countries stay blank, as often at Twilio.
COUNTRY_CODES = {"1": "US", "33": "FR", "34": "ES", "39": "IT", "41": "CH", "43": "AT", "44": "GB", "49": "DE"}

Json = dict[str, Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


def format_rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def new_sid(prefix: str) -> str:
    return prefix + uuid4().hex


def format_number(number: str) -> str:
    """Return the number as Twilio displays it: the national form for North America, E.164 for other countries."""
    national = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number)
    return "({}) {}-{}".format(*national.groups()) if national else number


def geography_parameters(prefix: str, number: str) -> dict[str, str]:
    digits = number.lstrip("+")
    country = next((COUNTRY_CODES[digits[:length]] for length in (1, 2) if digits[:length] in COUNTRY_CODES), "")
    return {f"{prefix}City": "", f"{prefix}State": "", f"{prefix}Zip": "", f"{prefix}Country": country}


class _Resource(Protocol):
    """A resource with two numbers."""

    direction: str

    @property
    def from_(self) -> str: ...

    @property
    def to(self) -> str: ...


class TwoParties:
    """Of calls and SMS, which have two numbers, one of them the application's."""

    @property
    def is_inbound(self: _Resource) -> bool:
        """Whether the application is called, or written to."""
        return self.direction == INBOUND

    @property
    def party(self: _Resource) -> str:
        """The number at the other end than the application."""
        return self.from_ if self.direction == INBOUND else self.to


@dataclass
class Call(TwoParties):
    """A call: its REST resource, and the log of its events."""

    account_sid: str
    create_params: Mapping[str, str]
    reported_events: frozenset[str]  # the StatusCallbackEvent parameters
    persona: str
    direction: str = "outbound-api"
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    date_created: datetime = field(default_factory=utc_now)
    date_updated: datetime = field(default_factory=utc_now)
    start_time: datetime | None = None
    end_time: datetime | None = None
    duration: int = 0  # simulated seconds
    answered_by: str | None = None
    log: list[Json] = field(default_factory=list)

    @property
    def to(self) -> str:
        return self.create_params["To"]

    @property
    def from_(self) -> str:
        return self.create_params["From"]

    @property
    def uri(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}"

    @property
    def public_status(self) -> str:
        """Return the status in the REST API, where a call is queued until it rings: there is no `initiated`."""
        return "queued" if self.status == "initiated" else self.status

    def set_status(self, status: str) -> None:
        self.status = status
        self.date_updated = utc_now()
        if status == "in-progress":
            self.start_time = self.date_updated
        elif status in FINAL_STATUSES:
            self.end_time = self.date_updated

    def webhook_parameters(self) -> dict[str, str]:
        """Return the parameters that every voice request and status callback carries."""
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": API_VERSION,
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Direction": self.direction,
            "To": self.to,
            "Called": self.to,
            "From": self.from_,
            "Caller": self.from_,
            **geography_parameters("To", self.to),
            **geography_parameters("Called", self.to),
            **geography_parameters("From", self.from_),
            **geography_parameters("Caller", self.from_),
        }

    def as_json(self) -> Json:
        has_duration = self.status in FINAL_STATUSES and self.start_time is not None
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "to_formatted": format_number(self.to),
            "from": self.from_,
            "from_formatted": format_number(self.from_),
            "phone_number_sid": "PN" + self.account_sid[2:],
            "status": self.public_status,
            "start_time": format_rfc2822(self.start_time),
            "end_time": format_rfc2822(self.end_time),
            "duration": str(self.duration) if has_duration else None,
            "price": f"-{0.014 * billed_minutes(self.duration):.5f}" if has_duration else None,
            "price_unit": "USD",
            "direction": self.direction,
            "answered_by": self.answered_by,
            "api_version": API_VERSION,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": "",
            "queue_time": "0",
            "trunk_sid": None,
            "parent_call_sid": None,
            "date_created": format_rfc2822(self.date_created),
            "date_updated": format_rfc2822(self.date_updated),
            "uri": f"{self.uri}.json",
            "subresource_uris": {key: f"{self.uri}/{name}.json" for key, name in CALL_SUBRESOURCES.items()},
        }


def billed_minutes(seconds: int) -> int:
    """Return the billed minutes: a minute that has begun counts as a whole one."""
    return -(-seconds // 60)


@dataclass
class Recording:
    """A recording. Its audio comes from a microphone, or is synthesised from the utterance on each request."""

    call: Call
    source: str
    sid: str = field(default_factory=lambda: new_sid("RE"))
    status: str = "in-progress"
    utterance: str = ""
    audio: bytes = b""  # from the microphone of a human; empty: synthesised
    duration: int = 0
    error_code: int = 0
    start_time: datetime = field(default_factory=utc_now)
    date_updated: datetime = field(default_factory=utc_now)

    @property
    def uri(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.call.account_sid}/Recordings/{self.sid}"

    def as_json(self, base_url: str) -> Json:
        return {
            "sid": self.sid,
            "account_sid": self.call.account_sid,
            "call_sid": self.call.sid,
            "conference_sid": None,
            "api_version": API_VERSION,
            "date_created": format_rfc2822(self.start_time),
            "date_updated": format_rfc2822(self.date_updated),
            "start_time": format_rfc2822(self.start_time),
            "duration": str(self.duration) if self.status == "completed" else None,
            "price": f"-{0.0025 * billed_minutes(self.duration):.5f}" if self.status == "completed" else None,
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
    """Twilio's own transcription of a recording."""

    recording: Recording
    sid: str = field(default_factory=lambda: new_sid("TR"))
    status: str = "in-progress"
    text: str = ""
    date_created: datetime = field(default_factory=utc_now)
    date_updated: datetime = field(default_factory=utc_now)

    def as_json(self) -> Json:
        account = self.recording.call.account_sid
        return {
            "sid": self.sid,
            "account_sid": account,
            "api_version": API_VERSION,
            "date_created": format_rfc2822(self.date_created),
            "date_updated": format_rfc2822(self.date_updated),
            "recording_sid": self.recording.sid,
            "duration": str(self.recording.duration),
            "status": self.status,
            "transcription_text": self.text,
            "type": "fast",
            "price": "-0.05000" if self.status == "completed" else None,
            "price_unit": "USD",
            "uri": f"/{API_VERSION}/Accounts/{account}/Transcriptions/{self.sid}.json",
        }
