"""The candidates of a job as CSV and XLSX: the rows that the desk shows for the same address."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from desk.job.columns import Column, show_columns
from desk.tests.test_job_page import QUESTIONS, make_scored
from interviews.decisions import record_decision
from interviews.models import Interview
from jobs.models import JobDescription
from screener.exports import table
from screener.models import RoleKey
from tests.support.factories import make_approved_job
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
NOT_FOUND, DENIED = 404, 403


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job(questions=QUESTIONS)


def download(client: Client, job: JobDescription, extension: str, **query: str) -> bytes:
    answer: Any = client.get(reverse(f"desk-job-{extension}", args=[job.pk]), query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def exported(client: Client, job: JobDescription, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(download(client, job, "csv", **query).decode("utf-8-sig"), newline="")))


def ids(rows: list[dict[str, str]]) -> list[str]:
    return [row["Interview id"] for row in rows]


def decide(interview: Interview, by: User) -> None:
    record_decision(interview, by=by, verdict="hire", reason="=1+1", seen=interview.results.get())


def test_rows_follow_address(admin_client: Client, job: JobDescription) -> None:
    fixer, friend = make_scored(job, 1, "9.0", "2.0"), make_scored(job, 2, "3.0", "9.0")
    rows = exported(admin_client, job)
    assert ids(rows) == [str(fixer.pk), str(friend.pk)]
    assert (rows[0]["Score"], rows[0]["Troubleshooting"], rows[0]["Empathy"]) == ("7.25", "9.0", "2.0")
    weighted = exported(admin_client, job, **{"w-troubleshooting": "1", "w-empathy": "5"})
    assert ids(weighted) == [str(friend.pk), str(fixer.pk)]
    assert weighted[1]["Score as the questions say"] == rows[0]["Score"]
    assert ids(exported(admin_client, job, q="candidate 02")) == [str(friend.pk)]


def test_columns_are_those_shown(admin_client: Client, job: JobDescription, reviewer: User) -> None:
    decide(make_scored(job, 1, "9.0", "2.0"), reviewer)
    (row,) = exported(admin_client, job)
    assert (row["Decision"], row["Decided by"], row["Reason"]) == ("Hire", "hanna", "'=1+1")
    show_columns(reviewer.pk, [Column.SCORE])
    (row,) = exported(admin_client, job)
    assert set(row) == {"Interview id", "Candidate id", "Candidate", "Score", "Judged by"}
    sheet = load_workbook(BytesIO(download(admin_client, job, "xlsx"))).active
    assert sheet
    assert sheet["D2"].value == 7.25


def test_blind_review_hides_scores(job: JobDescription) -> None:
    decide(make_scored(job, 1, "9.0", "2.0"), User.objects.create_superuser("root"))
    JobDescription.objects.update(blind_review=True)
    (row,) = exported(login_client(make_role_user(RoleKey.HIRING_MANAGER, job)), job)
    hidden = ("Score", "Judged by", "Troubleshooting", "Recommended", "Flags", "Decision", "Reason")
    assert {row[name] for name in hidden} == {""}


def test_export_follows_memberships(job: JobDescription) -> None:
    address = reverse("desk-job-csv", args=[job.pk])
    assert login_client(make_role_user(RoleKey.HIRING_MANAGER)).get(address).status_code == NOT_FOUND
    assert login_client(User.objects.create_user("clerk", is_staff=True)).get(address).status_code == DENIED


def test_query_count_is_constant(admin_client: Client, job: JobDescription, monkeypatch: Any) -> None:
    counts = []
    for number in range(1, 4):
        make_scored(job, number, "9.0", "2.0")
        with CaptureQueriesContext(connection) as queries:
            exported(admin_client, job)
        counts.append(len(queries))
    assert len(set(counts[1:])) == 1
    monkeypatch.setattr(table, "ROWS_PER_QUERY", 2)
    assert len(exported(admin_client, job)) == number
