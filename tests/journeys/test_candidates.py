"""Candidates from the invitation to the report, at a deployment of real processes: their language, their devices."""

import email
import re
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from devtools.harness.deployment import HEARD, Deployment, open_deployment, wait_until
from devtools.model_simulator.interviewer import UNIFORM_REASON
from tests.journeys.candidate_user import CandidateUser, RoomUser, find_english, open_device
from tests.journeys.desk_user import DeskUser, add_users, log_in
from tests.journeys.foreign_material import GERMAN, SPANISH, ForeignJob
from tests.journeys.material import JOB, OWN_QUESTIONS
from tests.support.browser import NARROW, WIDE
from tests.support.candidate_browser import COUNT_SAMPLES, browser_with_microphone

pytestmark = [pytest.mark.browser]

RECRUITER = "rita"
SETTLED = {"ready", "incomplete", "needs_review"}
SECONDS = 30
NUMBERS = {"en": "+14155555001", "de": "+14155555002", "es": "+14155555003"}
LINK = re.compile(r"http://\S+/i/\S+")
TEXT_CONSENT, TEXT_ANSWER, TEXT_SEND = "button[value=agree]", "textarea[name=text]", "[data-answer] .c-primary"


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
def deployment(mails: Path) -> Iterator[Deployment]:
    """Recordings are transcribed by the simulated model, which hears the same words in each."""
    settings = {"DEBUG": "1", "WEB_WORKERS": "1", "EMAIL_URL": f"filemail:///{mails}", "SPEECH_API_KEY": "of a test"}
    with open_deployment(speed=0, settings=settings) as deployment:
        add_users(deployment, {RECRUITER: ("Rita Vance", "recruiter")})
        deployment.start_web()
        deployment.start_worker()
        yield deployment


@pytest.fixture
def browser(deployment: Deployment, sound: Path) -> Iterator[BrowserContext]:
    """Of a candidate whose browser is in English. Its microphone plays a tone."""
    with browser_with_microphone(deployment.url, sound) as context:
        yield context


# --- In writing, in the language of the job ---


@pytest.mark.parametrize(("job", "size"), [(SPANISH, NARROW), (GERMAN, WIDE)], ids=["es", "de"])
def test_written_interview_keeps_language(
    deployment: Deployment, browser: BrowserContext, mails: Path, job: ForeignJob, size: ViewportSize
) -> None:
    interview = add_interview(deployment, add_foreign_job(deployment, job), job.language, channel="text")
    desk = open_device(browser, WIDE, locale=job.language, address=deployment.url)
    log_in(desk, RECRUITER)
    invite_at_desk(desk, interview)
    page = browser.new_page()
    page.set_viewport_size(size)
    candidate = CandidateUser(page, job.language)
    page.goto(read_link(mails, job, count=1))
    answer_in_writing(candidate, job)
    page.goto(read_link(mails, job, count=2))
    give_feedback(candidate)
    assert wait_for_result(deployment, interview) == "ready"
    check_report(desk, interview, job)
    report = deployment.call_api("GET", f"interviews/{interview}/report.json")
    assert report["language"] == job.language
    assert [answer["transcript"] for answer in report["answers"]] == [*job.answers]


def answer_in_writing(candidate: CandidateUser, job: ForeignJob) -> None:
    page = candidate.page
    candidate.check_page()
    candidate.press("a[href*='/text/']")
    page.wait_for_selector(TEXT_CONSENT)
    candidate.check_page()
    candidate.press(TEXT_CONSENT)
    for question, answer in zip(job.questions, job.answers, strict=True):
        expect(page.locator("label[for=text]")).to_have_text(question)
        page.fill(TEXT_ANSWER, answer)
        candidate.check_page()
        if job is SPANISH:
            candidate.take_screenshot("writing")
        candidate.press(TEXT_SEND)


def give_feedback(candidate: CandidateUser) -> None:
    page = candidate.page
    page.locator("a[href*='/feedback/']").wait_for()
    candidate.check_page()
    candidate.press("a[href*='/feedback/']")
    page.locator("[name=clear][value='5']").press("Space")
    page.locator("[name=fair][value='4']").press("Space")
    candidate.check_page()
    candidate.press("form .c-primary")
    page.locator("#standing").wait_for()
    candidate.check_page()


# --- In the room, on two devices ---


def test_interview_moves_to_laptop(deployment: Deployment, browser: BrowserContext) -> None:
    """The phone leaves during the second answer. The laptop goes on with it, and ends the interview."""
    interview = add_interview(deployment, add_job(deployment), "en", channel="room")
    address = deployment.call_api("POST", f"interviews/{interview}/invitation/", {"send": False})["url"]
    begin_on_phone(browser, address)
    finish_on_laptop(browser, address)
    check_room_result(deployment, interview)


def begin_on_phone(browser: BrowserContext, address: str) -> None:
    phone = RoomUser(browser.new_page(), questions=len(OWN_QUESTIONS))
    phone.page.set_viewport_size(NARROW)
    phone.page.goto(address)
    phone.check_page()
    phone.take_screenshot("invitation")
    phone.enter_room()
    phone.agree()
    phone.expect_question(1)
    phone.record_answer()
    phone.take_screenshot("recording")
    phone.send_answer()
    phone.expect_question(2)
    phone.record_answer()
    phone.press_button("Save and leave")
    phone.page.locator('[data-section="left"]').wait_for()


