"""An SMS: its REST resource, and the parameters of its webhooks."""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from devtools.phone_simulator.resources import (
    API_VERSION,
    Json,
    TwoParties,
    format_rfc2822,
    geography_parameters,
    new_sid,
    utc_now,
)

RECEIVED = "received"
OUTBOUND, REPLY = "outbound-api", "outbound-reply"
SEGMENT_LETTERS = 153


@dataclass
class Message(TwoParties):
    account_sid: str
    to: str
    from_: str
    body: str
    direction: str = OUTBOUND
    status_callback: str = ""
    status: str = "queued"
    service_sid: str | None = None
    error_code: int | None = None
    sid: str = field(default_factory=lambda: new_sid("SM"))
    date_created: datetime = field(default_factory=utc_now)
    date_sent: datetime | None = None

    @property
    def segments(self) -> str:
        return str(max(1, ceil(len(self.body) / SEGMENT_LETTERS)))

    def set_status(self, status: str, error_code: int | None = None) -> None:
        self.status, self.error_code = status, error_code
        if status == "sent":
            self.date_sent = utc_now()

    def status_parameters(self) -> dict[str, str]:
        """The parameters of a status callback."""
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": API_VERSION,
            "From": self.from_,
            "MessageSid": self.sid,
            "MessageStatus": self.status,
            "SmsSid": self.sid,
            "SmsStatus": self.status,
            "To": self.to,
            **({"ErrorCode": str(self.error_code)} if self.error_code else {}),
        }

    def inbound_parameters(self) -> dict[str, str]:
        """The parameters of the webhook that hands an SMS to the application."""
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": API_VERSION,
            "Body": self.body,
            "From": self.from_,
            "MessageSid": self.sid,
            "NumMedia": "0",
            "NumSegments": self.segments,
            "SmsMessageSid": self.sid,
            "SmsSid": self.sid,
            "SmsStatus": RECEIVED,
            "To": self.to,
            **geography_parameters("From", self.from_),
            **geography_parameters("To", self.to),
        }

    def as_json(self) -> Json:
        return {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": format_rfc2822(self.date_created),
            "date_sent": format_rfc2822(self.date_sent),
            "date_updated": format_rfc2822(self.date_sent or self.date_created),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.from_,
            "messaging_service_sid": self.service_sid,
            "num_media": "0",
            "num_segments": self.segments,
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {},
            "to": self.to,
            "uri": f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}.json",
        }
