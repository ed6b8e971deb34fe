"""`python -m devtools.load.calls`: measures the latency of webhooks and the throughput of interviews.

latency      the silence between two questions, at 50 webhooks per second with a busy worker
throughput   webhooks per second at saturation, compared with a baseline view in the same run, alternating
interviews   simulated calls of five questions, 200 at a time, with remote systems that respond at once
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
from devtools.harness.database import ROOT
from devtools.harness.deployment import (
    START_TIMEOUT,
    Deployment,
    WaitTimedOut,
    accepts_connections,
    find_free_port,
    open_deployment,
    procfile_command,
    wait_until,
)
from devtools.load.report import describe_machine, print_line, print_section, save_report
from devtools.load.webhook_load import ANSWER, LoadPlan, SigningAccount, script_call

RATE = 50
LATENCY_WIDTH = 50
SATURATION_WIDTH = 16
SETTLE_TIMEOUT = 1200
COMMAND_TIMEOUT = 600
WARM_UP_CALLS = 4
MAX_LISTED_VIOLATIONS = 20

ASSESSMENTS_SQL = "SELECT count(*) FROM interviews_assessment"
UNFINISHED_JOBS_SQL = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
WORKER_BUSY_SQL = "SELECT 1 FROM interviews_assessment OFFSET 20 LIMIT 1"


@dataclass(frozen=True)
class RunSize:
    latency_calls: int
    waiting_answers: int
    rounds: int
    calls_per_round: int
    interviews: int
    concurrent_calls: int


FULL_SIZE = RunSize(
    latency_calls=100, waiting_answers=6000, rounds=3, calls_per_round=100, interviews=1000, concurrent_calls=200
)
QUICK_SIZE = RunSize(
    latency_calls=25, waiting_answers=1500, rounds=1, calls_per_round=30, interviews=60, concurrent_calls=30
)


# --- Webhooks ---


def create_calls(deployment: Deployment, *, calls: int, answers: int = 0) -> list[str]:
    """Create placed calls, and answers to keep a worker busy. Returns the ids of the attempts."""
    return deployment.run_module("devtools.harness.fixtures_cli", str(calls), str(answers)).split()


def signing_account(deployment: Deployment) -> SigningAccount:
    return SigningAccount(deployment.simulator.account_sid, deployment.simulator.auth_token, deployment.url)


def send_calls(deployment: Deployment, attempts: list[str], *, url: str, rate: float = 0, width: int) -> dict[str, Any]:
    account = signing_account(deployment)
    return send_webhooks(LoadPlan(url, [script_call(attempt, account) for attempt in attempts], rate, width))


def send_webhooks(plan: LoadPlan) -> dict[str, Any]:
    """Send the webhooks in a process of its own, and return its samples. Raises unless all succeed."""
    command = [sys.executable, "-m", "devtools.load.webhook_load"]
    completed = subprocess.run(
        command,
        cwd=ROOT,
        input=plan.as_json(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=COMMAND_TIMEOUT,
    )
    measured: dict[str, Any] = json.loads(completed.stdout)
    failed = [status for _, _, status in measured["samples"] if not 200 <= status < 300]
    if failed:
        raise RuntimeError(f"{len(failed)} webhooks failed with HTTP {sorted(set(failed))}")
    return measured


def measure_latency(deployment: Deployment, size: RunSize) -> dict[str, Any]:
    attempts = create_calls(deployment, calls=size.latency_calls, answers=size.waiting_answers)
    deployment.start_worker()
    wait_until(lambda: deployment.query_rows(WORKER_BUSY_SQL), 60, "the first assessments")
    assessed_before = deployment.query_rows(ASSESSMENTS_SQL)[0][0]
    width = min(LATENCY_WIDTH, size.latency_calls)
    measured = send_calls(deployment, attempts, url=deployment.url, rate=RATE, width=width)
    assessed = deployment.query_rows(ASSESSMENTS_SQL)[0][0] - assessed_before
    jobs_left = deployment.query_rows(UNFINISHED_JOBS_SQL)[0][0]
    deployment.stop_process("worker")
    samples = measured["samples"]
    return {
        "webhooks": len(samples),
        "per_second": round(len(samples) / measured["seconds"], 1),
        "answer_ms": percentiles([seconds for kind, seconds, _ in samples if kind == ANSWER]),
        "all_ms": percentiles([seconds for _, seconds, _ in samples]),
        "answers_assessed_meanwhile": assessed,
        "jobs_left_afterwards": jobs_left,
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Return percentiles in milliseconds."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    selected = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}
    return {name: round(value * 1000, 1) for name, value in selected.items()}


def measure_throughput(deployment: Deployment, size: RunSize) -> dict[str, Any]:
    port = find_free_port()
    command = procfile_command("web").replace("screener.wsgi", "devtools.load.baseline_view")
    deployment.start_process("baseline", command, WEB_PORT=str(port))
    urls = {"web": deployment.url, "baseline": f"http://127.0.0.1:{port}"}
    wait_until(lambda: accepts_connections(port), START_TIMEOUT, "the baseline process")
    rates: dict[str, list[float]] = {name: [] for name in urls}
    cpu_ms: dict[str, list[float]] = {name: [] for name in urls}
    warm_up = create_calls(deployment, calls=WARM_UP_CALLS)
    send_calls(deployment, warm_up, url=urls["baseline"], width=WARM_UP_CALLS)
    for _ in range(size.rounds):
        attempts = create_calls(deployment, calls=size.calls_per_round)
        for name, url in urls.items():
            cpu_before = deployment.cpu_seconds(name)
            measured = send_calls(deployment, attempts, url=url, width=SATURATION_WIDTH)
            webhooks = len(measured["samples"])
            rates[name].append(webhooks / measured["seconds"])
            cpu_ms[name].append((deployment.cpu_seconds(name) - cpu_before) / webhooks * 1000)
    deployment.stop_process("baseline")
    web, baseline = (round(median(rates[name]), 1) for name in urls)
    return {
        "web_per_second": web,
        "baseline_per_second": baseline,
        "ratio_to_baseline": round(web / baseline, 3),
        "web_cpu_ms": round(median(cpu_ms["web"]), 2),
        "baseline_cpu_ms": round(median(cpu_ms["baseline"]), 2),
    }


def measure_webhooks(size: RunSize) -> dict[str, Any]:
    with open_deployment(speed=0) as deployment:
        deployment.model.latency = 0
        deployment.start_web()
        warm_up = create_calls(deployment, calls=WARM_UP_CALLS)
        send_calls(deployment, warm_up, url=deployment.url, width=WARM_UP_CALLS)
        return {
            "latency": print_section("latency", measure_latency(deployment, size)),
            "throughput": print_section("throughput", measure_throughput(deployment, size)),
        }


# --- Interviews ---


def measure_interviews(size: RunSize) -> dict[str, Any]:
    limits = {"MAX_CONCURRENT_CALLS": str(size.concurrent_calls), "CALLS_PER_SECOND": "1000"}
    with open_deployment(speed=0, settings=limits) as deployment:
        deployment.model.latency = 0
        plan_measured_interviews(deployment, size)
        print_line("calling ...")
        deployment.start_worker()
        started, web_cpu_before = time.monotonic(), deployment.cpu_seconds("web")
        with suppress(WaitTimedOut):
            wait_until(lambda: is_settled(deployment), SETTLE_TIMEOUT, "the end of all interviews", interval=0.5)
        minutes = (time.monotonic() - started) / 60
        web_cpu = deployment.cpu_seconds("web") - web_cpu_before
        cpu_minutes = (web_cpu + deployment.cpu_seconds("worker")) / 60
        return summarise_interviews(deployment, minutes, cpu_minutes)


def is_settled(deployment: Deployment) -> bool:
    return not observations.find_unsettled(deployment)


def plan_measured_interviews(deployment: Deployment, size: RunSize) -> None:
    """Plan the interviews. The worker is stopped again, so that no call is placed before the measurement."""
    deployment.start_web()
    deployment.start_worker()
    job = candidates.create_job(deployment)
    deployment.stop_process("worker")
    print_line(f"planning {size.interviews} interviews ...")
    candidates.plan_interviews(deployment, job, candidates.talkative_numbers(size.interviews))


def summarise_interviews(deployment: Deployment, minutes: float, cpu_minutes: float) -> dict[str, Any]:
    violations = observations.check_invariants(deployment, crashes=0)
    finished = len(observations.read_interviews(deployment)) - len(violations.unfinished)
    return {
        "interviews": finished,
        "seconds": round(minutes * 60, 1),
        "per_minute": round(finished / minutes, 1),
        "per_minute_and_core": round(finished / minutes / (os.cpu_count() or 1), 1),
        "per_cpu_minute": round(finished / cpu_minutes, 1),
        "outcomes": observations.describe_outcomes(deployment),
        "answers": len(observations.read_acknowledged(deployment)),
        **{kind: len(sentences) for kind, sentences in vars(violations).items()},
        "violations": violations.sentences()[:MAX_LISTED_VIOLATIONS],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="devtools.load.calls", description="Measures webhooks and interviews.")
    parser.add_argument("--quick", action="store_true", help="a small run, to check that it works")
    parser.add_argument("--only", choices=["webhooks", "interviews"], help="only this part")
    options = parser.parse_args(arguments)
    size = QUICK_SIZE if options.quick else FULL_SIZE
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    machine = describe_machine(size="quick" if options.quick else "full")
    report: dict[str, Any] = {"machine": print_section("machine", machine)}
    if options.only != "interviews":
        report |= measure_webhooks(size)
    if options.only != "webhooks":
        report["interviews"] = print_section("interviews", measure_interviews(size))
    save_report(report, "bench.json")
    return 1 if report.get("interviews", {}).get("violations") else 0


if __name__ == "__main__":
    sys.exit(main())
