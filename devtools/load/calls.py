"""`python -m devtools.load.calls`: measures webhook latency, throughput of interviews, and that nothing is lost.

latency      the silence between two questions, at 50 webhooks per second with the worker busy
throughput   webhooks per second at saturation, beside a bare Django view, both in the same run, alternating
interviews   simulated calls of five questions, 200 at a time, with vendors that answer at once
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from devtools.harness import candidates, observations
from devtools.harness.deployment import ROOT, House, NotInTime, eventually, free_port, opened, procfile
from devtools.load.report import keep, machine, say, shown
from devtools.load.webhook_load import Account, Plan, script

RATE = 50
WAVE = 50
SATURATED = 16
SETTLE_WITHIN = 1200


@dataclass(frozen=True)
class Size:
    latency_calls: int
    busy_answers: int
    rounds: int
    round_calls: int
    interviews: int
    at_once: int


FULL = Size(latency_calls=100, busy_answers=6000, rounds=3, round_calls=100, interviews=1000, at_once=200)
QUICK = Size(latency_calls=25, busy_answers=1500, rounds=1, round_calls=30, interviews=60, at_once=30)


# --- What one machine does with webhooks ---


def prepare(house: House, *, calls: int, answers: int = 0) -> list[str]:
    command = [sys.executable, "-m", "devtools.harness.fixtures_cli", str(calls), str(answers)]
    made = subprocess.run(
        command, cwd=ROOT, env=house.environment, stdout=subprocess.PIPE, text=True, check=True, timeout=600
    )
    return made.stdout.split()


def sent(house: House, attempts: list[str], *, to: str, rate: float = 0, width: int) -> dict[str, Any]:
    account = Account(house.simulator.account_sid, house.simulator.auth_token, house.url)
    return send_all(Plan(to, [script(attempt, account) for attempt in attempts], rate, width))


def send_all(plan: Plan) -> dict[str, Any]:
    """What came of these webhooks. Raises if one of them was not answered with success."""
    command = [sys.executable, "-m", "devtools.load.webhook_load"]
    done = subprocess.run(
        command, cwd=ROOT, input=plan.as_json(), stdout=subprocess.PIPE, text=True, check=True, timeout=600
    )
    found: dict[str, Any] = json.loads(done.stdout)
    refused = [status for _, _, status in found["samples"] if not 200 <= status < 300]
    if refused:
        raise RuntimeError(f"{len(refused)} webhooks were not answered with success: {set(refused)}")
    return found


def latency(house: House, size: Size) -> dict[str, Any]:
    attempts = prepare(house, calls=size.latency_calls, answers=size.busy_answers)
    house.start("worker", procfile("worker"))
    begun = "SELECT 1 FROM interviews_assessment OFFSET 20 LIMIT 1"
    eventually(lambda: house.rows(begun), 60, "the worker's first work")
    before = house.rows("SELECT count(*) FROM interviews_assessment")[0][0]
    found = sent(house, attempts, to=house.url, rate=RATE, width=min(WAVE, size.latency_calls))
    assessed = house.rows("SELECT count(*) FROM interviews_assessment")[0][0] - before
    left = house.rows("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")[0][0]
    house.stop("worker")
    takes = [seconds for kind, seconds, _ in found["samples"] if kind == "take"]
    every = [seconds for _, seconds, _ in found["samples"]]
    return {
        "webhooks": len(every),
        "per_second": round(len(every) / found["seconds"], 1),
        "take_ms": percentiles(takes),
        "all_ms": percentiles(every),
        "answers_assessed_meanwhile": assessed,
        "jobs_left_afterwards": left,
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    cuts = quantiles(seconds, n=100, method="inclusive")
    found = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}
    return {name: round(value * 1000, 1) for name, value in found.items()}


def throughput(house: House, size: Size) -> dict[str, Any]:
    port = free_port()
    house.start("bare", procfile("web").replace("screener.wsgi", "devtools.load.baseline_view"), WEB_PORT=str(port))
    bare_url = f"http://127.0.0.1:{port}"
    rates: dict[str, list[float]] = {"web": [], "bare": []}
    costs: dict[str, list[float]] = {"web": [], "bare": []}
    sent(house, prepare(house, calls=4), to=bare_url, width=4)  # both have been used before they are measured
    for _ in range(size.rounds):
        attempts = prepare(house, calls=size.round_calls)
        for name, to in (("web", house.url), ("bare", bare_url)):
            used = house.cpu_seconds(name)
            found = sent(house, attempts, to=to, width=SATURATED)
            rates[name].append(len(found["samples"]) / found["seconds"])
            costs[name].append((house.cpu_seconds(name) - used) / len(found["samples"]) * 1000)
    house.stop("bare")
    ours, bare = (round(median(rates[name]), 1) for name in ("web", "bare"))
    return {
        "ours_per_second": ours,
        "bare_per_second": bare,
        "share_of_bare": round(ours / bare, 3),
        "our_processor_ms": round(median(costs["web"]), 2),
        "bare_processor_ms": round(median(costs["bare"]), 2),
    }


def webhooks(size: Size) -> dict[str, Any]:
    with opened(speed=0) as house:
        house.start_web()
        sent(house, prepare(house, calls=4), to=house.url, width=4)
        return {part.__name__: shown(part.__name__, part(house, size)) for part in (latency, throughput)}


# --- What it does with interviews ---


def interviews(size: Size) -> dict[str, Any]:
    pace = {"MAX_CONCURRENT_CALLS": str(size.at_once), "CALLS_PER_SECOND": "1000"}
    with opened(speed=0, **pace) as house:
        house.start_web()
        house.start("worker", procfile("worker"))
        job = candidates.a_job(house)
        house.stop("worker")
        say(f"planning {size.interviews} interviews ...")
        candidates.plan(house, job, candidates.talkative(size.interviews))
        say("calling ...")
        house.start("worker", procfile("worker"))
        began, used = time.monotonic(), house.cpu_seconds("web")
        with suppress(NotInTime):
            eventually(lambda: not observations.unsettled(house), SETTLE_WITHIN, "the end of all interviews", pause=0.5)
        minutes = (time.monotonic() - began) / 60
        cpu_minutes = (house.cpu_seconds("web") - used + house.cpu_seconds("worker")) / 60
        found = observations.examine(house, crashes=0)
        held = len(observations.interviews(house)) - len(found.unfinished)
        return {
            "interviews": held,
            "seconds": round(minutes * 60, 1),
            "per_minute": round(held / minutes, 1),
            "per_minute_and_core": round(held / minutes / (os.cpu_count() or 1), 1),
            "per_minute_of_our_processor_time": round(held / cpu_minutes, 1),
            "outcomes": observations.outcomes(house),
            "answers": len(observations.promised(house)),
            **{name: len(sentences) for name, sentences in vars(found).items()},
            "findings": found.sentences()[:20],
        }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="devtools.load.calls", description="Measures the calling side.")
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    parser.add_argument("--only", choices=["webhooks", "interviews"], help="this part alone")
    options = parser.parse_args(arguments)
    size = QUICK if options.quick else FULL
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found: dict[str, Any] = {"machine": shown("machine", machine(size="quick" if options.quick else "full"))}
    if options.only != "interviews":
        found |= webhooks(size)
    if options.only != "webhooks":
        found["interviews"] = shown("interviews", interviews(size))
    keep(found, "bench.json")
    return 1 if found.get("interviews", {}).get("findings") else 0


if __name__ == "__main__":
    sys.exit(main())
