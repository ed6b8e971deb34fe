"""Candidates in the admin: adding them, their resumes and consents, and numbers that must not be called."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from candidates.admin.forms import ID_TAKEN
from candidates.deletion import DELETE_FILES
from candidates.models import Candidate, Consent, DoNotCall
from candidates.resume.processing import MESSAGES
from interviews.models import Call
from screener.documents.extraction import Problem
from screener.documents.upload import MAX_BYTES
from tests.support.admin_client import admin_url, error_codes, get_page, make_staff_client, submit_form
from tests.support.factories import make_candidate, make_interview, run_tasks

ADD = "/admin/candidates/candidate/add/"
PERSON = {"full_name": "Ada Lovelace", "phone": "+1 (415) 555-0100", "locale": "en"}


def a_file(content: bytes = b"Ten years of Linux.", name: str = "cv.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class TestTheList:
    def test_says_who_may_be_called(self, admin_client: Client) -> None:
        make_candidate()
        listed = reverse("admin:candidates_candidate_changelist")
        assert re.search(r"field-call_consent[^>]*>.*?\byes\b", get_page(admin_client, listed))
        Candidate.objects.get().add_call_consent(False, given_by=Consent.GivenBy.STAFF, source="e-mail")
        assert re.search(r"field-call_consent[^>]*>.*?\bno\b", get_page(admin_client, listed))


class TestSearching:
    FORMS = ("+14155550100", "+1 (415) 555-0100", "(415) 555-0100", "415-555-0100", "555.0100", "0415 555 0100")

    def test_finds_number_however_it_is_typed(self, admin_client: Client) -> None:
        """In every form on one list, and in one form on every list: they search in the same way."""
        interview = make_interview()
        interview.attempts.create(number=1, send_before=interview.created_at)
        Call.objects.create(attempt=interview.attempts.get(), number=interview.candidate.phone)
        make_interview(job=interview.job, full_name="Grace Hopper", phone="+4915123456789")
        lists = ("candidates_candidate", "candidates_consent", "interviews_interview", "interviews_call")
        for name, typed in [*((lists[0], form) for form in self.FORMS), *((name, self.FORMS[1]) for name in lists[1:])]:
            page = " ".join(
                admin_client.get(reverse(f"admin:{name}_changelist"), {"q": typed}).content.decode().split()
            )
            assert "Ada Lovelace" in page, (name, typed)
            assert "Grace Hopper" not in page, (name, typed)

    def test_finds_id_that_looks_like_number(self, admin_client: Client) -> None:
        make_candidate(external_id="2024-0012")
        page = admin_client.get(reverse("admin:candidates_candidate_changelist"), {"q": "2024-0012"}).content.decode()
        assert "Ada Lovelace" in page

    def test_two_digits_are_searched_as_text(self, admin_client: Client) -> None:
        make_candidate(full_name="Ada 7-4")
        assert (
            "Ada 7-4"
            in admin_client.get(reverse("admin:candidates_candidate_changelist"), {"q": "7-4"}).content.decode()
        )


class TestACandidate:
    def test_number_is_stored_as_dialled(self, admin_client: Client) -> None:
        submit_form(admin_client, ADD, **PERSON)
        candidate = Candidate.objects.get()
        assert (candidate.phone, candidate.resume_status) == ("+14155550100", "none")

    def test_is_refused_field_by_field(self, admin_client: Client) -> None:
        numbers = {
            "hello": None,
            "+1415": None,
            "": "required",
            "+" + "1" * 101: "max_length",
            "+1\x00": "null_characters_not_allowed",
        }
        for typed, code in numbers.items():
            assert error_codes(admin_client, ADD, **PERSON | {"phone": typed}) == {"phone": [code]}
        wrong = {"timezone": "Mars/Olympus", "locale": "English", "email": "ada", "full_name": "x" * 201}
        codes = {"timezone": [None], "locale": ["invalid"], "email": ["invalid"], "full_name": ["max_length"]}
        assert error_codes(admin_client, ADD, **PERSON | wrong) == codes
        assert not Candidate.objects.exists()

    def test_is_known_by_one_id_of_yours(self, admin_client: Client) -> None:
        namesake = make_candidate(external_id="ats-1")
        assert str(ID_TAKEN) in submit_form(admin_client, ADD, **PERSON, external_id="ats-1")
        submit_form(
            admin_client, admin_url(namesake, "edit"), **PERSON | {"full_name": "Ada King"}, external_id="ats-1"
        )
        assert Candidate.objects.get().full_name == "Ada King"

    def test_edit_keeps_result_of_worker(self, admin_client: Client) -> None:
        candidate = make_candidate()
        candidate.store_resume(a_file())
        resume_text = "Ten years of Linux."
        candidate.set_resume_text(resume_text)
        submit_form(admin_client, admin_url(candidate, "edit"), **PERSON | {"full_name": "Ada King"})
        candidate.refresh_from_db()
        assert (candidate.full_name, candidate.resume_text) == ("Ada King", resume_text)

    def test_shows_interviews_and_what_was_agreed(self, admin_client: Client) -> None:
        interview = make_interview()
        page = get_page(admin_client, admin_url(interview.candidate))
        assert reverse("admin:interviews_interview_change", args=[interview.pk]) in page
        assert str(Consent.Kind.CALL.label) in page

    def test_without_interviews_is_deleted_with_their_consents(self, admin_client: Client) -> None:
        candidate = make_candidate()
        submit_form(admin_client, admin_url(candidate, "delete"), post="yes")
        assert not Candidate.objects.exists()
        assert not Consent.objects.exists()

    def test_deletion_respects_legal_hold(self, admin_client: Client) -> None:
        candidate = make_interview().candidate
        answer = admin_client.post(admin_url(candidate, "delete"), {"post": "yes"})
        assert (answer.status_code, answer["Location"]) == (302, admin_url(candidate, "erase"))
        held = make_candidate(phone="+14155550102")
        held.set_hold(actor="hanna", reason="A lawsuit.")
        assert admin_client.post(admin_url(held, "delete"), {"post": "yes"}).status_code == 403
        listed = reverse("admin:candidates_candidate_changelist")
        admin_client.post(listed, {"action": "delete_selected", "_selected_action": [held.pk], "post": "yes"})
        assert Candidate.objects.count() == 2

    def test_leaves_no_resume_behind(self, admin_client: Client) -> None:
        candidates = [make_candidate(), make_candidate(phone="+14155550102")]
        for candidate in candidates:
            candidate.store_resume(a_file())
        storage = candidates[0].resume.storage
        submit_form(admin_client, admin_url(candidates[0], "delete"), post="yes")
        listed = reverse("admin:candidates_candidate_changelist")
        submit_form(admin_client, listed, action="delete_selected", _selected_action=candidates[1].pk, post="yes")
        run_tasks(only=DELETE_FILES.name)
        assert not Candidate.objects.exists()
        assert [storage.exists(str(candidate.resume.name)) for candidate in candidates] == [False, False]

    def test_deleted_name_leaves_staff_log(self, admin_client: Client) -> None:
        for phone in ("+14155550100", "+14155550102"):
            submit_form(admin_client, ADD, **PERSON | {"phone": phone, "full_name": "Zebediah Quux"})
        first, second = Candidate.objects.all()
        submit_form(admin_client, admin_url(first, "record_consent"), kind="call", given="yes", source="e-mail")
        submit_form(admin_client, admin_url(first, "delete"), post="yes")
        listed = reverse("admin:candidates_candidate_changelist")
        submit_form(admin_client, listed, action="delete_selected", _selected_action=second.pk, post="yes")
        assert not Candidate.objects.exists()
        logged = LogEntry.objects.filter(content_type__model="candidate")
        assert {entry.object_id for entry in logged} == {str(first.pk), str(second.pk)}
        assert "Quux" not in str(list(logged.values()))


class TestAResume:
    def test_is_stored_and_read_by_worker(self, admin_client: Client) -> None:
        submit_form(admin_client, ADD, **PERSON, new_resume=a_file())
        candidate = Candidate.objects.get()
        assert candidate.resume_status == "pending"
        job = ProcrastinateJob.objects.get(task_name="candidates.read_resume")
        assert job.args == {"candidate_id": str(candidate.pk)}
        assert str(Candidate.ResumeStatus.PENDING.label) in get_page(admin_client, admin_url(candidate))

    @pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00", b"x" * (MAX_BYTES + 1)], ids=range(3))
    def test_wrong_file_is_refused(self, admin_client: Client, content: bytes) -> None:
        response = admin_client.post(ADD, PERSON | {"new_resume": a_file(content, "cv.pdf")})
        assert set(response.context["adminform"].form.errors) == {"new_resume"}
        assert not Candidate.objects.exists()

    def test_that_can_not_be_read_says_why(self, admin_client: Client) -> None:
        candidate = make_candidate()
        candidate.store_resume(a_file())
        reason = MESSAGES[Problem.ENCRYPTED]
        candidate.set_resume_error(reason)
        page = get_page(admin_client, admin_url(candidate))
        assert str(Candidate.ResumeStatus.UNREADABLE.label) in page
        assert reason in page

    def test_resume_is_downloaded_as_attachment(self, admin_client: Client) -> None:
        candidate = make_candidate()
        candidate.store_resume(a_file(b"<script>alert(1)</script> words", "cv.html"))
        answer: Any = admin_client.get(admin_url(candidate, "resume"))
        assert b"".join(answer.streaming_content) == b"<script>alert(1)</script> words"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="resume-{candidate.pk}.txt"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]

    def test_has_no_address_of_its_own(self, admin_client: Client) -> None:
        candidate = make_candidate()
        candidate.store_resume(a_file())
        page = get_page(admin_client, admin_url(candidate))
        assert admin_url(candidate, "resume") in page
        assert str(candidate.resume.name) not in page

    def test_is_for_those_who_may_see_candidate(self, client: Client, db: None) -> None:
        candidate = make_candidate()
        candidate.store_resume(a_file())
        assert client.get(admin_url(candidate, "resume")).status_code == 302
        assert make_staff_client().get(admin_url(candidate, "resume")).status_code == 403

    def test_not_there_is_not_found(self, admin_client: Client) -> None:
        candidate = make_candidate()
        assert admin_client.get(admin_url(candidate, "resume")).status_code == 404
        candidate.resume.save("cv.txt", ContentFile(b"x"))
        candidate.resume.storage.delete(str(candidate.resume.name))
        assert admin_client.get(admin_url(candidate, "resume")).status_code == 404


class TestConsent:
    def test_is_recorded_with_where_and_by_whom(self, admin_client: Client) -> None:
        candidate = make_candidate(consents=False)
        source = "e-mail of 4 May"
        submit_form(admin_client, admin_url(candidate, "record_consent"), kind="call", given="yes", source=source)
        consent = Consent.objects.get()
        assert (consent.kind, consent.given, consent.language) == ("call", True, "en")
        assert (consent.source, consent.given_by) == (f"{source} (recorded by hanna)", Consent.GivenBy.STAFF)
        assert candidate.consents_to(Consent.Kind.CALL)

    def test_is_withdrawn_by_adding_that(self, admin_client: Client) -> None:
        candidate = make_candidate()
        submit_form(admin_client, admin_url(candidate, "record_consent"), kind="call", given="no", source="by phone")
        assert candidate.consents.count() == 2
        assert not candidate.consents_to(Consent.Kind.CALL)

    def test_needs_to_be_said_in_full(self, admin_client: Client) -> None:
        candidate = make_candidate(consents=False)
        for missing in ({"source": "x"}, {"given": "yes", "source": " "}, {"given": "maybe", "source": "x"}):
            submit_form(admin_client, admin_url(candidate, "record_consent"), kind="call", **missing)
        admin_client.get(admin_url(candidate, "record_consent"), {"kind": "call", "given": "yes", "source": "x"})
        assert not Consent.objects.exists()

    def test_is_recorded_by_those_who_may(self, db: None) -> None:
        clerk, candidate = make_staff_client("view_candidate", "add_consent"), make_candidate()
        page = get_page(clerk, admin_url(candidate))
        assert admin_url(candidate, "record_consent") in page
        assert admin_url(candidate, "call") not in page
        assert clerk.get(admin_url(candidate, "call")).status_code == 403


class TestTheDoNotCallList:
    ADD = "/admin/candidates/donotcall/add/"

    def test_takes_number_and_keeps_its_hash_alone(self, admin_client: Client) -> None:
        source = "by e-mail"
        submit_form(admin_client, self.ADD, number="+1 415 555 0100", kind="opted_out", source=source)
        assert DoNotCall.objects.covers_number("+14155550100")
        assert DoNotCall.objects.get().source == f"{source} (added by hanna)"
        assert "4155550100" not in get_page(admin_client, reverse("admin:candidates_donotcall_changelist"))

    def test_takes_it_twice_as_once(self, admin_client: Client) -> None:
        for typed in ("+1 415 555 0100", "0014155550100"):
            submit_form(admin_client, self.ADD, number=typed, kind="opted_out", source="by e-mail")
        assert DoNotCall.objects.count() == 1

    def test_takes_nothing_else(self, admin_client: Client) -> None:
        submit_form(admin_client, self.ADD, number="nobody", kind="opted_out", source="x")
        admin_client.get(self.ADD, {"number": "+14155550100", "source": "x"})
        assert not DoNotCall.objects.exists()
