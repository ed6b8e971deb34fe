"""Plain facts about how an answer was spoken: information for people, never part of a score.

They are counts of words and of silences, each by a method that is named here in a line. Nothing is inferred from a
voice about feelings or traits (EU AI Act, Article 5(1)(f)), and nothing that scores an answer reads any of this. What a
source does not give, and the audio does not show clearly, is left out.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from interviews.answers.voice_activity import spoken_spans
from interviews.records import Fillers, Pace, Pauses, Sentiment, SpeechMetrics

PAUSE = 0.7
"""Seconds of silence between two words, from which on it is counted as a pause."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_FILLERS = re.compile(
    r"\b(?:u+[mh]+|e+r+m?|a+h+|e+h+|h+m+|mhm|you know|i mean|sort of|kind of|basically|literally)\b|(?<=, )like(?=,)",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"not|no|never|without|hardly|\w+n['\u2019]t")
_PASSED_OVER = frozenset("a an the any so very really too that".split())

# What work is often about (a problem, a complaint, support, a patient) says nothing of how somebody feels about it.
POSITIVE = frozenset(
    """
    able accomplished achieved achievement amazing appreciate appreciated awesome beautiful best better
    brilliant calm cheerful comfortable confident creative delighted eager easy effective efficient enjoy
    enjoyed enjoys enthusiastic excellent excited exciting fantastic fascinating fortunate friendly fun glad
    good grateful great happy helpful honest honoured honored hope impressed improved improvement interesting
    inspired keen love loved lovely lucky motivated nice passionate perfect pleasant pleased positive praise
    praised productive proud rewarding satisfied smooth solved strong succeed succeeded success successful
    successfully thankful thrilled trusted valuable win won wonderful
    """.split()
)
NEGATIVE = frozenset(
    """
    afraid angry annoyed annoying anxious argued ashamed awful bad badly blame blamed bored boring confused
    confusing difficult disappointed disappointing disaster disagree dislike dreadful embarrassed fail failed
    fails failure fear frustrated frustrating guilty hate hated horrible ignored impossible lose losing lost
    mess miserable mistake mistakes nervous overwhelmed painful panic regret rude sad scared sorry stress
    stressed stressful struggle struggled stuck terrible tired trouble ugly unfair unfortunately unhappy upset
    useless worried worry worse worst
    """.split()
)


def measure(transcript: str, *, language: str, times: Any, audio: bytes) -> SpeechMetrics:
    """What can be counted in an answer; None for what can't."""
    english = language.lower().startswith("en")
    words = _WORD.findall(transcript)
    spans, by = _spans(times, audio)
    pauses = _pauses(spans, by)
    return SpeechMetrics(
        words=len(words),
        sentiment=_sentiment(words) if english else None,
        fillers=_fillers(transcript, len(words)) if english and words else None,
        pace=_pace(len(words), spans, pauses),
        pauses=pauses,
    )


def _sentiment(words: Sequence[str]) -> Sentiment:
    good, bad, negated = [], [], False
    for word in (one.lower() for one in words):
        if not negated and word in POSITIVE:
            good.append(word)
        elif not negated and word in NEGATIVE:
            bad.append(word)
        negated = bool(_NEGATION.fullmatch(word)) or (negated and word in _PASSED_OVER)
    return Sentiment(
        positive=len(good), negative=len(bad), positive_words=sorted(set(good)), negative_words=sorted(set(bad))
    )


def _fillers(transcript: str, words: int) -> Fillers:
    which = Counter(match.group().lower() for match in _FILLERS.finditer(transcript))
    share = sum(times * len(filler.split()) for filler, times in which.items()) / words
    return Fillers(count=which.total(), share=round(share, 3), which=dict(sorted(which.items())))


Span = tuple[float, float]


def _spans(times: Any, audio: bytes) -> tuple[Sequence[Span], str]:
    """From when to when there is speech: by the times of single words where the source gives them, else by ear."""
    timed = times if isinstance(times, list) else []
    if timed and all(len(str(one["text"]).split()) <= 1 for one in timed):
        return sorted((float(one["start"]), float(one["end"])) for one in timed), "times"
    return spoken_spans(audio), "audio"


def _pauses(spans: Sequence[Span], by: str) -> Pauses | None:
    if not spans:
        return None
    until, silences = spans[0][1], []
    for start, end in spans[1:]:
        silences.append(start - until)
        until = max(until, end)
    long = [round(one, 1) for one in silences if round(one, 3) >= PAUSE]
    return Pauses(count=len(long), seconds=round(sum(long), 1), longest=max(long, default=0.0), by=by)


def _pace(words: int, spans: Sequence[Span], pauses: Pauses | None) -> Pace | None:
    if not words or not pauses:
        return None
    seconds = max(end for _, end in spans) - spans[0][0] - pauses.seconds
    if seconds < 1:
        return None
    return Pace(words_per_minute=round(words * 60 / seconds), speech_seconds=round(seconds, 1), by=pauses.by)
