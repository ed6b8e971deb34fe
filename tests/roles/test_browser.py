"""A day as hiring manager, as auditor and as the recruiter who adds members, in a real browser."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from screener.models import RoleKey
from tests.roles.sample_job import TRANSCRIPT, SampleJob, make_sample_job
from tests.support.accessibility import check_page
from tests.support.admin_client import admin_url, page_url
from tests.support.browser import logged_in_page
from tests.support.role_accounts import make_role_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCORE = re.compile(r"\b7\.5\d?\b")
Login = Callable[[User], AbstractContextManager[Page]]


@pytest.fixture
def jobs(transactional_db: None) -> tuple[SampleJob, SampleJob]:
    """The own job, which is reviewed blind, and a foreign one."""
    root = User.objects.create_superuser("root")
    own, foreign = make_sample_job(1, decider=root), make_sample_job(2, decider=root)
    own.rows["interviews.decision"].delete()
    own.interview.job.update_fields(blind_review=True)
    return own, foreign


@pytest.fixture
def login(live_server: Any) -> Login:
    return lambda user: logged_in_page(live_server.url, user)


def visit(page: Page, address: str) -> None:
    page.goto(address)
    check_page(page)


def score_answer(page: Page) -> None:
    for criterion in page.locator("[data-criterion]").all():
        criterion.locator("label:has(input[value='3'])").click()
    page.get_by_role("button", name="Save").click()


def test_hiring_manager_reviews_blind_and_decides(login: Login, jobs: tuple[SampleJob, SampleJob]) -> None:
    own, foreign = jobs
    interview, candidate = own.interview, own.interview.candidate
    with login(make_role_user(RoleKey.HIRING_MANAGER, interview.job)) as page:
        visit(page, reverse("admin:index"))
        expect(page.get_by_role("link", name=f"{candidate}, {interview.job}")).to_be_visible()
        page.goto(page_url(interview.job, "changelist"))
        expect(page.locator("#result_list tbody tr")).to_have_count(1)
        visit(page, admin_url(interview.job))
        expect(page.get_by_text(candidate.full_name)).to_be_visible()
        expect(page.locator("main, #content")).not_to_contain_text(SCORE)
        visit(page, admin_url(candidate))
        for text in own.contact_data:
            assert text not in page.content()
        visit(page, admin_url(interview))
        page.get_by_role("tab", name="1 your last project").click()
        expect(page.get_by_text(TRANSCRIPT).locator("visible=true")).to_have_count(1)
        expect(page.locator("audio").first).to_be_attached()
        expect(page.get_by_role("main")).not_to_contain_text(SCORE)
        page.get_by_role("link", name="Score question 1").click()
        check_page(page)
        score_answer(page)
        expect(page.get_by_role("region", name="Assessments side by side")).to_contain_text(SCORE)
        visit(page, admin_url(interview, "decide"))
        page.get_by_label("Hire").check()
        page.get_by_label("Reason").fill("Convincing.")
        page.get_by_role("button", name="Decide").click()
        expect(page.get_by_role("main")).to_contain_text(SCORE)
        assert page.goto(admin_url(foreign.interview)).url.endswith(reverse("admin:index"))  # type: ignore[union-attr]


def test_auditor_reads_and_changes_nothing(login: Login, jobs: tuple[SampleJob, SampleJob]) -> None:
    own, _ = jobs
    with login(make_role_user(RoleKey.AUDITOR)) as page:
        for row in own.rows.values():
            page.goto(page_url(row, "changelist"))
            expect(page.locator("#result_list")).to_be_attached()
        for row in (own.interview, own.interview.candidate):
            visit(page, admin_url(row))
            expect(page.get_by_role("button", name="Save")).to_have_count(0)
            assert not any(text in page.content() for text in own.contact_data)
        expect(page.get_by_role("link", name="Decide")).to_have_count(0)
        visit(page, reverse("spending"))


def test_recruiter_adds_member_by_keyboard(login: Login, jobs: tuple[SampleJob, SampleJob]) -> None:
    job = jobs[0].interview.job
    User.objects.create_user("grace", first_name="Grace", last_name="Hopper", is_staff=True)
    with login(make_role_user(RoleKey.RECRUITER)) as page:
        visit(page, admin_url(job, "members"))
        page.locator(".select2-selection").focus()
        page.keyboard.press("Enter")
        page.keyboard.type("hopper")
        expect(page.locator(".select2-results__option--highlighted")).to_have_text("Grace Hopper (grace)")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Add").press("Enter")
        expect(page.get_by_role("cell", name="Grace Hopper")).to_be_visible()
        check_page(page)
        page.get_by_role("button", name="Show contact data to grace").press("Enter")
        expect(page.get_by_role("button", name="Hide contact data from grace")).to_be_visible()
        page.get_by_role("button", name="Remove grace").press("Enter")
        expect(page.get_by_role("cell", name="Grace Hopper")).to_have_count(0)
