"""Reports of interviews: their content, and the pages and addresses that send them."""

import subprocess
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from interviews.decisions import record_decision
from interviews.models import Interview, InterviewResponse
from interviews.reports.interview.loading import ReportScope, load_report
from interviews.reports.interview.report import InterviewReport
from jobs.models import JobDescription
from screener.models import RoleKey
from screener.pdf import rendering
from tests.support.factories import make_approved_job, make_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import HOSTILE, QUOTE, make_completed_interview

pytestmark = pytest.mark.django_db
EVERYTHING = ReportScope(with_names=True, with_scores=True)
BIDI_NAME = "محمد בן־דוד 张伟"
NOT_FOUND, DENIED, NOT_INSTALLED = 404, 403, 501


@pytest.fixture
def interview() -> Interview:
    return make_completed_interview(transcript=f"I am Ada Lovelace. I moved {QUOTE}.", full_name="Ada Lovelace")


def pages(interview: Interview) -> list[str]:
    return [reverse(name, args=[interview.pk]) for name in ("desk-report", "desk-report-pdf", "desk-report-json")]


def has_font(language: str) -> bool:
    return bool(subprocess.run(["fc-list", f":lang={language}"], capture_output=True, check=False).stdout)


def pdf_text(body: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)


def missing_libraries(*args: Any) -> bytes:
    raise rendering.LibrariesMissing("Install it.")


class TestContent:
    def test_scores_come_with_evidence(self, interview: Interview, reviewer: User) -> None:
        seen = interview.results.get()
        record_decision(interview, by=reviewer, verdict="reject", reason="Too far away.", seen=seen)
        report = load_report(interview, EVERYTHING)
        assert report.result
        assert (report.result.overall_score, report.result.recommendation) == (7.5, "hire")
        decision = report.decision
        assert decision
        assert (decision.verdict, decision.decided_by) == ("reject", "hanna")
        assert not decision.is_recommended
        quotes = [quote for answer in report.answers for item in answer.criteria for quote in item.quotes]
        assert quotes == [QUOTE] * len(report.answers)  # one that was never said is no evidence
        assert InterviewReport.model_validate(report.to_json()) == report

    def test_hidden_names_are_masked_in_texts(self, interview: Interview) -> None:
        report = load_report(interview, ReportScope(with_names=False, with_scores=True))
        assert report.candidate_name == interview.candidate.alias
        content = str(report.to_json())
        assert not any(text in content for text in ("Ada", "Lovelace", str(interview.candidate_id)))
        assert QUOTE in report.answers[0].transcript

    def test_missing_result_has_reason(self) -> None:
        planned = load_report(make_interview(), EVERYTHING)
        assert (planned.result, planned.decision, planned.has_answers) == (None, None, False)
        assert {answer.score for answer in planned.answers} == {None}

    def test_query_count_is_constant(self, interview: Interview) -> None:
        interview = Interview.objects.select_related("candidate", "job").get(pk=interview.pk)
        with CaptureQueriesContext(
            connection,
        ) as few:
            load_report(interview, EVERYTHING)
        last = interview.responses.last()
        assert last
        for position in range(10, 20):
            InterviewResponse.objects.create(interview=interview, position=position, question="Why?", weight=1)
        with CaptureQueriesContext(connection) as many:
            assert len(load_report(interview, EVERYTHING).answers) > 10
        assert len(many) == len(few)


class TestDesk:
    def test_page_escapes_texts(self, admin_client: Client, interview: Interview) -> None:
        interview.candidate.update_fields(full_name=HOSTILE)
        page = admin_client.get(pages(interview)[0]).content.decode()
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page

    def test_files_are_downloads(self, admin_client: Client, interview: Interview) -> None:
        interview.candidate.update_fields(full_name=BIDI_NAME)
        _, pdf, json = (admin_client.get(address) for address in pages(interview))
        assert all("attachment" in answer["Content-Disposition"] for answer in (pdf, json))
        assert "محمد" in pdf_text(pdf.content)
        assert "דוד" in pdf_text(pdf.content)
        assert json.json()["candidate_name"] == BIDI_NAME

    @pytest.mark.skipif(not (has_font("zh") and has_font("hi")), reason="no font has these letters: docs/reports.md")
    def test_name_of_any_script_is_printed(self, admin_client: Client, interview: Interview) -> None:
        interview.candidate.update_fields(full_name="张伟 हिन्दी")
        text = pdf_text(admin_client.get(pages(interview)[1]).content)
        assert "张伟" in text
        assert "हिन्दी" in text

    def test_missing_libraries_show_page(self, admin_client: Client, interview: Interview, monkeypatch: Any) -> None:
        monkeypatch.setattr(rendering, "_run_process", missing_libraries)
        answer = admin_client.get(pages(interview)[1])
        assert answer.status_code == NOT_INSTALLED
        assert "data-print" in answer.content.decode()

    def test_report_follows_memberships(self, interview: Interview) -> None:
        foreign = login_client(make_role_user(RoleKey.HIRING_MANAGER))
        assert {foreign.get(address).status_code for address in pages(interview)} == {NOT_FOUND}
        assert {Client().get(address).status_code for address in pages(interview)} == {302}

    def test_blind_review_hides_scores(self, interview: Interview) -> None:
        JobDescription.objects.update(blind_review=True)
        member = make_role_user(RoleKey.HIRING_MANAGER, interview.job)
        seen = interview.results.get()
        record_decision(interview, by=User.objects.create_superuser("root"), verdict="hire", reason="Yz.", seen=seen)
        hidden = login_client(member).get(pages(interview)[2]).json()
        assert (hidden["result"], hidden["decision"], hidden["scores_hidden"]) == (None, None, True)
        assert {(answer["score"], tuple(answer["criteria"])) for answer in hidden["answers"]} == {(None, ())}
        record_decision(interview, by=member, verdict="hire", reason="Convincing.", seen=seen)
        assert login_client(member).get(pages(interview)[2]).json()["result"]["recommendation"] == "hire"


class TestApi:
    def test_reports_are_sent(self, api: APIClient, interview: Interview) -> None:
        base = f"/api/v1/interviews/{interview.pk}/report"
        assert api.get(f"{base}.json").json()["candidate_name"] == "Ada Lovelace"
        assert api.get(f"{base}.json", {"names": "false"}).json()["names_hidden"]
        assert api.get(f"{base}.json", {"name": "false"}).status_code == 400
        pdf = api.get(f"{base}.pdf", {"names": "false"})
        assert (pdf["Content-Type"], pdf["Cache-Control"]) == ("application/pdf", "no-store")
        assert interview.candidate.alias in pdf_text(pdf.content)

    def test_missing_libraries_are_problem(self, api: APIClient, interview: Interview, monkeypatch: Any) -> None:
        monkeypatch.setattr(rendering, "_run_process", missing_libraries)
        problem = api.get(f"/api/v1/interviews/{interview.pk}/report.pdf")
        assert (problem.status_code, problem.json()["type"]) == (NOT_INSTALLED, "urn:screener:problem:not-installed")

    def test_unknown_id_is_problem(self, api: APIClient) -> None:
        job = make_approved_job()
        assert api.get(f"/api/v1/interviews/{job.pk}/report.json").status_code == NOT_FOUND
