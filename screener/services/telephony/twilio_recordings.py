"""Recordings at Twilio: list, fetch, transcript, delete."""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
from django.conf import settings

from screener.services.errors import PermanentError
from screener.services.http_deadlines import total_timeout
from screener.services.telephony.twilio_client import HttpStatusError, map_twilio_errors, twilio_client
from screener.services.telephony.twilio_errors import NOT_WAV, InvalidAudio, NotFound, RequestRejected, TelephonyDown

MAX_AUDIO_BYTES = 25 * 1024 * 1024
TOO_LARGE = "The recording is larger than 25 MB, so it is not an answer to a question."
AUDIO_TIMEOUT = 60
"""Seconds in total for one recording."""
MAX_REDIRECTS = 3
UNCOMPRESSED = {"Accept-Encoding": "identity"}
"""A compressed body of a few kilobytes may unpack to gigabytes."""
CHUNK_BYTES = 64 * 1024
UNKNOWN_LENGTH = 0xFFFFFFF0
"""WAV headers with this length or more were written before the length was known."""
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class RecordingState:
    """`seconds` is None while the length is not known."""

    sid: str
    seconds: int | None


@dataclass(frozen=True)
class TwilioTranscript:
    text: str
    status: str


def list_recordings(call_sid: str) -> list[RecordingState]:
    """The recordings of a call, newest first, without absent ones."""
    with map_twilio_errors():
        recordings = twilio_client().calls(call_sid).recordings.list(limit=50)
    return [
        RecordingState(recording.sid, int(recording.duration) if str(recording.duration).isdigit() else None)
        for recording in recordings
        if str(recording.status) != "absent"
    ]


def fetch_carrier_transcript(recording_sid: str) -> TwilioTranscript:
    """Twilio's own transcript of a recording. Raises NotFound while there is none."""
    with map_twilio_errors():
        transcriptions = twilio_client().recordings(recording_sid).transcriptions.list(limit=1)
    if not transcriptions:
        raise NotFound("Twilio has no transcript of this recording yet.")
    return TwilioTranscript(text=transcriptions[0].transcription_text or "", status=str(transcriptions[0].status))


def delete_audio(recording_sid: str) -> None:
    """Delete a recording at Twilio. A recording that does not exist is no error."""
    with suppress(NotFound), map_twilio_errors():
        twilio_client().recordings(recording_sid).delete()


def delete_transcript(transcript_sid: str) -> None:
    """Delete a transcript at Twilio, which outlives its recording. A transcript that does not exist is no error."""
    with suppress(NotFound), map_twilio_errors():
        twilio_client().transcriptions(transcript_sid).delete()


def fetch_audio(recording_sid: str) -> bytes:
    """The WAV file of a recording, from the configured host only, with limits on size and time.

    Raises NotFound while Twilio does not have it, RequestRejected for a redirect to another host, InvalidAudio for
    other content, PermanentError for a file that is too large.
    """
    url = f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Recordings/{recording_sid}.wav"
    with map_twilio_errors(), total_timeout(AUDIO_TIMEOUT):
        for _ in range(1 + MAX_REDIRECTS):
            with _request_audio(url) as response:
                if not response.is_redirect:
                    return _validate_wav(_read_body(response))
                url = _redirect_target(url, response.headers["Location"])
    raise RequestRejected("Twilio redirects the request for the recording too often. Check TWILIO_API_URL.")


def _request_audio(url: str) -> requests.Response:
    session: requests.Session = twilio_client().http_client.session
    login = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    timeout = settings.TWILIO_TIMEOUT
    return session.get(url, auth=login, headers=UNCOMPRESSED, timeout=timeout, stream=True, allow_redirects=False)


def _redirect_target(url: str, location: str) -> str:
    """The target of a redirect, which receives the password: only a path on the configured host is allowed.

    The target is built from the configured address, so that no other parser can read another host in it.
    """
    configured = urlsplit(str(settings.TWILIO_API_URL))
    try:
        target = urlsplit(urljoin(url, location))
        is_same_origin = _origin(target) == _origin(configured)
    except ValueError:  # the location is not a URL
        is_same_origin = False
    if not is_same_origin:
        raise RequestRejected(
            "Twilio redirects the request for the recording to another host, which is not allowed. Check "
            "TWILIO_API_URL, and that the Twilio account stores its recordings at Twilio."
        )
    return urlunsplit((configured.scheme, configured.netloc, target.path, target.query, ""))


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or DEFAULT_PORTS.get(address.scheme)


def _read_body(response: requests.Response) -> bytes:
    if response.status_code != 200:
        raise HttpStatusError(response.status_code, response.headers)
    data = bytearray()
    while len(data) + (response.raw.length_remaining or 0) <= MAX_AUDIO_BYTES:
        chunk = response.raw.read1(CHUNK_BYTES)  # returns the available bytes, without waiting for a full chunk
        if not chunk:
            return bytes(data)
        data += chunk
    raise PermanentError(TOO_LARGE)


def _validate_wav(data: bytes) -> bytes:
    if not (data[:4] == b"RIFF" and data[8:12] == b"WAVE"):
        raise InvalidAudio(NOT_WAV)
    expected_length = int.from_bytes(data[4:8], "little") + 8
    if len(data) < expected_length < UNKNOWN_LENGTH:
        raise TelephonyDown("The recording arrived incomplete. The request will be retried.")
    return data
