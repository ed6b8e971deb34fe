"""`python -m devtools.load.slow_network`: opens candidates' pages in a browser on a slow phone and a slow network.

The network has a round trip of 400 ms and 400 kbit/s, the processor a quarter of its speed. Each page is opened with an
empty cache, and again. It is ready when the part that the candidate uses is shown, and the main thread is idle again.
"""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from devtools.harness.deployment import Deployment, open_deployment
from devtools.load.report import describe_machine, print_section, save_report
from devtools.load.rooms import BEHIND_PROXY, create_rooms

ROUND_TRIP_MS, BITS_PER_SECOND, SLOWDOWN = 400, 400_000, 4
OPENINGS = 5
IS_IDLE = "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
SIZES = """
() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .map(entry => entry.transferSize)
"""


@dataclass(frozen=True)
class Opening:
    """`ready`: the selector of a part that the candidate can use once it is visible."""

    name: str
    path: str
    ready: str


OPENINGS_OF_PAGES = (
    Opening("invitation", "", ".c-button"),
    Opening("schedule", "schedule/", "button.c-primary"),
    Opening("interview_in_writing", "text/", "button"),
    Opening("other_way", "adjustment/", "button.c-primary"),
    Opening("room", "room/", "[data-section=check] button:visible"),
)


@contextmanager
def slow_context(browser: Browser, url: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=url, viewport={"width": 390, "height": 844}, permissions=["microphone"])
    try:
        yield context
    finally:
        context.close()


def slow_page(context: BrowserContext) -> Page:
    page = context.new_page()
    session = context.new_cdp_session(page)
    throughput = BITS_PER_SECOND / 8
    conditions = {"latency": ROUND_TRIP_MS, "downloadThroughput": throughput, "uploadThroughput": throughput}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **conditions})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    return page


def open_page(page: Page, path: str, ready: str) -> dict[str, float]:
    """Open the page. Returns the seconds until it is ready, its requests and the bytes that were transferred."""
    page.goto(path, wait_until="commit")
    page.locator(ready).first.wait_for(state="visible", timeout=60_000)
    ready_ms = page.evaluate(IS_IDLE)
    sizes = page.evaluate(SIZES)
    return {"ready_s": ready_ms / 1000, "requests": len(sizes), "kB": sum(sizes) / 1000}


def measure_opening(browser: Browser, url: str, opening: Opening, tokens: list[str]) -> dict[str, Any]:
    """Open the page by each token: with an empty cache, and again."""
    first, again = [], []
    for token in tokens:
        with slow_context(browser, url) as context:
            path = f"/i/{token}/{opening.path}"
            first.append(open_page(slow_page(context), path, opening.ready))
            again.append(open_page(slow_page(context), path, opening.ready))
    return {
        **{key: round(median(sample[key] for sample in first), 2) for key in first[0]},
        "slowest_s": round(max(sample["ready_s"] for sample in first), 2),
        "again_s": round(median(sample["ready_s"] for sample in again), 2),
    }


def measure_pages(deployment: Deployment, openings: int) -> dict[str, Any]:
    tokens = create_rooms(deployment, openings)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            return {
                opening.name: print_section(opening.name, measure_opening(browser, deployment.url, opening, tokens))
                for opening in OPENINGS_OF_PAGES
            }
        finally:
            browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="open each page once")
    openings = 1 if parser.parse_args().quick else OPENINGS
    with open_deployment(speed=0, settings=BEHIND_PROXY) as deployment:
        deployment.run_command("collectstatic", "--no-input", "--verbosity", "0")
        deployment.start_web()
        pages = measure_pages(deployment, openings)
    slowest = max(page["ready_s"] for page in pages.values())
    save_report({"machine": describe_machine(), "slow_network": pages, "slowest_page_s": slowest}, "bench-slow.json")


if __name__ == "__main__":
    main()
