"""Twilio: placing calls, asking about them, ending them, and fetching what was recorded."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from screener.services.errors import PermanentError, retry_after_seconds
from screener.services.http_deadlines import DeadlineAdapter, send_deadline, total_timeout
from screener.services.telephony.twilio_errors import (
    BAD_LOGIN,
    MEANINGS,
    CallUnknown,
    Misconfigured,
    NoAudio,
    NotThere,
    Refused,
    TelephonyDown,
    where_explained,
)

LONGEST_ASKED_WAIT = 3600
MAX_AUDIO_BYTES = 25 * 1024 * 1024
CALLBACK_RETRIES = "#rc=3&rp=all"
"""Ends an address that Twilio sends news to: try three times more, whatever went wrong. It is not signed.

For news only: the answer to a turn is awaited by a caller, and is better replaced by the fallback at once.
"""


@dataclass(frozen=True)
class CallState:
    sid: str
    status: str
    created: datetime | None
    answered_by: str
    duration_seconds: int | None
    price: str | None
    price_unit: str


class _NotDone(Exception):
    """What Twilio said in place of doing what it was asked for."""

    def __init__(self, status: int, headers: Mapping[str, str], body: str = "") -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.wait = status, retry_after_seconds(headers, maximum=LONGEST_ASKED_WAIT)
        self.code: int | None = None
        with suppress(ValueError, AttributeError, RecursionError):  # an error need not be Twilio's, nor JSON
            code = json.loads(body).get("code")
            self.code = code if isinstance(code, int) else None


class _Session(requests.Session):
    """To the end of a redirect's own body, however long, requests would read even where it is told not to follow it."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _Rebased(TwilioHttpClient):
    """Sends what the client addresses to Twilio to `base_url`, without retries of its own."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = base_url
        self.session = _Session()
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, DeadlineAdapter(max_retries=0))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Raises _NotDone with all that the client's own errors, a different one in each case, leave out."""
        parts = urlsplit(url)
        ours = urlunsplit(("", "", self._base + parts.path, parts.query, ""))
        with total_timeout(self.timeout):
            answer = super().request(method, ours, *args, **kwargs)
        if answer.status_code >= 300:
            raise _NotDone(answer.status_code, answer.headers or {}, answer.text)
        if answer.status_code != 204 and not isinstance(json.loads(answer.text), dict):
            raise ValueError("Twilio answers with an object.")
        return answer


@cache
def _client_for(sid: str, token: str, base_url: str, timeout: float) -> Client:
    return Client(sid, token, http_client=_Rebased(base_url, timeout))


def _client() -> Client:
    """One client, and so one pool of connections, per configuration."""
    return _client_for(
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_API_URL, settings.TWILIO_TIMEOUT
    )


@contextmanager
def _errors_of_ours(*, unsure: bool = False) -> Iterator[None]:
    """Turn what Twilio and the network raise into our errors. `unsure`: a lost answer may mean that it was done."""
    try:
        yield
    except _NotDone as error:
        raise _translated(error, unsure=unsure) from error
    except (requests.exceptions.RequestException, HTTPError, TwilioException, ValueError) as error:
        # Without the original: it names the address, and so the number that was asked for.
        if unsure and not _never_left(error):
            raise CallUnknown("The connection to Twilio broke while the call was being placed.") from None
        if isinstance(error, requests.exceptions.Timeout | ReadTimeoutError):
            raise TelephonyDown("Twilio took too long to answer; trying again.") from None
        raise TelephonyDown("Twilio could not be reached, or gave no readable answer; trying again.") from None


def _never_left(error: BaseException) -> bool:
    """Whether the request failed before anything of it was sent: no address, no connection, a foreign certificate."""
    before = (requests.exceptions.ConnectTimeout, NewConnectionError, NameResolutionError, SSLCertVerificationError)
    causes = [error]
    for cause in causes:  # requests and urllib3 wrap each other: what it was stands inside
        inner = [*cause.args, getattr(cause, "reason", None)]
        causes += [one for one in inner if isinstance(one, BaseException) and one not in causes]
    return any(isinstance(cause, before) for cause in causes)


