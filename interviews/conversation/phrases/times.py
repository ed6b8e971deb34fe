"""Finds the time that an utterance names, by the words of a language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import cache

from interviews.conversation.phrases.notation import compile_phrase
from interviews.conversation.phrases.requested_time import DayPart, RequestedTime

TIME_MARK = "@time"
"""Stands for the words of a time."""

NOON_HOUR = 12
LARGEST_NUMBER = 10_000
"""A larger number is read as this one, because no time contains it."""

LONGEST_DELAY = timedelta(days=365)
"""A wish for a later call is not granted."""

SPOKEN_HOURS = range(1, NOON_HOUR + 1)


@dataclass(frozen=True, eq=False)
class TimeWords:
    """The words of times in one language.

    `phrases` are in the notation of `notation.py`. They capture count and unit, or some of hour, minute, shift, half,
    day, weekday, week, part and clock. `joints` may stand before a time and between two parts of it.
    """

    phrases: tuple[str, ...]
    joints: tuple[str, ...]
    numbers: Mapping[str, int]
    hours: Mapping[str, int]
    """The numbers from one to twelve, and others that name hours in this language, such as treize heures."""
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
class TimeMention:
    """Words that name a part of a time."""

    start_index: int
    end_index: int
    requested_time: RequestedTime


def find_time(text: str, time_words: TimeWords) -> tuple[str, RequestedTime | None]:
    """Replace the words of times by `TIME`, and return the time that they name together."""
    mentions = sorted(_find_mentions(text, time_words), key=lambda mention: mention.start_index)
    if not mentions:
        return text, None
    for mention in reversed(mentions):
        text = f"{text[: mention.start_index]} {TIME_MARK}{text[mention.end_index :]}"
    joint_pattern = "|".join(time_words.joints)
    text = re.sub(
        rf"(?: (?:{joint_pattern})(?= ))*(?: {TIME_MARK}(?: (?:{joint_pattern})(?= ))*)* {TIME_MARK}",
        f" {TIME_MARK}",
        text,
    )
    return text, _merge_mentions(mentions)


def _merge_mentions(mentions: list[TimeMention]) -> RequestedTime:
    """Return the time that the mentions name together. Of two clock times the first counts: between two and four."""
    merged_time = RequestedTime()
    for mention in reversed(mentions):
        merged_time = replace(
            merged_time,
            **{
                field_name: value
                for field_name, value in vars(mention.requested_time).items()
                if value != getattr(RequestedTime, field_name)
            },
        )
    return merged_time


def _find_mentions(text: str, time_words: TimeWords) -> list[TimeMention]:
    """Return mentions that do not overlap, the longest first."""
    matches = [match for pattern in _time_patterns(time_words) for match in pattern.finditer(text)]
    matches.sort(key=lambda match: match.start() - match.end())
    mentions: list[TimeMention] = []
    for match in matches:
        is_free = all(
            match.end() <= other_mention.start_index or other_mention.end_index <= match.start()
            for other_mention in mentions
        )
        requested_time = _read_time(match, time_words) if is_free else None
        if requested_time is not None:
            mentions.append(TimeMention(match.start(), match.end(), requested_time))
    return mentions


@cache
def _time_patterns(time_words: TimeWords) -> list[re.Pattern[str]]:
    minutes = {word: number for word, number in time_words.numbers.items() if number >= 10}
    fragments = {
        "count": f"{_any_of({**time_words.numbers, **time_words.counts})} | %",
        "hour": f"{_any_of(time_words.hours)} | %",
        "minute": f"{_any_of(minutes)} | %",
        "fraction": _any_of(time_words.fractions),
        "limit": " | ".join(time_words.limits),
        "unit": _any_of(time_words.units),
        "shift": _any_of(time_words.shifts),
        "half": _any_of(time_words.halves),
        "day": _any_of(time_words.days),
        "weekday": _any_of(time_words.weekdays),
        "week": _any_of(time_words.weeks),
        "part": _any_of(time_words.parts),
        "clock": _any_of(time_words.clocks),
    }
    return [compile_phrase(phrase, fragments).compiled_pattern for phrase in time_words.phrases]


def _any_of(words: Mapping[str, object]) -> str:
    return " | ".join(sorted(words, key=len, reverse=True))


def _read_time(match: re.Match[str], time_words: TimeWords) -> RequestedTime | None:
    """Return the time that was matched. None where there is no such time, as with 40 o'clock."""
    mentioned_words = {group_name: value.strip() for group_name, value in match.groupdict().items() if value}
    if "count" in mentioned_words:
        unit_count = _parse_number(mentioned_words["count"], time_words) + time_words.fractions.get(
            mentioned_words.get("fraction", ""), 0
        )
        delay = unit_count * time_words.units[mentioned_words["unit"]]
        return RequestedTime(delay=delay) if delay <= LONGEST_DELAY else None
    clock_time = time_words.clocks.get(mentioned_words.get("clock", "")) or _read_clock(mentioned_words, time_words)
    if clock_time is None and "hour" in mentioned_words:
        return None
    day = mentioned_words.get("day", "")
    return RequestedTime(
        days=time_words.days.get(day),
        weekday=time_words.weekdays.get(mentioned_words.get("weekday", "")),
        weeks=time_words.weeks.get(mentioned_words.get("week", ""), 0),
        clock=clock_time,
        half_known="half" in mentioned_words
        or clock_time is None
        or clock_time.hour > NOON_HOUR
        or "clock" in mentioned_words,
        part=time_words.parts.get(mentioned_words.get("part", day)),
        before="limit" in mentioned_words,
    )


def _read_clock(mentioned_words: Mapping[str, str], time_words: TimeWords) -> time | None:
    if "hour" not in mentioned_words:
        return None
    hour, minute = (
        int(_parse_number(mentioned_words["hour"], time_words)),
        int(_parse_number(mentioned_words.get("minute", "0"), time_words)),
    )
    if hour >= 100:
        hour, minute = divmod(hour, 100)
    if hour > 23 or minute > 59:
        return None
    if "half" in mentioned_words and hour <= NOON_HOUR:
        hour = hour % NOON_HOUR + time_words.halves[mentioned_words["half"]]
    total_minutes = hour * 60 + minute + time_words.shifts.get(mentioned_words.get("shift", ""), 0)
    return time(total_minutes // 60 % 24, total_minutes % 60)


def _parse_number(word: str, time_words: TimeWords) -> float:
    if word.isdigit():
        return min(float(word), LARGEST_NUMBER)
    return {**time_words.counts, **time_words.hours, **time_words.numbers}[word]
