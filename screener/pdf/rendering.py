"""Renders HTML as PDF in a child process, so that neither time, memory nor a crash is the web process's."""

import json
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from django.utils.translation import gettext_lazy as _

from screener.pdf.libraries import INSTALL_LIBRARIES, LIBRARIES_MISSING

SECONDS = 20
CONCURRENT_RENDERINGS = 2
"""Per process. Each takes a processor for half a second or more, and webhooks need it meanwhile."""
SECONDS_TO_WAIT = 5

_ROOT = Path(__file__).resolve().parents[2]
_renderings = BoundedSemaphore(CONCURRENT_RENDERINGS)


class PdfError(Exception):
    """There is no PDF. The message gives the remedy."""


class LibrariesMissing(PdfError):
    """This machine lacks libraries, until an operator installs them."""


class RenderingBusy(PdfError):
    """Too many PDF files are being made now."""


class RenderingFailed(PdfError):
    """The document took too long or too much memory."""


def render_pdf(html: str, css: str) -> bytes:
    """Return the document as PDF, in half a second for a page. Raises PdfError; bounded in time and memory."""
    if not _renderings.acquire(timeout=SECONDS_TO_WAIT):
        raise RenderingBusy(_("Other PDF files are being made. Try again in a few seconds."))
    try:
        return _run_process(html, css)
    finally:
        _renderings.release()


def _run_process(html: str, css: str) -> bytes:
    failure = RenderingFailed(_("This PDF could not be made. Print the report page from the browser instead."))
    try:
        process = subprocess.run(
            [sys.executable, "-m", "screener.pdf.process"],
            input=json.dumps({"html": html, "css": css}).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            cwd=_ROOT,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise failure from None
    if process.returncode == LIBRARIES_MISSING:
        raise LibrariesMissing(_("PDF files need Pango, which is not installed.") + f" {INSTALL_LIBRARIES}")
    if process.returncode or not process.stdout.startswith(b"%PDF"):
        raise failure
    return process.stdout
