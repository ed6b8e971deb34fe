"""Requests that are not Twilio's, not for us, or for nothing that there is."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from twilio.request_validator import RequestValidator

from interviews.models import Interview, InterviewResponse, Recording
from tests.support.factories import make_interview
from tests.support.twilio_driver import FORM, Phone, give_consent, place_attempt, snapshot_rows
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"
NUMBERS_AND_WORDS = """
RecordingDuration RecordingSid RecordingUrl RecordingStatus Digits SpeechResult SequenceNumber CallDuration ErrorCode
ErrorUrl AnsweredBy TranscriptionSid TranscriptionText TranscriptionStatus
""".split()


def addresses(attempt_id: str) -> list[str]:
    """That of a turn, and those that get news."""
    of = f"/webhooks/twilio/attempts/{attempt_id}"
    return [f"{of}/turns/1/reply", f"{of}/status", f"{of}/machine", f"{of}/turns/1/recording"]


class TestAStranger:
    def test_without_a_signature_is_refused_and_leaves_nothing(self, phone: Phone, client: Client) -> None:
        phone.post_turn(0, "pickup")
        url = phone.last_response.wsgi_request.path
        TwilioEvent.objects.all().delete()
        for headers in ({}, {"X-Twilio-Signature": "bm90IGl0"}):
            answer = client.post(url, urlencode(phone.params()), FORM, headers=headers)
            assert answer.status_code == 403
        assert not TwilioEvent.objects.exists()

    def test_with_another_token_is_refused(self, phone: Phone) -> None:
        assert (
            phone.post(
                "/webhooks/twilio/attempts/" + str(phone.attempt.pk) + "/status", phone.params(), token="other"
            ).status_code
            == 403
        )

    @pytest.mark.parametrize("added", ["Digits=1", "CallSid=CAother", "AccountSid=", "CallStatus=completed"])
    def test_cannot_add_to_what_was_signed(self, phone: Phone, added: str) -> None:
        """A new parameter, or one more of a name that is there: Django reads the last one."""
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

    def test_who_repeats_a_key_and_signs_it_causes_no_error(self, phone: Phone) -> None:
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup"
        body = urlencode(phone.params()) + "&Digits=1&Digits=2&Digits="
        signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
            settings.WEBHOOK_BASE_URL + address, QueryDict(body)
        )
        answer = phone.client.post(address, body, FORM, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200
        assert TwilioEvent.objects.get(kind="pickup").params["Digits"] == ""

    @pytest.mark.parametrize("account", ["AC" + "9" * 32, "", "x\x00", "AC" + "0" * 31 + "1 "])
    def test_of_another_account_is_refused(self, phone: Phone, account: str) -> None:
        before = snapshot_rows()
        for address in addresses(str(phone.attempt.pk)):
            assert phone.post(address, phone.params(AccountSid=account)).status_code == 403
        assert snapshot_rows() == before

    @pytest.mark.parametrize(
        "headers", [{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}, {"Host": "evil.example"}]
    )
    def test_is_believed_by_the_address_that_is_configured_and_no_other(
        self, phone: Phone, settings: Any, headers: dict[str, str]
    ) -> None:
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
    def test_with_a_call_of_another_interview_is_refused(
        self, phone: Phone, client: Client, attempt_id: str | None
    ) -> None:
        other = Phone(place_attempt(make_interview(full_name="Grace Hopper", phone="+14155550101")), client)
        other.pick_up()
        phone.pick_up()
        before = snapshot_rows()
        for address in addresses(attempt_id or str(phone.attempt.pk)):
            assert phone.post(address, phone.params() | {"CallSid": other.sid}).status_code == 403
        assert snapshot_rows() == before

    @pytest.mark.parametrize("sid", ["CAnobody", "", "CA" + "9" * 100])
    @pytest.mark.parametrize("attempt_id", [None, NOBODY])
    def test_whose_call_nobody_knows_is_told_so_politely_and_moves_nothing(
        self, phone: Phone, attempt_id: str | None, sid: str
    ) -> None:
        phone.pick_up()
        before = snapshot_rows()
        turn, *news = addresses(attempt_id or str(phone.attempt.pk))
        answer = phone.post(turn, phone.params() | {"CallSid": sid})
        assert answer.status_code == 200
        assert phone.prompt_text() == "We are sorry. This call can't be continued. Goodbye."
        assert phone.twiml().find("Hangup") is not None
        for address in news:
            answer = phone.post(address, phone.params() | {"CallSid": sid})
            assert (answer.status_code, answer.content) == (204, b"")
        assert snapshot_rows() == before

    @pytest.mark.parametrize("value", ["-1", "1.5", "99999999999999999999", "\x00", "\ufffe\u0661", "x" * 50_000])
    def test_with_absurd_parameters_causes_no_error_and_moves_nothing_twice(
        self, phone: Phone, interview: Interview, value: str
    ) -> None:
        give_consent(phone)
        absurd = dict.fromkeys((*NUMBERS_AND_WORDS, f"Never{value[:9]}Heard"), value)
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
    def test_at_a_turn_that_never_was_moves_nothing(self, phone: Phone, turn: int) -> None:
        give_consent(phone)
        before = snapshot_rows()[:-1]
        for kind in ("take", "reply", "silence", "pickup"):
            assert phone.post_turn(turn, kind, RecordingSid="RE9", RecordingDuration=9, Digits="1").status_code == 200
            assert phone.twiml().find("Hangup") is not None
        for kind in ("recording", "transcription"):
            said = {"RecordingStatus": "completed", "TranscriptionStatus": "completed", "RecordingDuration": "9"}
            assert phone.post_turn(turn, kind, RecordingSid="RE9", **said).status_code == 204
        assert snapshot_rows()[:-1] == before
        assert not Recording.objects.exists()

    @pytest.mark.parametrize("ending", ["turns/-1/take", "turns/9999999/take", "turns/x/take", "turns/3", "nothing"])
    def test_finds_nothing_at_an_address_that_is_none(self, phone: Phone, ending: str) -> None:
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/{ending}"
        assert phone.post(address, phone.params()).status_code == 404

    @pytest.mark.parametrize("kind", ["unheard-of", "take\x00", "x" * 5_000])
    def test_at_a_turn_of_no_kind_is_told_so(self, phone: Phone, kind: str) -> None:
        phone.pick_up()
        before = snapshot_rows()
        assert phone.post_turn(1, kind).status_code == 400
        assert snapshot_rows() == before

    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
    def test_may_only_post(self, phone: Phone, client: Client, method: str) -> None:
        before = snapshot_rows()
        for address in addresses(str(phone.attempt.pk)):
            answer = getattr(client, method)(address, headers={"X-Twilio-Signature": "x"})
            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert snapshot_rows() == before
