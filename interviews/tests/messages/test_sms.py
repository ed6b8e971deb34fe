"""Messages as SMS: when one is chosen, sent once and withheld, and how reports of the carrier change it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate, Consent, DoNotCall
from interviews.invitations import inviting
from interviews.invitations.links import short_invitation_url
from interviews.messages.delivery import REMIND_AFTER
from interviews.messages.routing import choose_channel
from interviews.messages.sms.delivery import KNOWN_AFTER
from interviews.messages.texts import load_wording
from interviews.models import CandidateMessage, Interview, MessageKind, MessageProblem, lock_interview
from interviews.models.invitations.candidate_message import MOST_MESSAGES
from interviews.wait_reason import WaitReason
from jobs.models import JobDescription
from screener.background.sweeps import run_sweeps
from tests.support.candidate_messages import MORNING, NIGHT, NOON, invite, send_messages, sweep_messages
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.sms_sender import report_sms

pytestmark = pytest.mark.django_db
NUMBER, SENDER = "+14155550100", "+14155550199"
LANDLINE = "+493012345678"
GSM_LETTERS = set(
    "@£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà§¿¡ !\"#%&'()*+,-./0123456789:;<=>?_"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)
"""Other letters more than halve the length of a segment."""
SEGMENT = 160
Status, Channel = CandidateMessage.Status, CandidateMessage.Channel


@pytest.fixture(autouse=True)
def daytime(time_machine: Any, settings: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    settings.TWILIO_SMS_SENDER = SENDER
    settings.WHITELISTED_NUMBERS = ["*"]


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job(sends_reminders=True, sends_thanks=True)


@pytest.fixture
def interview(job: JobDescription) -> Interview:
    return make_texted(job)


def make_texted(job: JobDescription, phone: str = NUMBER, **candidate: Any) -> Interview:
    """An interview of a candidate with a number, a consent and, unless named, no address."""
    interview = make_interview(job=job, phone=phone, **{"email": ""} | candidate)
    if not interview.candidate.consents.exists():
        interview.candidate.add_call_consent(True, given_by=Consent.GivenBy.STAFF, source="a test")
    return interview


def state_of(interview: Interview, kind: str = MessageKind.INVITATION) -> tuple[str, str, str]:
    message = interview.messages.filter(kind=kind).latest("occurrence")
    return message.channel, message.status, message.problem


class TestChannel:
    def test_sms_arrives_with_short_link(
        self, twilio: FakeTwilio, interview: Interview, client: Client, settings: Any
    ) -> None:
        invitation = invite(interview)
        send_messages()
        (sms,) = twilio.messages
        assert (sms["to"], sms["sender"]) == (NUMBER, SENDER)
        link = short_invitation_url(invitation)
        assert link in sms["body"]
        assert sms["body"].startswith("Northwind")
        assert "STOP" in sms["body"]
        path = link.removeprefix(settings.WEBHOOK_BASE_URL)
        assert client.get(path).status_code == 200
        assert client.get(path.replace(path[-3:], "AA/")).status_code == 410
        message = interview.messages.get(kind=MessageKind.INVITATION)
        assert (message.channel, message.status, message.provider_id) == (Channel.SMS, Status.SENT, sms["sid"])

    def test_messaging_service_sends(self, twilio: FakeTwilio, interview: Interview, settings: Any) -> None:
        settings.TWILIO_SMS_SENDER = "MG" + "0" * 32
        invite(interview)
        send_messages()
        assert twilio.messages[0]["sender"] == settings.TWILIO_SMS_SENDER

    def test_mail_comes_first(self, twilio: FakeTwilio, job: JobDescription, settings: Any) -> None:
        by_mail = make_texted(job, email="ada@example.com")
        invite(by_mail)
        send_messages()
        assert state_of(by_mail)[0] == Channel.MAIL
        assert len(outbox.outbox) == 1
        assert twilio.messages == []
        bounced = make_texted(job, phone="+14155550101", email="b@example.com")
        by_mail.messages.get(kind=MessageKind.INVITATION).mark_refused("b@example.com", "550")
        invite(bounced)
        send_messages()
        assert state_of(bounced) == (Channel.SMS, Status.SENT, "")

    def test_job_has_sms_first(self, twilio: FakeTwilio, settings: Any) -> None:
        job = make_approved_job(sms_first=True)
        by_sms = make_texted(job, email="ada@example.com")
        by_mail = make_texted(job, LANDLINE, email="b@example.com", timezone="America/Los_Angeles")
        for row in (by_sms, by_mail):
            invite(row)
        send_messages()
        assert [state_of(row)[:2] for row in (by_sms, by_mail)] == [
            (Channel.SMS, Status.SENT),
            (Channel.MAIL, Status.SENT),
        ]
        settings.TWILIO_SMS_SENDER = ""
        without = make_texted(job, phone="+14155550102", email="c@example.com")
        invite(without)
        send_messages()
        assert state_of(without)[0] == Channel.MAIL

    def test_sms_is_off_without_sender(self, twilio: FakeTwilio, interview: Interview, settings: Any) -> None:
        settings.TWILIO_SMS_SENDER = ""
        invite(interview)
        send_messages()
        assert state_of(interview) == (Channel.MAIL, Status.NOT_SENT, MessageProblem.NO_ADDRESS)
        assert twilio.messages == []

    @pytest.mark.parametrize("sender", ["NORTHWIND", "4155550199", "MG123", "+1415555"])
    def test_bad_sender_is_refused(self, settings: Any, sender: str) -> None:
        settings.TWILIO_SMS_SENDER = sender
        assert [message.id for message in run_checks(tags=["screener"])].count("screener.E016") == 1

    def test_sender_needs_account(self, settings: Any) -> None:
        settings.TWILIO_AUTH_TOKEN = ""
        assert [message.id for message in run_checks(tags=["screener"])].count("screener.E016") == 1


class TestWording:
    def test_invitation_fits_one_segment(self, twilio: FakeTwilio, interview: Interview, settings: Any) -> None:
        settings.WEBHOOK_BASE_URL = "https://screener.example.com"
        for language in load_wording():
            Interview.objects.update(language=language)
            invitation = invite(interview)
            send_messages()
            inviting.revoke(invitation, actor="hanna")
            CandidateMessage.objects.all().delete()
        assert len({sms["body"] for sms in twilio.messages}) == len(load_wording())
        for sms in twilio.messages:
            assert len(sms["body"]) <= SEGMENT

    def test_sent_texts_have_cheap_letters(self) -> None:
        for texts in load_wording().values():
            for kind in MessageKind:
                for name in (f"sms.{kind}", f"sms.{kind}_with_time", f"sms.call_{kind}", f"sms.call_{kind}_with_link"):
                    assert set(texts.get(name, "")) - set("{}") <= GSM_LETTERS, name

    def test_hostile_names_stay_short(self, twilio: FakeTwilio, interview: Interview) -> None:
        Candidate.objects.update(full_name="x" * 190)
        JobDescription.objects.update(title="a\r\nb{link}" + "x" * 150, employer_name="Northwind {number}" + "x" * 40)
        invite(interview)
        send_messages()
        body = twilio.messages[0]["body"]
        assert "\n" not in body
        assert len(body) < 2 * SEGMENT


class TestRules:
    def test_sms_waits_for_morning(self, twilio: FakeTwilio, interview: Interview, time_machine: Any) -> None:
        time_machine.move_to(NIGHT, tick=False)
        invite(interview)
        send_messages()
        message = interview.messages.get()
        assert (message.channel, message.waits_until, twilio.messages) == (Channel.SMS, MORNING, [])
        time_machine.move_to(MORNING, tick=False)
        run_sweeps(0)
        send_messages()
        assert state_of(interview)[1] == Status.SENT

    def test_each_rule_withholds_sms(self, twilio: FakeTwilio, job: JobDescription, settings: Any) -> None:
        def withdraw(row: Interview) -> None:
            row.candidate.add_call_consent(False, given_by=Consent.GivenBy.STAFF, source="a test")

        def refuse(kind: str) -> Any:
            return lambda row: DoNotCall.objects.add_number(row.candidate.phone, kind=kind, source="a test")

        reasons = [
            (MessageProblem.NO_CONSENT, lambda row: row.candidate.consents.all()._raw_delete("default")),
            (MessageProblem.NO_CONSENT, withdraw),
            (MessageProblem.NO_MOBILE, lambda row: row.candidate.update_fields(phone=LANDLINE)),
            (MessageProblem.NUMBER_NOT_ALLOWED, lambda row: row.candidate.update_fields(phone="+870773111632")),
            (MessageProblem.DO_NOT_CONTACT, refuse(DoNotCall.Kind.OPTED_OUT)),
            (MessageProblem.DO_NOT_CONTACT, refuse(DoNotCall.Kind.PERSON_REQUESTED)),
            (MessageProblem.NUMBER_UNREACHABLE, refuse(DoNotCall.Kind.OUT_OF_SERVICE)),
            (MessageProblem.ERASED, lambda row: erase_candidate(row.candidate, actor="hanna", reason="asked")),
        ]
        for number, (problem, change) in enumerate(reasons):
            row = make_texted(job, phone=f"+1415555013{number}")
            invite(row)
            change(row)
            send_messages()
            assert state_of(row)[1:] == (Status.NOT_SENT, problem), number
        settings.WHITELISTED_NUMBERS = []
        row = make_texted(job, phone="+14155550140")
        invite(row)
        send_messages()
        assert state_of(row)[2] == MessageProblem.NUMBER_NOT_ALLOWED
        assert twilio.messages == []

    def test_limit_counts_both_channels(self, twilio: FakeTwilio, interview: Interview) -> None:
        invitation = invite(interview)
        send_messages()
        interview.candidate.update_fields(email="ada@example.com")
        inviting.renew(invitation, actor="hanna", send=True)
        send_messages()
        assert (len(twilio.messages), len(outbox.outbox)) == (1, 1)
        with lock_interview(interview) as locked:
            locked.begin()
            locked.finish(Interview.Outcome.COMPLETE)
        send_messages()
        assert state_of(interview, MessageKind.THANK_YOU)[1:] == (Status.NOT_SENT, MessageProblem.LIMIT)
        assert CandidateMessage.objects.counted().count() < MOST_MESSAGES

    def test_decision_is_no_sms(self, twilio: FakeTwilio, interview: Interview) -> None:
        assert choose_channel(interview, MessageKind.OUTCOME, timezone.now()) == MessageProblem.NO_ADDRESS


class TestKinds:
    def test_reminder_follows_sms(self, twilio: FakeTwilio, interview: Interview, time_machine: Any) -> None:
        invite(interview)
        send_messages()
        time_machine.move_to(NOON + REMIND_AFTER, tick=False)
        run_sweeps(0)
        send_messages()
        assert state_of(interview, MessageKind.REMINDER) == (Channel.SMS, Status.SENT, "")

    def test_time_and_cancellation_are_told(self, twilio: FakeTwilio, interview: Interview) -> None:
        invite(interview)
        send_messages()
        call_at = NOON + timedelta(days=1)
        with lock_interview(interview) as locked:
            locked.move_next_attempt(call_at, actor="hanna", wait_reason=WaitReason.SCHEDULED)
        send_messages()
        interview.candidate.update_fields(email="ada@example.com")
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hanna")
        send_messages()
        assert [interview.messages.filter(channel=Channel.SMS, status=Status.SENT).count(), len(outbox.outbox)] == [
            3,
            0,
        ]
        assert interview.messages.get(kind=MessageKind.APPOINTMENT).appointment_at == call_at
        assert "(PST)" in twilio.messages[1]["body"]


class TestSentOnce:
    def test_lost_reply_is_looked_up(self, twilio: FakeTwilio, interview: Interview, time_machine: Any) -> None:
        """Twilio takes the SMS, and the connection breaks before its answer."""
        invite(interview)
        twilio.behaviour = "lost"
        send_messages()
        twilio.behaviour = "ok"
        message = interview.messages.get()
        assert (message.status, message.handed_over_at, len(twilio.messages)) == (Status.PENDING, NOON, 1)
        sweep_messages()  # too early to know
        assert (state_of(interview)[1], len(twilio.messages)) == (Status.PENDING, 1)
        time_machine.move_to(NOON + KNOWN_AFTER, tick=False)
        sweep_messages()
        message.refresh_from_db()
        assert (message.status, message.provider_id) == (Status.SENT, twilio.messages[0]["sid"])
        assert (len(twilio.messages), message.may_be_repeated) == (1, False)

    def test_lookup_knows_text_of_passed_time(
        self, twilio: FakeTwilio, interview: Interview, time_machine: Any
    ) -> None:
        """The call was due before Twilio was asked. A trial account puts words of its own before the text."""
        with lock_interview(interview) as locked:
            locked.move_next_attempt(NOON + KNOWN_AFTER / 2, actor="hanna", wait_reason=WaitReason.SCHEDULED)
        invite(interview)
        twilio.behaviour = "lost"
        send_messages()
        twilio.behaviour = "ok"
        twilio.messages[0]["body"] = f"Sent from your Twilio trial account - {twilio.messages[0]['body']}"
        time_machine.move_to(NOON + KNOWN_AFTER, tick=False)
        sweep_messages()
        assert (state_of(interview)[1], len(twilio.messages)) == (Status.SENT, 1)

    def test_lookup_knows_changed_text(self, twilio: FakeTwilio, interview: Interview, time_machine: Any) -> None:
        """The title was edited before Twilio was asked. Twilio lists a reply to the number as well."""
        invite(interview)
        twilio.behaviour = "lost"
        send_messages()
        twilio.behaviour = "ok"
        twilio.messages.insert(0, twilio.messages[0] | {"sid": "SMreply", "direction": "outbound-reply"})
        JobDescription.objects.update(title="Another title")
        time_machine.move_to(NOON + KNOWN_AFTER, tick=False)
        sweep_messages()
        message = interview.messages.get(kind=MessageKind.INVITATION)
        assert (message.status, message.provider_id, len(twilio.messages)) == (
            Status.SENT,
            twilio.messages[1]["sid"],
            2,
        )

    def test_request_that_did_not_arrive_is_repeated(
        self, twilio: FakeTwilio, interview: Interview, time_machine: Any
    ) -> None:
        invite(interview)
        twilio.behaviour = "lost"
        send_messages()
        twilio.behaviour = "ok"
        twilio.messages.clear()
        time_machine.move_to(NOON + KNOWN_AFTER, tick=False)
        sweep_messages()
        assert (state_of(interview)[1], len(twilio.messages)) == (Status.SENT, 1)
        assert interview.messages.get(kind=MessageKind.INVITATION).may_be_repeated is False

    def test_report_finishes_crashed_try(
        self, twilio: FakeTwilio, interview: Interview, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        invite(interview)
        with monkeypatch.context() as patch:
            patch.setattr(CandidateMessage, "mark_sent", lambda *_: exit())
            with pytest.raises(SystemExit):
                send_messages()
        report_sms(client, twilio.messages[0], "delivered")
        reminder = interview.messages.get(kind=MessageKind.REMINDER)
        assert reminder.retry_at == NOON + REMIND_AFTER
        sweep_messages()
        assert state_of(interview) == (Channel.SMS, Status.DELIVERED, "")
        assert [sms["body"] for sms in twilio.messages].count(twilio.messages[0]["body"]) == 1

    @pytest.mark.parametrize("refusal", [(500, None), (429, 20429), (401, 20003), (400, 21606), (400, 99999)])
    def test_refusal_of_account_is_retried(
        self, twilio: FakeTwilio, interview: Interview, time_machine: Any, refusal: tuple[int, int | None]
    ) -> None:
        twilio.behaviour = refusal
        invite(interview)
        send_messages()
        assert (state_of(interview)[1], interview.messages.get().tries) == (Status.PENDING, 1)
        twilio.behaviour = "ok"
        time_machine.move_to(NOON + KNOWN_AFTER, tick=False)
        sweep_messages()
        assert (state_of(interview)[1], len(twilio.messages)) == (Status.SENT, 1)

    @pytest.mark.parametrize(
        ("code", "status", "problem"),
        [
            (21211, Status.BOUNCED, MessageProblem.NUMBER_UNREACHABLE),
            (21614, Status.BOUNCED, MessageProblem.NUMBER_UNREACHABLE),
            (21408, Status.FAILED, MessageProblem.NUMBER_NOT_ALLOWED),
            (21610, Status.NOT_SENT, MessageProblem.DO_NOT_CONTACT),
        ],
    )
    def test_refusal_of_number_is_final(
        self, twilio: FakeTwilio, interview: Interview, code: int, status: str, problem: str
    ) -> None:
        twilio.behaviour = (400, code)
        invite(interview)
        send_messages()
        assert state_of(interview) == (Channel.SMS, status, problem)
        is_opted_out = DoNotCall.objects.active().filter(kind=DoNotCall.Kind.OPTED_OUT).exists()
        interview.refresh_from_db()
        assert is_opted_out == (interview.outcome == Interview.Outcome.OPTED_OUT) == (code == 21610)


class TestReports:
    @pytest.mark.parametrize(
        ("reports", "status", "problem"),
        [
            (["queued", "sent", "delivered"], Status.DELIVERED, ""),
            (["delivered", "sent", "queued", "delivered"], Status.DELIVERED, ""),
            (["sent", "undelivered:30003", "sent"], Status.REJECTED, MessageProblem.NOT_DELIVERED),
            (["undelivered:30005", "undelivered:30005"], Status.BOUNCED, MessageProblem.NUMBER_UNREACHABLE),
            (["failed:30007", "delivered"], Status.DELIVERED, ""),
            (["failed:21610"], Status.REJECTED, MessageProblem.DO_NOT_CONTACT),
        ],
    )
    def test_last_fate_counts(
        self,
        twilio: FakeTwilio,
        interview: Interview,
        client: Client,
        reports: list[str],
        status: str,
        problem: str,
    ) -> None:
        invite(interview)
        send_messages()
        for report in reports:
            word, _, code = report.partition(":")
            assert report_sms(client, twilio.messages[0], word, code).status_code == 204
        assert state_of(interview) == (Channel.SMS, status, problem)

    def test_unreachable_number_gets_no_more(
        self, twilio: FakeTwilio, job: JobDescription, interview: Interview, client: Client
    ) -> None:
        invite(interview)
        send_messages()
        report_sms(client, twilio.messages[0], "undelivered", "30006")
        message = interview.messages.get(kind=MessageKind.INVITATION)
        assert message.error_code == "30006"
        other = make_texted(make_approved_job(), phone=NUMBER)
        invite(other)
        send_messages()
        assert state_of(other) == (Channel.MAIL, Status.NOT_SENT, MessageProblem.NUMBER_UNREACHABLE)

    def test_strange_reports_change_nothing(self, twilio: FakeTwilio, interview: Interview, client: Client) -> None:
        invite(interview)
        send_messages()
        (sms,) = twilio.messages
        other_address = "/webhooks/twilio/messages/00000000-0000-0000-0000-000000000000/status"
        answers = [
            report_sms(client, sms, "cooked"),
            report_sms(client, sms, "delivered", MessageSid="", SmsSid=""),
            report_sms(client, sms | {"status_callback": other_address}, "delivered"),
        ]
        assert [answer.status_code for answer in answers] == [400, 400, 204]
        forged = client.post(sms["status_callback"].partition("#")[0], {"MessageStatus": "delivered"})
        assert forged.status_code == 403
        assert state_of(interview)[1] == Status.SENT


def test_erasure_deletes_sms_at_carrier(twilio: FakeTwilio, interview: Interview, client: Client) -> None:
    invite(interview)
    send_messages()
    (sms,) = twilio.messages
    report_sms(client, sms, "delivered")
    erase_candidate(interview.candidate, actor="hanna", reason="asked")
    run_tasks()
    assert f"DELETE /2010-04-01/Accounts/AC{'0' * 31}1/Messages/{sms['sid']}.json" in twilio.requests
    message = interview.messages.get(kind=MessageKind.INVITATION)
    assert (message.provider_id, message.address_hash) == ("", "")
