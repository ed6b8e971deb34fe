"""Every kind of page in a real browser: no violation that axe finds, each control reached by Tab, and no narrow screen
too narrow. Its texts are hostile: markup in every field, long names, names from right to left, and none."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page

from candidates.models import Candidate, Consent, DoNotCall
from desk.compare.selection import compare_address
from interviews.models import Decision, Interview, ShareLink
from jobs.models import BankQuestion, JobDescription, Template
from screener.models import ApiKey
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.admin_client import admin_url, page_url
from tests.support.browser import NARROW, WIDE, logged_in_page
from tests.support.sample_rows import make_all_rows, make_completed_interview
from webhooks.models import Subscription

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG, ARABIC, EMPTY = "W" * 200, "محمد بن سلمان آل سعود " * 9, ""
HOSTILE_NAMES = {LONG: "+14155550181", ARABIC: "+14155550182", EMPTY: "+14155550183"}
PAGE_WIDTH = "document.documentElement.scrollWidth"
MISSING = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    """With a row of every table, each text of which is markup."""
    made = make_all_rows(170, by=User.objects.create_superuser("grace"))
    return Interview.objects.select_related("job", "candidate").get(pk=made.pk)


@pytest.fixture
def others(interview: Interview) -> list[Interview]:
    return [
        make_completed_interview(job=interview.job, full_name=name, phone=phone)
        for name, phone in HOSTILE_NAMES.items()
    ]


@pytest.fixture
def template(interview: Interview) -> Template:
    return Template.objects.get(starter_key=None)


@pytest.fixture
def page(live_server: Any, others: list[Interview]) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.emulate_media(reduced_motion="reduce")
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        yield page


def check_pages(page: Page, addresses: list[str]) -> None:
    problems: dict[str, Any] = {}
    for address in addresses:
        page.goto(address)
        problems[address] = find_violations(page), find_unreached_controls(page)
        page.set_viewport_size(NARROW)
        problems[address] += (max(0, page.evaluate(PAGE_WIDTH) - NARROW["width"]),)
        page.set_viewport_size(WIDE)
    assert {address: found for address, found in problems.items() if any(found)} == {}


def test_lists_have_no_barrier(page: Page) -> None:
    jobs = (JobDescription, BankQuestion, Template)
    models = (Candidate, Consent, DoNotCall, *jobs, Decision, ShareLink, User, ApiKey)
    check_pages(page, [page_url(model, "changelist") for model in models])


def test_forms_have_no_barrier(template: Template, page: Page, interview: Interview) -> None:
    job, candidate = interview.job, interview.candidate
    check_pages(
        page,
        [
            page_url(JobDescription, "add"),
            page_url(User, "add"),
            page_url(Subscription, "add"),
            *[admin_url(job, name) for name in ("edit", "edit_questions", "edit_rubric", "members", "delete")],
            *[admin_url(candidate, name) for name in ("edit", "do_not_call", "record_consent", "history")],
            *[admin_url(interview, name) for name in ("decide", "rescore")],
            reverse("desk-new-import"),
            page_url(BankQuestion, "add"),
            page_url(BankQuestion, "import_questions"),
            page_url(Template, "add"),
            *[admin_url(template, name) for name in ("change", "edit_parts", "edit_eligibility")],
            *[admin_url(template, name) for name in ("edit_settings", "use_for_job", "diff")],
            reverse("admin:password_change"),
        ],
    )


def test_other_pages_have_no_barrier(page: Page, interview: Interview, others: list[Interview]) -> None:
    selected = "&".join(f"i={entry.pk}" for entry in others)
    check_pages(
        page,
        [
            *[reverse(name) for name in ("admin:index", "spending", "retention", "may-call", "desk-unreachable")],
            f"{reverse('desk-insights')}?job={interview.job_id}",
            reverse("desk-system"),
            admin_url(interview.job),
            *[page_url(Candidate, "change", entry.candidate_id) for entry in (interview, *others)],
            *[admin_url(entry) for entry in (interview, others[0])],
            compare_address([entry.pk for entry in [interview, *others]]),
            reverse("desk-report", args=[others[1].pk]),
            reverse("desk-share", args=[interview.pk]),
            f"{reverse('desk-job-decide', args=[interview.job_id])}?{selected}",
            f"{reverse('desk-job-call', args=[interview.job_id])}?{selected}",
        ],
    )


def test_pages_without_login_have_no_barrier(live_server: Any, page: Page) -> None:
    page.context.clear_cookies()
    check_pages(page, [reverse("admin:login"), reverse("admin:index")])
