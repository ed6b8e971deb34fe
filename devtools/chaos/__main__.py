"""`python -m devtools.chaos`: crash tests with real processes, which then check that nothing was lost or done twice.

Each round has a deployment of its own and follows from its seed, as far as real processes are deterministic. Without
violations the exit code is 0. Otherwise it is 1, with a sentence for each answer that was lost, number that was called
twice, answer that was assessed twice, interview that was not finished, or question that was answered twice. Interviews
are held by phone, in the room and in writing at the same time.
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

from devtools.chaos.faults import (
    CRASH_FAULTS,
    DELIVERY_MODES,
    REMOTE_FAULTS,
    WORKERS,
    FaultInjection,
    start_web,
    start_worker,
)
from devtools.chaos.self_service.crowd import invite_crowd
from devtools.harness import candidates, observations
from devtools.harness.deployment import Deployment, WaitTimedOut, open_deployment, wait_until
from devtools.harness.invariants import Violations
from devtools.load.report import print_line

SPEED = 20
SETTLE_TIMEOUT = 150.0
REPETITIONS = 4
INTERVIEWS = 12
SETTINGS = {
    "TRUSTED_PROXIES": "1",  # candidates in a browser have an address each
    "PHONE_SPEECH_ENGINE": "carrier",
    "SPEECH_API_KEY": "of an experiment",
    "ATTEMPT_SPACING": "0.02,0.05",
    "CALLS_PER_SECOND": "4",
    "MAX_CONCURRENT_CALLS": "10",
}


@dataclass(frozen=True)
class Round:
    seed: int
    faults: tuple[FaultInjection, ...]
    delivery: str
    interviews: int = INTERVIEWS

    def __str__(self) -> str:
        names = " ".join(fault.__name__ for fault in self.faults)
        return f"seed {self.seed}, delivery {self.delivery}, {self.interviews} interviews by phone: {names}"


def short_round(seed: int) -> Iterator[Round]:
    """Yield one round with every crash and some faults of remote systems."""
    random = Random(seed)  # noqa: S311 - chance, not secrecy
    faults = [*CRASH_FAULTS, *random.sample(REMOTE_FAULTS, 4)]
    random.shuffle(faults)
    yield Round(seed, tuple(faults), "all")


def grid_rounds(seed: int, only_fault: str, only_delivery: str) -> Iterator[Round]:
    """Yield a round for every fault with every delivery mode, or for the named ones."""
    for fault in (*CRASH_FAULTS, *REMOTE_FAULTS):
        for delivery in DELIVERY_MODES:
            if only_fault in ("", fault.__name__) and only_delivery in ("", delivery):
                yield Round(seed, (fault,) * REPETITIONS, delivery)
            seed += 1


def run_round(chaos_round: Round) -> Violations:
    """Plan interviews, inject faults while they are held, end all faults, wait until settled, check the invariants."""
    with open_deployment(speed=SPEED, settings=SETTINGS) as deployment:
        try:
            violations = _run_in_deployment(deployment, chaos_round)
        except Exception:
            _save_logs(deployment, chaos_round)
            raise
        if violations:
            _save_logs(deployment, chaos_round)
        return violations


def _run_in_deployment(deployment: Deployment, chaos_round: Round) -> Violations:
    random = Random(chaos_round.seed)  # noqa: S311 - chance, not secrecy
    start_web(deployment)
    for name in WORKERS:
        start_worker(deployment, name)
    deployment.set_delivery_faults(DELIVERY_MODES[chaos_round.delivery])
    crowd = invite_crowd(deployment, random)
    with crowd.holding_interviews():
        plan_round(deployment, chaos_round.interviews, random)
        crashes = inject_faults(deployment, chaos_round, random)
    deployment.set_delivery_faults({})
    seconds = wait_until_settled(deployment)
    violations = observations.check_invariants(deployment, crashes=crashes, answers=crowd.answers)
    outcomes = observations.describe_outcomes(deployment)
    print_line(f"  {crashes} crashes, settled {seconds:.0f} s after the last fault: {outcomes}")
    answers = len(observations.read_acknowledged(deployment))
    calls, costs = len(deployment.network.calls), observations.describe_costs(deployment)
    print_line(f"  {calls} calls, {answers} answers by phone, {crowd.answers}, {costs}")
    print_line(f"  {violations}")
    return violations


def plan_round(deployment: Deployment, size: int, random: Random) -> None:
    """Plan interviews for two jobs. One number is called for both."""
    titles = ("Support engineer", "Nurse")
    first, second = (candidates.create_job(deployment, title=title, max_attempts=5) for title in titles)
    shared, *others, _again = candidates.crowd_numbers(size, random)
    for job in (first, second):  # before its first call, in which this person may ask never to be called again
        candidates.plan_interviews(deployment, job, [shared])
    candidates.plan_interviews(deployment, first, others)


def inject_faults(deployment: Deployment, chaos_round: Round, random: Random) -> int:
    """Inject the faults one after another. Returns the number of crashes."""
    crashes = 0
    for inject in chaos_round.faults:
        time.sleep(random.uniform(0.2, 1.5))
        crashes += inject(deployment, random)
        print_line(f"    {inject.__name__}: {len(observations.find_unsettled(deployment))} interviews unsettled")
    return crashes


def wait_until_settled(deployment: Deployment) -> float:
    """Return the seconds until all interviews are settled, or until the timeout."""
    started = time.monotonic()
    with suppress(WaitTimedOut):
        wait_until(lambda: not observations.find_unsettled(deployment), SETTLE_TIMEOUT, "the end of all interviews")
        deployment.simulator.wait_until_idle(20)
    return time.monotonic() - started


def _save_logs(deployment: Deployment, chaos_round: Round) -> None:
    target = Path(tempfile.gettempdir()) / f"screener-chaos-{chaos_round.seed}"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for log in deployment.folder.glob("*.log"):
        shutil.copy(log, target)
    print_line(f"  the logs are in {target}")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="devtools.chaos", description="Crash tests with real processes.")
    parser.add_argument("--short", action="store_true", help="one round with all faults mixed, about two minutes")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--only", default="", help="only the rounds of the grid with this fault")
    parser.add_argument(
        "--delivery", default="", choices=["", *DELIVERY_MODES], help="only the rounds of the grid with this delivery"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up when a caller's timeout ends this process
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # no warnings of requests that hang on purpose
    total = Violations()
    rounds = short_round(options.seed) if options.short else grid_rounds(options.seed, options.only, options.delivery)
    for chaos_round in rounds:
        print_line(f"{chaos_round}")
        violations = run_round(chaos_round)
        for sentence in violations.sentences():
            print_line(f"    {sentence}")
        total.extend(violations)
    print_line(f"\n{total}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
