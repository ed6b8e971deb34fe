"""Twilio's refusals to place a call: which error is raised, and which setting its message names."""

from datetime import timedelta

import pytest
from django.utils import timezone

from screener.services.errors import ServiceError
from screener.services.telephony import twilio_calls
from screener.services.telephony.twilio_errors import (
    AccountMisconfigured,
    InvalidNumber,
    NumberNotAllowed,
    NumberOptedOut,
    RequestRejected,
    TelephonyDown,
)
from tests.support.fake_twilio import FakeTwilio


@pytest.mark.parametrize(
    ("status", "code", "error_class", "named"),
    [
        (400, 21211, InvalidNumber, ""),
        (400, 21214, InvalidNumber, ""),
        (400, 13224, InvalidNumber, ""),
        (400, 13226, InvalidNumber, ""),
        (400, 13225, NumberNotAllowed, ""),
        (403, 32224, NumberNotAllowed, ""),
        (400, 21610, NumberOptedOut, ""),
        (400, 21219, NumberNotAllowed, ""),
        (403, 21216, NumberNotAllowed, ""),
        (400, 21215, NumberNotAllowed, ""),
        (403, 32205, NumberNotAllowed, ""),
        (400, 13227, NumberNotAllowed, ""),
        (401, 20003, AccountMisconfigured, "TWILIO_ACCOUNT_SID"),
        (401, 0, AccountMisconfigured, "TWILIO_ACCOUNT_SID"),
        (404, 20404, AccountMisconfigured, "TWILIO_ACCOUNT_SID"),
        (301, None, AccountMisconfigured, "TWILIO_API_URL"),
        (400, 21210, AccountMisconfigured, "TWILIO_PHONE_NUMBER"),
        (400, 21212, AccountMisconfigured, "TWILIO_PHONE_NUMBER"),
        (400, 21205, AccountMisconfigured, "WEBHOOK_BASE_URL"),
        (400, 21626, AccountMisconfigured, "WEBHOOK_BASE_URL"),
        (429, 20429, TelephonyDown, ""),
        (400, 10004, TelephonyDown, ""),
        (400, 99999, RequestRejected, "99999"),
    ],
)
def test_refusal_raises_error(
    twilio: FakeTwilio, status: int, code: int | None, error_class: type[ServiceError], named: str
) -> None:
    twilio.behaviour = (status, code)
    send_before = timezone.now() + timedelta(seconds=20)
    with pytest.raises(ServiceError) as caught:
        twilio_calls.place_call(
            to="+14155550100", url="u", fallback_url="f", status_url="s", amd_url="a", send_before=send_before
        )
    assert caught.type is error_class
    assert named in str(caught.value)
    assert len(twilio.requests) == 1