def finish_on_laptop(browser: BrowserContext, address: str) -> None:
    laptop = RoomUser(open_device(browser, WIDE), questions=len(OWN_QUESTIONS))
    laptop.page.add_init_script(COUNT_SAMPLES)
    laptop.page.goto(address)
    laptop.check_page()
    laptop.enter_room()
    laptop.expect_question(2)
    laptop.press_button("Listen to it")
    laptop.press_button("Send this answer")
    for number in range(3, len(OWN_QUESTIONS) + 1):
        laptop.expect_question(number)
        laptop.record_answer()
        laptop.send_answer()
    laptop.read_thanks()
    laptop.take_screenshot("thanks")


def check_room_result(deployment: Deployment, interview: str) -> None:
    """One attempt, and each answer with its transcript."""
    assert wait_for_result(deployment, interview) == "ready"
    shown = deployment.call_api("GET", f"interviews/{interview}/")
    assert (shown["channel"], shown["outcome"], shown["attempts"]) == ("room", "complete", 1)
    report = deployment.call_api("GET", f"interviews/{interview}/report.json")
    assert [answer["transcript"] for answer in report["answers"]] == [HEARD] * len(OWN_QUESTIONS)


# --- The employer ---


def add_job(deployment: Deployment) -> str:
    questions = [{"text": text, "competency": name, "weight": 1, "max_seconds": 60} for name, text in OWN_QUESTIONS]
    return add_approved_job(deployment, questions, title=JOB, description="Customers call.", channels=["room"])


def add_foreign_job(deployment: Deployment, job: ForeignJob) -> str:
    anchors = {"2": "1", "5": "2", "9": job.definition}
    rubric = [{"key": "clarity", "name": job.criterion, "weight": 1, "anchors": anchors}]
    questions = [{"text": text, "competency": job.criterion, "weight": 1, "max_seconds": 60} for text in job.questions]
    fields = {"title": job.title, "description": job.description, "language": job.language, "rubric": rubric}
    return add_approved_job(deployment, questions, **fields, channels=["text"], sends_thanks=True)


def add_approved_job(deployment: Deployment, questions: list[dict[str, Any]], **fields: Any) -> str:
    job: str = deployment.call_api("POST", "jobs/", fields)["id"]
    deployment.call_api("POST", "question-sets/", {"job": job, "questions": questions})
    deployment.call_api("POST", f"jobs/{job}/approve/")
    return job


def add_interview(deployment: Deployment, job: str, language: str, *, channel: str) -> str:
    person = {"full_name": "Nuria Vogel", "phone": NUMBERS[language], "locale": language}
    candidate = deployment.call_api("POST", "candidates/", person | {"email": f"nuria-{language}@mail.example"})["id"]
    body = {"candidate": candidate, "job": job, "channel": channel}
    interview: str = deployment.call_api("POST", "interviews/", body)["id"]
    return interview


def invite_at_desk(page: Page, interview: str) -> None:
    page.goto(reverse("desk-invitation", args=[interview]))
    page.locator(".d-actions .d-primary").press("Enter")
    page.locator("[data-share-address]").wait_for()


def read_link(mails: Path, job: ForeignJob, *, count: int) -> str:
    """Return the link in the last of so many mails. All of them are in the language of the job."""
    wait_until(lambda: len(find_mails(mails, job.language)) >= count, SECONDS, "a mail")
    bodies = []
    for mail in find_mails(mails, job.language):
        body = mail.get_body(("plain",))
        assert body
        bodies.append(body.get_content())
        lines = [mail["subject"], *bodies[-1].splitlines()]
        assert [line for line in lines if find_english(LINK.sub("", line))] == []
    assert len(bodies) == count
    (address,) = set(LINK.findall(bodies[-1]))
    return str(address)


def find_mails(mails: Path, language: str) -> list[Any]:
    """The mails to the candidate of this language. A file has all mails of one connection."""
    parts = [part for path in mails.iterdir() for part in path.read_bytes().split(b"-" * 79 + b"\n")]
    parsed = [email.message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]
    return [mail for mail in parsed if f"nuria-{language}@" in str(mail["to"])]


def wait_for_result(deployment: Deployment, interview: str) -> str:
    def result_status() -> str:
        return str(deployment.call_api("GET", f"interviews/{interview}/")["result_status"])

    wait_until(lambda: result_status() in SETTLED, SECONDS, "the result", interval=0.3)
    return result_status()


def check_report(page: Page, interview: str, job: ForeignJob) -> None:
    """The sheet quotes the candidate in their language. Its own words are in the reader's: the desk has no Spanish."""
    page.goto(reverse("desk-report", args=[interview]))
    body = page.locator("body")
    for words in (job.title, job.criterion, *job.questions):
        expect(body).to_contain_text(words)
    DeskUser(page).check_page()
    expect(page.locator("html")).to_have_attribute("lang", "de" if job is GERMAN else "en")
    if job is GERMAN:
        assert find_english(body.inner_text().replace(UNIFORM_REASON, "")) == set()
