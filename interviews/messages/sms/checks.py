"""System checks of the settings for SMS."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from screener.phone_format import InvalidPhoneNumber, to_e164

MESSAGING_SERVICE_SID = re.compile(r"MG[0-9a-f]{32}")
NEEDED = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")


@register("screener")
def check_sms_sender(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A sender by name, such as NORTHWIND, takes no replies, so that no candidate could answer STOP."""
    sender = settings.TWILIO_SMS_SENDER
    if not sender:
        return []
    if not (MESSAGING_SERVICE_SID.fullmatch(sender) or _is_number(sender)):
        message = f"TWILIO_SMS_SENDER is {sender!r}, which is neither a number nor a messaging service."
        hint = (
            "Set it to a number that takes replies, as +14155550100, or to the SID of a messaging service: MG and 32 "
            "digits. Leave it out to send no SMS."
        )
        return [Error(message, hint=hint, id="screener.E016")]
    return [
        Error(
            f"TWILIO_SMS_SENDER is set and {name} is not, so no SMS can be sent.",
            hint=f"Set {name}, or leave out TWILIO_SMS_SENDER.",
            id="screener.E016",
        )
        for name in NEEDED
        if not getattr(settings, name)
    ]


def _is_number(sender: str) -> bool:
    try:
        return to_e164(sender) == sender
    except InvalidPhoneNumber:
        return False
