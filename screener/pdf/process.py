"""Child process that renders HTML as PDF: JSON on stdin, the PDF on stdout. It contains the harm of hostile texts.

It imports neither Django nor the settings, and loads no address that the HTML names. `screener.pdf.rendering` starts it
and kills it after a timeout.
"""

import json
import logging
import os
import resource
import sys
from typing import Any

from screener.pdf.libraries import LIBRARIES_MISSING

try:
    import weasyprint
    from weasyprint.urls import URLFetcher
except OSError:  # one of the libraries is not installed
    sys.exit(LIBRARIES_MISSING)

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 15


class RefusingFetcher(URLFetcher):  # type: ignore[misc]  # untyped library
    """Refuses every host and every file. A report consists of text, and its fonts are the system's."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        raise ValueError("A report loads nothing.")


def main() -> None:
    limit_resources()
    logging.disable()
    document = json.load(sys.stdin)
    sys.stdout.buffer.write(render(document["html"], document["css"]))


def limit_resources() -> None:
    """Limit memory and CPU time of this process, and let calls and pages go first."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    os.nice(5)


def render(html: str, css: str) -> bytes:
    style_sheet = weasyprint.CSS(string=css, url_fetcher=RefusingFetcher())
    page = weasyprint.HTML(string=html, url_fetcher=RefusingFetcher())
    return bytes(page.write_pdf(stylesheets=[style_sheet], pdf_tags=True))


if __name__ == "__main__":
    main()
