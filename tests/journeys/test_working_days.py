"""The working days of a new recruiter, a hiring manager and an auditor, in a real browser and with real processes.

The days of the others follow in the same test, because they read what the recruiter has made.
"""

import csv
import io
import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pypdf import PdfReader

from devtools.demo.data import JOB_DESCRIPTION
from devtools.harness.deployment import Deployment, open_deployment
from tests.journeys.desk_user import DeskUser, add_users, log_in, open_browser, open_browser_of
from tests.journeys.material import (
    BAD_ROWS,
    CANDIDATES,
    DECLINING,
    INTERVIEWED,
    JOB,
    OWN_QUESTIONS,
    make_candidates_file,
    print_advertisement,
)
from tests.support.browser import press_key

pytestmark = [pytest.mark.browser]

MOST_CLICKS = 40
FINISH_SECONDS = 120
RECRUITER, MANAGER, AUDITOR = "rita", "mara", "anton"
USERS = {
    RECRUITER: ("Rita Vance", "recruiter"),
    MANAGER: ("Mara Ellis", "hiring_manager"),
    AUDITOR: ("Anton Weiss", "auditor"),
}
JOBS = "/admin/jobs/jobdescription/"
FOREIGN_JOB = "Warehouse shift lead"
NAMES = "[data-desk-rows] th.d-name a"
SHORTLISTED = ("Maya Lindqvist", "Chiara Conti", "Aisha Rahman")
FOR_MANAGER = "Tom Becker"
DECIDED = 4
SCORE = re.compile(r"\b\d\.\d\b")
REFUSALS = {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}
ACTING = re.compile(
    r"(/add|[0-9a-f]/(decide|score|share|call|call-many|erase|delete|merge|approve_questions|edit_questions))/$"
)
"""Addresses that change something, other than how pages look to one user."""

FIND_TARGETS = """scope => [
    ...document.querySelectorAll(`${scope} a[href^='/admin/']`),
    ...[...document.querySelectorAll("button, input[type='submit']")].filter(button => button.form?.method === 'post'),
].map(element => element.getAttribute('href') ?? element.getAttribute('formaction') ?? element.form.action)
 .map(address => new URL(address, location.href).pathname)"""


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    settings = {"DEBUG": "1", "LIVE_TRANSCRIPTION": "1", "WEB_WORKERS": "1"}
    with open_deployment(speed=0, judges_all=False, settings=settings) as deployment:
        add_users(deployment, USERS)
        deployment.start_web()
        deployment.start_worker()
        yield deployment


def test_working_days(deployment: Deployment) -> None:
    with open_browser(deployment) as page:
        recruiter = DeskUser(page)
        log_in(page, RECRUITER)
        add_job(recruiter)
        approve_questions(recruiter)
        import_and_call_candidates(recruiter)
        watch_interviews(recruiter)
        listen_to_answer(recruiter)
        decide_by_keys(recruiter)
        compare_three(recruiter)
        print_report(recruiter)
        share_report(recruiter)
        add_member(recruiter)
        erase_candidate(recruiter)
        recruiter.click_link("Home")
        recruiter.check_page()
        recruiter.take_screenshot("home")
        assert recruiter.clicks <= MOST_CLICKS
        acting = collect_targets(page)
    deployment.call_api("POST", "jobs/", {"title": FOREIGN_JOB, "description": JOB_DESCRIPTION})
    with open_browser(deployment) as page:
        decide_as_hiring_manager(DeskUser(page), deployment)
    with open_browser(deployment) as page:
        read_as_auditor(DeskUser(page), acting, deployment)


# --- The recruiter ---


def add_job(recruiter: DeskUser) -> None:
    """From the advertisement."""
    page = recruiter.page
    recruiter.click_link("Add a job")
    file: FilePayload = {
        "name": "advertisement.pdf",
        "mimeType": "application/pdf",
        "buffer": print_advertisement(page),
    }
    page.locator("input[type=file]").set_input_files(file)
    recruiter.click_button("Fill in the form")
    expect(page.locator("#id_title")).to_have_value(JOB)
    expect(page.locator("#id_description")).to_have_value(re.compile(JOB_DESCRIPTION.splitlines()[-1]))
    press_key(page.get_by_label("Blind review"), "Space")
    recruiter.click_button("Save")


def approve_questions(recruiter: DeskUser) -> None:
    """Edit the questions that the model wrote, and approve them."""
    page = recruiter.page
    approve = page.get_by_role("link", name="Approve questions", exact=True)
    approve.wait_for()  # without a reload, once the questions are written
    recruiter.click_link("Questions")
    recruiter.click_link("Edit questions")
    press_key(page.locator(f"#remove-{len(OWN_QUESTIONS)}"), "Enter")
    expect(page.locator(f"#row-{len(OWN_QUESTIONS)}")).to_have_count(0)
    for place, (competency, text) in enumerate(OWN_QUESTIONS):
        page.locator(f"#id_question-{place}-text").fill(text)
        page.locator(f"#id_question-{place}-competency").fill(competency)
        page.locator(f"#id_question-{place}-weight").fill("1")
    recruiter.click_button("Save as next version")
    recruiter.click(approve)
    recruiter.click_button("Approve questions")
    expect(page.get_by_text("Questions: version 2")).to_be_visible()


