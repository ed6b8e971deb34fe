"""Imports with a job: the interviews that they plan, their undo, and the API."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from candidates.importing import step
from candidates.importing import undo as undoing
from candidates.importing.resumes import upload_archive
from candidates.merging.merge import Merge, merge_candidates
from candidates.models import Candidate, Consent, DoNotCall, Import, ImportRow, ResumeArchive, ResumeFile
from candidates.models.candidate import private_storage
from candidates.models.resume_archive import UNDONE
from interviews.importing import planning
from interviews.models import Campaign, Interview
from tests.support.candidate_files import ADA, GRACE, HEADS, WRONG, csv_text, import_rows, zip_of
from tests.support.factories import make_api_key, make_approved_job, make_candidate, make_job, run_tasks

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports/"
CONSENT = {"consent_source": "application form"}
PDF = b"%PDF-1.4 a resume"


def undo(imported: Import) -> dict[str, str]:
    """Undo, and return the result of each row by its number."""
    imported.undo(actor="hr")
    run_tasks(only="candidates.undo_import")
    imported.refresh_from_db()
    assert imported.status == Import.Status.UNDONE
    rows = ImportRow.objects.filter(imported=imported).order_by("number")
    return {str(row.number): row.undo for row in rows}


def test_job_in_same_step_plans_interviews() -> None:
    DoNotCall.objects.add_number(GRACE[1], source="letter")
    job = make_approved_job()
    imported = import_rows(ADA, GRACE, WRONG, job=job, **CONSENT)
    campaign = Campaign.objects.get()
    assert (imported.status, imported.campaign, campaign.job) == ("done", campaign, job)
    assert (imported.counts["planned"], imported.counts["not_called"]) == (1, 1)
    assert Interview.objects.get().candidate.full_name == "Ada Lovelace"


def test_import_into_campaign_plans_each_person_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "BATCH_ROWS", 1)
    campaign = Campaign.objects.create(name="Spring", job=make_approved_job())
    import_rows(ADA, GRACE, campaign=campaign, **CONSENT)
    again = import_rows(ADA, GRACE, campaign=campaign, **CONSENT)
    assert (again.counts["already_added"], Interview.objects.count()) == (2, 2)


def test_undo_removes_added_and_restores_changed() -> None:
    ada = make_candidate(full_name="Ada L.", phone="+14155550199", external_id="ats-1", consents=False)
    imported = import_rows(ADA, GRACE, **CONSENT)
    assert undo(imported) == {"2": "restored", "3": "removed"}
    ada.refresh_from_db()
    assert (ada.full_name, ada.phone) == ("Ada L.", "+14155550199")
    assert Candidate.objects.get() == ada
    assert not Consent.objects.exists()


def test_undo_of_two_rows_about_one_person() -> None:
    ada = make_candidate(full_name="Ada L.", external_id="ats-1", consents=False)
    imported = import_rows(ADA, [*GRACE, ""][:5], ["Grace Hopper", GRACE[1], "grace@example.com", "", "a fair"])
    assert undo(imported) == {"2": "restored", "3": "removed", "4": "removed"}
    assert list(Candidate.objects.all()) == [ada]
    assert not imported.rows.filter(candidate=None).exclude(extra={}, before={}).exists(), "no erasure would find them"


def test_undo_keeps_what_something_has_happened_to() -> None:
    existing = make_candidate(full_name="Ada L.", external_id="ats-1", consents=False)
    rows = [[f"Person {number}", f"+1415555020{number}", "", f"id-{number}", ""] for number in range(5)]
    imported = import_rows(ADA, *rows)
    existing.refresh_from_db()
    existing.update_fields(full_name="Ada King")
    persons = {number: Candidate.objects.get(external_id=f"id-{number}") for number in range(5)}
    persons[0].update_fields(email="new@example.com")
    persons[1].add_call_consent(True, given_by=Consent.GivenBy.STAFF, source="by phone")
    Interview.objects.create(candidate=persons[2], job=make_approved_job(), question_set=_question_set())
    import_rows(rows[3])
    assert undo(imported) == {
        "2": "was_changed",
        "3": "was_changed",
        "4": "has_history",
        "5": "has_interview",
        "6": "in_other_import",
        "7": "removed",
    }


def _question_set() -> Any:
    return make_approved_job().approved_questions


def test_undo_takes_resumes_back(django_capture_on_commit_callbacks: Any) -> None:
    """Those that archives of the import stored and that nobody has replaced since."""
    persons = {
        name: make_candidate(full_name=name, external_id=name, consents=False) for name in ("Known", "Replaced", "Held")
    }
    persons["Replaced"].store_resume(ContentFile(PDF))
    rows = [[name, f"+1415555020{n}", "", name, ""] for n, name in enumerate([*persons, "New", "Corrected"])]
    imported = import_rows(*rows)
    files = {f"{name}.pdf": PDF for name in (*persons, "New", "Corrected")}
    upload_archive(imported, ContentFile(zip_of(files), "resumes.zip"), author="hr", replace_resumes=True)
    run_tasks()
    stored = [candidate.resume.name for candidate in Candidate.objects.filter(full_name__in=("Known", "New"))]
    Candidate.objects.get(full_name="Corrected").store_resume(ContentFile(PDF + b" of today"))
    Candidate.objects.get(full_name="Held").set_hold(actor="hr", reason="lawsuit")
    with django_capture_on_commit_callbacks(execute=True):
        assert undo(imported) == {
            "2": "restored",
            "3": "resume_replaced",
            "4": "was_changed",
            "5": "removed",
            "6": "was_changed",
        }
    kept = Candidate.objects.exclude(resume="").values_list("full_name", flat=True)
    assert set(kept) == {"Replaced", "Held", "Corrected"}
    run_tasks()
    assert not any(map(private_storage().exists, stored))
    assert not ResumeFile.objects.filter(name="New.pdf").exists()


def test_undo_stops_archives() -> None:
    imported = import_rows(ADA)
    archive = upload_archive(imported, ContentFile(zip_of({"Ada Lovelace.pdf": PDF}), "resumes.zip"), author="hr")
    undo(imported)
    run_tasks()
    archive.refresh_from_db()
    assert (archive.status, archive.problem, archive.files.count()) == (ResumeArchive.Status.FAILED, UNDONE, 0)


def test_undo_keeps_refusals() -> None:
    candidate = make_candidate(full_name="Ada Lovelace", phone="+14155550100")
    heads, refusal = [*HEADS, "Consent"], "no"
    imported = import_rows([*ADA, refusal], [*GRACE, refusal], heads=heads, **CONSENT)
    assert undo(imported) == {"2": "has_refused", "3": "has_refused"}
    assert not candidate.consents.latest("said_at").given
    assert Candidate.objects.count() == 2


def test_undo_leaves_held_and_merged_records_as_they_are() -> None:
    held, merged = (make_candidate(full_name="Old", external_id=f"id-{number}", consents=False) for number in range(2))
    kept = make_candidate(full_name="Old", phone="+14155550203", consents=False)
    rows = [[f"Person {number}", f"+1415555020{number}", "", f"id-{number}", ""] for number in range(2)]
    imported = import_rows(*rows, **CONSENT)
    held.set_hold(actor="hr", reason="lawsuit")
    merge_candidates(Merge(kept, Candidate.objects.get(pk=merged.pk), frozenset(["phone"])), actor="hr")
    assert undo(imported) == {"2": "was_changed", "3": "was_changed"}
    assert [Candidate.objects.get(pk=candidate.pk).phone for candidate in (held, kept)] == [
        "+14155550200",
        "+14155550201",
    ]
    assert Consent.objects.filter(given=True).count() == 2


def test_long_undo_goes_on_in_another_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "SLICE_SECONDS", 0)
    monkeypatch.setattr(undoing, "BATCH_ROWS", 1)
    assert undo(import_rows(ADA, GRACE)) == {"2": "removed", "3": "removed"}


def test_undo_cancels_interviews_that_have_not_begun() -> None:
    imported = import_rows(ADA, job=make_approved_job(), **CONSENT)
    assert undo(imported) == {"2": "has_interview"}
    assert Interview.objects.get().status == Interview.Status.CANCELLED


def send(api: APIClient, content: str | bytes, **fields: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return api.post(IMPORTS, {"file": SimpleUploadedFile("list.csv", data), **fields}, format="multipart")


def test_api_imports_in_background(api: APIClient) -> None:
    table = csv_text([["Wer", "Nummer"], ["Ada Lovelace", "0151 23456789"], ["", "12"]])
    mapping = '{"Wer": "full_name", "Nummer": "phone"}'
    job = make_approved_job()
    begun = send(api, table, mapping=mapping, region="DE", job=str(job.pk), **CONSENT)
    assert (begun.status_code, begun.json()["status"], begun.json()["refused_url"]) == (202, "reading", None)
    run_tasks()
    address = f"{IMPORTS}{begun.json()['id']}/"
    done = api.get(address).json()
    assert (done["status"], done["counts"]) == ("done", {"created": 1, "refused": 1, "planned": 1})
    assert Candidate.objects.get().phone == "+4915123456789"
    assert Campaign.objects.get().status == Campaign.Status.DRAFT
    send(api, table, mapping=mapping, region="DE", job=str(make_approved_job().pk), launch="true", **CONSENT)
    run_tasks()
    assert Campaign.objects.order_by("created_at").last().status == Campaign.Status.RUNNING  # type: ignore[union-attr]
    answer: Any = api.get(done["refused_url"])
    refused = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert refused.splitlines()[1].startswith(",12,3,")
    assert api.post(f"{address}undo/").status_code == 202
    assert api.post(f"{address}undo/").status_code == 409
    assert api.get(IMPORTS).json()["results"][-1]["id"] == done["id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mapping": "{"}, "mapping"),
        ({"mapping": '["full_name"]'}, "mapping"),
        ({"mapping": '{"Shoe size": "phone"}'}, "mapping"),
        ({"mapping": '{"Phone": "shoe_size"}'}, "mapping"),
        ({"mapping": '{"Phone": "ignored"}'}, "mapping"),
        ({"region": "XX"}, "region"),
        ({"launch": "true"}, "launch"),
        ({"job": "7d0b3ac2-1111-4222-8333-444455556666"}, "job"),
    ],
)
def test_api_refuses_wrong_settings(api: APIClient, fields: dict[str, str], field: str) -> None:
    response = send(api, csv_text([HEADS, ADA]), **fields)
    assert (response.status_code, set(response.json()["errors"])) == (400, {field})
    assert not Import.objects.exists()


def test_api_refuses_job_without_questions(api: APIClient) -> None:
    response = send(api, csv_text([HEADS, ADA]), job=str(make_job().pk))
    assert (response.status_code, set(response.json()["errors"])) == (400, {"job"})


def test_api_refuses_unusable_file(api: APIClient) -> None:
    response = send(api, b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert (response.status_code, set(response.json()["errors"])) == (400, {"file"})


def test_upload_that_is_cut_off_leaves_nothing() -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nName,Phone\r\nAda,+14155'
    client = Client(headers={"X-API-Key": make_api_key()})
    response = client.generic("POST", IMPORTS, body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
    assert not Import.objects.exists()
