"""Finds the number or the duration that an utterance names, by the words of a language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeVar

T = TypeVar("T")

DAYS_PER_UNIT = {"days": 1.0, "weeks": 7.0, "fortnights": 14.0, "months": 365 / 12, "years": 365.0}
WEEKS_PER_MONTH = 4
NUMBER = re.compile(r"\d{1,9}(?:\.\d+)?")
"""More digits are not read as a number: requirements have none so large, and a date would overflow."""
MAX_SHORT_ANSWER = 5
WORD_GAP = 2
"""How many other words may stand between a number and its unit, as in "two more full years"."""

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
        return bool(phrases and any_pattern(phrases).search(text))


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
    EITHER = "either"
    """Words that choose no option: either of the two."""
    OTHER = "other"
    """The option that was not named, of two."""
    TOTAL = "total"
    """Follows the number that counts, of several: thirty in total."""
    PER_DAY = "per_day"
    """Follows a number of hours that are not those of a week."""
    THIS_MONTH = "this_month"
    ARTICLE = "article"
    """Stands before the number of a day: the ninth."""
    CLOCK = "clock"
    """Follows a number that is a time of day."""
    CENTURY = "century"
    """Stands before the last two figures of a year: two thousand and."""
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

    A number without a unit counts at the end, or alone at the beginning: others count
    other things. `counts_delay`: "at once" is zero.
    """
    tokens = text.split()
    amounts = [match for match in _find_amounts(tokens, words) if not _is_per_day(tokens, match, words)]
    totals = {amount for amount, end in amounts if match_role(tokens, end, AmountRole.TOTAL, words)}
    if len(totals) == 1:
        return totals.pop()
    spans = {amount for amount, _end in amounts if amount.span}
    if len(spans) == 1:
        return spans.pop()
    numbers = {amount for amount, end in amounts if not amount.span and end == len(tokens)}
    if len(numbers) == 1 and not spans:
        return numbers.pop()
    if len(amounts) == 1 and not spans and _begins_with_number(tokens, words):
        return amounts[0][0]
    is_zero = _answers_nothing(tokens, words) or (counts_delay and words.names(AmountRole.AT_ONCE, text))
    return Amount(0) if is_zero and not spans else None


def _begins_with_number(tokens: list[str], words: AmountWords) -> bool:
    return tokens[0] not in words.indefinite and read_number(tokens, 0, words)[0] is not None


def _is_per_day(tokens: list[str], found: tuple[Amount, int], words: AmountWords) -> bool:
    amount, end = found
    return amount.span == "hours" and match_role(tokens, end, AmountRole.PER_DAY, words) > 0


def _answers_nothing(tokens: list[str], words: AmountWords) -> bool:
    """Whether a word for zero is the answer: it stands first, last or at a unit, or in a short answer."""
    for index in range(len(tokens)):
        length = match_role(tokens, index, AmountRole.NOTHING, words)
        end = index + length
        is_outermost = index == 0 or end == len(tokens) or len(tokens) <= MAX_SHORT_ANSWER
        if length > 1 or (length and (is_outermost or _read_span(tokens, end, words)[0])):
            return True
    return False


def match_role(tokens: list[str], index: int, role: AmountRole, words: AmountWords) -> int:
    """Return the number of words of the longest phrase with this role that begins here, or 0."""
    match = match_longest(tokens, index, dict.fromkeys(words.roles.get(role, ()), True))
    return match[1] if match else 0


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
    number, end = read_number(tokens, index, words)
    indefinite = match_longest(tokens, index, words.indefinite)
    if number is None or (indefinite and index + indefinite[1] > end):
        return _read_indefinite(tokens, index, words)
    addition = match_longest(tokens, end, words.added)
    if addition:
        number, end = number + addition[0], end + addition[1]
    span, span_end = _read_span(tokens, end, words, gap=WORD_GAP)
    if not span:
        return _read_indefinite(tokens, index, words) or (Amount(number), end)
    later = match_longest(tokens, span_end, words.added)
    return (Amount(number + later[0], span), span_end + later[1]) if later else (Amount(number, span), span_end)


