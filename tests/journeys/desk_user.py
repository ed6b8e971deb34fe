"""A user at a browser, who uses a deployment of real processes with a simulated phone network and model."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from devtools.harness.deployment import Deployment
from tests.support.accessibility import check_page
from tests.support.browser import WIDE
from tests.support.browser_process import watched_context

PASSWORD = "of an experiment"
TIMEOUT = 30_000
ADD_USERS = """
from django.contrib.auth.models import Group, User
for name, (full_name, role) in {accounts!r}.items():
    first_name, last_name = full_name.split()
    names = dict(first_name=first_name, last_name=last_name)
    user = User.objects.create_user(name, password={password!r}, is_staff=True, **names)
    user.groups.add(Group.objects.get(role__key=role))
"""
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
"""The folder for screenshots of the main pages; empty: none are kept."""


@dataclass
class DeskUser:
    """Counts the clicks. Keys are not counted."""

    page: Page
    clicks: int = 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def click_link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True).first)

    def click_button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True).first)

    def check_page(self) -> None:
        check_page(self.page)

    def take_screenshot(self, name: str) -> None:
        if SCREENSHOTS:
            self.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", animations="disabled")


def add_users(deployment: Deployment, accounts: dict[str, tuple[str, str]]) -> None:
    """Add users: by login, their name and role."""
    deployment.run_command("shell", "-c", ADD_USERS.format(accounts=accounts, password=PASSWORD))


@contextmanager
def open_browser(deployment: Deployment) -> Iterator[Page]:
    """A page of the deployment. An error of a script or in the console fails the test at the end."""
    with watched_context(deployment.url, viewport=WIDE, reduced_motion="reduce") as context:
        context.set_default_timeout(TIMEOUT)
        expect.set_options(timeout=TIMEOUT)
        yield context.new_page()
        expect.set_options(timeout=None)


@contextmanager
def open_browser_of(page: Page) -> Iterator[Page]:
    """A page of another person, who is not logged in."""
    assert page.context.browser
    context = page.context.browser.new_context()
    yield context.new_page()
    context.close()


def log_in(page: Page, name: str) -> None:
    page.goto("/admin/")
    page.locator("[name=username]").fill(name)  # the labels are in the language of the browser
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)