def import_and_call_candidates(recruiter: DeskUser) -> None:
    page = recruiter.page
    recruiter.click_link("Call many")
    recruiter.click_link("Import a file")
    file: FilePayload = {"name": "candidates.csv", "mimeType": "text/csv", "buffer": make_candidates_file()}
    page.locator("#id_file").set_input_files(file)
    recruiter.click_button("Upload")
    faulty_rows = page.locator("table tbody tr")
    expect(faulty_rows).to_have_count(len(BAD_ROWS))
    expect(page.locator("#id_job option:checked")).to_have_text(JOB)
    page.wait_for_load_state()  # the script of the page renames the button after the choice
    page.locator("#id_launch").select_option("at_once")
    recruiter.click_button("Import and call")
    expect(page.get_by_role("heading", name="Refused rows")).to_be_visible()


def watch_interviews(recruiter: DeskUser) -> None:
    """The page shows the last result without being reloaded."""
    page = recruiter.page
    recruiter.click_link(JOB)
    page.evaluate("window.isSamePage = true")
    finished = page.locator(f"[data-desk-poll][data-finished='{INTERVIEWED}']")
    finished.wait_for(state="attached", timeout=1000 * FINISH_SECONDS)
    assert page.evaluate("window.isSamePage")
    recruiter.check_page()
    recruiter.take_screenshot("desk")


def listen_to_answer(recruiter: DeskUser) -> None:
    """See the words that a score rests on, and hear them."""
    page = recruiter.page
    recruiter.click(page.locator(NAMES).first)
    page.get_by_role("tab", name="Overview").press("j")
    page.locator("#question-1 [data-criterion] summary").first.press("Enter")
    expect(page.locator("#question-1 .r-marked").first).to_be_visible()
    recruiter.take_screenshot("review")
    page.get_by_role("tab", name=OWN_QUESTIONS[0][0]).press("Space")
    page.wait_for_function("!document.querySelector('#question-1 audio').paused")
    recruiter.check_page()


def decide_by_keys(recruiter: DeskUser) -> None:
    for _ in range(DECIDED):
        decide_as_recommended(recruiter.page)


