"""Finds the time that an utterance names, by the words of a language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import cache

from interviews.conversation.phrases.notation import compile_phrase
from interviews.conversation.phrases.requested_time import DayPart, RequestedTime

TIME = "@time"
"""Stands for the words of a time."""

NOON = 12


@dataclass(frozen=True, eq=False)
class TimeWords:
    """The words of times in one language.

    `phrases` are in the notation of `notation.py`. They capture count and unit, or some of hour, minute, shift, half,
    day, weekday, week, part and clock. `joints` may stand before a time and between two parts of it.
    """

    phrases: tuple[str, ...]
    joints: tuple[str, ...]
    numbers: Mapping[str, int]
    counts: Mapping[str, float]
    """Words that count units only: an hour, half a day."""
    fractions: Mapping[str, float]
    """Added to a count: and a half."""
    units: Mapping[str, timedelta]
    shifts: Mapping[str, int]
    """Minutes after the hour that follows: half past is 30, quarter to is -15."""
    halves: Mapping[str, int]
    """Hours that a half of the day adds: am is 0, pm is 12."""
    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    weeks: Mapping[str, int]
    parts: Mapping[str, DayPart]
    clocks: Mapping[str, time]
    limits: tuple[str, ...]
    """Words before the end of a time: before six."""


@dataclass(frozen=True)
class Mention:
    """Words that name a part of a time."""

    start: int
    end: int
    requested: RequestedTime


def find_time(text: str, words: TimeWords) -> tuple[str, RequestedTime | None]:
    """Replace the words of times by `TIME`, and return the time that they name together."""
    mentions = sorted(_mentions(text, words), key=lambda mention: mention.start)
    if not mentions:
        return text, None
    for mention in reversed(mentions):
        text = f"{text[: mention.start]} {TIME}{text[mention.end :]}"
    joints = "|".join(words.joints)
    text = re.sub(rf"(?: (?:{joints})(?= ))*(?: {TIME}(?: (?:{joints})(?= ))*)* {TIME}", f" {TIME}", text)
    return text, _merged(mentions)


def _merged(mentions: list[Mention]) -> RequestedTime:
    """Return the time that the mentions name together. Of two clock times the first counts: between two and four."""
    merged = RequestedTime()
    for mention in reversed(mentions):
        merged = replace(
            merged,
            **{name: value for name, value in vars(mention.requested).items() if value != getattr(RequestedTime, name)},
        )
    return merged


def _mentions(text: str, words: TimeWords) -> list[Mention]:
    """Return mentions that do not overlap, the longest first."""
    matches = [match for pattern in _patterns(words) for match in pattern.finditer(text)]
    matches.sort(key=lambda match: match.start() - match.end())
    mentions: list[Mention] = []
    for match in matches:
        free = all(match.end() <= other.start or other.end <= match.start() for other in mentions)
        requested = _read(match, words) if free else None
        if requested is not None:
            mentions.append(Mention(match.start(), match.end(), requested))
    return mentions


@cache
def _patterns(words: TimeWords) -> list[re.Pattern[str]]:
    hours = {word: number for word, number in words.numbers.items() if number in range(1, 13)}
    minutes = {word: number for word, number in words.numbers.items() if number >= 10}
    fragments = {
        "count": f"{_any_of({**words.numbers, **words.counts})} | %",
        "hour": f"{_any_of(hours)} | %",
        "minute": f"{_any_of(minutes)} | %",
        "fraction": _any_of(words.fractions),
        "limit": " | ".join(words.limits),
        "unit": _any_of(words.units),
        "shift": _any_of(words.shifts),
        "half": _any_of(words.halves),
        "day": _any_of(words.days),
        "weekday": _any_of(words.weekdays),
        "week": _any_of(words.weeks),
        "part": _any_of(words.parts),
        "clock": _any_of(words.clocks),
    }
    return [compile_phrase(phrase, fragments).pattern for phrase in words.phrases]


def _any_of(words: Mapping[str, object]) -> str:
    return " | ".join(sorted(words, key=len, reverse=True))


def _read(match: re.Match[str], words: TimeWords) -> RequestedTime | None:
    """Return the time that was matched. None where there is no such time, as with 40 o'clock."""
    mentioned = {name: value.strip() for name, value in match.groupdict().items() if value}
    if "count" in mentioned:
        count = _number(mentioned["count"], words) + words.fractions.get(mentioned.get("fraction", ""), 0)
        return RequestedTime(delay=count * words.units[mentioned["unit"]])
    clock = words.clocks.get(mentioned.get("clock", "")) or _clock(mentioned, words)
    if clock is None and "hour" in mentioned:
        return None
    day = mentioned.get("day", "")
    return RequestedTime(
        days=words.days.get(day),
        weekday=words.weekdays.get(mentioned.get("weekday", "")),
        weeks=words.weeks.get(mentioned.get("week", ""), 0),
        clock=clock,
        half_known="half" in mentioned or clock is None or clock.hour > NOON or "clock" in mentioned,
        part=words.parts.get(mentioned.get("part", day)),
        before="limit" in mentioned,
    )


def _clock(mentioned: Mapping[str, str], words: TimeWords) -> time | None:
    if "hour" not in mentioned:
        return None
    hour, minute = int(_number(mentioned["hour"], words)), int(_number(mentioned.get("minute", "0"), words))
    if hour >= 100:
        hour, minute = divmod(hour, 100)
    if hour > 23 or minute > 59:
        return None
    if "half" in mentioned and hour <= NOON:
        hour = hour % NOON + words.halves[mentioned["half"]]
    total = hour * 60 + minute + words.shifts.get(mentioned.get("shift", ""), 0)
    return time(total // 60 % 24, total % 60)


def _number(word: str, words: TimeWords) -> float:
    return float(word) if word.isdigit() else {**words.counts, **words.numbers}[word]
