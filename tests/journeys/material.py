"""What a recruiter brings along: a job and a file of candidates.

The job and its questions are those of the demo, so that the simulated model knows the answers and their scores.
"""

import csv
import io

from playwright.sync_api import Page

from devtools.demo.data import JOB_DESCRIPTION, JOB_TITLE, QUESTIONS

JOB, OWN_QUESTIONS = JOB_TITLE, list(QUESTIONS.items())

CANDIDATES = {
    "Maya Lindqvist": "+14155550100",
    "Chiara Conti": "+12065550104",
    "Noah Whitfield": "+16175550103",
    "Samuel Okafor": "+13035550105",
    "Aisha Rahman": "+13125550102",
    "Tom Becker": "+12125550101",
    "Hannah Schmidt": "+14045550102",
    "Priya Raman": "+15125550117",
    "Lucía Fernández": "+16025550104",
    "James O'Connor": "+13055550104",
    "Ewa Kowalska": "+12135550103",
    "Daniel Osei": "+17025550124",
    "Ines Carvalho": "+13035550102",
    "Viktor Novák": "+12125550105",
    "Leila Haddad": "+13125550109",
    "Marcus Reed": "+14045550101",
    "Sofia Petrou": "+12065550120",
}
"""The last two digits choose the persona: `devtools/phone_simulator/callees/personas.toml`."""
DECLINING, ASKING_FOR_PERSON = "Leila Haddad", "Sofia Petrou"
INTERVIEWED = len(CANDIDATES) - 2
BAD_ROWS = {"Oscar Lund": "12", "Grace Kim": "by e-mail", "Yusuf Demir": ""}
FIRST_ROW = 2


def print_advertisement(page: Page) -> bytes:
    """The job as a PDF, printed by the browser of this page."""
    sheet = page.context.new_page()
    sheet.set_content(f"<h1>{JOB_TITLE}</h1><div style='white-space: pre-line'>{JOB_DESCRIPTION}</div>")
    document = sheet.pdf(format="A4")
    sheet.close()
    return document


def make_candidates_file() -> bytes:
    """All candidates, and three whose number can't be called."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["full_name", "phone", "email", "consent_to_call", "consent_source"])
    for name, phone in (CANDIDATES | BAD_ROWS).items():
        mailbox = name.lower().replace(" ", ".").replace("'", "").encode("ascii", "ignore").decode()
        writer.writerow([name, phone, f"{mailbox}@mail.example", "yes", "application form"])
    return text.getvalue().encode()
