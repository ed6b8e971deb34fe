"""Mails with notices: their plan, their content, faults of the mail server, and their end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from interviews.models import (
    EventKind,
    Interview,
    InterviewEvent,
    JobWatch,
    MailPace,
    Notice,
    NoticeKind,
    NoticeMail,
    NoticeSettings,
    lock_interview,
)
from interviews.notices.composition import MOST_LINES, compose_mail
from interviews.notices.creation import add_event_notices
from interviews.notices.planning import plan_mails
from interviews.notices.retention import KEEP_NOTICES, delete_old_notices
from interviews.notices.schedule import AT_ONCE_SPACING, COLLECT_FOR
from interviews.notices.unsubscribing import unsubscribe_address
from interviews.task_handles import SEND_NOTICE_MAIL
from jobs.models import JobDescription, JobMembership
from screener.access.blind_mode import turn_on
from screener.background.sweeps import run_sweeps
from screener.models import Preference, RoleKey
from screener.web.language import PREFERENCE as LANGUAGE
from tests.support.factories import lose_tasks, make_approved_job, run_tasks
from tests.support.role_accounts import make_role_user
from tests.support.sample_rows import HOSTILE, make_completed_interview
from tests.support.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 30, 17, tzinfo=UTC)  # 9 o'clock in Los Angeles
ADDRESS = "manager@northwind.example"


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job(title="Support specialist")


@pytest.fixture
def manager(job: JobDescription) -> User:
    user = make_role_user(RoleKey.HIRING_MANAGER, job)
    user.email = ADDRESS
    user.save()
    return user


def add_notices(manager: User, *names: str, kind: NoticeKind = NoticeKind.PERSON_REQUEST) -> list[Interview]:
    """Notices of this kind about candidates of the job that the manager is a member of."""
    job = JobMembership.objects.get(user=manager).job
    interviews = []
    for name in names:
        number = Interview.objects.count()
        interview = make_completed_interview(job=job, full_name=name, phone=f"+1415555{number:04}")
        if kind == NoticeKind.PERSON_REQUEST:
            with lock_interview(interview) as locked:
                locked.record_person_request(reason="", data={})
        interviews.append(interview)
    add_event_notices()
    Notice.objects.exclude(kind=kind).delete()
    return interviews


def pass_time(time_machine: Any, wait: timedelta = COLLECT_FOR) -> None:
    time_machine.move_to(timezone.now() + wait, tick=False)


def send_due() -> list[str]:
    """Plan and send the mails that are due. Returns the tasks that ran."""
    plan_mails()
    return run_tasks(only=SEND_NOTICE_MAIL.name)


def make_due() -> None:
    """Let the wait of a retry be over, and let the sweep find the mail."""
    past = timezone.now() - timedelta(hours=1)
    NoticeMail.objects.update(retry_at=past, lease_until=past, updated_at=past)
    run_sweeps(1)
    run_sweeps(0)
    run_tasks(only=SEND_NOTICE_MAIL.name)


class TestAtOnce:
    def test_notices_are_collected(self, manager: User, time_machine: Any) -> None:
        add_notices(manager, "Ada Lovelace")
        assert send_due() == []
        pass_time(time_machine, COLLECT_FOR - timedelta(seconds=1))
        add_notices(manager, "Grace Hopper")
        pass_time(time_machine)
        assert len(send_due()) == len(outbox.outbox) == 1
        body = str(outbox.outbox[0].body)
        assert "Ada Lovelace" in body
        assert "Grace Hopper" in body
        assert set(Notice.objects.values_list("mailed_at", flat=True)) == {NoticeMail.objects.get().sent_at}

    def test_next_mail_keeps_distance(self, manager: User, time_machine: Any) -> None:
        for _ in range(2):
            add_notices(manager, "Ada Lovelace")
            pass_time(time_machine)
            send_due()
        assert len(outbox.outbox) == 1
        pass_time(time_machine, AT_ONCE_SPACING)
        send_due()
        send_due()
        assert len(outbox.outbox) == 2

    def test_thousand_results_are_one_mail(self, manager: User, time_machine: Any) -> None:
        NoticeSettings.objects.create(user=manager, result_ready=MailPace.AT_ONCE)
        (interview,) = add_notices(manager, "Ada Lovelace", kind=NoticeKind.RESULT_READY)
        result_ready = {"interview": interview, "kind": EventKind.RESULT_READY, "awaits_notices": True}
        InterviewEvent.objects.bulk_create([InterviewEvent(**result_ready) for _ in range(999)])
        while InterviewEvent.objects.filter(awaits_notices=True).exists():
            add_event_notices()
        pass_time(time_machine)
        send_due()
        (message,) = outbox.outbox
        assert "1000" in message.subject
        assert str(message.body).count("Ada Lovelace") == MOST_LINES

    def test_read_notice_is_not_mailed(self, manager: User, time_machine: Any) -> None:
        add_notices(manager, "Ada Lovelace")
        Notice.objects.update(read_at=timezone.now())
        pass_time(time_machine)
        assert send_due() == []
        assert not Notice.objects.filter(awaits_mail=True).exists()


class TestDigests:
    @pytest.fixture(autouse=True)
    def on_monday(self, time_machine: Any) -> None:
        time_machine.move_to(MONDAY, tick=False)

    def test_daily_mail_comes_once_a_day(self, manager: User, time_machine: Any) -> None:
        NoticeSettings.objects.create(user=manager, person_request=MailPace.DAILY)
        add_notices(manager, "Ada Lovelace")
        assert send_due() == []  # today's hour was before it
        pass_time(time_machine, timedelta(hours=22, minutes=59))
        assert send_due() == []
        pass_time(time_machine, timedelta(minutes=1))
        send_due()
        add_notices(manager, "Grace Hopper")
        pass_time(time_machine, timedelta(hours=5))
        send_due()
        assert len(outbox.outbox) == 1
        pass_time(time_machine, timedelta(days=1))
        send_due()
        assert len(outbox.outbox) == 2
        pass_time(time_machine, timedelta(days=1))
        send_due()
        assert len(outbox.outbox) == 2  # nothing is new

    def test_weekly_mail_comes_on_monday(self, manager: User, time_machine: Any) -> None:
        NoticeSettings.objects.create(user=manager, person_request=MailPace.WEEKLY, time_zone="Asia/Tokyo")
        add_notices(manager, "Ada Lovelace")  # it is Tuesday in Tokyo
        for _ in range(5):
            pass_time(time_machine, timedelta(days=1))
            send_due()
        assert outbox.outbox == []
        pass_time(time_machine, timedelta(days=1, hours=6))
        send_due()
        assert len(outbox.outbox) == 1

    def test_change_of_pace_holds_for_what_waits(self, manager: User, time_machine: Any) -> None:
        add_notices(manager, "Ada Lovelace")
        NoticeSettings.objects.create(user=manager, person_request=MailPace.OFF)
        pass_time(time_machine)
        assert send_due() == []
        assert not Notice.objects.filter(awaits_mail=True).exists()


class TestContent:
    def test_mail_is_composed_for_its_reader(self, manager: User, smtp_server: SmtpServer, time_machine: Any) -> None:
        names = [HOSTILE, *(f"Candidate {number}" for number in range(MOST_LINES))]
        add_notices(manager, *names)
        pass_time(time_machine)
        send_due()
        (message,) = smtp_server.mails
        assert smtp_server.recipients == [ADDRESS]
        assert "Candidate" not in message["Subject"]
        assert "Support specialist" in message["Subject"]
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["Message-ID"].startswith(f"<{NoticeMail.objects.get().pk}@")
        plain: Any = message.get_body(("plain",))
        html: Any = message.get_body(("html",))
        assert sum(name in plain.get_content() for name in names) == MOST_LINES
        assert HOSTILE not in html.get_content()

    def test_lost_access_ends_mails(self, manager: User, time_machine: Any) -> None:
        add_notices(manager, "Ada Lovelace")
        pass_time(time_machine)
        plan_mails()
        JobMembership.objects.all().delete()
        run_tasks(only=SEND_NOTICE_MAIL.name)
        assert outbox.outbox == []
        assert NoticeMail.objects.get().status == NoticeMail.Status.EMPTY
        assert not Notice.objects.filter(mailed_at__isnull=False).exists()

    def test_blind_reader_gets_alias(self, manager: User, time_machine: Any) -> None:
        (interview,) = add_notices(manager, "Ada Lovelace")
        turn_on(manager.pk, on=True)
        pass_time(time_machine)
        send_due()
        (message,) = outbox.outbox
        assert "Ada" not in str(message.message())
        assert interview.candidate.alias in str(message.body)

    def test_mail_is_in_language_of_reader(self, manager: User, time_machine: Any) -> None:
        Preference.objects.store(manager.pk, LANGUAGE, "de")
        add_notices(manager, "Ada Lovelace")
        pass_time(time_machine)
        send_due()
        assert 'lang="de"' in outbox.outbox[0].message().as_string()

    @pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"email": ""}])
    def test_unreachable_user_gets_no_mail(self, manager: User, time_machine: Any, change: dict[str, Any]) -> None:
        add_notices(manager, "Ada Lovelace")
        User.objects.filter(pk=manager.pk).update(**change)
        pass_time(time_machine)
        send_due()
        assert outbox.outbox == []

    def test_mail_tells_no_score(self, manager: User, job: JobDescription, time_machine: Any) -> None:
        job.update_fields(blind_review=True)
        NoticeSettings.objects.create(user=manager, result_ready=MailPace.AT_ONCE)
        add_notices(manager, "Ada Lovelace", kind=NoticeKind.RESULT_READY)
        pass_time(time_machine)
        send_due()
        (message,) = outbox.outbox
        for secret in ("7.5", "hire", "Concrete, with figures."):
            assert secret not in f"{message.subject} {message.body} {message.message()}"

    def test_queries_do_not_grow(self, manager: User, time_machine: Any) -> None:
        def count_queries(*names: str) -> int:
            add_notices(manager, *names)
            mail = NoticeMail.objects.create(recipient=manager, pace=MailPace.AT_ONCE)
            Notice.objects.update(mail=mail)
            reader = User.objects.get(pk=manager.pk)
            with CaptureQueriesContext(connection) as queries:
                assert compose_mail(mail, reader)
            mail.mark_sent()
            return len(queries)

        assert count_queries("Ada") == count_queries("Grace", "Mary", "Joan")


class TestFaults:
    @pytest.fixture(autouse=True)
    def due_notice(self, smtp_server: SmtpServer, manager: User, time_machine: Any) -> None:
        add_notices(manager, "Ada Lovelace")
        pass_time(time_machine)

    def test_refused_mailbox_is_shown(self, smtp_server: SmtpServer, manager: User) -> None:
        smtp_server.replies["RCPT"] = "550 no such user"
        send_due()
        failed = NoticeMail.objects.get()
        assert (failed.status, bool(failed.error), ADDRESS in failed.error) == (NoticeMail.Status.FAILED, True, False)
        client = Client()
        client.force_login(manager)
        assert b"data-mail-problem" in client.get(reverse("desk-notice-settings")).content

    @pytest.mark.parametrize(
        ("command", "reply"),
        [("RCPT", "451 later"), ("DATA", "451 later"), ("MAIL", "451 later"), ("MAIL", "550 sender not allowed")],
    )
    def test_refusal_of_server_is_tried_again(self, smtp_server: SmtpServer, command: str, reply: str) -> None:
        smtp_server.replies[command] = reply
        send_due()
        waiting = NoticeMail.objects.get()
        assert (waiting.status, bool(waiting.error), bool(waiting.retry_at)) == (NoticeMail.Status.PENDING, True, True)
        smtp_server.replies.clear()
        make_due()
        assert len(smtp_server.mails) == 1
        assert NoticeMail.objects.get().status == NoticeMail.Status.SENT

    def test_missing_server_is_tried_again(self, smtp_server: SmtpServer, settings: Any) -> None:
        settings.EMAIL_PORT = 1
        send_due()
        assert NoticeMail.objects.get().status == NoticeMail.Status.PENDING
        settings.EMAIL_PORT = smtp_server.port
        make_due()
        assert len(smtp_server.mails) == 1

    def test_lost_task_is_found_by_sweep(self, smtp_server: SmtpServer) -> None:
        plan_mails()
        lose_tasks()
        make_due()
        assert len(smtp_server.mails) == 1

    def test_crash_after_sending_repeats_message_id(self, smtp_server: SmtpServer) -> None:
        """The server has accepted the mail, but its reply was lost."""
        smtp_server.breaks_off = True
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.conf.settings.EMAIL_TIMEOUT", 1)
            send_due()
        smtp_server.breaks_off = False
        make_due()
        assert len(smtp_server.mails) == 2
        assert len({message["Message-ID"] for message in smtp_server.mails}) == 1
        assert NoticeMail.objects.get().status == NoticeMail.Status.SENT

    def test_planning_twice_makes_one_mail(self, smtp_server: SmtpServer) -> None:
        plan_mails()
        Notice.objects.update(awaits_mail=True)
        plan_mails()
        run_tasks(only=SEND_NOTICE_MAIL.name)
        assert len(smtp_server.mails) == 1


class TestUnsubscribing:
    def test_only_post_acts(self, manager: User) -> None:
        add_notices(manager, "Ada Lovelace")
        client = Client(enforce_csrf_checks=True)
        path = "/notices/" + unsubscribe_address(manager).partition("/notices/")[2]
        assert client.get(path).status_code == 200
        assert not NoticeSettings.objects.exists()
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        own = NoticeSettings.objects.get(user=manager)
        assert {own.pace_of(kind) for kind in NoticeKind} == {MailPace.OFF}
        assert manager.notices.unread().exists()

    def test_forged_link_is_refused(self, manager: User) -> None:
        for token in (f"{manager.pk}:x", "x", f"{manager.pk}"):
            assert Client().post(reverse("notice-unsubscribe", args=[token])).status_code == 404


def test_old_notices_are_deleted(manager: User, time_machine: Any) -> None:
    add_notices(manager, "Ada Lovelace")
    pass_time(time_machine)
    send_due()
    pass_time(time_machine, KEEP_NOTICES + timedelta(days=1))
    add_notices(manager, "Grace Hopper")
    delete_old_notices()
    assert Notice.objects.count() == 1
    assert not NoticeMail.objects.exists()


def test_deleted_user_leaves_mails(manager: User) -> None:
    JobWatch.objects.create(user=manager, job=make_approved_job(), is_watching=True)
    NoticeMail.objects.create(recipient=manager, pace=MailPace.AT_ONCE, status=NoticeMail.Status.SENT)
    manager.delete()
    assert NoticeMail.objects.get().recipient is None
