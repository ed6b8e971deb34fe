"""The mail with an invitation: when it is made, sent, withheld and repeated, and its content."""

from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate, DoNotCall
from interviews.invitations import inviting
from interviews.invitations.links import invitation_url
from interviews.messages.text_direction import FIRST_STRONG_ISOLATE, POP_ISOLATE
from interviews.messages.texts import IncompleteWording, load_wording
from interviews.models import CandidateMessage, Interview, MessageKind, MessageProblem, lock_interview
from interviews.models.invitations.candidate_message import MOST_WITH
from jobs.models import JobDescription
from screener.background.sweeps import run_sweeps
from screener.models import InvalidTransition, Organisation
from screener.services.mail import NO_MAIL
from tests.support.candidate_messages import MORNING, NIGHT, NOON, invite, send_messages, sweep_messages
from tests.support.factories import lose_tasks, make_interview
from tests.support.smtp_server import SmtpServer, run_smtp_server

pytestmark = pytest.mark.django_db
ADDRESS, NUMBER = "ada@example.com", "+14155550100"
Status = CandidateMessage.Status


@pytest.fixture(autouse=True)
def daytime(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def interview() -> Interview:
    return make_interview(email=ADDRESS, phone=NUMBER)


def message_state() -> tuple[str, str]:
    message = CandidateMessage.objects.get()
    return message.status, message.problem


def mail_parts(mail: EmailMessage) -> list[str]:
    return [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]


class TestMail:
    def test_mail_arrives_with_link(self, smtp_server: SmtpServer, interview: Interview) -> None:
        invitation = invite(interview)
        assert message_state() == (Status.PENDING, "")
        send_messages()
        (mail,) = smtp_server.mails
        message = CandidateMessage.objects.get()
        assert message.status == Status.SENT
        assert message.sent_at == timezone.now()
        assert mail["Message-ID"] == message.provider_id
        assert smtp_server.recipients == [ADDRESS]
        assert Organisation.objects.get().name in str(mail["From"])
        for part in mail_parts(mail):
            assert invitation_url(invitation) in part
            assert interview.candidate.full_name in part
            assert interview.job.title in part

    def test_language_is_that_of_interview(self, interview: Interview) -> None:
        for language in load_wording():
            Interview.objects.update(language=f"{language}-XX")
            invitation = invite(interview)
            send_messages()
            mail = outbox.outbox.pop()
            assert mail.extra_headers["Content-Language"] == language
            assert load_wording()[language]["invitation.link"] in str(mail.body)
            inviting.revoke(invitation, actor="hanna")
            CandidateMessage.objects.all().delete()
        Interview.objects.update(language="sv")
        invite(interview)
        send_messages()
        assert outbox.outbox[0].extra_headers["Content-Language"] == "en"

    def test_languages_have_same_texts(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        (tmp_path / "en.toml").write_text('greeting = "Hello {name}"')
        (tmp_path / "de.toml").write_text('greeting = "Hallo"')
        monkeypatch.setattr("interviews.messages.texts.FOLDER", tmp_path)
        with pytest.raises(IncompleteWording):
            load_wording.__wrapped__()

    @pytest.mark.parametrize("name", ["", "  ", "{employer}", "<b>Ada</b>", "a\r\nBcc: x@example.com", "x" * 190])
    def test_hostile_names_stay_text(self, smtp_server: SmtpServer, interview: Interview, name: str) -> None:
        Candidate.objects.update(full_name=name)
        JobDescription.objects.update(title=f"Engineer {name}"[:200])
        Organisation.objects.update(name=f"Northwind {name}"[:100])
        invite(interview)
        send_messages()
        (mail,) = smtp_server.mails
        text, html = mail_parts(mail)
        assert smtp_server.recipients == [ADDRESS]
        assert mail["Bcc"] is None
        assert "<b>" not in html
        assert len(str(mail["Subject"])) < 250
        assert max(map(len, text.splitlines())) < 998

    def test_point_of_name_ends_sentence(self, interview: Interview) -> None:
        JobDescription.objects.update(employer_name="Contoso S.A.")
        for language in load_wording():
            Interview.objects.update(language=language)
            page = Client().get(invitation_url(invite(interview)), {"lang": language})
            send_messages()
            for text in (str(outbox.outbox.pop().body), page.content.decode()):
                assert "Contoso S.A." in text
                assert "S.A.." not in text
            inviting.revoke(interview.invitations.not_revoked().get(), actor="hanna")
            CandidateMessage.objects.all().delete()

    def test_right_to_left_name_is_isolated(self, interview: Interview) -> None:
        name = "\u202eليلى حداد"
        Candidate.objects.update(full_name=name)
        invite(interview)
        send_messages()
        body = str(outbox.outbox[0].body)
        assert f"{FIRST_STRONG_ISOLATE}{name[1:]}{POP_ISOLATE}" in body
        assert name[0] not in body

    @pytest.mark.parametrize("address", ["ada@example.com\nBcc: x@example.com", "not an address", "@"])
    def test_bad_address_is_refused(self, smtp_server: SmtpServer, interview: Interview, address: str) -> None:
        Candidate.objects.update(email=address)
        smtp_server.replies["RCPT"] = "553 no such mailbox"
        invite(interview)
        send_messages()
        assert message_state() == (Status.BOUNCED, MessageProblem.REFUSED)
        assert smtp_server.mails == []


class TestRules:
    def test_message_waits_for_morning(self, interview: Interview, time_machine: Any) -> None:
        time_machine.move_to(NIGHT, tick=False)
        invite(interview)
        send_messages()
        message = CandidateMessage.objects.get()
        assert message.waits_until == MORNING
        assert (message.status, message.tries, outbox.outbox) == (Status.PENDING, 0, [])
        time_machine.move_to(MORNING, tick=False)
        run_sweeps(0)
        send_messages()
        assert message_state() == (Status.SENT, "")

    @pytest.mark.parametrize("kind", [DoNotCall.Kind.OPTED_OUT, DoNotCall.Kind.DECLINED, DoNotCall.Kind.WRONG_PERSON])
    def test_refusal_forbids_mail(self, interview: Interview, kind: str) -> None:
        invite(interview)
        DoNotCall.objects.add_number(NUMBER, kind=kind, source="a test", candidate=interview.candidate)
        send_messages()
        assert message_state() == (Status.NOT_SENT, MessageProblem.DO_NOT_CONTACT)
        assert outbox.outbox == []

    def test_each_reason_withholds_mail(self, interview: Interview, settings: Any) -> None:
        def end(interview: Interview) -> None:
            with lock_interview(interview) as locked:
                locked.cancel(Interview.Outcome.BY_HR, actor="hanna")

        def turn_mail_off(_: Interview) -> None:
            settings.EMAIL_BACKEND = NO_MAIL

        reasons = {
            MessageProblem.NO_ADDRESS: lambda row: row.candidate.update_fields(email=""),
            MessageProblem.INVITATION_CLOSED: lambda row: inviting.revoke(row.invitations.get(), actor="hanna"),
            MessageProblem.NO_MAIL_SERVER: turn_mail_off,
            MessageProblem.INTERVIEW_OVER: end,
            MessageProblem.ERASED: lambda row: erase_candidate(row.candidate, actor="hanna", reason="asked"),
        }
        for number, (problem, change) in enumerate(reasons.items()):
            row = make_interview(job=interview.job, email=f"{number}@example.com", phone=f"+141555502{number:02}")
            backend = settings.EMAIL_BACKEND
            invite(row)
            change(row)
            send_messages()
            assert row.messages.get().problem == problem
            settings.EMAIL_BACKEND = backend
        assert outbox.outbox == []

    def test_refused_address_gets_no_more(self, smtp_server: SmtpServer, interview: Interview) -> None:
        smtp_server.replies["RCPT"] = "550 no such mailbox"
        invite(interview)
        send_messages()
        assert message_state() == (Status.BOUNCED, MessageProblem.REFUSED)
        smtp_server.replies.clear()
        other = make_interview(job=interview.job, email=ADDRESS.upper(), phone="+14155550101")
        invite(other)
        send_messages()
        assert other.messages.get().problem == MessageProblem.ADDRESS_BOUNCED
        assert smtp_server.mails == []

    def test_invitation_leaves_room_for_outcome(self, interview: Interview) -> None:
        invitation = invite(interview)
        most = MOST_WITH[MessageKind.INVITATION]
        for _ in range(most - 1):
            inviting.renew(invitation, actor="hanna", send=True)
        with pytest.raises(InvalidTransition):
            inviting.renew(invitation, actor="hanna", send=True)
        send_messages()
        assert len(outbox.outbox) == most
        assert len({mail.extra_headers["Message-ID"] for mail in outbox.outbox}) == most
        inviting.revoke(invitation, actor="hanna")
        invite(interview)
        send_messages()
        assert interview.messages.filter(problem=MessageProblem.LIMIT).count() == 1
        assert len(outbox.outbox) == most

    def test_database_allows_each_occurrence_once(self, interview: Interview) -> None:
        invite(interview)
        message = CandidateMessage.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            CandidateMessage.objects.create(
                interview=interview, kind=message.kind, occurrence=message.occurrence, created_by="x"
            )

    def test_link_without_mail(self, interview: Interview) -> None:
        invite(interview, send=False)
        assert not CandidateMessage.objects.exists()


class TestFaults:
    def test_lost_task_is_found(self, interview: Interview) -> None:
        invite(interview)
        lose_tasks()
        sweep_messages()
        assert message_state() == (Status.SENT, "")

    def test_server_that_is_down_is_tried_again(self, smtp_server: SmtpServer, interview: Interview) -> None:
        smtp_server.replies["RCPT"] = "451 try later"
        invite(interview)
        send_messages()
        message = CandidateMessage.objects.get()
        assert (message.status, message.tries, message.may_be_repeated) == (Status.PENDING, 1, False)
        smtp_server.replies.clear()
        sweep_messages()
        message.refresh_from_db()
        assert (message.status, message.may_be_repeated) == (Status.SENT, False)

    def test_repeated_mail_leaves_trace(self, smtp_server: SmtpServer, interview: Interview) -> None:
        """The server takes the mail, and the connection breaks before its answer."""
        smtp_server.breaks_off = True
        invite(interview)
        send_messages()
        smtp_server.breaks_off = False
        sweep_messages()
        message = CandidateMessage.objects.get()
        assert (message.status, message.may_be_repeated) == (Status.SENT, True)
        assert [mail["Message-ID"] for mail in smtp_server.mails] == [message.provider_id] * 2

    def test_crash_leaves_trace(self, interview: Interview, monkeypatch: pytest.MonkeyPatch) -> None:
        invite(interview)
        with monkeypatch.context() as patch:
            patch.setattr(CandidateMessage, "mark_sent", lambda *_: exit())
            with pytest.raises(SystemExit):
                send_messages()
        sweep_messages()
        message = CandidateMessage.objects.get()
        assert (message.status, message.may_be_repeated, len(outbox.outbox)) == (Status.SENT, True, 2)

    def test_unreachable_server_leaves_no_trace(self, interview: Interview, settings: Any) -> None:
        with run_smtp_server() as closed:
            for name, value in closed.settings.items():
                setattr(settings, name, value)
        invite(interview)
        send_messages()
        assert CandidateMessage.objects.get().handed_over_at is None


class TestErasure:
    def test_erasure_keeps_bad_addresses_only(self, smtp_server: SmtpServer, interview: Interview) -> None:
        other = make_interview(job=interview.job, email="b@example.com", phone="+14155550101")
        invite(interview)
        send_messages()
        smtp_server.replies["RCPT"] = "550 no such mailbox"
        invite(other)
        send_messages()
        for row in (interview, other):
            erase_candidate(row.candidate, actor="hanna", reason="asked")
        sent, bounced = interview.messages.get(), other.messages.get()
        assert (sent.address_hash, sent.provider_id) == ("", "")
        assert CandidateMessage.objects.address_problem("b@example.com") == MessageProblem.ADDRESS_BOUNCED
        assert ADDRESS not in str(vars(bounced))
