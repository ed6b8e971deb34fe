"""Have the configured interviewer score answers that people have scored, and report how far they agree."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from interviews.calibration.report import picture, report
from interviews.calibration.run import Evaluated, NotASet, evaluate, read_samples, requests_for
from screener.services.interviewer import selection

MOST_REPEATS = 100


class Command(BaseCommand):
    help = "Score answers that people have scored by the configured interviewer, and report how far they agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path, help="its columns are in docs/calibration.md")
        parser.add_argument(
            "--repeats", type=int, default=3, metavar="N", help="how often each is scored; 3 unless set"
        )
        parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="var/NAME OF THE SET.svg unless set")

    def handle(self, *args: Any, **options: Any) -> None:
        repeats, file = options["repeats"], options["file"]
        plot = options["plot"] or Path(settings.BASE_DIR) / "var" / f"{file.stem}.svg"
        if not 1 <= repeats <= MOST_REPEATS:
            raise CommandError(f"--repeats must be 1 to {MOST_REPEATS}, not {repeats}.")
        try:
            samples = read_samples(file)
        except NotASet as error:
            raise CommandError(str(error)) from error
        interviewer = selection.configured_interviewer()
        self.stdout.write(f"{len(samples)} answers from {file}, each scored {repeats} times by: {interviewer.label}")
        if interviewer.billed_model:
            self.stdout.write(
                f"That makes {requests_for(samples, repeats)} requests, more where one is asked again. "
                "Each is on the bill of this month (admin, Spending) and stops at MONTHLY_BUDGET."
            )
        self.stdout.write("")
        found: list[Evaluated] = []
        for one in evaluate(samples, repeats):
            found.append(one)
            if self.stderr.isatty():
                self.stderr.write(f"{len(found)} of {len(samples)}", ending="\r")
        for line in report(found, repeats):
            self.stdout.write(line)
        self._draw(plot, picture(found, interviewer.label))
        if not any(one.scores for one in found):
            raise CommandError("No answer got a score. The reasons are above.")

    def _draw(self, plot: Path, svg: str) -> None:
        try:
            plot.parent.mkdir(parents=True, exist_ok=True)
            plot.write_text(svg, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"The plot can't be written to {plot}: {error.strerror}. Name another --plot."
            ) from error
        self.stdout.write(f"\nPlot: {plot}")
