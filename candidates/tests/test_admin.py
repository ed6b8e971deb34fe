"""Candidates at the desk: added, their resume, what they agreed to, and numbers that must not be called."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse, reverse_lazy
from procrastinate.contrib.django.models import ProcrastinateJob

from candidates.models import Candidate, Consent, DoNotCall
from interviews.models import Call
from tests.support.admin_client import a_clerk, page_of, press, read
from tests.support.factories import a_candidate, an_interview

ADD = "/admin/candidates/candidate/add/"
NO_CONSENTS_SENT = {"consents-TOTAL_FORMS": "0", "consents-INITIAL_FORMS": "0"}
PERSON = {"full_name": "Ada Lovelace", "phone": "+1 (415) 555-0100", "locale": "en"} | NO_CONSENTS_SENT


def a_file(content: bytes = b"Ten years of Linux.", name: str = "cv.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class TestImporting:
    IMPORT = reverse_lazy("admin:candidates_candidate_import_csv")
    HEADER = "full_name,phone,external_id,consent_to_call,consent_source"

    def send(self, desk: Client, *rows: str) -> str:
        return press(desk, str(self.IMPORT), file=a_file("\n".join([self.HEADER, *rows]).encode(), "list.csv"))

    def test_takes_the_good_rows_and_names_the_others(self, desk: Client) -> None:
        page = self.send(desk, "Ada Lovelace,+1 415 555 0100,a-1,yes,application form", "<b>Grace</b>,12,,,")
        assert "Candidates added: 1, updated: 0." in page
        assert "row 3, phone: &#x27;12&#x27; has no valid country code." in page
        assert Candidate.objects.get().consents_to(Consent.Kind.CALL)

    def test_complains_of_nothing_before_a_file_is_sent(self, desk: Client) -> None:
        assert "This field is required." not in read(desk, str(self.IMPORT))
        assert "This field is required." in press(desk, str(self.IMPORT))

    def test_updates_whom_it_knows(self, desk: Client) -> None:
        a_candidate(external_id="a-1")
        assert "Candidates added: 0, updated: 1." in self.send(desk, "Ada King,+14155550100,a-1,,")
        assert Candidate.objects.get().full_name == "Ada King"

    def test_names_some_of_many_errors(self, desk: Client) -> None:
        page = self.send(desk, *(["Ada,12,,,"] * 25))
        assert "row 21, phone" in page
        assert "row 22, phone" not in page
        assert "And 5 more." in page

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "The file is empty."),
            (b"name\nAda", "The first row must name the columns"),
            (b"\xff\xfe", "The file is not in UTF-8."),
        ],
    )
    def test_says_what_is_wrong_with_a_file(self, desk: Client, content: bytes, says: str) -> None:
        assert says in press(desk, str(self.IMPORT), file=a_file(content, "list.csv"))
        assert not Candidate.objects.exists()

    def test_is_a_button_of_the_list_for_those_who_may_add_and_change(self, desk: Client) -> None:
        listed = reverse("admin:candidates_candidate_changelist")
        assert str(self.IMPORT) in read(desk, listed)
        assert a_clerk("view_candidate", "add_candidate").get(str(self.IMPORT)).status_code == 403
        assert str(self.IMPORT) not in read(a_clerk("view_candidate"), listed)


class TestTheList:
    def test_says_who_may_be_called(self, desk: Client) -> None:
        a_candidate()
        listed = reverse("admin:candidates_candidate_changelist")
        assert re.search(r"field-consent[^>]*>.*?\byes\b", read(desk, listed))
        Candidate.objects.get().say_whether_to_call(False, source="e-mail")
        assert re.search(r"field-consent[^>]*>.*?\bno\b", read(desk, listed))


class TestSearching:
    @pytest.mark.parametrize(
        "typed", ["+14155550100", "+1 (415) 555-0100", "(415) 555-0100", "415-555-0100", "555.0100", "0415 555 0100"]
    )
    def test_finds_a_number_however_it_is_typed(self, desk: Client, typed: str) -> None:
        interview = an_interview()
        interview.attempts.create(number=1, send_before=interview.created_at)
        Call.objects.create(attempt=interview.attempts.get(), number=interview.candidate.phone)
        an_interview(job=interview.job, full_name="Grace Hopper", phone="+4915123456789")
        for name in ("candidates_candidate", "candidates_consent", "interviews_interview", "interviews_call"):
            page = " ".join(desk.get(reverse(f"admin:{name}_changelist"), {"q": typed}).content.decode().split())
            assert "Ada Lovelace" in page, name
            assert "Grace Hopper" not in page, name

    def test_finds_an_id_that_looks_like_a_number(self, desk: Client) -> None:
        a_candidate(external_id="2024-0012")
        page = desk.get(reverse("admin:candidates_candidate_changelist"), {"q": "2024-0012"}).content.decode()
        assert "Ada Lovelace" in page

    def test_of_two_digits_finds_what_is_written_so(self, desk: Client) -> None:
        a_candidate(full_name="Ada 7-4")
        assert "Ada 7-4" in desk.get(reverse("admin:candidates_candidate_changelist"), {"q": "7-4"}).content.decode()


class TestACandidate:
    def test_is_added_with_the_number_as_it_is_dialled(self, desk: Client) -> None:
        press(desk, ADD, **PERSON)
        candidate = Candidate.objects.get()
        assert (candidate.phone, candidate.resume_status) == ("+14155550100", "none")

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"phone": "hello"}, "is not a phone number. Write it with its country code: +14155550100."),
            ({"phone": "+1415"}, "too many or too few digits"),
            ({"phone": ""}, "This field is required."),
            ({"phone": "+" + "1" * 101}, "at most 100 characters"),
            ({"phone": "+1\x00"}, "Null characters are not allowed."),
            ({"timezone": "Mars/Olympus"}, "This is no time zone. Write its IANA name, such as Europe/Berlin"),
            ({"locale": "English"}, "Write a language tag such as en, en-US or de."),
            ({"email": "ada"}, "Enter a valid email address."),
            ({"full_name": "x" * 201}, "at most 200 characters"),
        ],
    )
    def test_is_refused_field_by_field(self, desk: Client, wrong: dict[str, str], sentence: str) -> None:
        assert sentence in press(desk, ADD, **PERSON | wrong)
        assert not Candidate.objects.exists()

    def test_is_known_by_one_id_of_yours(self, desk: Client) -> None:
        known = a_candidate(external_id="ats-1")
        assert "Another candidate has this id." in press(desk, ADD, **PERSON, external_id="ats-1")
        press(desk, page_of(known), **PERSON | {"full_name": "Ada King"}, external_id="ats-1")
        assert Candidate.objects.get().full_name == "Ada King"

    def test_is_edited_without_undoing_what_the_worker_did_meanwhile(self, desk: Client) -> None:
        candidate = a_candidate()
        candidate.keep_resume(a_file())
        candidate.resume_was_read("Ten years of Linux.")
        press(desk, page_of(candidate), **PERSON | {"full_name": "Ada King"})
        candidate.refresh_from_db()
        assert (candidate.full_name, candidate.resume_text) == ("Ada King", "Ten years of Linux.")

    def test_shows_interviews_and_what_was_agreed(self, desk: Client) -> None:
        interview = an_interview()
        page = read(desk, page_of(interview.candidate))
        assert reverse("admin:interviews_interview_change", args=[interview.pk]) in page
        assert "Consent history" in page
        assert "To be called" in page

    def test_without_interviews_is_deleted_with_their_consents(self, desk: Client) -> None:
        candidate = a_candidate()
        press(desk, page_of(candidate, "delete"), post="yes")
        assert not Candidate.objects.exists()
        assert not Consent.objects.exists()

    def test_with_interviews_or_on_legal_hold_is_not(self, desk: Client) -> None:
        candidate = an_interview().candidate
        assert "protected related objects" in press(desk, page_of(candidate, "delete"), post="yes")
        held = a_candidate(phone="+14155550102", legal_hold=True)
        assert desk.post(page_of(held, "delete"), {"post": "yes"}).status_code == 403
        listed = reverse("admin:candidates_candidate_changelist")
        desk.post(listed, {"action": "delete_selected", "_selected_action": [held.pk], "post": "yes"})
        assert Candidate.objects.count() == 2

    def test_leaves_no_resume_behind(self, desk: Client, django_capture_on_commit_callbacks: Any) -> None:
        candidates = [a_candidate(), a_candidate(phone="+14155550102")]
        for candidate in candidates:
            candidate.keep_resume(a_file())
        storage = candidates[0].resume.storage
        with django_capture_on_commit_callbacks(execute=True):
            press(desk, page_of(candidates[0], "delete"), post="yes")
            listed = reverse("admin:candidates_candidate_changelist")
            press(desk, listed, action="delete_selected", _selected_action=candidates[1].pk, post="yes")
        assert not Candidate.objects.exists()
        assert [storage.exists(str(candidate.resume.name)) for candidate in candidates] == [False, False]

    def test_leaves_no_name_behind_in_the_log_of_what_staff_did(self, desk: Client) -> None:
        for phone in ("+14155550100", "+14155550102"):
            press(desk, ADD, **PERSON | {"phone": phone, "full_name": "Zebediah Quux"})
        first, second = Candidate.objects.all()
        press(desk, page_of(first, "record_consent"), kind="call", given="yes", source="e-mail")
        press(desk, page_of(first, "delete"), post="yes")
        listed = reverse("admin:candidates_candidate_changelist")
        press(desk, listed, action="delete_selected", _selected_action=second.pk, post="yes")
        assert not Candidate.objects.exists()
        logged = LogEntry.objects.filter(content_type__model="candidate")
        assert {entry.object_id for entry in logged} == {str(first.pk), str(second.pk)}
        assert "Quux" not in str(list(logged.values()))


class TestAResume:
    def test_is_stored_and_read_by_the_worker(self, desk: Client) -> None:
        press(desk, ADD, **PERSON, new_resume=a_file())
        candidate = Candidate.objects.get()
        assert candidate.resume_status == "pending"
        job = ProcrastinateJob.objects.get(task_name="candidates.read_resume")
        assert job.args == {"candidate_id": str(candidate.pk)}
        assert "Being read" in read(desk, page_of(candidate))

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "The file is empty. Choose the resume again."),
            (b"\x89PNG\r\n\x1a\n\x00", "This is no PDF, DOCX or plain text file, whatever its name says."),
            (b"x" * (5 * 1024 * 1024 + 1), "5 MB is the limit."),
        ],
    )
    def test_is_refused_at_once_for_what_it_is(self, desk: Client, content: bytes, sentence: str) -> None:
        assert sentence in press(desk, ADD, **PERSON, new_resume=a_file(content, "cv.pdf"))
        assert not Candidate.objects.exists()

    def test_that_can_not_be_read_says_why(self, desk: Client) -> None:
        candidate = a_candidate()
        candidate.keep_resume(a_file())
        candidate.resume_is_unreadable("This PDF is protected with a password.")
        page = read(desk, page_of(candidate))
        assert "Could not be read" in page
        assert "This PDF is protected with a password." in page

    def test_is_downloaded_as_a_file_that_no_browser_opens(self, desk: Client) -> None:
        candidate = a_candidate()
        candidate.keep_resume(a_file(b"<script>alert(1)</script> words", "cv.html"))
        answer: Any = desk.get(page_of(candidate, "resume"))
        assert b"".join(answer.streaming_content) == b"<script>alert(1)</script> words"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="resume-{candidate.pk}.txt"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]

    def test_has_no_address_of_its_own(self, desk: Client) -> None:
        candidate = a_candidate()
        candidate.keep_resume(a_file())
        page = read(desk, page_of(candidate))
        assert page_of(candidate, "resume") in page
        assert str(candidate.resume.name) not in page

    def test_is_for_those_who_may_see_the_candidate(self, client: Client, db: None) -> None:
        candidate = a_candidate()
        candidate.keep_resume(a_file())
        assert client.get(page_of(candidate, "resume")).status_code == 302
        assert a_clerk().get(page_of(candidate, "resume")).status_code == 403

    def test_that_is_not_there_is_not_found(self, desk: Client) -> None:
        candidate = a_candidate()
        assert desk.get(page_of(candidate, "resume")).status_code == 404
        candidate.resume.save("cv.txt", ContentFile(b"x"))
        candidate.resume.storage.delete(str(candidate.resume.name))
        assert desk.get(page_of(candidate, "resume")).status_code == 404


class TestConsent:
    def test_is_recorded_with_where_and_by_whom(self, desk: Client) -> None:
        candidate = a_candidate(consents=False)
        page = press(desk, page_of(candidate, "record_consent"), kind="call", given="yes", source="e-mail of 4 May")
        assert "Recorded: To be called: yes." in page
        consent = Consent.objects.get()
        assert (consent.kind, consent.given, consent.language) == ("call", True, "en")
        assert consent.source == "e-mail of 4 May (recorded by hanna)"
        assert candidate.consents_to(Consent.Kind.CALL)

    def test_is_withdrawn_by_adding_that(self, desk: Client) -> None:
        candidate = a_candidate()
        press(desk, page_of(candidate, "record_consent"), kind="call", given="no", source="by phone")
        assert candidate.consents.count() == 2
        assert not candidate.consents_to(Consent.Kind.CALL)

    def test_needs_to_be_said_in_full(self, desk: Client) -> None:
        candidate = a_candidate(consents=False)
        for missing in ({"source": "x"}, {"given": "yes", "source": " "}, {"given": "maybe", "source": "x"}):
            press(desk, page_of(candidate, "record_consent"), kind="call", **missing)
        desk.get(page_of(candidate, "record_consent"), {"kind": "call", "given": "yes", "source": "x"})
        assert not Consent.objects.exists()

    def test_is_never_rewritten(self, desk: Client) -> None:
        candidate = a_candidate()
        consent = candidate.consents.get()
        inline = {"consents-TOTAL_FORMS": 1, "consents-INITIAL_FORMS": 1, "consents-0-id": consent.pk}
        press(desk, page_of(candidate), **PERSON | inline | {"consents-0-given": "", "consents-0-DELETE": "on"})
        assert candidate.consents.get().given

    def test_is_recorded_by_those_who_may(self, db: None) -> None:
        clerk, candidate = a_clerk("view_candidate", "add_consent"), a_candidate()
        page = read(clerk, page_of(candidate))
        assert page_of(candidate, "record_consent") in page
        assert page_of(candidate, "call") not in page
        assert clerk.get(page_of(candidate, "call")).status_code == 403


class TestTheDoNotCallList:
    ADD = "/admin/candidates/donotcall/add/"

    def test_takes_a_number_and_keeps_its_hash_alone(self, desk: Client) -> None:
        page = press(desk, self.ADD, number="+1 415 555 0100", source="by e-mail")
        assert "The number is on the do-not-call list." in page
        assert DoNotCall.objects.covers("+14155550100")
        assert DoNotCall.objects.get().source == "by e-mail (added by hanna)"
        assert "4155550100" not in read(desk, reverse("admin:candidates_donotcall_changelist"))

    def test_takes_it_twice_as_once(self, desk: Client) -> None:
        for typed in ("+1 415 555 0100", "0014155550100"):
            press(desk, self.ADD, number=typed, source="by e-mail")
        assert DoNotCall.objects.count() == 1

    def test_takes_nothing_else(self, desk: Client) -> None:
        assert "is not a phone number" in press(desk, self.ADD, number="nobody", source="x")
        desk.get(self.ADD, {"number": "+14155550100", "source": "x"})
        assert not DoNotCall.objects.exists()

    def test_lets_an_error_be_undone(self, desk: Client) -> None:
        DoNotCall.objects.add_number("+14155550100", source="a test")
        press(desk, reverse("admin:candidates_donotcall_delete", args=[DoNotCall.objects.get().pk]), post="yes")
        assert not DoNotCall.objects.covers("+14155550100")