def _translated(error: _NotDone, *, unsure: bool) -> Exception:
    if error.code in MEANINGS:
        kind, sentence = MEANINGS[error.code]
        return kind(sentence)
    if error.status == 401:
        return Misconfigured(BAD_LOGIN)
    if error.status == 429 or error.code in (20429, 10004):
        return TelephonyDown("Twilio asks us to slow down; trying again.", retry_after=error.wait or 5)
    if error.status == 404 and not unsure:
        return NotThere("Twilio does not know this, or does not know it yet.")
    if error.status >= 500 and unsure:
        told = f"Twilio failed (HTTP {error.status}) while the call was being placed."
        return CallUnknown(told, retry_after=error.wait)
    if error.status >= 500:
        return TelephonyDown(f"Twilio is in trouble (HTTP {error.status}); trying again.", retry_after=error.wait)
    if error.status < 400 or error.status == 404:  # Twilio itself knows where calls are placed
        where = "Check that TWILIO_API_URL and TWILIO_ACCOUNT_SID are right."
        return Misconfigured(f"Twilio is not where we look for it (HTTP {error.status}). {where}")
    if error.code is None:
        return Refused(f"Something between us and Twilio refused the request (HTTP {error.status}).")
    return Refused(f"Twilio refused the request (error {error.code}): see {where_explained(error.code)}.")


def place_call(
    *, to: str, url: str, fallback_url: str, status_url: str, amd_url: str, send_before: datetime
) -> CallState:
    """Ring this number, unless it is too late. Not idempotent: the caller makes sure that it is done once.

    Raises CallUnknown when it may have been done; TelephonyDown or TooLateToSend when it was not; for good
    InvalidNumber or NotAllowed, which are about this number, Misconfigured, which is about all, or Refused.
    """
    with _errors_of_ours(unsure=True), send_deadline(send_before):
        call = _client().calls.create(
            to=to,
            from_=settings.TWILIO_PHONE_NUMBER,
            url=url,
            fallback_url=fallback_url,
            status_callback=status_url + CALLBACK_RETRIES,
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            machine_detection="Enable",
            async_amd="true",
            async_amd_status_callback=amd_url + CALLBACK_RETRIES,
            timeout=30,
            time_limit=3600,
        )
        return _state(call)


def call_state(sid: str) -> CallState:
    with _errors_of_ours():
        return _state(_client().calls(sid).fetch())


def calls_to(number: str) -> list[CallState]:
    """The last calls made to this number, newest first.

    Twilio filters start times by the day and leaves them empty before the dial, so whoever asks compares `created`.
    """
    with _errors_of_ours():
        made = _client().calls.list(to=number, from_=settings.TWILIO_PHONE_NUMBER, limit=50)
        return [_state(call) for call in made]


@dataclass(frozen=True)
class RecordingState:
    sid: str
    seconds: int | None


def recordings_of(call_sid: str) -> list[RecordingState]:
    """What was recorded in this call, newest first; not what turned out to be nothing. No length: not known yet."""
    with _errors_of_ours():
        found = _client().calls(call_sid).recordings.list(limit=50)
    there = [one for one in found if str(one.status) != "absent"]
    return [RecordingState(one.sid, int(one.duration) if str(one.duration).isdigit() else None) for one in there]


def hang_up(sid: str) -> None:
    with _errors_of_ours():
        _client().calls(sid).update(status="completed")


def _state(call: Any) -> CallState:
    if not call.sid:
        raise ValueError("A call without an id is none.")
    return CallState(
        sid=call.sid,
        status=str(call.status or ""),
        created=call.date_created.astimezone(UTC) if call.date_created else None,
        answered_by=str(call.answered_by or ""),
        duration_seconds=int(call.duration) if call.duration else None,
        price=str(call.price) if call.price else None,
        price_unit=str(call.price_unit or "")[:3] if call.price else "",
    )


