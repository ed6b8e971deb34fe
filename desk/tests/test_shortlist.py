"""The shortlist of a job fits on one sheet, with its candidates ranked."""

from dataclasses import replace
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from pypdf import PdfReader

from desk.job.rows import CompetencyScore
from desk.job.weights import Competency
from desk.report.shortlist import Shortlist, ShortlistRow
from desk.report.views import SHORTLIST_TEMPLATE
from interviews.models.result import Recommendation
from interviews.reports.document import document_html, style_sheet
from screener.pdf.process import render
from tests.support.sample_rows import make_completed_interview

LONG_NAME = "Alexandra Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
CASES = [(0, "Rosa Silva"), (1, LONG_NAME), (4, "محمد بن عبد الله"), (5, "W" * 200), (6, LONG_NAME)]
"""The number of competencies, and the name of each candidate."""


@pytest.fixture
def shortlist(db: None) -> Shortlist:
    job = make_completed_interview().job
    return Shortlist.load(job, User(is_superuser=True), QueryDict())


@pytest.mark.parametrize(("count", "name"), CASES)
def test_shortlist_fits_one_sheet(shortlist: Shortlist, count: int, name: str) -> None:
    entry = shortlist.rows[0]
    entry.row.interview.recommendation = Recommendation.CONSIDER
    competencies = [Competency(str(number), "Handling of complaints", 1) for number in range(count)]
    row = replace(entry.row, competencies=[CompetencyScore(competency.name, 10) for competency in competencies])
    entries = [ShortlistRow(number, name, row) for number in range(10, 50)]
    filled = replace(shortlist, competencies=competencies, entries=entries, total=50)
    html = document_html(SHORTLIST_TEMPLATE, {"shortlist": filled, "bar": None, "address": "https://example.com"})
    assert len(PdfReader(BytesIO(render(html, style_sheet()))).pages) == 1
