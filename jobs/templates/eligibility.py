"""The eligibility questions of an interview template: each written once in every language of the template."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jobs.eligibility.question import (
    MAX_ELIGIBILITY_QUESTIONS,
    EligibilityKind,
    EligibilityQuestion,
    InvalidEligibility,
    check_eligibility,
)
from screener.records import Attribute

MAX_LANGUAGES = 10
MAX_TEMPLATE_ELIGIBILITY = MAX_LANGUAGES * MAX_ELIGIBILITY_QUESTIONS
Problems = dict[int, dict[str, str]]


class TemplateEligibility(EligibilityQuestion):
    """An eligibility question that is asked in interviews in its `language`."""

    language: Annotated[str, Attribute(label=_("Language"))]

    def __str__(self) -> str:
        return f"{self.text} ({self.language})"

    def asked(self) -> EligibilityQuestion:
        return EligibilityQuestion.from_json(self.to_json())


def eligibility_languages(questions: Sequence[TemplateEligibility]) -> list[str]:
    return sorted({question.language for question in questions})


def asked_in(questions: Sequence[TemplateEligibility], language: str) -> list[EligibilityQuestion]:
    """The questions in this language, for a job."""
    return [question.asked() for question in questions if question.language == language]


def check_template_eligibility(questions: Sequence[TemplateEligibility]) -> list[TemplateEligibility]:
    """Return the questions without settings of other kinds of answers. Raises InvalidEligibility.

    The first question of each language requires the same, as do the second ones, and so on.
    """
    positions_by_language: dict[str, list[int]] = {}
    for position, question in enumerate(questions):
        positions_by_language.setdefault(question.language, []).append(position)
    checked = list(questions)
    problems = _count_problems(positions_by_language)
    for language, positions in positions_by_language.items():
        try:
            checked_questions = check_eligibility([questions[position] for position in positions])
        except InvalidEligibility as error:
            _add(problems, {positions[place]: faults for place, faults in error.problems.items()})
            continue
        for position, plain in zip(positions, checked_questions, strict=True):
            checked[position] = TemplateEligibility.from_json(plain.to_json() | {"language": language})
    if not problems:
        problems = _translation_problems(checked, positions_by_language)
    if problems:
        raise InvalidEligibility(problems)
    return checked


def _add(problems: Problems, others: Problems) -> None:
    for position, faults in others.items():
        problems.setdefault(position, {}).update(faults)


def _count_problems(positions_by_language: Mapping[str, list[int]]) -> Problems:
    """Questions beyond the limit, and those that a language lacks: a forgotten translation would not be asked."""
    problems: Problems = {}
    for positions in positions_by_language.values():
        for place, position in enumerate(positions):
            lacking = [tag for tag, others in positions_by_language.items() if len(others) <= place]
            if place >= MAX_ELIGIBILITY_QUESTIONS:
                problems[position] = {"text": gettext("Ask at most %(limit)s.") % {"limit": MAX_ELIGIBILITY_QUESTIONS}}
            elif lacking:
                missing = gettext("Write this question in these languages too: %(languages)s.")
                problems[position] = {"language": missing % {"languages": ", ".join(sorted(lacking))}}
    return problems


def _translation_problems(
    questions: Sequence[TemplateEligibility], positions_by_language: Mapping[str, list[int]]
) -> Problems:
    """Questions that differ from those of the first language in more than their words."""
    first, *others = positions_by_language.values() or [[]]
    message = gettext("Question %(number)s of each language must have the same kind, effect and requirement.")
    return {
        position: {"kind": message % {"number": place + 1}}
        for positions in others
        for place, position in enumerate(positions)
        if _requirement(questions[position]) != _requirement(questions[first[place]])
    }


def _requirement(question: TemplateEligibility) -> dict[str, Any]:
    """What the question requires, apart from its words: of a choice, which of how many options are accepted."""
    requirement = question.model_dump(exclude={"text", "language", "options", "accepted"})
    if question.kind != EligibilityKind.CHOICE:
        return requirement | {"accepted": question.accepted}
    return requirement | {"accepted": [option in question.accepted for option in question.options]}
