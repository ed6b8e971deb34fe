"""Measure how far the scores of the configured interviewer agree with those of people."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from interviews.calibration.report import report_lines, stored_lines, svg_chart
from interviews.calibration.run import SampleEvaluation, count_requests, evaluate_samples
from interviews.calibration.samples import InvalidSampleFile, ScoredSample, read_samples
from interviews.calibration.stored import people_samples, stored_scores
from screener.services.interviewer import selection

MAX_REPEATS = 100
NO_PAIRS = "No answer was scored by both a model and, blind, a person. Have people give second opinions first."
NO_ANSWERS = "No answer was scored by a person by the present rubric of its job. Have people score some first."

NO_SCORES = "No answer got a score. The reasons are above."


class Command(BaseCommand):
    help = "Have the configured interviewer score answers that people have scored, and report how far they agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        answer_source = parser.add_mutually_exclusive_group(required=True)
        answer_source.add_argument(
            "file", metavar="FILE.csv", type=Path, nargs="?", help="columns: see docs/calibration.md"
        )
        answer_source.add_argument(
            "--people", action="store_true", help="score the answers of interviews that people have scored"
        )
        answer_source.add_argument(
            "--stored", action="store_true", help="compare scores that models and people gave before; asks no model"
        )
        parser.add_argument(
            "--repeats", type=int, default=3, metavar="N", help="how often each answer is scored (default: 3)"
        )
        parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="file of the chart (default: var/NAME.svg)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["stored"]:
            self._report_stored()
            return
        repeats, sample_file = options["repeats"], options["file"]
        plot_path = (
            options["plot"] or Path(settings.BASE_DIR) / "var" / f"{sample_file.stem if sample_file else 'people'}.svg"
        )
        if not 1 <= repeats <= MAX_REPEATS:
            raise CommandError(f"--repeats must be 1 to {MAX_REPEATS}, not {repeats}.")
        samples = self._read_samples(sample_file)
        interviewer = selection.configured_interviewer()
        self.stdout.write(
            f"{len(samples)} answers from {sample_file or 'interviews'}, "
            f"each scored {repeats} times by: {interviewer.label}"
        )
        if interviewer.billed_model:
            self.stdout.write(
                f"This takes {count_requests(samples, repeats)} requests, and one more for each rejected score. They "
                "count towards the costs of this month (admin, Spending) and stop at MONTHLY_BUDGET."
            )
        self.stdout.write("")
        evaluations = self._evaluate_answers(samples, repeats)
        for line in report_lines(evaluations, repeats):
            self.stdout.write(line)
        self._write_chart(plot_path, svg_chart(evaluations, interviewer.label))
        if not any(evaluation.sample_scores for evaluation in evaluations):
            raise CommandError(NO_SCORES)

    def _report_stored(self) -> None:
        stored_report = stored_scores()
        for line in stored_lines(stored_report):
            self.stdout.write(line)
        if not stored_report.evaluations:
            raise CommandError(NO_PAIRS)

    def _read_samples(self, sample_file: Path | None) -> list[ScoredSample]:
        """Read the file, or without one the answers of interviews."""
        try:
            samples = read_samples(sample_file) if sample_file else people_samples()
        except InvalidSampleFile as error:
            raise CommandError(str(error)) from error
        if not samples:
            raise CommandError(NO_ANSWERS)
        return samples

    def _evaluate_answers(self, samples: list[ScoredSample], repeats: int) -> list[SampleEvaluation]:
        evaluations = []
        for evaluation in evaluate_samples(samples, repeats):
            evaluations.append(evaluation)
            if self.stderr.isatty():
                self.stderr.write(f"{len(evaluations)} of {len(samples)}", ending="\r")
        return evaluations

    def _write_chart(self, plot: Path, svg: str) -> None:
        try:
            plot.parent.mkdir(parents=True, exist_ok=True)
            plot.write_text(svg, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"The plot can't be written to {plot}: {error.strerror}. Name another --plot."
            ) from error
        self.stdout.write(f"\nPlot: {plot}")
