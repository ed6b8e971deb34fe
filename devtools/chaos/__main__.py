"""`python -m devtools.chaos`: crash tests with real processes, and what was lost or done twice after them.

Every round is a house of its own and follows from its seed, as far as real processes follow from anything. It ends with
three zeros, or with exit code 1 and a sentence for each thing that was lost, rung twice or assessed twice.
"""

import argparse
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

from devtools.chaos.faults import CRASHES, DELIVERIES, VENDORS, WORKERS, Strike, start_worker
from devtools.harness import candidates, observations
from devtools.harness.deployment import House, NotInTime, eventually, opened
from devtools.harness.invariants import Findings
from devtools.load.report import say

SPEED = 20
SETTLE_WITHIN = 150.0
BLOWS = 4
SETTINGS = {
    "ATTEMPT_SPACING": "0.02,0.05",
    "CALLS_PER_SECOND": "4",
    "MAX_CONCURRENT_CALLS": "10",
    "OPENAI_API_KEY": "of an experiment",
}


@dataclass(frozen=True)
class Round:
    seed: int
    strikes: tuple[Strike, ...]
    delivery: str
    people: int

    def __str__(self) -> str:
        what = " ".join(strike.__name__ for strike in self.strikes)
        return f"seed {self.seed}, delivery {self.delivery}, {self.people} interviews: {what}"


def short(seed: int) -> Iterator[Round]:
    """One round of all crashes among some vendors' troubles, each once."""
    random = Random(seed)  # noqa: S311 - chance, not secrecy
    strikes = [*CRASHES, *random.sample(VENDORS, 4)]
    random.shuffle(strikes)
    yield Round(seed, tuple(strikes), "all", 20)


def grid(seed: int, only: str, delivery: str) -> Iterator[Round]:
    """Every strike with every way of delivery, each several times in a round."""
    for strike in (*CRASHES, *VENDORS):
        for name in DELIVERIES:
            if only in ("", strike.__name__) and delivery in ("", name):
                yield Round(seed, (strike,) * BLOWS, name, 20)
            seed += 1


def hold(this: Round) -> Findings:
    """One round: plan, strike while they talk, let all faults stop, wait until it has settled, read the accounts."""
    random = Random(this.seed)  # noqa: S311 - chance, not secrecy
    with opened(speed=SPEED, **SETTINGS) as house:
        try:
            house.start_web()
            for name in WORKERS:
                start_worker(house, name)
            house.disturb(DELIVERIES[this.delivery], delivery=True)
            plan(house, this.people, random)
            crashes = strike(house, this, random)
            house.disturb({}, delivery=True)
            took = settle(house)
            found = observations.examine(house, crashes=crashes)
            outcomes, promised = observations.outcomes(house), len(observations.promised(house))
            say(f"  struck down {crashes} times, settled {took:.0f} s after the last fault: {outcomes}")
            say(f"  {len(house.network.calls)} calls, {promised} answers, {observations.prices(house)}")
            say(f"  {found}")
        except Exception:
            say(f"  the logs are in {keep_logs(house, this)}")
            raise
        if found:
            say(f"  the logs are in {keep_logs(house, this)}")
        return found


def plan(house: House, size: int, random: Random) -> None:
    jobs = [candidates.a_job(house, title=title, max_attempts=5) for title in ("Support engineer", "Nurse")]
    *numbers, shared = candidates.crowd(size, random)
    candidates.plan(house, jobs[0], numbers)
    candidates.plan(house, jobs[1], [shared])


def strike(house: House, this: Round, random: Random) -> int:
    crashes = 0
    for one in this.strikes:
        time.sleep(random.uniform(0.2, 1.5))
        crashes += one(house, random)
        say(f"    {one.__name__}: {len(observations.unsettled(house))} interviews under way")
    return crashes


def settle(house: House) -> float:
    """Seconds until every interview was over and settled, or until there is no more patience."""
    started = time.monotonic()
    with suppress(NotInTime):
        eventually(lambda: not observations.unsettled(house), SETTLE_WITHIN, "the end of all interviews")
        house.simulator.wait_until_idle(20)
    return time.monotonic() - started


def keep_logs(house: House, this: Round) -> Path:
    kept = Path(tempfile.gettempdir()) / f"screener-chaos-{this.seed}"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    for log in house.folder.glob("*.log"):
        shutil.copy(log, kept)
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="devtools.chaos", description="Crash tests with real processes.")
    parser.add_argument("--short", action="store_true", help="one round of everything mixed, about two minutes")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--only", default="", help="of the grid, this strike alone")
    parser.add_argument("--delivery", default="", choices=["", *DELIVERIES], help="of the grid, this delivery alone")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a caller that loses patience gets all cleaned up too
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # requests that hang, as they were told to, to the end
    total = Findings()
    rounds = short(options.seed) if options.short else grid(options.seed, options.only, options.delivery)
    for this in rounds:
        say(f"{this}")
        found = hold(this)
        for sentence in found.sentences():
            say(f"    {sentence}")
        for name, sentences in vars(found).items():
            getattr(total, name).extend(sentences)
    say(f"\n{total}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
