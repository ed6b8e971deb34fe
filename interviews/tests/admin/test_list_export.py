"""Lists as CSV and XLSX: the rows, order and columns of the list, and no formula that a spreadsheet runs."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from candidates.models import Candidate
from interviews.models import Decision, Interview, InterviewEvent
from jobs.models import JobDescription
from screener.exports import files, table
from screener.models import Organisation, RoleKey
from tests.roles.walker import DENIED, ELSEWHERE
from tests.support.admin_client import page_url
from tests.support.factories import make_approved_job, make_candidate
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import HOSTILE, make_all_rows, make_completed_interview

pytestmark = pytest.mark.django_db
FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "＝1"]


def download(client: Client, model: Any, extension: str = "csv", **query: str) -> bytes:
    answer: Any = client.get(page_url(model, f"export_{extension}"), query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def read_csv(content: bytes) -> list[dict[str, str]]:
    text = content.decode()
    assert text.startswith(files.BYTE_ORDER_MARK)
    return list(csv.DictReader(StringIO(text.removeprefix(files.BYTE_ORDER_MARK), newline="")))


def exported(client: Client, model: Any, **query: str) -> list[dict[str, str]]:
    return read_csv(download(client, model, **query))


@pytest.mark.slow
def test_every_list_is_exported(admin_client: Client, reviewer: User) -> None:
    make_all_rows(1, by=reviewer)
    for model in admin.site._registry:
        page = admin_client.get(page_url(model, "changelist"))
        if model is Organisation:  # its page is a form
            continue
        rows = exported(admin_client, model)
        assert [row["id"] for row in rows] == [str(row.pk) for row in page.context["cl"].queryset], model
        assert not any(cell.startswith(table.FORMULA_STARTS) for row in rows for cell in row.values())


def test_rows_follow_filters_and_order(admin_client: Client) -> None:
    ada, bob = make_candidate(full_name="Ada"), make_candidate(full_name="Bob", phone="+14155550108")
    interview = make_completed_interview(full_name="Carl", phone="+14155550109")
    in_order = exported(admin_client, Candidate, o="1")
    assert [row["id"] for row in in_order] == [str(row.pk) for row in (ada, bob, interview.candidate)]
    assert [row["Full name"] for row in exported(admin_client, Candidate, q="bob")] == ["Bob"]
    (row,) = exported(admin_client, Interview, status__exact="completed")
    assert (row["Candidate"], row["Candidate id"]) == ("Carl", str(interview.candidate_id))
    assert (row["Score"], row["Status"]) == ("7.50", "Completed")
    assert exported(admin_client, Interview, status__exact="failed") == []


@pytest.mark.parametrize(("separator", "between"), [(";", ";"), (";", "; "), (";", ';"'), (";", "\n"), ("\t", "\t")])
def test_other_separator_starts_no_formula(admin_client: Client, separator: str, between: str) -> None:
    """A German spreadsheet takes a semicolon for the end of a cell."""
    make_candidate(full_name=f"Ada{between}=1+1")
    text = download(admin_client, Candidate).decode()
    cells = [cell for row in csv.reader(StringIO(text, newline=""), delimiter=separator) for cell in row]
    assert any("=1+1" in cell for cell in cells)
    assert not any(cell.lstrip(' "').startswith(table.FORMULA_STARTS) for cell in cells)


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_harmless(admin_client: Client, text: str) -> None:
    make_candidate(full_name=text)
    (row,) = exported(admin_client, Candidate)
    assert row["Full name"].startswith("'")
    assert row["Full name"].replace("'", "") == text
    sheet = load_workbook(BytesIO(download(admin_client, Candidate, "xlsx"))).active
    assert sheet
    cell = sheet["B2"]
    assert (cell.data_type, str(cell.value).strip()) == ("s", text.strip())


def test_workbook_keeps_types(admin_client: Client) -> None:
    interview = make_completed_interview(full_name="محمد 张伟\x01")
    sheet = load_workbook(BytesIO(download(admin_client, Interview, "xlsx"))).active
    assert sheet
    heads, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    cells = dict(zip(heads, row, strict=True))
    assert (cells["Candidate"], cells["Score"]) == ("محمد 张伟", 7.5)
    assert cells["Created at"].replace(microsecond=0) == interview.created_at.replace(microsecond=0, tzinfo=None)


def test_query_count_is_constant(admin_client: Client, monkeypatch: Any) -> None:
    job = make_approved_job()
    counts = []
    for number in range(1, 4):
        make_completed_interview(job=job, phone=f"+1415555{number:04}")
        if number == 2:
            continue
        with CaptureQueriesContext(connection) as queries:
            assert len(exported(admin_client, Interview)) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
    monkeypatch.setattr(table, "ROWS_PER_QUERY", 1)
    assert len(exported(admin_client, Interview)) == number


def test_long_workbook_is_refused(admin_client: Client, monkeypatch: Any) -> None:
    make_completed_interview()
    make_candidate(phone="+14155550109")
    monkeypatch.setattr(files, "MOST_XLSX_ROWS", 1)
    answer = admin_client.get(page_url(Candidate, "export_xlsx"), {"o": "1"})
    assert (answer.status_code, answer["Location"]) == (ELSEWHERE, f"{page_url(Candidate, 'changelist')}?o=1")
    assert len(exported(admin_client, Candidate)) == 2


def test_export_hides_what_list_hides() -> None:
    interview = make_completed_interview(full_name=HOSTILE, phone="+14155550188", email="mail@example.com")
    make_completed_interview(job=make_approved_job(), phone="+14155550189")
    JobDescription.objects.update(blind_review=True)
    manager = login_client(make_role_user(RoleKey.HIRING_MANAGER, interview.job))
    (row,) = exported(manager, Interview)
    assert (row["id"], row["Score"], row["Recommended"]) == (str(interview.pk), "", "")
    content = download(manager, Candidate).decode()
    assert HOSTILE in content  # it is a text file
    assert not any(text in content for text in ("14155550188", "mail@example.com"))
    assert exported(manager, Decision) == []
    assert manager.get(page_url(InterviewEvent, "export_csv")).status_code == DENIED
