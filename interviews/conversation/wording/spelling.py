"""Durations, numbers, addresses and times as they are spoken, from the words of a language."""

import re
from datetime import date, datetime
from math import ceil
from typing import assert_never

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion
from interviews.conversation.wording.texts import Wording

DAYS_IN_WEEK = 7


def spell_duration(wording: Wording, seconds: float) -> str:
    """In whole minutes, rounded up."""
    return f"{ceil(seconds / 60)} {wording.MINUTES}" if seconds > 60 else wording.ONE_MINUTE


def spell_number(wording: Wording, number: str) -> str:
    """A phone number in groups, such as +1 415-555-0100, digit by digit."""
    spaced_groups = [" ".join(digits) for digits in re.findall("[0-9]+", number)]
    return f"{wording.PLUS} {', '.join(spaced_groups)}"


def spell_address(wording: Wording, address: str) -> str:
    """A web address with its punctuation in words."""
    spaced_names = str.maketrans({separator: f" {name} " for separator, name in wording.SEPARATOR_NAMES.items()})
    return address.translate(spaced_names)


def call_time(wording: Wording, at: datetime, *, today: date) -> str:
    """The time of the next call. The day of the month is named where the weekday alone is not clear."""
    day_distance = (at.date() - today).days
    if day_distance in wording.NEAR_DAYS:
        day_text = wording.NEAR_DAYS[day_distance]
    else:
        day_text = wording.weekday(at) if day_distance < DAYS_IN_WEEK else wording.calendar_day(at)
    return f"{day_text} {wording.clock_time(at)}"


def spell_value(texts: Wording, question: EligibilityQuestion, value: str) -> str:
    """Return the value of an eligibility question as it is said."""
    match question.kind:
        case EligibilityKind.YES_NO:
            return texts.YES_NO_NAMES[value]
        case EligibilityKind.NUMBER:
            return f"{value} {texts.UNIT_NAMES[question.unit]}".strip()
        case EligibilityKind.DATE:
            day = datetime.fromisoformat(value)
            return f"{texts.calendar_day(day)} {day.year}"
        case EligibilityKind.CHOICE:
            return value
        case _ as unreachable:
            assert_never(unreachable)
