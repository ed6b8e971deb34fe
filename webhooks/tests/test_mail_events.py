"""Delivery events of e-mail providers, with their real payloads: verified, read, and kept with the message."""

import base64
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate
from desk.home.needs import load_needs
from interviews.invitations import inviting
from interviews.models import CandidateMessage, Interview, MessageKind, MessageProblem
from screener.services.mail_providers import MESSAGE_KEY, PROVIDERS, tracking_headers
from tests.support.candidate_messages import NOON, invite, send_messages
from tests.support.factories import make_interview
from tests.support.rollback import rolled_back

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
]
SECRET, MAILGUN_KEY = "screener:a-long-secret", "key-of-webhooks"
SENDGRID_KEY = ec.generate_private_key(ec.SECP256R1())
ADDRESS = "ada@example.com"
Status = CandidateMessage.Status


@pytest.fixture(autouse=True)
def deployment(settings: Any, time_machine: Any) -> None:
    time_machine.move_to(NOON)
    public_key = SENDGRID_KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    settings.EMAIL_WEBHOOK_SECRET = SECRET
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": SECRET,
        "MAILGUN_WEBHOOK_SIGNING_KEY": MAILGUN_KEY,
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": base64.b64encode(public_key).decode(),
    }


@pytest.fixture
def message(client: Client) -> CandidateMessage:
    interview = make_interview(email=ADDRESS)
    invite(interview)
    send_messages()
    return interview.messages.get()


def post(provider: str, events: Any, *, secret: str = SECRET, **headers: str) -> int:
    authorization = "Basic " + base64.b64encode(secret.encode()).decode()
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    response = Client(headers={"Authorization": authorization, **headers}).post(
        reverse("mail-events", args=[provider]), body, content_type="application/json"
    )
    return response.status_code


def state(message: CandidateMessage) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.problem


def postmark(message_id: UUID, record: str, **fields: Any) -> dict[str, Any]:
    metadata = {MESSAGE_KEY: str(message_id)}
    common = {"MessageID": str(uuid4()), "Metadata": metadata, "Tag": "", "ServerID": 23, "MessageStream": "outbound"}
    return {"RecordType": record, "Recipient": ADDRESS, "Email": ADDRESS, **common, **fields}


def postmark_bounce(message_id: UUID, kind: str) -> dict[str, Any]:
    details = {"ID": 4323372036854775807, "Type": kind, "TypeCode": 1, "Details": "action: failed", "Inactive": True}
    return postmark(message_id, "Bounce", BouncedAt="2026-11-30T20:01:00Z", **details)


