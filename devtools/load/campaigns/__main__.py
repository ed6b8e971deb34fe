"""`python -m devtools.load.campaigns`: measures a large campaign: launch, a small one beside it, pause, cancellation.

`--quick`: a tenth of the people.
"""

import csv
import io
import signal
import sys
import time
from typing import Any

from devtools.harness.candidates import create_job, talkative_numbers
from devtools.harness.deployment import Deployment, open_deployment, wait_until
from devtools.load.report import describe_machine, print_section, save_report

PEOPLE, QUICK_PEOPLE, PEOPLE_BESIDE = 10_000, 1_000, 10
SPEED = 20
"""The factor by which simulated calls are faster than real ones."""
TIMEOUT = 900
PAUSE_SECONDS = 15

FIRST_CALL_SQL = "SELECT extract(epoch FROM min(created_at)) FROM interviews_call"
CALLS_SQL = "SELECT count(*) FROM interviews_call"
CALLED_BESIDE_SQL = """
SELECT count(DISTINCT interview.id) FROM interviews_interview interview
JOIN interviews_campaign campaign ON campaign.id = interview.campaign_id AND campaign.name = 'small'
JOIN interviews_attempt attempt ON attempt.interview_id = interview.id
"""
PENDING_SQL = """
SELECT count(*) FROM interviews_interview interview
JOIN interviews_campaign campaign ON campaign.id = interview.campaign_id AND campaign.name = 'large'
WHERE interview.status = 'pending'
"""


def fill_campaign(deployment: Deployment, job: str, name: str, numbers: list[str], **fields: Any) -> str:
    """Create a campaign, import its candidates and wait until their interviews are planned. Returns its path."""
    campaign = deployment.call_api("POST", "campaigns/", {"name": name, "job": job, **fields})["id"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Name", "Phone", "Consent", "Consent source"])
    writer.writerows([f"Person {number}", number, "yes", "application form"] for number in numbers)
    content = text.getvalue().encode()
    imported = deployment.upload_file("imports/", f"{name}.csv", content, campaign=campaign)["id"]
    wait_until(lambda: deployment.call_api("GET", f"imports/{imported}/")["ended_at"], TIMEOUT, "the import")
    return f"campaigns/{campaign}/"


def act(deployment: Deployment, path: str) -> float:
    """Post to the path. Returns the milliseconds that the request takes."""
    started_at = time.monotonic()
    deployment.call_api("POST", path)
    return round((time.monotonic() - started_at) * 1000)


def count(deployment: Deployment, query: Any) -> int:
    return int(deployment.query_rows(query)[0][0])


def measure_campaigns(people: int) -> dict[str, Any]:
    with open_deployment(speed=SPEED) as deployment:
        deployment.start_web()
        deployment.start_worker()
        job, numbers = create_job(deployment), talkative_numbers(people + PEOPLE_BESIDE)
        large = fill_campaign(deployment, job, "large", numbers[PEOPLE_BESIDE:], launch=False)
        launched_at = time.time()
        measured: dict[str, Any] = {"launch_ms": act(deployment, f"{large}launch/")}
        wait_until(lambda: count(deployment, CALLS_SQL), TIMEOUT, "the first call")
        measured["first_call_s"] = round(float(deployment.query_rows(FIRST_CALL_SQL)[0][0]) - launched_at, 1)

        estimated_at = time.monotonic()
        deployment.call_api("GET", f"{large}estimate/")
        measured["estimate_s"] = round(time.monotonic() - estimated_at, 1)

        fill_campaign(deployment, job, "small", numbers[:PEOPLE_BESIDE])
        filled_at = time.monotonic()
        wait_until(
            lambda: count(deployment, CALLED_BESIDE_SQL) == PEOPLE_BESIDE, TIMEOUT, "the calls of the small campaign"
        )
        measured["small_campaign_called_s"] = round(time.monotonic() - filled_at, 1)
        measured["large_campaign_waiting"] = count(deployment, PENDING_SQL)

        measured["pause_ms"] = act(deployment, f"{large}pause/")
        calls = count(deployment, CALLS_SQL)
        time.sleep(PAUSE_SECONDS)
        measured["calls_in_pause"] = count(deployment, CALLS_SQL) - calls

        measured["cancel_ms"] = act(deployment, f"{large}cancel/")
        cancelled_at = time.monotonic()
        wait_until(lambda: not count(deployment, PENDING_SQL), TIMEOUT, "the cancellation")
        measured["cancelled_s"] = round(time.monotonic() - cancelled_at, 1)
        return print_section("campaigns", measured)


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    people = QUICK_PEOPLE if "--quick" in sys.argv else PEOPLE
    report = {"machine": describe_machine(people=people), "campaigns": measure_campaigns(people)}
    save_report(report, "bench-campaigns.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