def decide_as_recommended(page: Page) -> None:
    """Three keys."""
    recommended = page.locator(".r-score .d-badge").first.inner_text()
    expect(page.locator("#r-decide")).to_be_visible()
    page.keyboard.press("d")
    page.keyboard.press(recommended[0].lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")


def compare_three(recruiter: DeskUser) -> None:
    """Hear the three answers to one question in turn."""
    page = recruiter.page
    recruiter.click_link(JOB)
    for name in SHORTLISTED:
        recruiter.click(page.get_by_label(f"Select {name}"))
    recruiter.click_button("Compare")
    page.get_by_role("button", name="Play all answers to question 1").press("1")
    expect(page.locator("[data-now]")).to_contain_text(SHORTLISTED[0])
    page.keyboard.press("n")
    expect(page.locator("[data-now]")).to_contain_text(SHORTLISTED[1])
    page.keyboard.press("s")
    recruiter.check_page()
    recruiter.take_screenshot("compare")


def print_report(recruiter: DeskUser) -> None:
    """On one sheet, as does the PDF."""
    page = recruiter.page
    recruiter.click_link(SHORTLISTED[0])
    recruiter.click(page.get_by_label("More actions"))
    recruiter.click_link("Report")
    with page.expect_download() as download:
        recruiter.click_link("PDF")
    pdf = download.value.path().read_bytes()
    for sheet in (pdf, page.pdf(prefer_css_page_size=True)):
        (content,) = PdfReader(io.BytesIO(sheet)).pages
        assert SHORTLISTED[0] in content.extract_text()
    recruiter.click_link("Back")


def share_report(recruiter: DeskUser) -> None:
    """The address opens the report without an account."""
    page = recruiter.page
    recruiter.click(page.get_by_label("More actions"))
    recruiter.click_link("Share")
    page.get_by_label("For whom").fill("Mara Ellis")
    page.keyboard.press("Enter")
    address = page.locator("[data-share-address]").input_value()
    with open_browser_of(page) as reader:
        reader.goto(address)
        expect(reader.get_by_role("heading", name=SHORTLISTED[0])).to_be_visible()
    recruiter.check_page()


def add_member(recruiter: DeskUser) -> None:
    """Let the hiring manager decide on the candidates of the job, without their contact data."""
    page = recruiter.page
    recruiter.click_link("Back")
    recruiter.click_link(JOB)
    recruiter.click_link("Members")
    page.get_by_role("combobox").first.press("Enter")
    page.keyboard.type("Mara Ellis")
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text("Mara Ellis")
    page.keyboard.press("Enter")
    recruiter.click_button("Add")
    expect(page.get_by_role("cell", name="Mara Ellis")).to_be_visible()
    recruiter.click_link("Back")


def erase_candidate(recruiter: DeskUser) -> None:
    page = recruiter.page
    recruiter.click_link(DECLINING)
    recruiter.click(page.get_by_label("More actions"))
    recruiter.click_link("Candidate")
    recruiter.click(page.locator("summary", has_text="Data rights"))
    recruiter.click_link("Erase")
    page.get_by_label("Reason").fill("Asked for it by e-mail")
    page.get_by_label("Erase for good").press("Space")
    recruiter.click_button("Erase")
    expect(page.get_by_text("Erased").first).to_be_visible()
    expect(page.get_by_text(DECLINING)).to_have_count(0)


# --- The hiring manager ---


def decide_as_hiring_manager(manager: DeskUser, deployment: Deployment) -> None:
    """A member sees the own job without contact data, and the machine's scores after their own."""
    page = manager.page
    log_in(page, MANAGER)
    page.goto(JOBS)
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    manager.click_link(JOB)
    expect(page.locator(NAMES)).to_have_count(len(CANDIDATES))
    expect(page.get_by_role("link", name="Call many")).to_have_count(0)
    row = page.locator("[data-desk-rows] tr", has_text=FOR_MANAGER)
    expect(row).not_to_contain_text(SCORE)
    manager.click_link(FOR_MANAGER)
    check_without_contact_data(page)
    expect(page.get_by_role("main")).not_to_contain_text(SCORE)
    address = page.url
    score_answer(manager)
    expect(page.get_by_role("main")).to_contain_text(SCORE)
    page.goto(address)
    manager.check_page()
    page.locator("#r-decide").press("d")
    page.keyboard.press("r")
    page.get_by_label("Reason").fill("Too short to judge a support desk by.")
    manager.click_button("Save")
    expect(page.locator(".r-score").last).to_contain_text("Reject")
    check_without_contact_data(page)
    assert count_decisions(deployment) == DECIDED + 1


def score_answer(manager: DeskUser) -> None:
    """Score the first answer by the rubric."""
    page = manager.page
    page.get_by_role("tab", name=OWN_QUESTIONS[0][0]).press("Enter")
    manager.click_link("Score question 1")
    for criterion in page.locator("[data-criterion]").all():
        criterion.locator("input[value='3']").press("Space")
    manager.check_page()
    with page.expect_navigation():  # the form has a score too
        manager.click_button("Save")


def check_without_contact_data(page: Page) -> None:
    assert CANDIDATES[FOR_MANAGER] not in page.content()
    assert "@mail.example" not in page.content()


def count_decisions(deployment: Deployment) -> int:
    ((count,),) = deployment.query_rows("select count(*) from interviews_decision")
    return int(count)


# --- The auditor ---


def collect_targets(page: Page) -> set[str]:
    """Visit the pages of the job and of a candidate. Returns all addresses that they link to or post to."""
    page.goto(JOBS)
    targets = read_targets(page)
    page.get_by_role("link", name=JOB).click()
    targets |= read_targets(page)
    page.locator(NAMES, has_text=SHORTLISTED[1]).click()
    targets |= read_targets(page)
    press_key(page.get_by_label("More actions"), "Enter")
    page.get_by_role("link", name="Candidate", exact=True).click()
    return targets | read_targets(page)


def read_targets(page: Page) -> set[str]:
    page.wait_for_load_state("networkidle")
    return set(page.evaluate(FIND_TARGETS, "body"))


def read_as_auditor(auditor: DeskUser, acting: set[str], deployment: Deployment) -> None:
    """An auditor reads and exports. What others are offered to act with is missing, and refused by the server."""
    page = auditor.page
    log_in(page, AUDITOR)
    targets = collect_targets(page)
    assert CANDIDATES[SHORTLISTED[1]] not in page.content()
    export_as_auditor(auditor)
    check_refusals(page, acting - targets)
    assert {target for target in targets if ACTING.search(target)} == set()
    assert count_decisions(deployment) == DECIDED + 1


def export_as_auditor(auditor: DeskUser) -> None:
    """The list of the job has all scores, and no contact data."""
    page = auditor.page
    page.goto(JOBS)
    auditor.click_link(JOB)
    with page.expect_download() as download:
        auditor.click_link("CSV")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(rows) == len(CANDIDATES)
    assert "+1415" not in str(rows)
    auditor.check_page()


def check_refusals(page: Page, addresses: set[str]) -> None:
    """These addresses can neither be opened nor posted to. They include all changes."""
    assert len([address for address in addresses if ACTING.search(address)]) > 10
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": page.url}
    allowed = {
        address
        for address in addresses
        if page.request.post(address, headers=headers, max_redirects=0).status not in REFUSALS
        or page.request.get(address, max_redirects=0).status not in REFUSALS
    }
    assert allowed == set()
