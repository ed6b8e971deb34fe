"""The time that an utterance names, and the moment that it means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from interviews.conversation.phrases import for_language
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.requested_time import RequestedTime, resolve_time
from interviews.conversation.phrases.understanding import understand_utterance

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 25, 14, 10, tzinfo=CHICAGO)
"""A Wednesday."""

FOLDER = Path(__file__).parent / "phrasings" / "times"


def moment_of(words: str, now: datetime = NOW, tag: str = "en", expecting: Expecting = Expecting.CONSENT) -> datetime:
    understanding = understand_utterance(words, expecting, for_language(tag))
    assert understanding.intent is Intent.LATER
    assert understanding.requested_time is not None
    return resolve_time(understanding.requested_time, now)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHICAGO)


REQUESTED_TIMES = [
    ("call me at five", at(25, 17)),
    ("could you ring at half past four", at(25, 16, 30)),
    ("can you call back at 5:30 p.m.", at(25, 17, 30)),
    ("call at 1730 please", at(25, 17, 30)),
    ("maybe quarter to six", at(25, 17, 45)),
    ("call me around three ish", at(25, 15)),
    ("call me at two", at(26, 14)),
    ("try me at nine in the morning", at(26, 9)),
    ("call me at eight thirty tonight", at(25, 20, 30)),
    ("call me in twenty minutes", at(25, 14, 30)),
    ("in an hour and a half please", at(25, 15, 40)),
    ("in two or three hours", at(25, 17, 10)),
    ("give me half an hour and then call", at(25, 14, 40)),
    ("make it five today", at(25, 17)),
    ("five today", at(25, 17)),
    ("can we make it five instead", at(25, 17)),
    ("before six please call me before six", at(25, 17)),
    ("between four and six is best", at(25, 16)),
    ("later today", at(25, 16, 10)),
    ("tonight", at(25, 18)),
    ("in the morning", at(26, 9)),
    ("this afternoon is better", at(25, 14, 15)),
    ("tomorrow", at(26, 9)),
    ("tomorrow after lunch", at(26, 12)),
    ("can we do it tomorrow at eleven", at(26, 11)),
    ("day after tomorrow at noon", at(27, 12)),
    ("not today, Friday", at(27, 9)),
    ("call me Monday at ten past nine", at(30, 9, 10)),
    ("Wednesday at nine", at(2, 9, month=12)),
    ("next week", at(30, 9)),
    ("next week on Tuesday afternoon", at(1, 14, month=12)),
    ("at the weekend", at(28, 9)),
]


def test_time_is_understood() -> None:
    assert [(words, moment_of(words)) for words, _ in REQUESTED_TIMES] == REQUESTED_TIMES


def test_bare_hour_is_in_waking_hours() -> None:
    evening = NOW.replace(hour=20)
    assert moment_of("call me at five", evening) == at(26, 17)
    assert moment_of("call me at nine", evening) == at(26, 9)


def test_delay_counts_real_time_over_clock_change() -> None:
    before_change = datetime(2026, 11, 1, 0, 30, tzinfo=CHICAGO)
    passed = resolve_time(RequestedTime(delay=timedelta(hours=3)), before_change).astimezone(
        UTC
    ) - before_change.astimezone(UTC)
    assert passed == timedelta(hours=3)


def test_wish_without_time_has_delay() -> None:
    assert resolve_time(RequestedTime(), NOW) == at(25, 16, 10)


@pytest.mark.parametrize("words", ["I'm at work, I finish at four", "I'm busy until six"])
def test_end_of_being_busy_is_requested_time(words: str) -> None:
    assert moment_of(words) > NOW


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.tsv")), ids=lambda path: path.stem)
def test_times_of_language_are_understood(path: Path) -> None:
    """Each line holds a moment, the prompt and the words."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    expected = [(words, datetime.fromisoformat(moment).replace(tzinfo=CHICAGO)) for moment, _, words in lines]
    understood = [moment_of(words, tag=path.stem, expecting=Expecting(stage)) for _, stage, words in lines]
    assert list(zip([words for words, _ in expected], understood, strict=True)) == expected


@pytest.mark.parametrize("words", ["one of you called me", "forty five boxes", "is it 99 o'clock"])
def test_number_is_no_time(words: str) -> None:
    assert understand_utterance(words, Expecting.CONSENT, for_language("en")).requested_time is None
