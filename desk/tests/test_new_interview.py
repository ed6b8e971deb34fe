"""The form for a new interview: it saves all parts, keeps typed texts, and adds no candidate twice."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from candidates.models import Candidate, Consent, DoNotCall, KeptUpload
from candidates.models.kept_upload import UPLOADS_KEPT
from desk.intake.views import CALLED_SOON, WAITS_FOR_INVITATION
from interviews.calling.rules import RULES_OF_INBOUND_CALLS
from interviews.models import EventKind, Interview
from jobs.channels import Channel
from jobs.models import JobDescription
from screener.background.sweeps import run_sweeps
from tests.support.admin_client import make_staff_client
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.role_accounts import login_client

pytestmark = pytest.mark.django_db
ADD, CHECK, SESSION = (reverse(f"desk-{name}") for name in ("new-interview", "new-interview-check", "session"))
OK, FOUND, DENIED = 200, 302, 403
MOST_QUERIES = 14
MAY_ADD = ("view_names", "add_interview", "add_candidate", "add_consent", "view_interview")


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job()


def make_form(job: JobDescription, **fields: Any) -> dict[str, Any]:
    """A form of a new candidate that has no errors."""
    filled = {
        "full_name": "Ada Lovelace",
        "phone": "+1 415 555 0100",
        "email": "ada@example.com",
        "locale": "en",
        "consent": "yes",
        "consent_how": "form",
        "consent_detail": "application no. 512",
        "consent_on": "2026-05-03",
        "job": job.pk,
        "when": "now",
        "reader_zone": "Europe/Berlin",
        "form_key": str(uuid4()),
    }
    return filled | fields


def errors_of(answer: Any) -> set[str]:
    assert answer.status_code == OK
    return set(answer.context["form"].errors)


def resume(content: bytes = b"Ten years of Linux.") -> SimpleUploadedFile:
    return SimpleUploadedFile("cv.txt", content)


def resume_of(candidate: Candidate) -> bytes:
    with candidate.resume.open("rb") as file:
        return bytes(file.read())


def stored_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestSaving:
    def test_saves_candidate_consent_and_interview(self, admin_client: Client, job: JobDescription) -> None:
        form = make_form(job, resume_text="Ten years of Linux.", timezone="Europe/Paris", external_id="ats-1")
        assert admin_client.post(ADD, form).status_code == FOUND
        interview = Interview.objects.get()
        candidate, consent = interview.candidate, interview.candidate.consents.get()
        assert (candidate.phone, candidate.timezone, candidate.external_id) == ("+14155550100", "Europe/Paris", "ats-1")
        assert (consent.kind, consent.given, consent.given_by) == ("call", True, Consent.GivenBy.STAFF)
        assert "hanna" in consent.source
        assert consent.said_at.date() == date(2026, 5, 3)
        assert interview.events.get(kind=EventKind.INTERVIEW_PLANNED).actor == "hanna"
        run_tasks(only="candidates.read_resume")
        candidate.refresh_from_db()
        assert candidate.resume_text == "Ten years of Linux."

    @pytest.mark.parametrize(("channel", "plan"), [(Channel.PHONE, CALLED_SOON), (Channel.TEXT, WAITS_FOR_INVITATION)])
    def test_plan_follows_channel(self, admin_client: Client, channel: Channel, plan: str) -> None:
        job = make_approved_job(channels=[Channel.PHONE, Channel.TEXT])
        page = admin_client.post(ADD, make_form(job, channel=channel), follow=True)
        (message,) = page.context["messages"]
        assert message.message == plan % {"candidate": Candidate.objects.get(), "job": job}

    def test_interview_without_call_needs_no_consent(self, admin_client: Client) -> None:
        """A refusal to be called is recorded all the same, with its evidence."""
        form = make_form(make_approved_job(channels=[Channel.PHONE, Channel.TEXT]), consent_detail="")
        assert errors_of(admin_client.post(ADD, form)) == {"consent_detail"}
        written = form | {"channel": Channel.TEXT}
        assert errors_of(admin_client.post(ADD, written | {"consent": "no"})) == {"consent_detail"}
        assert admin_client.post(ADD, written).status_code == FOUND
        assert not Candidate.objects.get().consents.exists()

    def test_country_completes_number(self, admin_client: Client, job: JobDescription) -> None:
        admin_client.post(ADD, make_form(job, phone="030 901820", country="DE"))
        assert Candidate.objects.get().phone == "+4930901820"

    def test_own_country_code_wins(self, admin_client: Client, job: JobDescription) -> None:
        admin_client.post(ADD, make_form(job, phone="0049 30 901820", country="US"))
        assert Candidate.objects.get().phone == "+4930901820"

    def test_time_is_in_zone_of_reader(self, admin_client: Client, job: JobDescription) -> None:
        admin_client.post(ADD, make_form(job, when="at", call_at="2031-07-04T10:00"))
        assert Interview.objects.get().scheduled_for == datetime(2031, 7, 4, 8, tzinfo=UTC)

    @pytest.mark.parametrize("call_at", ["", "2031-03-30T02:30", "2020-01-01T10:00", "soon"])
    def test_impossible_times_are_refused(self, admin_client: Client, job: JobDescription, call_at: str) -> None:
        """Among them a time that the clocks skip."""
        assert errors_of(admin_client.post(ADD, make_form(job, when="at", call_at=call_at))) == {"call_at"}

    def test_another_is_added_for_same_job(self, admin_client: Client, job: JobDescription) -> None:
        answer = admin_client.post(ADD, make_form(job, and_another="1"))
        assert answer.headers["Location"] == f"{ADD}?job={job.pk}"

    def test_known_candidate_gets_consent_and_resume(self, admin_client: Client, job: JobDescription) -> None:
        candidate = make_candidate(consents=False)
        form = make_form(job, candidate=candidate.pk, phone="no number", email="no address", resume_file=resume())
        assert admin_client.post(ADD, form).status_code == FOUND
        candidate.refresh_from_db()
        assert (Candidate.objects.count(), candidate.phone, candidate.consents.count()) == (1, "+14155550100", 1)
        assert candidate.resume_status == Candidate.ResumeStatus.PENDING


class TestErrors:
    BAD = {
        "full_name": "",
        "phone": "12",
        "email": "no address",
        "timezone": "Mars/Base",
        "locale": "!",
        "consent_detail": "",
        "consent_on": "2999-01-01",
        "resume_text": "x" * 100_001,
    }

    def test_errors_keep_text_and_file(self, admin_client: Client, job: JobDescription) -> None:
        form = make_form(job, **self.BAD)
        answer = admin_client.post(ADD, form | {"resume_file": resume()})
        assert set(self.BAD) <= set(errors_of(answer))
        bound = answer.context["form"]
        shown = {key: str(bound[key].value() or "") for key in form}
        assert shown == {key: str(value) for key, value in form.items()}
        assert bound.upload.name == "cv.txt"
        assert not Candidate.objects.exists()
        mended = make_form(job, kept_file=bound.upload.handle)
        assert admin_client.post(ADD, mended).status_code == FOUND
        assert resume_of(Candidate.objects.get()) == b"Ten years of Linux."
        assert not KeptUpload.objects.exists()

    def test_refusal_saves_nothing(self, admin_client: Client, job: JobDescription, private_files: Path) -> None:
        DoNotCall.objects.add_number("+14155550100", source="a test")
        answer = admin_client.post(ADD, make_form(job, resume_file=resume()))
        assert errors_of(answer) == {"phone"}
        assert not Candidate.objects.exists()
        assert [path.parent.name for path in stored_files(private_files)] == ["uploads"]

    def test_missing_consent_is_shown_with_it(self, admin_client: Client, job: JobDescription) -> None:
        assert errors_of(admin_client.post(ADD, make_form(job, consent=""))) == {"consent"}
        assert errors_of(admin_client.post(ADD, make_form(job, consent="no"))) == {"consent"}

    def test_bad_file_is_not_kept(self, admin_client: Client, job: JobDescription) -> None:
        answer = admin_client.post(ADD, make_form(job, resume_file=resume(b"\x00\x01")))
        assert errors_of(answer) == {"resume_file"}
        assert not KeptUpload.objects.exists()

    def test_file_can_be_removed(self, admin_client: Client, job: JobDescription) -> None:
        upload = KeptUpload.objects.keep_file(resume(), user_id=User.objects.get(username="hanna").pk)
        form = make_form(job, kept_file=upload.handle, drop_file="on", resume_text="Pasted.")
        assert admin_client.post(ADD, form).status_code == FOUND
        assert resume_of(Candidate.objects.get()) == b"Pasted."


class TestKeptUpload:
    def test_handle_is_for_its_user_alone(self, reviewer: User) -> None:
        upload = KeptUpload.objects.keep_file(resume(), user_id=reviewer.pk)
        other = User.objects.create_user("grace")
        assert KeptUpload.objects.find_upload(upload.handle, user_id=reviewer.pk) == upload
        assert KeptUpload.objects.find_upload(upload.handle, user_id=other.pk) is None
        for forged in ("", "x", str(upload.pk), upload.handle[:-1]):
            assert KeptUpload.objects.find_upload(forged, user_id=reviewer.pk) is None

    @pytest.mark.django_db(transaction=True)
    def test_sweep_deletes_expired_files(self, reviewer: User, private_files: Path) -> None:
        old, new = (KeptUpload.objects.keep_file(ContentFile(b"x", "cv.txt"), user_id=reviewer.pk) for _ in range(2))
        KeptUpload.objects.filter(pk=old.pk).update(created_at=timezone.now() - UPLOADS_KEPT - timedelta(minutes=1))
        run_sweeps(0)
        assert KeptUpload.objects.get() == new
        assert [path.name for path in stored_files(private_files)] == [Path(str(new.file.name)).name]

    def test_sweep_deletes_files_without_row(self, private_files: Path) -> None:
        """Of a deleted user, or of a process that died. A new file may belong to a row that is being saved."""
        user = User.objects.create_user("gone")
        upload = KeptUpload.objects.keep_file(ContentFile(b"x", "cv.txt"), user_id=user.pk)
        path = private_files / str(upload.file.name)
        user.delete()
        run_sweeps(0)
        assert path.exists()
        long_ago = (timezone.now() - UPLOADS_KEPT - timedelta(minutes=1)).timestamp()
        os.utime(path, (long_ago, long_ago))
        run_sweeps(0)
        assert not path.exists()


class TestKnownPerson:
    @pytest.mark.parametrize("contact", [{"email": ""}, {"phone": "+14155550199", "email": "ADA@example.com"}])
    def test_known_contact_is_offered(self, admin_client: Client, job: JobDescription, contact: Any) -> None:
        candidate = make_candidate()
        answer = admin_client.post(ADD, make_form(job, full_name="A. Lovelace", **contact))
        assert errors_of(answer) == {"__all__"}
        assert answer.context["matches"].visible == [candidate]
        assert Candidate.objects.get() == candidate

    def test_record_is_used_when_chosen(self, admin_client: Client, job: JobDescription) -> None:
        candidate = make_candidate(consents=False)
        assert admin_client.post(ADD, make_form(job, same_person=str(candidate.pk))).status_code == FOUND
        assert (Candidate.objects.get(), Interview.objects.get().candidate) == (candidate, candidate)

    def test_other_person_is_added_after_choice(self, admin_client: Client, job: JobDescription) -> None:
        make_candidate()
        offered = admin_client.post(ADD, make_form(job, phone="+14155550177")).context["matches"]
        form = make_form(job, phone="+14155550177", same_person="other")
        assert errors_of(admin_client.post(ADD, form | {"seen_matches": "+0"})) == {"__all__"}
        assert admin_client.post(ADD, form | {"seen_matches": offered.seen}).status_code == FOUND
        assert Candidate.objects.count() == 2

    def test_foreign_record_is_counted_and_not_named(self, job: JobDescription) -> None:
        foreign = make_interview(full_name="Foreign Name").candidate
        user = User.objects.create_user("member", is_staff=True)
        client = make_staff_client(*MAY_ADD)
        assert errors_of(client.post(ADD, make_form(job))) == {"__all__"}
        from_list = client.post(ADD, make_form(job)).context["matches"]
        assert from_list.visible == [foreign]
        job.add_member(user, by="a test")
        user.user_permissions.set(Permission.objects.filter(codename__in=MAY_ADD))
        answer = login_client(user).post(ADD, make_form(job))
        assert (answer.context["matches"].visible, answer.context["matches"].hidden) == ([], 1)
        assert foreign.full_name not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def post_twice(self, user: User, forms: list[dict[str, Any]]) -> list[Any]:
        def post(form: dict[str, Any]) -> Any:
            answer = login_client(user).post(ADD, form)
            connection.close()
            return answer

        with ThreadPoolExecutor(len(forms)) as executor:
            return list(executor.map(post, forms))

    def test_double_click_saves_once(self, reviewer: User, job: JobDescription) -> None:
        form = make_form(job)
        answers = self.post_twice(reviewer, [form, form])
        assert {answer.status_code for answer in answers} == {FOUND}
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert (Candidate.objects.count(), Interview.objects.count()) == (1, 1)

    def test_two_forms_do_not_add_person_twice(self, reviewer: User, job: JobDescription) -> None:
        answers = self.post_twice(reviewer, [make_form(job), make_form(job, full_name="A. L.")])
        assert sorted(answer.status_code for answer in answers) == [OK, FOUND]
        assert Candidate.objects.count() == 1


class TestCheck:
    def check(self, client: Client, job: JobDescription, **fields: Any) -> Any:
        answer = client.post(CHECK, make_form(job, **fields))
        assert answer.status_code == OK
        return answer.context["check"]

    def test_consent_of_form_counts(self, admin_client: Client, job: JobDescription) -> None:
        allowed, refused, without = (self.check(admin_client, job, consent=answer) for answer in ("yes", "no", ""))
        assert [check.tone for check in (allowed, refused, without)] == ["d-good", "d-danger", "d-danger"]
        assert not Candidate.objects.exists()

    @pytest.mark.parametrize("channel", [Channel.TEXT, Channel.ROOM])
    def test_rules_are_those_of_channel(self, admin_client: Client, channel: Channel) -> None:
        job = make_approved_job(channels=[Channel.PHONE, channel])
        called, written = (
            self.check(admin_client, job, consent="", channel=choice) for choice in (Channel.PHONE, channel)
        )
        assert [check.tone for check in (called, written)] == ["d-danger", "d-good"]
        assert (written.is_called, written.local_times) == (False, [])
        assert {line.rule for line in written.report.verdicts} == set(RULES_OF_INBOUND_CALLS)

    def test_new_consent_replaces_refusal(self, admin_client: Client, job: JobDescription) -> None:
        candidate = make_candidate(consents=False)
        candidate.add_call_consent(False, given_by=Consent.GivenBy.STAFF, source="a test")
        assert self.check(admin_client, job, candidate=candidate.pk).tone == "d-good"
        assert self.check(admin_client, job, candidate=candidate.pk, consent="").tone == "d-danger"

    @pytest.mark.parametrize(("locale", "is_told"), [("en-GB", False), ("de", True), ("", False)])
    def test_other_language_is_told(
        self, admin_client: Client, job: JobDescription, locale: str, is_told: bool
    ) -> None:
        answer = admin_client.post(CHECK, make_form(job, locale=locale))
        assert ("data-other-language" in answer.content.decode()) == is_told

    def test_hours_of_candidate_count(self, admin_client: Client, job: JobDescription, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        night = {"when": "at", "call_at": "2031-07-04T03:00", "timezone": "Europe/Berlin"}
        check = self.check(admin_client, job, **night)
        assert (check.tone, check.not_before) == ("d-warning", datetime(2031, 7, 4, 6, tzinfo=UTC))
        assert [place.zone for place in check.local_times] == ["Europe/Berlin"]

    @pytest.mark.parametrize("hostile", ["\x00", "<script>", "9" * 300, "no-id"])
    def test_hostile_input_is_harmless(self, admin_client: Client, job: JobDescription, hostile: str) -> None:
        names = ("candidate", "same_person", "seen_matches", "kept_file", "phone", "email", "form_key", "reader_zone")
        for name in names:
            assert admin_client.post(CHECK, make_form(job, **{name: hostile})).status_code == OK
            assert admin_client.post(ADD, make_form(job, **{name: hostile})).status_code in (OK, FOUND)


def test_pages_need_permission(job: JobDescription) -> None:
    client = make_staff_client("view_interview")
    assert {client.get(ADD).status_code, client.post(CHECK).status_code} == {DENIED}


def test_without_permission_no_candidate_is_added(job: JobDescription) -> None:
    client = make_staff_client("add_interview", "view_interview")
    assert "candidate" in errors_of(client.post(ADD, make_form(job)))
    candidate = make_candidate()
    assert client.post(ADD, make_form(job, candidate=candidate.pk)).status_code == FOUND
    assert candidate.consents.count() == 1  # the form has no consent for users who may record none


def test_query_count_is_constant(admin_client: Client, job: JobDescription) -> None:
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(ADD, {"job": str(job.pk)}).status_code == OK
        counts.append(len(queries))
        for title in range(3):
            make_approved_job(title=f"Job {number} {title}")
            make_candidate(phone=f"+1415555{number}{title}00")
    assert len(set(counts)) == 1
    assert counts[0] <= MOST_QUERIES


def test_session_state_names_user_and_token(admin_client: Client, reviewer: User) -> None:
    state = admin_client.get(SESSION).json()
    assert state["user"] == str(reviewer.pk)
    assert state["token"]
    assert Client().get(SESSION).json() == {"user": "", "token": ""}
