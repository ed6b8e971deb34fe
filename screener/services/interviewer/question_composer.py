"""Composes interview questions from the phrases of a job advertisement, without a language model.

Only phrases that parse become questions: a good general question is better than a bad specific one.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from screener.language_tag import primary_tag
from screener.services.interviewer.advertisement import Kind, Subject, find_subjects
from screener.services.interviewer.protocol import JobText, PlannedQuestion

WEIGHT = 2.0
MAX_SECONDS = 120

_TEMPLATES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def compose_phrase_questions(job: JobText) -> Iterator[PlannedQuestion]:
    """Compose questions about requirements and duties in turn. None for an advertisement in another language."""
    if primary_tag(job.language) != "en":
        return
    used: Counter[Kind] = Counter()
    for subject in _by_turns(find_subjects(job.description)):
        templates, number = _TEMPLATES[subject.kind], used[subject.kind]
        if number == len(templates):  # the same sentence again sounds like a form
            continue
        used[subject.kind] += 1
        text = templates[number].format(subject=subject.text)
        yield PlannedQuestion(
            text=text,
            competency=subject.competency,
            weight=WEIGHT,
            max_seconds=MAX_SECONDS,
            kind="technical",
            follow_ups=0,
            good_answer="",
        )


def _by_turns(subjects: Iterable[Subject]) -> Iterator[Subject]:
    """Requirements and duties in turn, each in their order: an interview that only asks for duties says little."""
    duties = [subject for subject in subjects if subject.kind is Kind.TASK]
    requirements = [subject for subject in subjects if subject.kind is not Kind.TASK]
    while duties or requirements:
        for queue in (requirements, duties):
            if queue:
                yield queue.pop(0)
