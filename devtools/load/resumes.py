"""`python -m devtools.load.resumes`: measures how long a resume of ten pages takes: text, facts and contact details."""

import logging
import os
import sys
import time
from statistics import median
from typing import Any

import django
from weasyprint import HTML

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
os.environ.setdefault("DEBUG", "1")
django.setup()

from candidates.models import Candidate  # noqa: E402 - needs the settings
from candidates.resume.contacts import find_contacts  # noqa: E402
from candidates.resume.facts import find_facts  # noqa: E402
from devtools.load.report import describe_machine, print_section, save_report  # noqa: E402
from screener.documents.upload import read_document  # noqa: E402

PAGES, JOBS, ROUNDS = 10, 20, 5


def make_resume() -> bytes:
    """A PDF of ten pages: two jobs a page, in sentences as resumes have them."""
    sentence = (
        "Led {} people, moved {} services to PostgreSQL and Kubernetes, and cut the costs by a third of what they were."
    )
    jobs = "".join(
        f"<h2>Employer {job}, Berlin, {job % 9 + 1:02}/{2000 + job} - 12/{2001 + job}</h2><ul>"
        + "".join(f"<li>{sentence.format(number + 2, number * job)}</li>" for number in range(10))
        + ("</ul>" if job % 2 == 0 else "</ul><p style='break-after: page'>")
        for job in range(JOBS)
    )
    written = HTML(string=f"<h1>Ada Lovelace</h1><p>ada@example.com, +43 660 1234567</p>{jobs}").render()
    assert len(written.pages) in (PAGES, PAGES + 1)
    pdf: bytes = written.write_pdf()
    return pdf


def measure_reading() -> dict[str, Any]:
    resume, seconds = make_resume(), []
    for _ in range(ROUNDS):
        started_at = time.monotonic()
        text = read_document(resume).text
        facts = find_facts(text)
        offers = find_contacts(Candidate(full_name="Ada King", phone="+14155550100", resume_text=text))
        seconds.append(time.monotonic() - started_at)
    return {
        "characters": len(text),
        "facts": len(facts),
        "contact_offers": len(offers),
        "ten_pages_s": round(median(seconds), 2),
        "slowest_s": round(max(seconds), 2),
    }


def main() -> int:
    logging.getLogger("weasyprint").setLevel(logging.WARNING)
    report = {"machine": describe_machine(), "resumes": print_section("resumes", measure_reading())}
    save_report(report, "bench-resumes.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
