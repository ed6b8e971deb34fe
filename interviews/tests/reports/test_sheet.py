"""A report of any length fits on one sheet, and names the parts that it leaves out."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from interviews.reports.document import document_html, style_sheet
from interviews.reports.interview.document import TEMPLATE, report_context
from interviews.reports.interview.report import InterviewReport
from interviews.tests.reports.report_samples import make_report
from screener.pdf.process import render

CHINESE = "我们在六周内迁移了四百个邮箱，没有人丢失一封邮件。"
ARABIC = "نقلنا أربعمائة صندوق بريد في ستة أسابيع ولم يفقد أحد رسالة واحدة. "
SIZES: list[dict[str, Any]] = [
    {"answers": 1, "criteria": 1, "words": 20, "points": 1},
    {"answers": 6, "criteria": 6, "words": 90, "points": 3},
    {"answers": 5, "criteria": 4, "words": 3000, "points": 10},
    {"answers": 12, "criteria": 4, "words": 20, "points": 1},
    {"answers": 20, "criteria": 6, "words": 400, "points": 6},
    {"answers": 20, "criteria": 0, "words": 90, "result": None, "decision": None},
    {"words": 500, "sentence": CHINESE, "candidate_name": "张" * 200, "job_title": "工" * 200},
    {"words": 500, "sentence": ARABIC, "candidate_name": "محمد " * 40, "job_title": "م" * 200},
    {"words": 900, "sentence": "W" * 900, "candidate_name": "W" * 200, "answers": 20},
]


def count_pages(report: InterviewReport) -> int:
    html = document_html(TEMPLATE, report_context(report, address="https://screener.example.com/" + "x" * 100))
    return len(PdfReader(BytesIO(render(html, style_sheet()))).pages)


@pytest.mark.parametrize("size", SIZES)
def test_report_fits_one_sheet(size: dict[str, Any]) -> None:
    assert count_pages(make_report(**size)) == 1