def amazon(message_id: UUID, kind: str, **event: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """The body of an SNS notification, and its headers."""
    metadata = {"name": "X-Metadata", "value": json.dumps({MESSAGE_KEY: str(message_id)})}
    mail = {"messageId": "0100019a-ses", "destination": [ADDRESS], "headers": [metadata]}
    notification = {"notificationType": kind, "mail": mail, kind.lower(): event}
    sns = {"Type": "Notification", "MessageId": str(uuid4()), "TopicArn": "arn:aws:sns:eu-west-1:1:mails"}
    body = {**sns, "Message": json.dumps(notification), "Timestamp": "2026-11-30T20:01:00.000Z"}
    return body, {"X-Amz-Sns-Message-Type": sns["Type"], "X-Amz-Sns-Message-Id": sns["MessageId"]}


def mailgun(message: CandidateMessage, event: str, *, key: str = MAILGUN_KEY, **fields: Any) -> dict[str, Any]:
    now, token = str(int(timezone.now().timestamp())), uuid4().hex
    signature = hmac.new(key.encode(), f"{now}{token}".encode(), hashlib.sha256).hexdigest()
    headers = {"message-id": message.provider_id.strip("<>"), "to": ADDRESS}
    data = {"event": event, "recipient": ADDRESS, "timestamp": float(now), "message": {"headers": headers}, **fields}
    return {"signature": {"timestamp": now, "token": token, "signature": signature}, "event-data": data}


def post_sendgrid(events: list[dict[str, Any]]) -> int:
    body, now = json.dumps(events).encode(), "1764532800"
    signature = base64.b64encode(SENDGRID_KEY.sign(now.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    prefix = "X-Twilio-Email-Event-Webhook"
    return post("sendgrid", body, **{f"{prefix}-Signature": signature, f"{prefix}-Timestamp": now})


class TestSecurity:
    def test_wrong_secret_is_refused(self, message: CandidateMessage) -> None:
        event = postmark_bounce(message.pk, "HardBounce")
        assert post("postmark", event, secret="screener:wrong") == 401
        assert Client().post(reverse("mail-events", args=["postmark"]), "{", "application/json").status_code == 401
        assert state(message) == (Status.SENT, "")

    def test_forged_signature_is_refused(self, message: CandidateMessage) -> None:
        event = mailgun(message, "failed", key="another key", severity="permanent", reason="bounce")
        assert post("mailgun", event) == 403
        assert post("sendgrid", [{"event": "bounce", "smtp-id": message.provider_id}]) == 403
        assert state(message) == (Status.SENT, "")

    def test_webhook_needs_secrets(self, settings: Any) -> None:
        assert post("unknown", {}) == 404
        settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_WEBHOOK_SIGNING_KEY": ""}
        assert post("mailgun", {}) == 404
        settings.EMAIL_WEBHOOK_SECRET = ""
        assert post("postmark", {}, secret="") == 404

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"RecordType": "Bounce", "Metadata": []}'])
    def test_unreadable_events_change_nothing(self, message: CandidateMessage, body: bytes) -> None:
        assert post("postmark", body) in (200, 400)
        assert post("amazon_ses", body) in (400, 403)
        assert state(message) == (Status.SENT, "")

    def test_subscription_is_confirmed_by_hand(self, caplog: pytest.LogCaptureFixture) -> None:
        link = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
        sns = {"Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-west-1:1:mails"}
        headers = {"X-Amz-Sns-Message-Type": sns["Type"], "X-Amz-Sns-Message-Id": "1"}
        assert post("amazon_ses", {**sns, "SubscribeURL": link}, **headers) == 200
        assert link in caplog.text


class TestReports:
    def test_amazon_events_are_kept(self, message: CandidateMessage) -> None:
        recipients = [{"emailAddress": ADDRESS, "diagnosticCode": "smtp; 452 full"}]
        soft = amazon(message.pk, "Bounce", bounceType="Transient", bounceSubType="x", bouncedRecipients=recipients)
        hard = amazon(message.pk, "Bounce", bounceType="Permanent", bounceSubType="x", bouncedRecipients=recipients)
        complaint = amazon(message.pk, "Complaint", complainedRecipients=recipients, complaintFeedbackType="abuse")
        for (body, headers), expected in (
            (amazon(message.pk, "Delivery", recipients=[ADDRESS], smtpResponse="250 ok"), (Status.DELIVERED, "")),
            (soft, (Status.REJECTED, MessageProblem.UNDELIVERED)),
            (hard, (Status.BOUNCED, MessageProblem.REFUSED)),
            (complaint, (Status.COMPLAINED, MessageProblem.ADDRESS_COMPLAINED)),
        ):
            assert post("amazon_ses", body, **headers) == 200
            assert state(message) == expected

    def test_mail_moved_out_of_spam_is_no_complaint(self, message: CandidateMessage) -> None:
        body, headers = amazon(
            message.pk, "Complaint", complainedRecipients=[{"emailAddress": ADDRESS}], complaintFeedbackType="not-spam"
        )
        assert post("amazon_ses", body, **headers) == 200
        assert state(message) == (Status.SENT, "")

    def test_mailgun_events_are_kept(self, message: CandidateMessage) -> None:
        events: list[tuple[str, dict[str, Any], str]] = [
            ("failed", {"severity": "temporary", "reason": "generic"}, Status.DEFERRED),
            ("failed", {"severity": "permanent", "reason": "espblock"}, Status.REJECTED),
            ("failed", {"severity": "permanent", "reason": "suppress-bounce"}, Status.BOUNCED),
            ("failed", {"severity": "permanent", "reason": "suppress-complaint"}, Status.COMPLAINED),
            ("rejected", {"reject": {"reason": "policy"}}, Status.REJECTED),
            ("unsubscribed", {}, Status.COMPLAINED),
            ("opened", {}, Status.SENT),
        ]
        for event, fields, expected in events:
            with rolled_back():
                assert post("mailgun", mailgun(message, event, **fields)) == 200
                assert (event, fields, state(message)[0]) == (event, fields, expected)

    def test_batch_is_read_whole(self, message: CandidateMessage) -> None:
        common = {"email": ADDRESS, "smtp-id": message.provider_id, "timestamp": 1764532800}
        unknown = {**common, "smtp-id": f"<{uuid4()}@example.com>", "event": "bounce", "type": "bounce"}
        other = {**common, "smtp-id": "<notice@example.com>", "event": "spamreport"}
        events = [unknown, other, {**common, "event": "delivered"}, {**common, "event": "processed"}]
        assert post_sendgrid(events) == 200
        assert state(message) == (Status.DELIVERED, "")
        assert post_sendgrid([{**common, "event": "bounce", "type": "blocked"}]) == 200
        assert state(message)[0] == Status.REJECTED

    def test_order_of_events_is_irrelevant(self, message: CandidateMessage) -> None:
        bounce = postmark_bounce(message.pk, "HardBounce")
        later = [
            postmark(message.pk, "Delivery", DeliveredAt="2026-11-30T20:00:01Z"),
            postmark_bounce(message.pk, "Transient"),
            postmark_bounce(message.pk, "SoftBounce"),
        ]
        for event in [bounce, bounce, *later]:
            assert post("postmark", event) == 200
            assert state(message) == (Status.BOUNCED, MessageProblem.REFUSED)

    def test_event_overtakes_answer_of_server(self, client: Client) -> None:
        """The mail server took the mail, the connection broke, and the message waits for another try."""
        interview = make_interview(email=ADDRESS)
        invite(interview)
        message = interview.messages.get()
        assert post("postmark", postmark(message.pk, "Delivery", DeliveredAt="2026-11-30T20:00:01Z")) == 200
        send_messages()
        assert state(message) == (Status.DELIVERED, "")
        assert message.sent_at is not None
        assert outbox.outbox == []


class TestConsequences:
    def invite_again(self, address: str = ADDRESS) -> CandidateMessage:
        interview = make_interview(email=address, phone="+14155550188")
        invite(interview)
        send_messages()
        return interview.messages.get()

    @pytest.mark.parametrize(
        ("event", "problem"),
        [
            ({"kind": "HardBounce"}, MessageProblem.ADDRESS_BOUNCED),
            ({"kind": "SpamComplaint"}, MessageProblem.ADDRESS_COMPLAINED),
            ({"kind": "Unsubscribe"}, MessageProblem.ADDRESS_COMPLAINED),
        ],
    )
    def test_address_gets_no_more_mail(self, message: CandidateMessage, event: dict[str, str], problem: str) -> None:
        post("postmark", postmark_bounce(message.pk, **event))
        erase_candidate(message.interview.candidate, actor="hanna", reason="asked")
        assert state(self.invite_again()) == (Status.NOT_SENT, problem)

    def test_full_mailbox_gets_another_mail(self, message: CandidateMessage) -> None:
        post("postmark", postmark_bounce(message.pk, "SoftBounce"))
        assert state(self.invite_again()) == (Status.SENT, "")

    def test_undelivered_invitation_needs_attention(self, message: CandidateMessage) -> None:
        user = User.objects.create_superuser("hanna")
        CandidateMessage.objects.queue(message.interview, MessageKind.REMINDER, actor="hanna")
        assert load_needs(user).rows == []
        post("postmark", postmark_bounce(message.pk, "HardBounce"))
        (need,) = load_needs(user).rows
        assert str(message.interview_id) in need.key
        assert Interview.objects.needing_attention().count() == 1
        Candidate.objects.update(email="ada@another.example")
        invitation = message.interview.invitations.get()
        inviting.renew(invitation, actor="hanna", send=True)
        send_messages()
        assert load_needs(user).rows == []

    def test_late_bounce_of_erased_person_keeps_hash_only(self, message: CandidateMessage) -> None:
        erase_candidate(message.interview.candidate, actor="hanna", reason="asked")
        post("postmark", postmark_bounce(message.pk, "HardBounce"))
        assert state(message)[0] == Status.BOUNCED
        assert ADDRESS not in str(vars(message))


def test_mail_names_its_message(settings: Any) -> None:
    for provider in PROVIDERS:
        settings.EMAIL_HOST = f"smtp{provider.hosts[0]}"
        message_id = str(uuid4())
        headers = tracking_headers(message_id)
        assert list(headers) == [provider.header] * bool(provider.header)
        assert all(message_id in value for value in headers.values())
    settings.EMAIL_HOST = "mail.example.com"
    assert tracking_headers("1") == {}
