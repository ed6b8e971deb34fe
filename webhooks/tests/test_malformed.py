"""Malformed requests get a client error and have no effect."""

import io
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.test import Client
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from twilio.request_validator import RequestValidator

from tests.support.rollback import rolled_back
from tests.support.twilio_driver import FORM, Phone, snapshot_rows
from webhooks.tests.test_strangers import webhook_paths

pytestmark = pytest.mark.django_db

REFUSED = (400, 403, 405)
BOUNDARY = "multipart/form-data; boundary="
CONTENT_TYPES = [
    *("", "application/json", "text/plain", "x", ";", "multipart/form-data", BOUNDARY, BOUNDARY + "b" * 10_000),
    *(
        f"{FORM}; charset={name}"
        for name in ("bogus", "utf-16", "hex", "idna", "undefined", "latin-1", "\x00", "é", "")
    ),
    *(f"{FORM}; charset*={name}" for name in ("utf-8''%00", "bogus''%41", "hex''%41", "utf-8''hex", "''")),
    *(f"{FORM}; x*={name}" for name in ("bogus''%41", "undefined''%41")),
]


def send(
    address: str, body: bytes, content_type: str = FORM, *, signed: bool = True, method: str = "POST", **more: Any
) -> Any:
    """Send a request with the signature that Twilio would compute for these fields."""
    read: MultiValueDict[str, str] = MultiValueDict()
    for name, value in parse_qsl(body.decode(errors="replace"), keep_blank_values=True):
        read.appendlist(name, value)
    signer = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    if signed:
        more = {"HTTP_X_TWILIO_SIGNATURE": signer.compute_signature(settings.WEBHOOK_BASE_URL + address, read)} | more
    return Client(raise_request_exception=False).generic(method, address, body, content_type, **more)


def snapshot_all() -> list[Any]:
    return [*snapshot_rows(), list(ProcrastinateJob.objects.values_list("id", "status"))]


def test_other_content_types_are_refused(phone: Phone) -> None:
    before = snapshot_all()
    bodies = (urlencode(phone.params()).encode(), b"", b'{"CallSid": "CA1"}', b"--b\r\n\r\n")
    for content_type, address, body in product(CONTENT_TYPES, webhook_paths(str(phone.attempt.pk)), bodies):
        assert send(address, body, content_type).status_code == 403, (content_type, address, body)
    assert snapshot_all() == before


@pytest.mark.parametrize("content_type", [FORM + "; charset=UTF-8", FORM + ";charset=utf-8", FORM.upper()])
def test_form_content_types_are_accepted(phone: Phone, content_type: str) -> None:
    (address, *_), params = webhook_paths(str(phone.attempt.pk)), phone.params(Digits="1")
    phone.pick_up()
    signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
        settings.WEBHOOK_BASE_URL + address, params
    )
    answer = send(address, urlencode(params).encode(), content_type, signed=False, HTTP_X_TWILIO_SIGNATURE=signature)
    assert answer.status_code == 200


