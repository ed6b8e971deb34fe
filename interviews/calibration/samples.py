"""Sample answers that people have scored, read from a CSV file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from interviews.scoring.rubric import job_rubric, job_text
from jobs.models import JobDescription
from screener.services.interviewer.protocol import ResponseText

REQUIRED_COLUMNS = ("job_title", "job_description", "question", "answer", "rater_1")
RATER_PREFIX = "rater_"


class InvalidSampleFile(ValueError):
    """The file does not hold scored answers. The message names the line and the remedy."""


@dataclass(frozen=True)
class ScoredSample:
    """An answer with the scores of people by rater. `text.transcript` is not redacted yet."""

    name: str
    kind: str
    text: ResponseText
    raters: dict[str, float]
    paraphrase: str = ""
    second_language: str = ""

    @property
    def human_score(self) -> float:
        return fmean(self.raters.values())


def read_samples(path: Path) -> list[ScoredSample]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as csv_file:
            samples = list(_parse_samples(csv.DictReader(csv_file, strict=True)))
    except OSError as error:
        raise InvalidSampleFile(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidSampleFile(f"{path} is not UTF-8. Save it as “CSV UTF-8”.") from error
    if not samples:
        raise InvalidSampleFile(f"{path} has no answers. Add a line for each below the line of column names.")
    return samples


def _parse_samples(reader: "csv.DictReader[str]") -> Iterator[ScoredSample]:
    _check_columns(reader.fieldnames or ())
    line_number, sample_names = reader.line_num, set[str]()
    try:
        for row in reader:
            line_number = reader.line_num
            sample = _parse_sample(row, line_number - sum(str(cell).count("\n") for cell in row.values()))
            if sample.name in sample_names:
                raise InvalidSampleFile(
                    f"Line {line_number}: the id {sample.name!r} is not unique. Give each answer its own."
                )
            sample_names.add(sample.name)
            yield sample
    except csv.Error as error:
        raise InvalidSampleFile(
            f"Line {line_number + 1}: invalid CSV ({error}). Look for a quotation mark that is not closed."
        ) from error


def _check_columns(column_names: Any) -> None:
    missing_columns = [column for column in REQUIRED_COLUMNS if column not in column_names]
    if missing_columns:
        raise InvalidSampleFile(
            f"Line 1: missing columns {', '.join(missing_columns)}. "
            f"It must name the columns, separated by commas: {', '.join(REQUIRED_COLUMNS)}."
        )


def _parse_sample(row: dict[str, Any], line_number: int) -> ScoredSample:
    if None in row or None in row.values():
        raise InvalidSampleFile(
            f"Line {line_number}: it has more or fewer cells than line 1. Put texts with commas in quotation marks."
        )
    empty_columns = [column for column in REQUIRED_COLUMNS if not row[column].strip()]
    if empty_columns:
        raise InvalidSampleFile(f"Line {line_number}: {empty_columns[0]} is empty. Fill it in, or remove the line.")
    job = JobDescription(
        title=row["job_title"], description=row["job_description"], language=row.get("language") or "en"
    )
    rater_columns = [name for name, cell in row.items() if name.startswith(RATER_PREFIX) and cell]
    return ScoredSample(
        name=row.get("id") or f"line {line_number}",
        kind=row.get("kind") or "",
        text=ResponseText(
            job=job_text(job),
            question=row["question"],
            competency=row.get("competency") or "",
            transcript=row["answer"],
            rubric=job_rubric(job),
        ),
        raters={name: _parse_score(row[name], name, line_number) for name in rater_columns},
        paraphrase=row.get("paraphrase") or "",
        second_language=row.get("second_language") or "",
    )


def _parse_score(cell: str, column_name: str, line_number: int) -> float:
    try:
        score = float(cell)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 10:
        raise InvalidSampleFile(
            f"Line {line_number}: {column_name} is {cell!r}. "
            "It must be a number from 0 to 10, with a decimal point: 7.5."
        )
    return score
