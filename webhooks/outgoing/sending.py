"""Sends one payload to a receiver. Uses no database, so that several are sent at the same time."""

import time
from dataclasses import dataclass
from datetime import datetime

import requests

from screener.metrics.instruments import DELIVERY_SECONDS
from screener.services.errors import retry_after_seconds
from screener.services.http_deadlines import total_timeout
from screener.services.receiver_address import ForbiddenAddress, UnknownHost, resolve
from webhooks.models import Delivery
from webhooks.outgoing.signing import signature_headers

CONNECT_SECONDS = 5
TOTAL_SECONDS = 10
LONGEST_REQUESTED_WAIT = 3600
GONE = 410
USER_AGENT = "Screener-Webhooks/1"


@dataclass(frozen=True)
class Payload:
    """`message_id`: the same at each try, so that receivers recognise a repetition."""

    delivery_id: int
    message_id: str
    body: str


@dataclass(frozen=True)
class Outcome:
    """The result of a try. Without a problem, the message was delivered. `is_dropped`: its subject was deleted."""

    delivery_id: int
    problem: str = ""
    response_status: int | None = None
    duration_ms: int = 0
    retry_after: float | None = None
    is_dropped: bool = False

    @property
    def is_delivered(self) -> bool:
        return not self.problem and not self.is_dropped

    @property
    def is_gone(self) -> bool:
        return self.response_status == GONE


def send(payload: Payload, url: str, secrets: list[str], at: datetime) -> Outcome:
    """POST a payload, signed. Any status of 2xx within ten seconds is a success; the body of the reply is not read."""
    outcome = _try_to_send(payload, url, secrets, at)
    DELIVERY_SECONDS.labels(outcome.problem or "delivered").observe(outcome.duration_ms / 1000)
    return outcome


def _try_to_send(payload: Payload, url: str, secrets: list[str], at: datetime) -> Outcome:
    start = time.monotonic()
    try:
        response = _post(payload, url, secrets, at)
    except Exception as error:
        problem = _problem_of(error)
        return Outcome(payload.delivery_id, problem, duration_ms=_milliseconds_since(start))
    return Outcome(
        payload.delivery_id,
        _problem_of_status(response.status_code),
        response.status_code,
        _milliseconds_since(start),
        retry_after_seconds(response.headers, maximum=LONGEST_REQUESTED_WAIT),
    )


def _post(payload: Payload, url: str, secrets: list[str], at: datetime) -> requests.Response:
    target = resolve(url)
    headers = {
        "Content-Type": "application/json",
        "Host": target.host_header,
        "User-Agent": USER_AGENT,
        **signature_headers(secrets, payload.message_id, at, payload.body),
    }
    with total_timeout(TOTAL_SECONDS), target.session as session:
        response = session.post(
            target.pinned_url,
            data=payload.body.encode(),
            headers=headers,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, TOTAL_SECONDS),
            stream=True,
        )
        response.close()
    return response


def _problem_of(error: Exception) -> str:
    match error:
        case ForbiddenAddress():
            return Delivery.Problem.FORBIDDEN_ADDRESS
        case UnknownHost():
            return Delivery.Problem.UNKNOWN_HOST
        case requests.exceptions.SSLError():
            return Delivery.Problem.TLS
        case requests.Timeout() | TimeoutError():
            return Delivery.Problem.TIMEOUT
        case requests.RequestException() | OSError():
            return Delivery.Problem.CONNECTION
        case _:
            raise error


def _problem_of_status(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return Delivery.Problem.REDIRECT if 300 <= status < 400 else Delivery.Problem.STATUS


def _milliseconds_since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
