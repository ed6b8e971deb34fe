"""Offers from a resume on the candidate's page, in a real browser: by keys, and on a phone."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.support.accessibility import check_page
from tests.support.admin_client import admin_url
from tests.support.browser import logged_in_page
from tests.support.factories import make_candidate

RESUME = "Ada King\nada@engines.example.com\n" + "Jan 2015 – Dec 2018, Barista at Contoso, Berlin: Latte art\n" * 40


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_offers_lead_to_text_and_are_taken_over(live_server: Any) -> None:
    candidate = make_candidate()
    candidate.set_resume_text(f"{RESUME}Since 2020 forklift")
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(admin_url(candidate))
        page.get_by_role("link", name="Forklift").press("Enter")
        expect(page.locator("mark:target")).to_be_in_viewport()
        check_page(page)
        page.get_by_role("button", name="Take over ada@engines.example.com").press("Enter")
        expect(page.get_by_role("button", name="Take over ada@engines.example.com")).to_have_count(0)
        expect(page.locator(".d-title").get_by_text("ada@engines.example.com")).to_be_visible()
