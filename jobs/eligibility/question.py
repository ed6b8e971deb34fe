"""Eligibility questions of a job: requirements such as a licence. They are asked first, and never scored."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated
from unicodedata import category

from django.db.models import TextChoices
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from screener.records import Attribute, Record

MAX_ELIGIBILITY_QUESTIONS = 10
MIN_OPTIONS, MAX_OPTIONS = 2, 6
MAX_OPTION_LENGTH = 60
YES, NO = "yes", "no"
UNSAID = frozenset({"Cc", "Cs", "Cn"})
"""The Unicode categories of control characters, surrogates and unassigned ones."""
LARGEST_NUMBER = 1_000_000


class EligibilityKind(TextChoices):
    YES_NO = "yes_no", _("Yes or no")
    NUMBER = "number", pgettext_lazy("quantity", "Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")


class EligibilityEffect(TextChoices):
    FLAG = "flag", _("Flag: the interview goes on")
    KNOCK_OUT = "knock_out", _("Knock-out: the interview ends, and a person decides")


class EligibilityUnit(TextChoices):
    NONE = "", _("No unit")
    DAYS = "days", _("Days")
    WEEKS = "weeks", _("Weeks")
    MONTHS = "months", _("Months")
    YEARS = "years", _("Years")
    HOURS = "hours", _("Hours")
    KILOGRAMS = "kilograms", _("Kilograms")


class EligibilityQuestion(Record):
    """A question with the answers that meet the requirement. The other answers are flagged, or end the interview.

    `accepted`: `yes` or `no`, or some of the `options`. The limits include their ends.
    """

    text: Annotated[str, Attribute(longest=300, label=_("Question"))]
    kind: Annotated[str, Attribute(label=_("Kind of answer"))]
    effect: Annotated[str, Attribute(default=EligibilityEffect.FLAG.value, label=_("Other answers"))]
    accepted: Annotated[list[str], Attribute(default=[], label=_("Accepted answers"))]
    options: Annotated[list[str], Attribute(default=[], label=_("Options"))]
    unit: Annotated[str, Attribute(default="", label=_("Unit"))]
    minimum: Annotated[float | None, Attribute(label=_("At least"))] = None
    maximum: Annotated[float | None, Attribute(label=_("At most"))] = None
    earliest: Annotated[date | None, Attribute(label=_("Not before"))] = None
    latest: Annotated[date | None, Attribute(label=_("Not after"))] = None

    @property
    def is_knock_out(self) -> bool:
        return self.effect == EligibilityEffect.KNOCK_OUT

    @property
    def kind_label(self) -> str:
        return str(EligibilityKind(self.kind).label)

    @property
    def effect_label(self) -> str:
        return str(EligibilityEffect(self.effect).label)

    @property
    def possible_values(self) -> list[tuple[str, str]]:
        """The values to choose from with their labels, if their number is limited."""
        if self.kind == EligibilityKind.YES_NO:
            return [(YES, gettext("yes")), (NO, gettext("no"))]
        return [(option, option) for option in self.options]

    @property
    def requirement(self) -> str:
        """The answers that meet the requirement, in words."""
        if self.kind == EligibilityKind.YES_NO:
            return ", ".join(gettext("yes") if value == YES else gettext("no") for value in self.accepted)
        if self.kind == EligibilityKind.CHOICE:
            return ", ".join(self.accepted)
        low, high = self._limits()
        limits = {"low": low, "high": high}
        if low and high:
            return gettext("from %(low)s to %(high)s") % limits
        return (gettext("at least %(low)s") if low else gettext("at most %(high)s")) % limits

    def _limits(self) -> tuple[str, str]:
        if self.kind == EligibilityKind.DATE:
            return (self.earliest.isoformat() if self.earliest else ""), (
                self.latest.isoformat() if self.latest else ""
            )
        return self._with_unit(self.minimum), self._with_unit(self.maximum)

    def _with_unit(self, number: float | None) -> str:
        unit = f" {str(EligibilityUnit(self.unit).label).lower()}" if self.unit else ""
        return "" if number is None else f"{number:g}{unit}"

    def describe_value(self, value: str) -> str:
        """An answer as people read it."""
        if self.kind == EligibilityKind.YES_NO:
            return gettext("yes") if value == YES else gettext("no")
        return self._with_unit(float(value)) if self.kind == EligibilityKind.NUMBER else value


class InvalidEligibility(ValueError):
    """Some questions are not complete. `problems`: by the position of the question and the name of the attribute."""

    def __init__(self, problems: dict[int, dict[str, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(message for problem in problems.values() for message in problem.values()))


def check_eligibility(questions: Sequence[EligibilityQuestion]) -> list[EligibilityQuestion]:
    """Return the questions without settings of other kinds of answers, and without characters that can't be spoken.

    Raises InvalidEligibility.
    """
    questions = [_clean(question) for question in questions]
    problems = {
        position: faults for position, question in enumerate(questions) if (faults := dict(_problems(question)))
    }
    texts = [question.text.lower() for question in questions]
    for position, text in enumerate(texts):
        if text and text in texts[:position]:
            problems.setdefault(position, {})["text"] = gettext("This question is asked already.")
    if problems:
        raise InvalidEligibility(problems)
    return [_without_unused(question) for question in questions]


def _clean(question: EligibilityQuestion) -> EligibilityQuestion:
    return question.model_copy(
        update={
            "text": _clean_text(question.text),
            "options": [_clean_text(option) for option in question.options],
            "accepted": [_clean_text(value) for value in question.accepted],
        }
    )


def _clean_text(text: str) -> str:
    """Without control characters, which the carrier refuses in the words of a call."""
    words = ("".join(character for character in word if category(character) not in UNSAID) for word in text.split())
    return " ".join(filter(None, words))


def _problems(question: EligibilityQuestion) -> Iterator[tuple[str, str]]:
    if not question.text.strip():
        yield "text", gettext("Write the question.")
    if question.kind not in EligibilityKind.values:
        yield "kind", gettext("Choose the kind of the answer.")
    if question.effect not in EligibilityEffect.values:
        yield "effect", gettext("Choose what follows from other answers.")
    match question.kind:
        case EligibilityKind.YES_NO:
            if question.accepted not in ([YES], [NO]):
                yield "accepted", gettext("Accept either yes or no.")
        case EligibilityKind.CHOICE:
            yield from _choice_problems(question)
        case EligibilityKind.NUMBER:
            yield from _number_problems(question)
        case EligibilityKind.DATE:
            yield from _range_problems("latest", question.earliest, question.latest)
        case _:
            pass


def _choice_problems(question: EligibilityQuestion) -> Iterator[tuple[str, str]]:
    options = question.options
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        limits = {"low": MIN_OPTIONS, "high": MAX_OPTIONS}
        yield "options", gettext("Offer %(low)s to %(high)s options.") % limits
    elif len({option.lower() for option in options}) < len(options):
        yield "options", gettext("Each option may be offered once.")
    elif any(not option.strip() or len(option) > MAX_OPTION_LENGTH for option in options):
        yield "options", gettext("An option has 1 to %(limit)s characters.") % {"limit": MAX_OPTION_LENGTH}
    if not question.accepted or not set(question.accepted) < set(options):
        yield "accepted", gettext("Accept at least one of the options, and not all of them.")


def _number_problems(question: EligibilityQuestion) -> Iterator[tuple[str, str]]:
    if question.unit not in EligibilityUnit.values:
        yield "unit", gettext("Choose a unit of the list.")
    limits = [number for number in (question.minimum, question.maximum) if number is not None]
    if any(not 0 <= number <= LARGEST_NUMBER for number in limits):
        yield "minimum", gettext("Numbers are from 0 to %(limit)s.") % {"limit": LARGEST_NUMBER}
    yield from _range_problems("maximum", question.minimum, question.maximum)


def _range_problems(name: str, low: float | date | None, high: float | date | None) -> Iterator[tuple[str, str]]:
    if low is None and high is None:
        yield name, gettext("Set at least one limit.")
    elif low is not None and high is not None and low > high:  # type: ignore[operator]  # both are of one kind
        yield name, gettext("The upper limit is below the lower one.")


USED_BY_KIND = {
    EligibilityKind.YES_NO: {"accepted"},
    EligibilityKind.NUMBER: {"unit", "minimum", "maximum"},
    EligibilityKind.DATE: {"earliest", "latest"},
    EligibilityKind.CHOICE: {"accepted", "options"},
}


def _without_unused(question: EligibilityQuestion) -> EligibilityQuestion:
    used = {"text", "kind", "effect"} | USED_BY_KIND[EligibilityKind(question.kind)]
    return EligibilityQuestion.from_json(question.model_dump(include=used))
