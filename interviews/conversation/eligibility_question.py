"""Eligibility questions: requirements of a job, such as a licence. Each has one short answer, which is never scored."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T", float, date)


class EligibilityKind(StrEnum):
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


class EligibilityUnit(StrEnum):
    """The unit of a number. A duration in another unit is converted."""

    NONE = ""
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    KILOGRAMS = "kilograms"


YES, NO = "yes", "no"


@dataclass(frozen=True)
class EligibilityQuestion:
    """A question and the answers that meet the requirement.

    Values are text: `yes` or `no`, a number with a decimal point, a date in ISO format, or one of `options`.
    `accepted`: the values that meet a yes-or-no question or a choice. `is_knock_out`: whether an answer that does not
    meet the requirement ends the interview. A person decides in any case.
    """

    position: int
    text: str
    kind: EligibilityKind
    is_knock_out: bool = False
    accepted: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    unit: EligibilityUnit = EligibilityUnit.NONE
    minimum: float | None = None
    maximum: float | None = None
    earliest: date | None = None
    latest: date | None = None

    def is_met_by(self, value: str) -> bool:
        """Whether a value meets the requirement. Raises ValueError if the value is not of this kind."""
        if self.kind is EligibilityKind.NUMBER:
            return _is_between(float(value), self.minimum, self.maximum)
        if self.kind is EligibilityKind.DATE:
            return _is_between(date.fromisoformat(value), self.earliest, self.latest)
        if value not in self.possible_values:
            raise ValueError(value)
        return value in self.accepted

    @property
    def possible_values(self) -> tuple[str, ...]:
        """The values to choose from, if their number is limited."""
        return (YES, NO) if self.kind is EligibilityKind.YES_NO else self.options


def _is_between(value: T, low: T | None, high: T | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)
