"""The pages of an import: upload, columns and preview, progress, refused rows, undo."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from candidates.models import Candidate, Import
from desk.imports.forms import AT_ONCE, IMPORT_ONLY
from interviews.models import Campaign, Interview, WaitReason
from screener.models import RoleKey
from tests.support.campaigns import make_campaign
from tests.support.candidate_files import ADA, GRACE, HEADS, WRONG, csv_text, import_rows, upload
from tests.support.factories import make_approved_job, make_candidate, run_tasks
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
NEW = reverse("desk-new-import")
CANDIDATES = reverse("admin:candidates_candidate_changelist")
FIELDS = {"column_0": "full_name", "column_1": "phone", "column_2": "email", "column_3": "external_id"}


def page_of(imported: Import, name: str = "admin:candidates_import_change") -> str:
    return reverse(name, args=[imported.pk])


def file(content: str = csv_text([HEADS, ADA, WRONG, GRACE])) -> Any:
    return SimpleUploadedFile("list.csv", content.encode())


def test_file_is_imported_page_by_page(admin_client: Client) -> None:
    answer = admin_client.post(NEW, {"file": file()})
    imported = Import.objects.get()
    columns = page_of(imported, "desk-import-columns")
    assert answer.headers["Location"] == columns
    page = admin_client.get(columns)
    assert [checked.row.number for checked in page.context["preview"].faulty] == [3]
    job = make_approved_job()
    choice = {**FIELDS, "column_4": "ignored", "job": str(job.pk), "consent_source": "application form"}
    checked = admin_client.post(columns, choice)
    assert (checked.status_code, checked.context["preview"].good_count) == (200, 2)
    assert not Candidate.objects.exists()
    unannounced = admin_client.post(columns, {**choice, "start": IMPORT_ONLY})
    assert unannounced.context["form"].start_value == str(job.pk)
    assert Import.objects.get().status == Import.Status.UPLOADED
    started = admin_client.post(columns, {**choice, "start": str(job.pk)})
    assert started.headers["Location"] == page_of(imported)
    assert admin_client.get(page_of(imported)).context["page"].imported.is_running
    run_tasks()
    page = admin_client.get(page_of(imported)).context["page"]
    assert {code: count for code, _, count in page.counts} == {"created": 2, "refused": 1, "planned": 2}
    campaign = Campaign.objects.get()
    assert (campaign.name, campaign.status) == ("list.csv", Campaign.Status.DRAFT)
    assert set(Interview.objects.values_list("campaign", "wait_reason")) == {(campaign.pk, WaitReason.CAMPAIGN)}
    assert admin_client.get(page.candidates_href).context["cl"].result_count == 2
    unchanged = admin_client.get(page.update_address, headers={"HX-Request": "true"})
    assert unchanged.status_code == 204


def test_new_campaign_starts_at_once_if_that_was_announced(admin_client: Client) -> None:
    job = make_approved_job()
    columns = page_of(upload(csv_text([HEADS, ADA])), "desk-import-columns")
    choice = {**FIELDS, "column_4": "extra", "job": str(job.pk), "launch": AT_ONCE}
    announced = admin_client.post(columns, {**choice, "start": str(job.pk)}).context["form"].start_value
    assert not Import.objects.get().is_running
    admin_client.post(columns, {**choice, "start": announced})
    run_tasks()
    assert Campaign.objects.get().status == Campaign.Status.RUNNING


def test_campaign_is_chosen_for_import(admin_client: Client) -> None:
    campaign = Campaign.objects.create(name="Spring", job=make_approved_job())
    imported = upload(csv_text([HEADS, ADA]))
    choice = {**FIELDS, "column_4": "extra", "campaign": str(campaign.pk), "start": f"{campaign.pk}:{AT_ONCE}"}
    admin_client.post(page_of(imported, "desk-import-columns"), choice)
    imported.refresh_from_db()
    assert (imported.status, imported.campaign) == (Import.Status.READING, campaign)


def test_start_of_scheduled_campaign_is_announced(admin_client: Client) -> None:
    starts_at = timezone.now() + timedelta(days=1)
    campaign = make_campaign(1, status=Campaign.Status.SCHEDULED, starts_at=starts_at)
    columns = page_of(upload(csv_text([HEADS, ADA])), "desk-import-columns")
    page = admin_client.post(columns, {**FIELDS, "column_4": "extra", "campaign": str(campaign.pk)})
    assert page.context["form"].scheduled_at == starts_at
    assert date_format(timezone.localtime(starts_at), "DATETIME_FORMAT") in page.content.decode()


def test_job_of_address_is_announced(admin_client: Client) -> None:
    job = make_approved_job()
    page = admin_client.get(page_of(upload(csv_text([HEADS, ADA])), "desk-import-columns"), {"job": str(job.pk)})
    assert page.context["form"].start_value == str(job.pk)


def test_import_that_can_not_start_says_why(admin_client: Client) -> None:
    columns = page_of(upload(csv_text([HEADS, ADA])), "desk-import-columns")
    page = admin_client.post(columns, {**FIELDS, "column_1": "ignored", "column_4": "extra", "start": IMPORT_ONLY})
    assert page.context["form"].has_error("__all__", "no_phone")
    assert Import.objects.get().status == Import.Status.UPLOADED


def test_unusable_file_is_an_error_of_form(admin_client: Client) -> None:
    page = admin_client.post(NEW, {"file": SimpleUploadedFile("list.xlsx", b"\x89PNG" + bytes(99))})
    assert page.context["form"].has_error("file")
    assert not Import.objects.exists()


def test_refused_rows_are_downloaded(admin_client: Client) -> None:
    imported = import_rows(ADA, WRONG)
    answer: Any = admin_client.get(page_of(imported, "desk-import-refused"))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name,Phone,E-Mail")
    assert lines[1].startswith(",12,no address")


def test_import_is_undone_and_upload_discarded(admin_client: Client) -> None:
    imported = import_rows(ADA)
    undo = page_of(imported, "desk-import-undo")
    assert admin_client.get(undo).status_code == 200
    assert Candidate.objects.exists()
    admin_client.post(undo)
    run_tasks()
    assert not Candidate.objects.exists()
    waiting = upload(csv_text([HEADS, ADA]))
    admin_client.post(page_of(waiting, "desk-import-discard"))
    assert not Import.objects.filter(pk=waiting.pk).exists()


def test_result_costs_fixed_number_of_queries(admin_client: Client, django_assert_max_num_queries: Any) -> None:
    imported = import_rows(*[WRONG] * 30, ADA)
    with django_assert_max_num_queries(12):
        assert admin_client.get(page_of(imported)).status_code == 200


def test_roles_that_may_not_import_are_refused() -> None:
    imported = import_rows(ADA, WRONG)
    auditor = login_client(make_role_user(RoleKey.AUDITOR))
    assert not auditor.get(page_of(imported)).context["page"].refused
    refused = [NEW, page_of(imported, "desk-import-refused"), page_of(imported, "desk-import-undo")]
    assert {auditor.get(address).status_code for address in refused} == {403}


def test_extra_columns_are_on_page_of_candidate(admin_client: Client) -> None:
    existing = make_candidate(external_id="ats-1", consents=False)
    imported = import_rows(ADA)
    address = reverse("admin:candidates_candidate_change", args=[existing.pk])
    assert admin_client.get(address).context["page"].extra == {"Source": "LinkedIn"}
    imported.undo(actor="hr")
    run_tasks()
    assert admin_client.get(address).context["page"].extra == {}


def test_probable_duplicates_of_import_are_offered(admin_client: Client) -> None:
    import_rows(ADA, GRACE, [GRACE[0], ADA[1], "", "", ""])
    imported = import_rows(["William King", GRACE[1], "", "", ""])
    groups = admin_client.get(reverse("desk-duplicates"), {"import": str(imported.pk)}).context["duplicates"].groups
    assert [group.shared for group in groups] == [GRACE[1]]
