"""Requests that Twilio did not sign, or that belong to no call of ours."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from twilio.request_validator import RequestValidator

from interviews.conversation.wording import en
from interviews.models import Interview, InterviewResponse, Recording
from tests.support.factories import make_interview
from tests.support.twilio_driver import FORM, Phone, give_consent, place_attempt, snapshot_rows
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"
PARAMETERS = """
RecordingDuration RecordingSid RecordingUrl RecordingStatus Digits SpeechResult SequenceNumber CallDuration ErrorCode
ErrorUrl AnsweredBy TranscriptionSid TranscriptionText TranscriptionStatus
""".split()


def webhook_paths(attempt_id: str) -> list[str]:
    """Return the path of a turn, then paths of callbacks."""
    of = f"/webhooks/twilio/attempts/{attempt_id}"
    return [f"{of}/turns/1/reply", f"{of}/status", f"{of}/machine", f"{of}/turns/1/recording"]


class TestStranger:
    def test_unsigned_request_is_refused(self, phone: Phone, client: Client) -> None:
        phone.post_turn(0, "pickup")
        url = phone.last_response.wsgi_request.path
        TwilioEvent.objects.all().delete()
        for headers in ({}, {"X-Twilio-Signature": "bm90IGl0"}):
            answer = client.post(url, urlencode(phone.params()), FORM, headers=headers)
            assert answer.status_code == 403
        assert not TwilioEvent.objects.exists()

    def test_signature_of_other_token_is_refused(self, phone: Phone) -> None:
        assert (
            phone.post(
                "/webhooks/twilio/attempts/" + str(phone.attempt.pk) + "/status", phone.params(), token="other"
            ).status_code
            == 403
        )

    @pytest.mark.parametrize("added", ["Digits=1", "CallSid=CAother", "AccountSid=", "CallStatus=completed"])
    def test_added_parameter_is_refused(self, phone: Phone, added: str) -> None:
        """The parameter is new, or repeats a name: Django reads the last value."""
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup"
        params = phone.params()
        before = snapshot_rows()
        signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
            settings.WEBHOOK_BASE_URL + address, params
        )
        for target, body in ((address, f"{urlencode(params)}&{added}"), (f"{address}?{added}", urlencode(params))):
            answer = phone.client.post(target, body, FORM, headers={"X-Twilio-Signature": signature})
            assert answer.status_code == 403
        assert snapshot_rows() == before

    def test_last_repeated_parameter_counts(self, phone: Phone) -> None:
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup"
        body = urlencode(phone.params()) + "&Digits=1&Digits=2&Digits="
        signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
            settings.WEBHOOK_BASE_URL + address, QueryDict(body)
        )
        answer = phone.client.post(address, body, FORM, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200
        assert TwilioEvent.objects.get(kind="pickup").params["Digits"] == ""

    @pytest.mark.parametrize("account", ["AC" + "9" * 32, "", "x\x00", "AC" + "0" * 31 + "1 "])
    def test_other_account_is_refused(self, phone: Phone, account: str) -> None:
        before = snapshot_rows()
        for address in webhook_paths(str(phone.attempt.pk)):
            assert phone.post(address, phone.params(AccountSid=account)).status_code == 403
        assert snapshot_rows() == before

    @pytest.mark.parametrize(
        "headers", [{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}, {"Host": "evil.example"}]
    )
    def test_signature_covers_configured_url(self, phone: Phone, settings: Any, headers: dict[str, str]) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup"
        signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
            f"http://evil.example{address}", phone.params()
        )
        forged = phone.client.post(
            address, urlencode(phone.params()), FORM, headers=headers | {"X-Twilio-Signature": signature}
        )
        assert forged.status_code == 403
        assert not TwilioEvent.objects.exists()
        assert phone.post(address, phone.params(), **headers).status_code == 200

    @pytest.mark.parametrize("attempt_id", [None, NOBODY])
    def test_call_of_other_interview_is_refused(self, phone: Phone, client: Client, attempt_id: str | None) -> None:
        other = Phone(place_attempt(make_interview(full_name="Grace Hopper", phone="+14155550101")), client)
        other.pick_up()
        phone.pick_up()
        before = snapshot_rows()
        for address in webhook_paths(attempt_id or str(phone.attempt.pk)):
            assert phone.post(address, phone.params() | {"CallSid": other.sid}).status_code == 403
        assert snapshot_rows() == before

    @pytest.mark.parametrize("sid", ["CAnobody", "", "CA" + "9" * 100])
    @pytest.mark.parametrize("attempt_id", [None, NOBODY])
    def test_unknown_call_changes_nothing(self, phone: Phone, attempt_id: str | None, sid: str) -> None:
        phone.pick_up()
        before = snapshot_rows()
        turn, *callbacks = webhook_paths(attempt_id or str(phone.attempt.pk))
        answer = phone.post(turn, phone.params() | {"CallSid": sid})
        assert answer.status_code == 200
        assert phone.prompt_text() == en.UNKNOWN_CALL
        assert phone.twiml().find("Hangup") is not None
        for address in callbacks:
            answer = phone.post(address, phone.params() | {"CallSid": sid})
            assert (answer.status_code, answer.content) == (204, b"")
        assert snapshot_rows() == before

    @pytest.mark.parametrize("value", ["-1", "1.5", "99999999999999999999", "\x00", "\ufffe\u0661", "x" * 50_000])
    def test_absurd_parameters_cause_no_error(self, phone: Phone, interview: Interview, value: str) -> None:
        give_consent(phone)
        absurd = dict.fromkeys((*PARAMETERS, f"Never{value[:9]}Heard"), value)
        of = f"/webhooks/twilio/attempts/{phone.attempt.pk}"
        for address in (f"{of}/machine", f"{of}/turns/3/recording", f"{of}/turns/3/transcription"):
            assert phone.post(address, phone.params(**absurd)).status_code == 204
        assert phone.post(f"{of}/status", phone.params(**absurd) | {"CallStatus": "completed"}).status_code == 204
        assert phone.post(f"{of}/status", phone.params(**absurd) | {"CallStatus": value}).status_code == 400
        for _ in range(2):
            assert phone.post_turn(3, "take", **absurd).status_code == 200
        assert Recording.objects.filter(turn=3).count() <= 1
        assert interview.responses.filter(status=InterviewResponse.Status.ANSWERED).count() <= 1

    @pytest.mark.parametrize("turn", [4, 40_000, 999_999])
    def test_future_turn_changes_nothing(self, phone: Phone, turn: int) -> None:
        give_consent(phone)
        before = snapshot_rows()[:-1]
        for kind in ("take", "reply", "silence", "pickup"):
            assert phone.post_turn(turn, kind, RecordingSid="RE9", RecordingDuration=9, Digits="1").status_code == 200
            assert phone.twiml().find("Hangup") is not None
        for kind in ("recording", "transcription"):
            parameters = {"RecordingStatus": "completed", "TranscriptionStatus": "completed", "RecordingDuration": "9"}
            assert phone.post_turn(turn, kind, RecordingSid="RE9", **parameters).status_code == 204
        assert snapshot_rows()[:-1] == before
        assert not Recording.objects.exists()

    @pytest.mark.parametrize("ending", ["turns/-1/take", "turns/9999999/take", "turns/x/take", "turns/3", "nothing"])
    def test_unknown_url_is_not_found(self, phone: Phone, ending: str) -> None:
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/{ending}"
        assert phone.post(address, phone.params()).status_code == 404

    @pytest.mark.parametrize("kind", ["unheard-of", "take\x00", "x" * 5_000])
    def test_unknown_input_kind_is_refused(self, phone: Phone, kind: str) -> None:
        phone.pick_up()
        before = snapshot_rows()
        assert phone.post_turn(1, kind).status_code == 400
        assert snapshot_rows() == before

    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
    def test_other_methods_are_refused(self, phone: Phone, client: Client, method: str) -> None:
        before = snapshot_rows()
        for address in webhook_paths(str(phone.attempt.pk)):
            answer = getattr(client, method)(address, headers={"X-Twilio-Signature": "x"})
            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert snapshot_rows() == before
