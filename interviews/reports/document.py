"""A report as HTML and as PDF, from the same template and the same style sheet."""

from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from screener.pdf.rendering import render_pdf

STYLE_SHEET = "screener/report.css"


def document_html(template: str, context: dict[str, Any]) -> str:
    """`context["bar"]`: the links above the sheet. Without it, the document is for print alone."""
    return render_to_string(template, context)


def document_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Raises PdfError where there is no PDF."""
    return render_pdf(document_html(template, context | {"bar": None, "recordings": ()}), style_sheet())


@cache
def style_sheet() -> str:
    return (settings.BASE_DIR / "static" / STYLE_SHEET).read_text()