@dataclass(frozen=True)
class CarrierTranscript:
    text: str
    status: str


def carrier_transcript(recording_sid: str) -> CarrierTranscript:
    """Twilio's own transcription of a recording. Raises NotThere while there is none."""
    with _errors_of_ours():
        found = _client().recordings(recording_sid).transcriptions.list(limit=1)
    if not found:
        raise NotThere("Twilio has no transcription of this recording yet.")
    return CarrierTranscript(text=found[0].transcription_text or "", status=str(found[0].status))


def fetch_audio(recording_sid: str) -> bytes:
    """The WAV of a recording, from the configured host only, bounded in size and time.

    Raises NotThere while Twilio has not got it, Refused where it is looked for in the wrong place, NoAudio for what is
    none, PermanentError for what is too much.
    """
    url = f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Recordings/{recording_sid}.wav"
    with _errors_of_ours(), total_timeout(AUDIO_SECONDS):
        for _ in range(1 + MOST_REDIRECTS):
            with _ask_for(url) as answer:
                if not answer.is_redirect:
                    return _checked_audio(_read(answer))
                url = _within_twilio(url, answer.headers["Location"])
    raise Refused("Twilio sends us from one address to the next for the recording. Check TWILIO_API_URL.")


def _ask_for(url: str) -> requests.Response:
    session: requests.Session = _client().http_client.session
    login = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    timeout = settings.TWILIO_TIMEOUT
    return session.get(url, auth=login, headers=AS_IT_IS, timeout=timeout, stream=True, allow_redirects=False)


def _within_twilio(url: str, location: str) -> str:
    """Where a redirect leads, which is where our password goes too: to another path of the configured host alone.

    Put together from the configured address, so that it can't be read differently by whoever connects.
    """
    ours = urlsplit(str(settings.TWILIO_API_URL))
    try:
        target = urlsplit(urljoin(url, location))
        same = _origin(target) == _origin(ours)
    except ValueError:  # no address at all
        same = False
    if not same:
        raise Refused(
            "Twilio sends us to another host for the recording, and nothing is fetched from there. Check "
            "TWILIO_API_URL, and that the Twilio account keeps its recordings at Twilio and in no other storage."
        )
    return urlunsplit((ours.scheme, ours.netloc, target.path, target.query, ""))


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or {"http": 80, "https": 443}.get(address.scheme)


def delete_audio(recording_sid: str) -> None:
    """Have Twilio forget a recording. That it is gone already is as good."""
    with suppress(NotThere), _errors_of_ours():
        _client().recordings(recording_sid).delete()


AUDIO_SECONDS = 60
MOST_REDIRECTS = 3
AS_IT_IS = {"Accept-Encoding": "identity"}
"""Not packed: the bytes are counted and judged as they come, and a small packet may hold gigabytes."""
STREAMED = 0xFFFFFFF0
"""A size from here on says that the writer of the file did not know it."""


def _read(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        raise _NotDone(answer.status_code, answer.headers)
    data = bytearray()
    while len(data) + (answer.raw.length_remaining or 0) <= MAX_AUDIO_BYTES:
        chunk = answer.raw.read1(64 * 1024)  # what has come, rather than waiting for so much
        if not chunk:
            return bytes(data)
        data += chunk
    raise PermanentError("The recording is larger than 25 MB, which no answer is.")


def _checked_audio(data: bytes) -> bytes:
    if not (data[:4] == b"RIFF" and data[8:12] == b"WAVE"):
        raise NoAudio("What Twilio sent for the recording is no WAV audio.")
    announced = int.from_bytes(data[4:8], "little") + 8
    if len(data) < announced < STREAMED:
        raise TelephonyDown("The recording came only in part; trying again.")
    return data
