"""Finds the number, the duration or the date that an utterance names, by the words of a language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar

T = TypeVar("T")

DAYS_PER_UNIT = {"days": 1.0, "weeks": 7.0, "fortnights": 14.0, "months": 365 / 12, "years": 365.0}
WEEKS_PER_MONTH = 4
LAST_MONTH = 12
MIDDLE_DAY, LAST_DAY = 15, 31
MAX_YEARS_AHEAD = 50
NUMBER = re.compile(r"\d{1,9}(?:\.\d+)?")
"""More digits are not read as a number: requirements have none so large, and a date would overflow."""
WORD_GAP = 2
"""How many other words may stand between a number and its unit, as in "two more full years"."""

DIGITAL_DATE = re.compile(r"\b(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4}))\b")
DECIMAL = re.compile(r"(?<![\d.,])(\d{1,4})[.,](\d{1,2})(?![\d.,]*\d)")


@dataclass(frozen=True, eq=False)
class AmountWords:
    """The words of numbers and days in one language: phrases of one word or several.

    `indefinite` counts before a unit only: a week, half a year. `added` follows a number: and a half. `spans`: units of
    time, by their name in `DAYS_PER_UNIT`. `days`: from today. `next_weeks`: for the Monday of the next week. `roles`:
    the phrases of each `AmountRole`.
    """

    cardinals: Mapping[str, int]
    ordinals: Mapping[str, int]
    indefinite: Mapping[str, float]
    added: Mapping[str, float]
    spans: Mapping[str, str]
    months: Mapping[str, int]
    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    next_weeks: tuple[str, ...]
    roles: Mapping["AmountRole", tuple[str, ...]]

    def names(self, role: "AmountRole", text: str) -> bool:
        """Whether normalised text has a phrase with this role."""
        phrases = self.roles.get(role, ())
        return bool(phrases and _any_pattern(phrases).search(text))


class AmountRole(StrEnum):
    NOTHING = "nothing"
    AT_ONCE = "at_once"
    AND = "and"
    """Between a ten and a one: vingt et un."""
    LAST = "last"
    """The last place in a list."""
    NEXT_MONTH = "next_month"
    NEXT_YEAR = "next_year"
    MIDDLE = "middle"
    END = "end"
    NOT = "not"
    """Words that negate their clause: not early, anything but nights."""
    BUT = "but"
    """Words that begin another clause: not early but late."""
    IGNORED = "ignored"
    """Words that only look like an amount: I may."""


CLAUSE_ROLES = (AmountRole.NOTHING, AmountRole.NOT, AmountRole.BUT)


@dataclass(frozen=True)
class Amount:
    """A number and, if it counts a span of time, the name of its unit."""

    number: float
    span: str = ""


def find_amount(text: str, words: AmountWords, *, counts_delay: bool = True) -> Amount | None:
    """Return the amount that normalised text names. None: no amount, or several that differ.

    A number without a unit counts only at the end of the text. `counts_delay`: "at once" is zero.
    """
    tokens = text.split()
    amounts = _find_amounts(tokens, words)
    spans = {amount for amount, _end in amounts if amount.span}
    if len(spans) == 1:
        return spans.pop()
    numbers = {amount for amount, end in amounts if not amount.span and end == len(tokens)}
    if len(numbers) == 1 and not spans:
        return numbers.pop()
    is_zero = words.names(AmountRole.NOTHING, text) or (counts_delay and words.names(AmountRole.AT_ONCE, text))
    return Amount(0) if is_zero and not spans else None


def join_decimals(text: str, spoken_words: str) -> str:
    """Write decimals as one word. Normalised text has a number before the point, and one after it."""
    for match in DECIMAL.finditer(spoken_words):
        text = text.replace(f" {match[1]} {match[2]} ", f" {match[1]}.{match[2]} ")
    return text


def convert_span(amount: Amount, unit: str) -> float | None:
    """Return the number of an amount in a unit, or None if its unit is of another kind."""
    if not amount.span or amount.span == unit:
        return amount.number
    if unit not in DAYS_PER_UNIT:
        return None
    if {amount.span, unit} == {"weeks", "months"}:
        return amount.number * (WEEKS_PER_MONTH if unit == "weeks" else 1 / WEEKS_PER_MONTH)
    converted = amount.number * DAYS_PER_UNIT[amount.span] / DAYS_PER_UNIT[unit]
    return _round_half(converted)


def _round_half(number: float) -> float:
    return max(round(number * 2) / 2, 0.5) if number else 0.0


def _find_amounts(tokens: list[str], words: AmountWords) -> list[tuple[Amount, int]]:
    """Return the amounts in their order, each with the index after it."""
    amounts: list[tuple[Amount, int]] = []
    index = 0
    while index < len(tokens):
        amount = _read_amount(tokens, index, words)
        if amount:
            amounts.append(amount)
        index = amount[1] if amount else index + 1
    return amounts


def _read_amount(tokens: list[str], index: int, words: AmountWords) -> tuple[Amount, int] | None:
    number, end = _read_number(tokens, index, words)
    indefinite = _match_longest(tokens, index, words.indefinite)
    if number is None or (indefinite and index + indefinite[1] > end):
        return _read_indefinite(tokens, index, words)
    addition = _match_longest(tokens, end, words.added)
    if addition:
        number, end = number + addition[0], end + addition[1]
    span, span_end = _read_span(tokens, end, words, gap=WORD_GAP)
    if not span:
        return _read_indefinite(tokens, index, words) or (Amount(number), end)
    later = _match_longest(tokens, span_end, words.added)
    return (Amount(number + later[0], span), span_end + later[1]) if later else (Amount(number, span), span_end)


def _read_indefinite(tokens: list[str], index: int, words: AmountWords) -> tuple[Amount, int] | None:
    indefinite = _match_longest(tokens, index, words.indefinite)
    if indefinite is None:
        return None
    span, end = _read_span(tokens, index + indefinite[1], words, gap=1)
    if not span:
        return None
    later = _match_longest(tokens, end, words.added)
    return (Amount(indefinite[0] + later[0], span), end + later[1]) if later else (Amount(indefinite[0], span), end)


def _read_number(tokens: list[str], index: int, words: AmountWords) -> tuple[float | None, int]:
    """Return the number that begins here, and the index after it."""
    if index < len(tokens) and NUMBER.fullmatch(tokens[index]):
        return float(tokens[index]), index + 1
    first = _match_longest(tokens, index, words.cardinals)
    if first is None:
        return None, index
    number, end = float(first[0]), index + first[1]
    if number >= 20 and number % 10 == 0 and number < 100:
        after = end + 1 if end < len(tokens) and tokens[end] in words.roles.get(AmountRole.AND, ()) else end
        second = _match_longest(tokens, after, words.cardinals)
        if second and 1 <= second[0] <= 9:
            return number + second[0], after + second[1]
    return number, end


def _read_span(tokens: list[str], index: int, words: AmountWords, *, gap: int = 0) -> tuple[str, int]:
    for skipped in range(gap + 1):
        start = index + skipped
        if start < len(tokens) and skipped and _read_number(tokens, start, words)[0] is not None:
            break
        match = _match_longest(tokens, start, words.spans)
        if match:
            return match[0], start + match[1]
    return "", index


def _match_longest(tokens: list[str], index: int, values: Mapping[str, T]) -> tuple[T, int] | None:
    """Return the value of the longest phrase that begins here, and its number of words."""
    for length in range(min(4, len(tokens) - index), 0, -1):
        phrase = " ".join(tokens[index : index + length])
        if phrase in values:
            return values[phrase], length
    return None


# --- Dates ---------------------------------------------------------------------------------------------


def find_date(text: str, spoken_words: str, words: AmountWords, today: date) -> date | None:
    """Return the day that normalised text names. Without a year it is the next such day. None: no day, or several.

    `spoken_words`: the text before it was normalised, for dates in digits.
    """
    if digital := DIGITAL_DATE.search(spoken_words):
        return _digital_date(digital)
    tokens = text.split()
    month = _named_month(tokens, words)
    if month is not None:
        return _day_of_month(text, tokens, month, words, today)
    if words.names(AmountRole.NEXT_MONTH, text):
        return _in_month(text, words, _first_of(today, months=1))
    if words.names(AmountRole.NEXT_YEAR, text):
        return date(today.year + 1, 1, 1)
    if (delay := find_amount(text, words)) and delay.span:
        return _after(today, delay)
    if words.names(AmountRole.AT_ONCE, text):
        return today
    return _near_day(text, tokens, words, today)


def _digital_date(match: re.Match[str]) -> date | None:
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _named_month(tokens: list[str], words: AmountWords) -> int | None:
    months = {words.months[token] for token in tokens if token in words.months}
    return months.pop() if len(months) == 1 else None


def _day_of_month(text: str, tokens: list[str], month: int, words: AmountWords, today: date) -> date | None:
    numbers = {token: float(token) for token in tokens if token.isdecimal()}
    years = [int(number) for number in numbers.values() if today.year <= number <= today.year + MAX_YEARS_AHEAD]
    day = _named_day(tokens, words)
    if day is None:
        first = date(years[0] if years else _year_of(month, today), month, 1)
        return _in_month(text, words, first)
    try:
        named = date(years[0] if years else today.year, month, day)
        return named.replace(year=named.year + 1) if named < today and not years else named
    except ValueError:  # 29 February, in a year without one
        return None


def _year_of(month: int, today: date) -> int:
    return today.year if month >= today.month else today.year + 1


def _named_day(tokens: list[str], words: AmountWords) -> int | None:
    """Return the day of the month that an ordinal names, or else a number."""
    ordinals = [match[0] for index in range(len(tokens)) if (match := _match_longest(tokens, index, words.ordinals))]
    if ordinals:
        return max(ordinals)
    index = 0
    while index < len(tokens):
        number, end = _read_number(tokens, index, words)
        if number is not None and 1 <= number <= LAST_DAY:
            return int(number)
        index = max(end, index + 1)
    return None


def _in_month(text: str, words: AmountWords, first: date) -> date:
    if words.names(AmountRole.END, text):
        return _first_of(first, months=1) - timedelta(days=1)
    return first.replace(day=MIDDLE_DAY) if words.names(AmountRole.MIDDLE, text) else first


def _first_of(day: date, *, months: int) -> date:
    year, month = divmod(day.month - 1 + months, LAST_MONTH)
    return date(day.year + year, month + 1, 1)


def _after(today: date, delay: Amount) -> date | None:
    if delay.span in ("months", "years") and delay.number == int(delay.number):
        months = int(delay.number) * (LAST_MONTH if delay.span == "years" else 1)
        if months > MAX_YEARS_AHEAD * LAST_MONTH:
            return None
        first = _first_of(today, months=months)
        last_day = (_first_of(first, months=1) - timedelta(days=1)).day
        return first.replace(day=min(today.day, last_day))
    days = round(delay.number * DAYS_PER_UNIT[delay.span])
    return today + timedelta(days=days) if days <= MAX_YEARS_AHEAD * DAYS_PER_UNIT["years"] else None


def _near_day(text: str, tokens: list[str], words: AmountWords, today: date) -> date | None:
    weekdays = {words.weekdays[token] for token in tokens if token in words.weekdays}
    if len(weekdays) == 1:
        ahead = (weekdays.pop() - today.weekday()) % 7
        return today + timedelta(days=ahead)
    if _any_pattern(words.next_weeks).search(text):
        return today + timedelta(days=7 - today.weekday())
    days = _match_any(tokens, words.days)
    return None if days is None else today + timedelta(days=days)


def drop_ignored(text: str, words: AmountWords) -> str:
    """Drop words of normalised text that only look like an amount or a month."""
    for phrase in words.roles.get(AmountRole.IGNORED, ()):
        text = text.replace(f" {phrase} ", " ")
    return text


def split_clauses(text: str, words: AmountWords) -> list[tuple[str, bool]]:
    """Split normalised text at words for "but". Returns each clause, and whether it has a word for "not"."""
    roles = {phrase: role for role in CLAUSE_ROLES for phrase in words.roles.get(role, ())}
    tokens, index = text.split(), 0
    clauses, negated = [""], [False]
    while index < len(tokens):
        role, length = _match_longest(tokens, index, roles) or (None, 1)
        if role is AmountRole.BUT:
            clauses.append("")
            negated.append(False)
        else:
            clauses[-1] += f" {' '.join(tokens[index : index + length])}"
            negated[-1] |= role is not None
        index += length
    return [(f"{clause} ", is_negated) for clause, is_negated in zip(clauses, negated, strict=True)]


def _match_any(tokens: list[str], values: Mapping[str, int]) -> int | None:
    matches = (_match_longest(tokens, index, values) for index in range(len(tokens)))
    return next((match[0] for match in matches if match), None)


def find_place(text: str, count: int, words: AmountWords) -> int | None:
    """Return the place in a list of this length that normalised text names, from 0."""
    if words.names(AmountRole.LAST, text):
        return count - 1
    tokens = text.split()
    ordinal = _match_any(tokens, words.ordinals)
    numbers = [_read_number(tokens, index, words)[0] for index in range(len(tokens))]
    place = ordinal or next((number for number in numbers if number), None)
    return int(place) - 1 if place and place <= count and place == int(place) else None


@cache
def _any_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, sorted(phrases, key=len, reverse=True)))})(?!\S)")
