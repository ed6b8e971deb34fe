"""`python -m devtools.load.recovery`: measures how soon work continues after all worker processes are killed.

Recordings keep becoming available, and the language model needs some time for each answer, so that several answers are
in progress at any moment. The supervisor restarts the processes, and the sweep finds the abandoned work.
"""

import signal
import sys
import time
from contextlib import suppress
from statistics import median
from threading import Thread
from typing import Any

import psutil

from devtools.harness.deployment import Deployment, open_deployment, wait_until
from devtools.load.answers import (
    TRANSCRIBED,
    fake_media_server,
    script_conversations,
    send_callbacks,
    send_conversations,
)
from devtools.load.report import describe_machine, format_table, print_line, save_report
from devtools.load.webhook_load import QUESTIONS

ANSWERS = 120
RATE = 2
MODEL_SECONDS = 3.0
RECOVERY_TIMEOUT = 300

ASSESSED_SQL = "SELECT response_id, extract(epoch FROM created_at)::float FROM interviews_assessment"
LEASED_SQL = "SELECT id FROM interviews_interviewresponse WHERE lease IS NOT NULL"


def kill_worker_processes(deployment: Deployment) -> float:
    """Kill all worker processes at once. Returns the time."""
    for process in deployment.find_process("worker").children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return time.time()


def count_assessed(deployment: Deployment) -> int:
    return len(deployment.query_rows(ASSESSED_SQL))


def measure_recovery() -> dict[str, Any]:
    settings = {**TRANSCRIBED, "OPENAI_TIMEOUT": "30"}
    with (
        fake_media_server() as media_url,
        open_deployment(speed=0, settings=settings | {"TWILIO_API_URL": media_url}) as deployment,
    ):
        deployment.model.latency = MODEL_SECONDS
        deployment.start_web()
        conversations, callbacks = script_conversations(deployment, calls=ANSWERS // QUESTIONS)
        send_conversations(deployment, conversations)
        deployment.start_worker()
        sender = Thread(target=send_callbacks, args=[deployment, callbacks, RATE])
        sender.start()
        wait_until(lambda: count_assessed(deployment) > ANSWERS // 4, 120, "the first answers")
        killed = kill_worker_processes(deployment)
        interrupted = {answer for (answer,) in deployment.query_rows(LEASED_SQL)}
        sender.join()
        wait_until(lambda: count_assessed(deployment) == ANSWERS, RECOVERY_TIMEOUT, "the last answer", interval=0.5)
        delays = {answer: assessed - killed for answer, assessed in deployment.query_rows(ASSESSED_SQL)}
    interrupted_delays = [delays[answer] for answer in interrupted]
    return {
        "answers": ANSWERS,
        "interrupted": len(interrupted),
        "first_assessment_s": round(min(delay for delay in delays.values() if delay > 0), 1),
        "interrupted_s": {"median": round(median(interrupted_delays), 1), "last": round(max(interrupted_delays), 1)},
    }


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    report = {"machine": describe_machine(), "recovery": measure_recovery()}
    print_line(format_table(report))
    save_report(report, "bench-recovery.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
