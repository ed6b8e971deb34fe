"""Candidates over the API: their data, consents and resumes."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from candidates.models import Candidate, Consent
from candidates.resume.processing import MESSAGES, MISSING_FILE
from screener.documents.extraction import Problem
from screener.documents.reader import MAX_CHARACTERS
from screener.tasks import sweep
from tests.support.factories import make_candidate, run_tasks

pytestmark = pytest.mark.django_db
CANDIDATES = "/api/v1/candidates/"
ADA = {"full_name": "Ada Lovelace", "email": "ada@example.com", "phone": "+1 (415) 555-0100"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def resume(content: bytes = b"I wrote programs for engines.", name: str = "cv.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def with_resume(api: APIClient, file: SimpleUploadedFile, **more: Any) -> Any:
    return api.post(CANDIDATES, {**ADA, **more, "resume": file}, format="multipart")


def files() -> list[Path]:
    return [path for path in Path(storages["private"].path("")).rglob("*") if path.is_file()]


def unreadable_docx() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<broken")
    return data.getvalue()


class TestACandidate:
    def test_is_kept_as_sent_with_number_dialled(self, api: APIClient) -> None:
        response = api.post(CANDIDATES, ADA)
        body = response.json()
        assert response.status_code == 201
        assert (body["phone"], body["email"], body["locale"]) == ("+14155550100", "ada@example.com", "en")
        assert (body["has_resume"], body["resume_status"], body["consents"]) == (False, "none", [])
        assert api.get(f"{CANDIDATES}{body['id']}/").json() == body

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("full_name", "  "),
            ("full_name", "x" * 201),
            ("email", "ada"),
            ("phone", "12"),
            ("phone", "4155550100"),
            ("phone", "+999123456789"),
            ("phone", "+49" + "1" * 15),
            ("phone", "ring me"),
            ("locale", "English"),
            ("timezone", "Europe/Atlantis"),
            ("timezone", "../../etc/passwd"),
            ("consent_to_call", "perhaps"),
            ("resume", "https://example.com/cv.pdf"),
        ],
    )
    def test_with_bad_input_is_refused_by_field(self, api: APIClient, field: str, value: str) -> None:
        response = api.post(CANDIDATES, ADA | {"consent_source": "a form", "consent_to_call": True, field: value})
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {field}
        assert not Candidate.objects.exists()

    def test_is_there_once_for_each_external_id(self, api: APIClient) -> None:
        first = api.post(CANDIDATES, ADA | {"external_id": "ats-1"}).json()
        response = api.post(CANDIDATES, ADA | {"external_id": "ats-1"})
        assert response.status_code == 400
        assert first["id"] in response.json()["errors"]["external_id"][0]
        assert api.post(CANDIDATES, ADA).status_code == api.post(CANDIDATES, ADA).status_code == 201

    def test_is_found_by_what_client_knows(self, api: APIClient) -> None:
        make_candidate(full_name="Grace")
        ada = make_candidate(external_id="ats-1")
        results = api.get(CANDIDATES, {"external_id": "ats-1"}).json()["results"]
        assert [row["id"] for row in results] == [str(ada.pk)]

    @pytest.mark.parametrize("typed", ["+14155550100", "+1 (415) 555-0100", "001 415 555 0100", "tel:+1-415-555-0100"])
    def test_candidate_is_found_by_any_notation(self, api: APIClient, typed: str) -> None:
        make_candidate(full_name="Grace", phone="+14155550102")
        ada = make_candidate()
        assert [row["id"] for row in api.get(CANDIDATES, {"phone": typed}).json()["results"]] == [str(ada.pk)]

    def test_invalid_number_is_refused_by_filter(self, api: APIClient) -> None:
        answer = api.get(f"{CANDIDATES}?phone=+14155550100")  # the address says a space
        assert answer.status_code == 400
        assert "%2B" in answer.json()["errors"]["phone"][0]

    def test_changes_only_where_it_is_patched(self, api: APIClient) -> None:
        ada = make_candidate(external_id="ats-1")
        response = api.patch(f"{CANDIDATES}{ada.pk}/", {"phone": "+49 1512 3456789", "external_id": "ats-1"})
        assert response.status_code == 200
        assert (response.json()["phone"], response.json()["full_name"]) == ("+4915123456789", ada.full_name)

    def test_patch_keeps_resume_of_worker(self, api: APIClient) -> None:
        ada = make_candidate(resume_status="read", resume_text="Read.", resume_error="")
        api.patch(f"{CANDIDATES}{ada.pk}/", {"full_name": "Ada King", "resume_status": "none"})
        ada.refresh_from_db()
        assert (ada.full_name, ada.resume_status, ada.resume_text) == ("Ada King", "read", "Read.")

    def test_erased_is_not_shown(self, api: APIClient) -> None:
        ada = make_candidate()
        ada.blank()
        assert api.get(f"{CANDIDATES}{ada.pk}/").status_code == 404
        assert api.get(CANDIDATES).json()["results"] == []

    @pytest.mark.parametrize("many", [2, 20])
    def test_consents_cost_no_query(self, api: APIClient, many: int, django_assert_num_queries: Any) -> None:
        for _ in range(many):
            make_candidate()
        with django_assert_num_queries(4):  # the key, its use, the candidates, their consents
            assert len(api.get(CANDIDATES).json()["results"]) == many


class TestConsent:
    @pytest.mark.parametrize("given", [True, False])
    @pytest.mark.parametrize("form", ["json", "multipart"])
    def test_is_recorded_with_where_it_was_given(self, api: APIClient, form: str, given: bool) -> None:
        consent = {"consent_to_call": given, "consent_source": "application form"}
        body = api.post(CANDIDATES, ADA | consent, format=form).json()
        assert [(row["kind"], row["given"], row["source"]) for row in body["consents"]] == [
            ("call", given, "application form")
        ]
        assert Candidate.objects.get().consents_to(Consent.Kind.CALL) is given
        assert Consent.objects.get().given_by == Consent.GivenBy.API

    def test_can_be_withdrawn_and_stays_on_record(self, api: APIClient) -> None:
        ada = make_candidate()
        body = api.patch(
            f"{CANDIDATES}{ada.pk}/", {"consent_to_call": False, "consent_source": "e-mail of 3 May"}
        ).json()
        assert [row["given"] for row in body["consents"]] == [False, True]
        assert not ada.consents_to(Consent.Kind.CALL)

    @pytest.mark.parametrize(
        ("consent", "missing"),
        [({"consent_to_call": True}, "consent_source"), ({"consent_source": "a form"}, "consent_to_call")],
    )
    def test_needs_both_what_was_said_and_where(self, api: APIClient, consent: dict[str, Any], missing: str) -> None:
        response = api.post(CANDIDATES, ADA | consent)
        assert set(response.json()["errors"]) == {missing}
        assert not Candidate.objects.exists()

    def test_empty_form_gives_no_consent(self, api: APIClient) -> None:
        assert api.post(CANDIDATES, ADA, format="multipart").json()["consents"] == []


class TestAResume:
    def test_is_read_by_worker(self, api: APIClient) -> None:
        body = with_resume(api, resume()).json()
        assert (body["has_resume"], body["resume_status"]) == (True, "pending")
        run_tasks(only="candidates")
        assert Candidate.objects.get().resume_text == "I wrote programs for engines."
        assert api.get(f"{CANDIDATES}{body['id']}/").json()["resume_status"] == "read"

    @pytest.mark.parametrize(("length", "is_cut"), [(MAX_CHARACTERS, False), (MAX_CHARACTERS + 1, True)])
    def test_says_whether_text_is_cut(self, api: APIClient, length: int, is_cut: bool) -> None:
        body = with_resume(api, resume(b"x" * length)).json()
        run_tasks(only="candidates")
        assert api.get(f"{CANDIDATES}{body['id']}/").json()["resume_is_cut"] is is_cut

    def test_unreadable_resume_keeps_candidate(self, api: APIClient) -> None:
        body = with_resume(api, resume(unreadable_docx(), "cv.docx")).json()
        run_tasks(only="candidates")
        body = api.get(f"{CANDIDATES}{body['id']}/").json()
        assert body["resume_status"] == "unreadable"
        assert body["resume_error"] == MESSAGES[Problem.BROKEN]

    @pytest.mark.parametrize(
        "file",
        [resume(b""), resume(PNG, "cv.pdf"), resume(b"x" * (6 * 1024 * 1024))],
        ids=["empty", "renamed picture", "too large"],
    )
    def test_none_is_refused_and_leaves_nothing(self, api: APIClient, file: SimpleUploadedFile) -> None:
        file.seek(0)
        response = with_resume(api, file)
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {"resume"}
        assert not Candidate.objects.exists()
        assert files() == []

    def test_is_nowhere_to_be_fetched_from(self, api: APIClient) -> None:
        answer = with_resume(api, resume(name="secret-name.txt")).content.decode()
        assert files()
        assert "secret-name" not in answer
        assert "secret-name" not in files()[0].name
        assert files()[0].name not in answer

    @pytest.mark.parametrize("name", ["cv.html", "cv.pdf.exe", "../../cv.svg", "cv", "cv.TXT", "cv.\u202etxt"])
    def test_resume_type_follows_content(self, api: APIClient, name: str) -> None:
        with_resume(api, resume(name=name))
        assert [file.suffix for file in files()] == [".txt"]

    def test_takes_place_of_one_before(self, api: APIClient, django_capture_on_commit_callbacks: Any) -> None:
        body = with_resume(api, resume()).json()
        run_tasks(only="candidates")
        with django_capture_on_commit_callbacks(execute=True):
            new = api.patch(f"{CANDIDATES}{body['id']}/", {"resume": resume(b"I teach now.")}, format="multipart")
        assert new.json()["resume_status"] == "pending"
        run_tasks(only="candidates")
        assert Candidate.objects.get().resume_text == "I teach now."
        assert len(files()) == 1

    def test_sweep_finds_lost_resume(self, api: APIClient) -> None:
        with_resume(api, resume())
        sweep(0)
        assert run_tasks(only="candidates") == ["candidates.read_resume"]
        Candidate.objects.update(resume_status="pending", updated_at="2026-01-01T00:00Z")
        sweep(0)
        assert run_tasks(only="candidates") == ["candidates.read_resume"]
        assert Candidate.objects.get().resume_status == "read"

    def test_whose_file_is_gone_is_unreadable(self, api: APIClient) -> None:
        with_resume(api, resume())
        files()[0].unlink()
        run_tasks(only="candidates")
        assert Candidate.objects.get().resume_error == MISSING_FILE
