"""`python -m devtools.load.pages.fill`: fills the database in var/bench-pages with a million interviews.

Replaces the rows of an earlier run.
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

from devtools.harness.database import ROOT
from devtools.harness.deployment import open_deployment_in
from devtools.load.report import print_line

DATA_DIR = ROOT / "var" / "bench-pages"
FULL_SIZE = 1_000_000
RECRUITER, MANAGER = "recruiter", "manager"
"""Users with these roles request the pages."""
PASSWORD = "of an experiment"  # noqa: S105 - protects generated rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="devtools.load.pages.fill", description="Fills a big database.")
    parser.add_argument("--interviews", type=int, default=FULL_SIZE, help="their number (default: %(default)s)")
    options = parser.parse_args(arguments)
    shutil.rmtree(DATA_DIR, ignore_errors=True)
    started = time.monotonic()
    with open_deployment_in(DATA_DIR, speed=0, settings={}) as deployment:
        command = [sys.executable, "-m", "devtools.load.pages.insert", str(options.interviews)]
        subprocess.run(command, cwd=ROOT, env=deployment.environment, check=True)
    print_line(
        f"{options.interviews} interviews in {DATA_DIR.relative_to(ROOT)} after {time.monotonic() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
