"""The pages of a campaign in a real browser: launched, paused and resumed by keys, at every width."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from desk.campaign import page as campaign_page
from interviews.models import Campaign
from tests.support.accessibility import check_page, find_unreached_controls
from tests.support.admin_client import admin_url
from tests.support.browser import in_thread, logged_in_page, press_key
from tests.support.campaigns import make_campaign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Status = Campaign.Status


@pytest.fixture
def campaign(transactional_db: None) -> Campaign:
    return make_campaign(3, status=Status.DRAFT)


@pytest.fixture
def page(live_server: Any, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setattr(campaign_page, "SECONDS_BETWEEN_UPDATES", 1)
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(admin_url(campaign))
        yield page


def expect_status(page: Page, status: Status) -> None:
    expect(page.locator("#c-status")).to_have_text(str(status.label))


def test_campaign_is_paused_and_resumed_by_keys(page: Page, campaign: Campaign) -> None:
    expect_status(page, Status.DRAFT)
    expect(page.locator("#e-people")).to_have_text("3")
    assert find_unreached_controls(page) == []
    check_page(page)
    for action, status in (("launch", Status.RUNNING), ("pause", Status.PAUSED), ("resume", Status.RUNNING)):
        press_key(page.locator(f"#c-{action}-campaign"), "Enter")
        expect(page.locator("form[method=post] button.d-primary")).to_be_visible()
        check_page(page)
        page.locator("form[method=post] button.d-primary").press("Enter")
        expect_status(page, status)
    in_thread(lambda: campaign.pause(actor="another user"))
    expect_status(page, Status.PAUSED)
    page.locator("#c-cancel-campaign").press("Enter")
    check_page(page)
    page.locator("button.d-danger").press("Enter")
    expect_status(page, Status.CANCELLED)
    check_page(page)
