"""Composes interview questions from a job advertisement without a language model.

A good general question is better than a bad specific one.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from screener.services.interviewer.advertisement import Kind, Subject, find_subjects
from screener.services.interviewer.protocol import JobText, PlannedQuestion

GENERAL_WEIGHT, SPECIFIC_WEIGHT, EDGE_WEIGHT = 1.5, 2.0, 1.0
MAX_SECONDS = 120

_QUESTIONS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def compose_questions(job: JobText, count: int) -> list[PlannedQuestion]:
    """Compose up to `count` questions: an opening, the first requirements, general ones, and one on teamwork."""
    closing = [_planned(_QUESTIONS["closing"], EDGE_WEIGHT)] if count > 2 else []
    specific = islice(_specific_questions(job), max(0, (count - 1) * 2 // 3))
    middle = [*specific, *(_planned(line, GENERAL_WEIGHT) for line in _QUESTIONS["general"])]
    opening = _planned(_QUESTIONS["opening"].format(title=job.title.strip()), EDGE_WEIGHT)
    return [opening, *middle[: max(0, count - 1 - len(closing))], *closing][:count]


def _specific_questions(job: JobText) -> Iterator[PlannedQuestion]:
    used: Counter[Kind] = Counter()
    for subject in _by_turns(find_subjects(job.description)):
        templates, number = _QUESTIONS[subject.kind], used[subject.kind]
        if number == len(templates):  # the same sentence again sounds like a form
            continue
        used[subject.kind] += 1
        text = templates[number].format(subject=subject.text)
        yield PlannedQuestion(text=text, competency=subject.competency, weight=SPECIFIC_WEIGHT, max_seconds=MAX_SECONDS)


def _by_turns(subjects: Iterable[Subject]) -> Iterator[Subject]:
    """Requirements and duties in turn, each in their order: an interview that only asks for duties says little."""
    duties = [subject for subject in subjects if subject.kind is Kind.TASK]
    requirements = [subject for subject in subjects if subject.kind is not Kind.TASK]
    while duties or requirements:
        for queue in (requirements, duties):
            if queue:
                yield queue.pop(0)


def _planned(line: str, weight: float) -> PlannedQuestion:
    competency, text = line.split(" | ", 1)
    return PlannedQuestion(text=text, competency=competency, weight=weight, max_seconds=MAX_SECONDS)
