"""A campaign from the advertisement to the results, in a real browser and with real processes.

The questions come from a template and the question bank, the candidates from a spreadsheet, and the campaign pauses.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, expect

from devtools.harness.deployment import Deployment, open_deployment
from tests.journeys.desk_user import DeskUser, add_users, log_in, open_browser
from tests.journeys.material import BAD_ROWS, CANDIDATES, JOB, print_advertisement
from tests.support.candidate_files import xlsx_bytes

pytestmark = [pytest.mark.browser]
RECRUITER = "rita"
TEMPLATE = "Customer service agent: mixed interview"
HEADS = ["Name", "Phone", "E-Mail", "Consent", "Consent source"]
NAMES = (
    *("Maya Lindqvist", "Chiara Conti", "Samuel Okafor", "Aisha Rahman"),
    *("Tom Becker", "Hannah Schmidt", "Ines Carvalho"),
)
FINISH_SECONDS = 120
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FINAL = "select status, result_status from interviews_interview order by 1, 2"
BUSY_LINES = "select count(*) from interviews_call where ended_at is null"
CALLS = "select count(*) from interviews_call"
RINGS = "select count(*) from interviews_attempt where channel = 'phone' group by interview_id"


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    """One call at a time, so that the campaign is not over before it is paused."""
    settings = {"DEBUG": "1", "WEB_WORKERS": "1", "MAX_CONCURRENT_CALLS": "1"}
    with open_deployment(speed=0, settings=settings) as deployment:
        add_users(deployment, {RECRUITER: ("Rita Vance", "recruiter")})
        deployment.start_web()
        deployment.start_worker()
        yield deployment


def test_campaign_from_advertisement_to_results(deployment: Deployment) -> None:
    with open_browser(deployment) as page:
        recruiter = DeskUser(page)
        log_in(page, RECRUITER)
        add_job(recruiter)
        choose_questions(recruiter)
        import_spreadsheet(recruiter)
        pause_campaign(recruiter, deployment)
        resume_campaign(recruiter)
        read_results(recruiter)
    assert deployment.query_rows(FINAL) == [("completed", "ready")] * len(NAMES)
    assert deployment.query_rows(RINGS) == [(1,)] * len(NAMES)


def add_job(recruiter: DeskUser) -> None:
    """From the advertisement as a PDF."""
    page = recruiter.page
    recruiter.click_link("Add a job")
    buffer = print_advertisement(page)
    file: FilePayload = {"name": "advertisement.pdf", "mimeType": "application/pdf", "buffer": buffer}
    page.locator("input[type=file]").set_input_files(file)
    recruiter.click_button("Fill in the form")
    expect(page.locator("#id_title")).to_have_value(JOB)
    recruiter.click_button("Save")
    page.get_by_role("link", name="Approve questions", exact=True).wait_for()


def choose_questions(recruiter: DeskUser) -> None:
    """Start from a template, add a question of the bank, and approve."""
    page = recruiter.page
    address = page.url.removesuffix("change/")
    page.goto(f"{address}start_from_template/")
    page.locator("#id_template").select_option(label=TEMPLATE)
    with page.expect_navigation():
        recruiter.click_button("Use template")
    page.goto(f"{address}edit_questions/")
    rows = page.locator("[id^='row-']")
    count = rows.count()
    page.locator("#q-found button").first.press("Enter")
    expect(rows).to_have_count(count + 1)
    recruiter.check_page()
    with page.expect_navigation():
        recruiter.click_button("Save as next version")
    page.goto(f"{address}approve_questions/")
    with page.expect_navigation():
        recruiter.click_button("Approve questions")


def import_spreadsheet(recruiter: DeskUser) -> None:
    """Three rows are faulty. The others are called."""
    page = recruiter.page
    persons = [(name, CANDIDATES[name]) for name in NAMES] + list(BAD_ROWS.items())
    rows = [[name, phone, "", "yes", "application form"] for name, phone in persons]
    recruiter.click_link("Call many")
    recruiter.click_link("Import a file")
    file: FilePayload = {"name": "night shift.xlsx", "mimeType": XLSX, "buffer": xlsx_bytes([HEADS, *rows])}
    page.locator("#id_file").set_input_files(file)
    recruiter.click_button("Upload")
    expect(page.locator("table tbody tr")).to_have_count(len(BAD_ROWS))
    page.wait_for_load_state()  # the script of the page renames the button after the choice
    page.locator("#id_launch").select_option("at_once")
    recruiter.click_button("Import and call")
    expect(page.locator("#i-refused")).to_be_visible()


def pause_campaign(recruiter: DeskUser, deployment: Deployment) -> None:
    """The running call ends, and no further call begins."""
    page = recruiter.page
    recruiter.click(page.locator("#i-campaign"))
    page.locator("#c-pause-campaign").wait_for()
    recruiter.check_page()
    with page.expect_navigation():
        recruiter.click(page.locator("#c-pause-campaign"))
    recruiter.check_page()
    recruiter.click_button("Pause the campaign")
    expect(page.locator("#c-resume-campaign")).to_be_visible()
    for _ in range(FINISH_SECONDS):
        if deployment.query_rows(BUSY_LINES) == [(0,)]:
            break
        page.wait_for_timeout(500)
    calls = deployment.query_rows(CALLS)
    page.wait_for_timeout(4000)
    assert deployment.query_rows(CALLS) == calls
    assert calls < [(len(NAMES),)]


def resume_campaign(recruiter: DeskUser) -> None:
    """The page shows the end without being reloaded."""
    page = recruiter.page
    recruiter.click(page.locator("#c-resume-campaign"))
    with page.expect_navigation():
        recruiter.click_button("Resume the campaign")
    page.evaluate("window.isSamePage = true")
    finished = page.locator(f"[data-desk-poll][data-finished='{len(NAMES)}']")
    finished.wait_for(state="attached", timeout=1000 * FINISH_SECONDS)
    assert page.evaluate("window.isSamePage")


def read_results(recruiter: DeskUser) -> None:
    """Each candidate stands on the desk of the job with a score."""
    page = recruiter.page
    recruiter.click_link(JOB)
    expect(page.locator("[data-desk-rows] .d-score strong")).to_have_count(len(NAMES))
    page.goto(f"/admin/desk/insights/?by=template&job={page.url.split('/')[-3]}")
    expect(page.locator("#i-groups tbody tr")).to_have_count(1)
    recruiter.check_page()
