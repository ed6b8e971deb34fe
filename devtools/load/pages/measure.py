"""`python -m devtools.load.pages.measure`: requests HR's pages on the database of `fill`, and measures their time.

The web process runs as in a deployment. Each page is requested for different rows, one request at a time, first
unmeasured and then measured. Times are those of the client; sizes are compressed.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median, quantiles
from typing import Any

import requests

from devtools.harness.deployment import Deployment, open_deployment_in
from devtools.load.pages.fill import DATA_DIR, MANAGER, PASSWORD, RECRUITER
from devtools.load.report import describe_machine, print_line, print_section, save_report

REQUESTS = 40
QUICK_REQUESTS = 8
WARM_UP = 4
LIMIT_KB = 60


@dataclass(frozen=True)
class Page:
    """`path` has a place for the id of each row of `ids`, a query."""

    name: str
    path: str
    ids: str = ""
    limit_ms: float = 200


BIG_JOBS = "SELECT job_id FROM interviews_interview GROUP BY job_id ORDER BY count(*) DESC LIMIT 20"
SOME_JOBS = "SELECT id FROM jobs_jobdescription ORDER BY md5(id::text) LIMIT 40"
SOME_INTERVIEWS = (
    "SELECT id FROM interviews_interview WHERE result_status = 'ready' AND md5(id::text) < '00800000' LIMIT 40"
)
SOME_CANDIDATES = "SELECT id FROM candidates_candidate WHERE md5(id::text) < '00800000' LIMIT 40"
SOME_CAMPAIGNS = "SELECT id FROM interviews_campaign WHERE md5(id::text) < '08000000' LIMIT 40"

PAGES = (
    Page("home", "/admin/", limit_ms=300),
    Page("jobs", "/admin/jobs/jobdescription/"),
    Page("job desk, big jobs", "/admin/jobs/jobdescription/{}/change/", BIG_JOBS),
    Page("job desk, any job", "/admin/jobs/jobdescription/{}/change/", SOME_JOBS),
    Page("review page", "/admin/interviews/interview/{}/change/", SOME_INTERVIEWS, limit_ms=150),
    Page("interviews", "/admin/interviews/interview/"),
    Page("interviews, last page", "/admin/interviews/interview/?p=200"),
    Page("interviews, status", "/admin/interviews/interview/?status__exact=pending"),
    Page("interviews, name", "/admin/interviews/interview/?q=Everford"),
    Page("interviews of a job", "/admin/interviews/interview/?job__id__exact={}", BIG_JOBS),
    Page("candidates", "/admin/candidates/candidate/"),
    Page("candidates, name", "/admin/candidates/candidate/?q=Everford"),
    Page("candidates, number", "/admin/candidates/candidate/?q=%2B14152001234"),
    Page("candidate", "/admin/candidates/candidate/{}/change/", SOME_CANDIDATES),
    Page("campaigns", "/admin/interviews/campaign/"),
    Page("campaign", "/admin/interviews/campaign/{}/change/", SOME_CAMPAIGNS),
)
MANAGER_PAGES = ("home", "jobs", "job desk, big jobs", "interviews", "candidates")
PAGES_OF = {RECRUITER: PAGES, MANAGER: tuple(page for page in PAGES if page.name in MANAGER_PAGES)}


def paths_of(page: Page, deployment: Deployment) -> list[str]:
    """The addresses of a page: one, or one for each row."""
    if not page.ids:
        return [page.path]
    return [page.path.format(row_id) for (row_id,) in deployment.query_rows(page.ids)]


def cycle_paths(paths: list[str]) -> Iterator[str]:
    while True:
        yield from paths


def measure_page(page: Page, deployment: Deployment, session: requests.Session, count: int) -> dict[str, Any]:
    paths = cycle_paths(paths_of(page, deployment))
    for path in islice(paths, WARM_UP):
        load_page(deployment, session, path)
    replies = [load_page(deployment, session, path) for path in islice(paths, count)]
    times = [1000 * seconds for seconds, _ in replies]
    return {
        "p50_ms": round(median(times)),
        "p95_ms": round(quantiles(times, n=20)[-1]),
        "limit_ms": page.limit_ms,
        "largest_kB": round(max(size for _, size in replies) / 1000, 1),
    }


def load_page(deployment: Deployment, session: requests.Session, path: str) -> tuple[float, int]:
    """Return the seconds until the page was complete, and its compressed size in bytes."""
    started = time.perf_counter()
    response = session.get(deployment.url + path, stream=True, timeout=120, allow_redirects=False)
    body = response.raw.read(decode_content=False)
    if response.status_code != requests.codes.ok:
        raise RuntimeError(f"{path}: {response.status_code}")
    return time.perf_counter() - started, len(body)


def log_in(deployment: Deployment, username: str) -> requests.Session:
    """Log in with the form, as a person would."""
    session = requests.Session()
    session.trust_env = False  # no proxy for requests to this machine
    address = f"{deployment.url}/admin/login/"
    session.get(address, timeout=60)
    form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    session.post(address, form, timeout=60, allow_redirects=False).raise_for_status()
    return session


def measure_pages(deployment: Deployment, count: int) -> dict[str, Any]:
    """Measure the pages of each viewer."""
    report: dict[str, Any] = {}
    for username, pages in PAGES_OF.items():
        session = log_in(deployment, username)
        for page in pages:
            name = f"{page.name} ({username})"
            report |= print_section(name, {name: measure_page(page, deployment, session, count)})
    return report


def over_limit(report: dict[str, Any]) -> list[str]:
    """The pages that took longer than their limit, or are larger than the limit of all."""
    return [name for name, page in report.items() if page["p95_ms"] > page["limit_ms"] or page["largest_kB"] > LIMIT_KB]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="devtools.load.pages.measure", description="Measures HR's pages.")
    parser.add_argument("--quick", action="store_true", help="fewer requests, for a first look")
    options = parser.parse_args(arguments)
    if not DATA_DIR.exists():
        print_line("There is no data. Run make bench-data first.")
        return 1
    with open_deployment_in(DATA_DIR, speed=0, settings={}) as deployment:
        deployment.run_command("collectstatic", "--no-input", "--verbosity", "0")
        deployment.start_web()
        pages = measure_pages(deployment, QUICK_REQUESTS if options.quick else REQUESTS)
    report = {"machine": describe_machine(), "pages": pages, "pages_over_limit": over_limit(pages)}
    save_report(report, "bench-pages.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