def _read_indefinite(tokens: list[str], index: int, words: AmountWords) -> tuple[Amount, int] | None:
    indefinite = match_longest(tokens, index, words.indefinite)
    if indefinite is None:
        span, end = _read_span(tokens, index, words)
        later = match_longest(tokens, end, words.added) if span else None
        return (Amount(1 + later[0], span), end + later[1]) if later else None
    span, end = _read_span(tokens, index + indefinite[1], words, gap=1)
    if not span:
        return None
    later = match_longest(tokens, end, words.added)
    return (Amount(indefinite[0] + later[0], span), end + later[1]) if later else (Amount(indefinite[0], span), end)


def read_number(tokens: list[str], index: int, words: AmountWords) -> tuple[float | None, int]:
    """Return the number that begins here, and the index after it."""
    if index < len(tokens) and NUMBER.fullmatch(tokens[index]):
        return float(tokens[index]), index + 1
    first = match_longest(tokens, index, words.cardinals)
    if first is None:
        return _read_compound(tokens, index, words)
    number, end = float(first[0]), index + first[1]
    if number >= 20 and number % 10 == 0 and number < 100:
        after = end + 1 if end < len(tokens) and tokens[end] in words.roles.get(AmountRole.AND, ()) else end
        second = match_longest(tokens, after, words.cardinals)
        if second and 1 <= second[0] <= 9:
            return number + second[0], after + second[1]
    return number, end


def _read_compound(tokens: list[str], index: int, words: AmountWords) -> tuple[float | None, int]:
    """Return a number in one word with its fraction, and the index of the next token."""
    for added, fraction in words.added.items() if index < len(tokens) else ():
        number = words.cardinals.get(tokens[index].removesuffix(added))
        if number is not None:
            return number + fraction, index + 1
    return None, index


def _read_span(tokens: list[str], index: int, words: AmountWords, *, gap: int = 0) -> tuple[str, int]:
    for skipped in range(gap + 1):
        start = index + skipped
        if start < len(tokens) and skipped and read_number(tokens, start, words)[0] is not None:
            break
        match = match_longest(tokens, start, words.spans)
        if match:
            return match[0], start + match[1]
    return "", index


def match_longest(tokens: list[str], index: int, values: Mapping[str, T]) -> tuple[T, int] | None:
    """Return the value of the longest phrase that begins here, and its number of words."""
    for length in range(min(4, len(tokens) - index), 0, -1):
        phrase = " ".join(tokens[index : index + length])
        if phrase in values:
            return values[phrase], length
    return None


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
        role, length = match_longest(tokens, index, roles) or (None, 1)
        if role is AmountRole.BUT:
            clauses.append("")
            negated.append(False)
        else:
            clauses[-1] += f" {' '.join(tokens[index : index + length])}"
            negated[-1] |= role is not None
        index += length
    return [(f"{clause} ", is_negated) for clause, is_negated in zip(clauses, negated, strict=True)]


def match_any(tokens: list[str], values: Mapping[str, int]) -> int | None:
    matches = (match_longest(tokens, index, values) for index in range(len(tokens)))
    return next((match[0] for match in matches if match), None)


def find_place(text: str, count: int, words: AmountWords) -> int | None:
    """Return the place in a list of this length that normalised text names, from 0."""
    if words.names(AmountRole.LAST, text):
        return count - 1
    tokens = text.split()
    ordinal = match_any(tokens, words.ordinals)
    is_short = len(tokens) <= 2  # elsewhere an article is no number
    numbers = [
        read_number(tokens, index, words)[0]
        for index, token in enumerate(tokens)
        if is_short or token not in words.indefinite
    ]
    place = ordinal or next((number for number in numbers if number), None)
    return int(place) - 1 if place and place <= count and place == int(place) else None


@cache
def any_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, sorted(phrases, key=len, reverse=True)))})(?!\S)")