def test_uploaded_files_are_not_read(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    monkeypatch.setattr(FileUploadHandler, "new_file", lambda *file, **more: read.append(file))
    for address in webhook_paths(str(phone.attempt.pk)):
        answer = Client().post(address, phone.params() | {"file": io.BytesIO(b"x" * 100)})
        assert answer.status_code == 403
    assert read == []


@pytest.mark.parametrize("signed", [True, False])
def test_body_without_account_is_refused(phone: Phone, signed: bool) -> None:
    before = snapshot_all()
    bodies = [
        b"",
        b"%",
        b"%zz=%u1234&=&&;",
        b"\xff\xfe=\xed\xa0\x80&%ED%A0%80=%FF",
        b"a=" + b"x" * 5_000_000,
        b"&".join(b"a%d=1" % number for number in range(10_000)),
        b"CallSid=1&" * 999,
        b"[" * 100_000,
    ]
    for body, address in product(bodies, webhook_paths(str(phone.attempt.pk))):
        assert send(address, body, signed=signed).status_code in (400, 403), (body[:20], address)
    assert snapshot_all() == before


def test_wrong_content_length_is_refused(phone: Phone) -> None:
    before, body = snapshot_all(), urlencode(phone.params()).encode()
    for length, address in product(["-5", "", "0", "5", "9" * 30], webhook_paths(str(phone.attempt.pk))):
        stream: dict[str, Any] = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": length}
        answer = send(address, body, **stream)
        assert answer.status_code in (400, 403, 413), (length, address)
    assert snapshot_all() == before


def test_incomplete_body_is_refused(phone: Phone) -> None:
    class Broken(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise OSError("connection reset")

    before, body = snapshot_all(), urlencode(phone.params()).encode()
    stream: dict[str, Any] = {"wsgi.input": Broken()}
    for address in webhook_paths(str(phone.attempt.pk)):
        assert send(address, body, **stream).status_code == 400
    assert snapshot_all() == before


def test_malformed_signature_is_refused(phone: Phone) -> None:
    before, body = snapshot_all(), urlencode(phone.params()).encode()
    signatures = ["é", "ÿ" * 28, "", "a,b", " ", "\x00", "x" * 100_000]
    for signature, address in product(signatures, webhook_paths(str(phone.attempt.pk))):
        answer = send(address, body, HTTP_X_TWILIO_SIGNATURE=signature)
        assert answer.status_code == 403, (signature[:30], address)
    assert snapshot_all() == before


def test_two_signatures_are_refused(phone: Phone) -> None:
    """WSGI servers join repeated headers with a comma."""
    (address, *_), params = webhook_paths(str(phone.attempt.pk)), phone.params()
    right = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(settings.WEBHOOK_BASE_URL + address, params)
    for both in (f"{right},x", f"x,{right}", f"{right},{right}"):
        answer = send(address, urlencode(params).encode(), HTTP_X_TWILIO_SIGNATURE=both)
        assert answer.status_code == 403


def test_error_is_plain_text(phone: Phone) -> None:
    """The error quotes the request, which may contain HTML."""
    answer = phone.post_turn(1, "<script>alert(1)<")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/plain")


ODD_VALUES = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "9" * 30,
        "1e9",
        "\x00",
        "a\x00b",
        "\ud800",
        "\uffff",
        "٣",
        "*",
        "#",
        "hangup",
        "completed",
        "x" * 9_999,
    ]
)
HEADER_VALUES = st.text(st.characters(max_codepoint=255), max_size=30)
"""The values that a header can have in WSGI."""
PARAMETER_NAMES = st.sampled_from(
    """CallSid AccountSid CallStatus SequenceNumber CallDuration ErrorCode ErrorUrl AnsweredBy Digits SpeechResult
    RecordingSid RecordingUrl RecordingDuration RecordingStatus TranscriptionSid TranscriptionText TranscriptionStatus
    From To \x00 \ud800""".split(" ")
)
PARAMETERS = st.lists(st.tuples(PARAMETER_NAMES, ODD_VALUES | st.text(max_size=20)), max_size=12)
ENDINGS = [
    "status",
    "machine",
    *(
        f"turns/{turn}/{kind}"
        for turn in (0, 1, 999_999)
        for kind in ("pickup", "reply", "take", "silence", "recording", "transcription", "x")
    ),
]


@pytest.fixture
def rows_before(phone: Phone) -> list[Any]:
    return snapshot_all()


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ending=st.sampled_from(ENDINGS),
    pairs=PARAMETERS,
    ours=st.booleans(),
    rubbish=st.binary(max_size=30) | st.just(b""),
    content_type=st.just(FORM) | st.sampled_from(CONTENT_TYPES) | HEADER_VALUES,
    method=st.sampled_from(["POST"] * 8 + ["GET", "PUT", "HEAD", "OPTIONS", "PATCH", "TRACE", "\x00"]),
    signed=st.booleans(),
    headers=st.dictionaries(
        st.sampled_from(["HTTP_X_TWILIO_SIGNATURE", "HTTP_ACCEPT", "HTTP_X_FORWARDED_HOST", "HTTP_COOKIE"]),
        HEADER_VALUES,
        max_size=1,
    ),
)
def test_random_request_causes_no_server_error(
    phone: Phone,
    rows_before: list[Any],
    ending: str,
    pairs: list[tuple[str, str]],
    ours: bool,
    rubbish: bytes,
    content_type: str,
    method: str,
    signed: bool,
    headers: dict[str, str],
) -> None:
    with rolled_back():
        call_params = phone.params().items() if ours else ()
        body = urlencode([*pairs, *call_params], errors="surrogatepass").encode() + rubbish
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/{ending}"
        answer = send(address, body, content_type, signed=signed, method=method, **headers)
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            assert answer.status_code in REFUSED
            assert snapshot_all() == rows_before
        if not signed:
            assert answer.status_code >= 400
