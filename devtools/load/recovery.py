"""`python -m devtools.load.recovery`: measures how soon work goes on after all worker processes are killed.

Answers keep becoming available, and a language model thinks about each of them for a while, so that several are in work
at any moment. Nobody helps: the supervisor starts its processes again, and the sweep finds what they left behind.
"""

import signal
import sys
import time
from contextlib import suppress
from statistics import median
from threading import Thread
from typing import Any

import psutil

from devtools.harness.deployment import House, eventually, opened, procfile
from devtools.load.answers import carrier, conversations
from devtools.load.calls import send_all
from devtools.load.report import keep, machine, say, table
from devtools.load.webhook_load import QUESTIONS, Plan

ANSWERS = 120
RATE = 2
THINKING = 3.0
RECOVERED_WITHIN = 300

ASSESSED = "SELECT response_id, extract(epoch FROM created_at)::float FROM interviews_assessment"
IN_WORK = "SELECT id FROM interviews_interviewresponse WHERE lease IS NOT NULL"


def kill_worker(house: House) -> float:
    """Every process that works, at once. Returns when that was."""
    for process in house.process("worker").children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return time.time()


def measure() -> dict[str, Any]:
    keys = {"OPENAI_API_KEY": "of an experiment", "SPEECH_API_KEY": "of an experiment", "OPENAI_TIMEOUT": "30"}
    with carrier() as media, opened(speed=0, TWILIO_API_URL=media, **keys) as house:
        house.model.thinking = THINKING
        house.start_web()
        said, available = conversations(house, calls=ANSWERS // QUESTIONS)
        send_all(Plan(house.url, said, rate=0, width=8))
        house.start("worker", procfile("worker"))
        becoming_available = Thread(target=send_all, args=[Plan(house.url, [[one] for one in available], RATE, 1)])
        becoming_available.start()
        eventually(lambda: len(house.rows(ASSESSED)) > ANSWERS // 4, 120, "the first answers")
        killed = kill_worker(house)
        cut_off = {answer for (answer,) in house.rows(IN_WORK)}
        becoming_available.join()
        eventually(lambda: len(house.rows(ASSESSED)) == ANSWERS, RECOVERED_WITHIN, "the last answer", pause=0.5)
        waited = {answer: at - killed for answer, at in house.rows(ASSESSED)}
    interrupted = [waited[answer] for answer in cut_off]
    return {
        "answers": ANSWERS,
        "cut_off": len(cut_off),
        "first_work_done_after_s": round(min(after for after in waited.values() if after > 0), 1),
        "cut_off_done_after_s": {"median": round(median(interrupted), 1), "last": round(max(interrupted), 1)},
    }


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = {"machine": machine(), "recovery": measure()}
    say(table(found))
    keep(found, "bench-recovery.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
