"""Plain facts about how an answer was spoken: information for people, never part of a score.

They are counts of words and of silences. Feelings and traits are never inferred from a voice (EU AI Act, Article
5(1)(f)), and no scoring reads these facts. Times that neither the source nor the audio shows clearly are left out.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from interviews.answers.voice_activity import spoken_spans
from interviews.records import Fillers, Pace, Pauses, Sentiment, SpeechMetrics

MIN_PAUSE_SECONDS = 0.7
"""Seconds of silence between two words, from which on it is counted as a pause."""

_WORD_PATTERN = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_FILLER_PATTERN = re.compile(
    r"\b(?:u+[mh]+|e+r+m?|a+h+|e+h+|h+m+|mhm|you know|i mean|sort of|kind of|basically|literally)\b|(?<=, )like(?=,)",
    re.IGNORECASE,
)
_NEGATION_PATTERN = re.compile(r"not|no|never|without|hardly|\w+n['\u2019]t")
_PASSED_OVER = frozenset("a an the any so very really too that".split())

# Subjects of work, such as a problem, a complaint, support or a patient, are in neither list.
POSITIVE_WORDS = frozenset(
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
NEGATIVE_WORDS = frozenset(
    """
    afraid angry annoyed annoying anxious argued ashamed awful bad badly blame blamed bored boring confused
    confusing difficult disappointed disappointing disaster disagree dislike dreadful embarrassed fail failed
    fails failure fear frustrated frustrating guilty hate hated horrible ignored impossible lose losing lost
    mess miserable mistake mistakes nervous overwhelmed painful panic regret rude sad scared sorry stress
    stressed stressful struggle struggled stuck terrible tired trouble ugly unfair unfortunately unhappy upset
    useless worried worry worse worst
    """.split()
)


def measure_speech(transcript: str, *, language: str, word_times: Any, audio: bytes) -> SpeechMetrics:
    """Count the words and silences of an answer. Facts that cannot be counted are None."""
    is_english = language.lower().startswith("en")
    transcript_words = _WORD_PATTERN.findall(transcript)
    spans, span_source = _find_spans(word_times, audio)
    pauses = _measure_pauses(spans, span_source)
    return SpeechMetrics(
        words=len(transcript_words),
        sentiment=_measure_sentiment(transcript_words) if is_english else None,
        fillers=_count_fillers(transcript, len(transcript_words)) if is_english and transcript_words else None,
        pace=_measure_pace(len(transcript_words), spans, pauses),
        pauses=pauses,
    )


def _measure_sentiment(transcript_words: Sequence[str]) -> Sentiment:
    positive_words, negative_words, is_negated = [], [], False
    for word in map(str.lower, transcript_words):
        if not is_negated and word in POSITIVE_WORDS:
            positive_words.append(word)
        elif not is_negated and word in NEGATIVE_WORDS:
            negative_words.append(word)
        is_negated = bool(_NEGATION_PATTERN.fullmatch(word)) or (is_negated and word in _PASSED_OVER)
    return Sentiment(
        positive=len(positive_words),
        negative=len(negative_words),
        positive_words=sorted(set(positive_words)),
        negative_words=sorted(set(negative_words)),
    )


def _count_fillers(transcript: str, word_count: int) -> Fillers:
    filler_counts = Counter(match.group().lower() for match in _FILLER_PATTERN.finditer(transcript))
    filler_share = (
        sum(filler_count * len(filler.split()) for filler, filler_count in filler_counts.items()) / word_count
    )
    return Fillers(count=filler_counts.total(), share=round(filler_share, 3), which=dict(sorted(filler_counts.items())))


TimeSpan = tuple[float, float]


def _find_spans(word_times: Any, audio: bytes) -> tuple[Sequence[TimeSpan], str]:
    """Return the times of speech, and their source: the times of single words where they are given, else the audio."""
    timed_pieces = word_times if isinstance(word_times, list) else []
    if timed_pieces and all(len(str(piece["text"]).split()) <= 1 for piece in timed_pieces):
        return sorted((float(piece["start"]), float(piece["end"])) for piece in timed_pieces), "times"
    return spoken_spans(audio), "audio"


def _measure_pauses(spans: Sequence[TimeSpan], span_source: str) -> Pauses | None:
    if not spans:
        return None
    spoken_until, silences = spans[0][1], []
    for start, end in spans[1:]:
        silences.append(start - spoken_until)
        spoken_until = max(spoken_until, end)
    long_silences = [round(silence, 1) for silence in silences if round(silence, 3) >= MIN_PAUSE_SECONDS]
    return Pauses(
        count=len(long_silences),
        seconds=round(sum(long_silences), 1),
        longest=max(long_silences, default=0.0),
        by=span_source,
    )


def _measure_pace(word_count: int, spans: Sequence[TimeSpan], pauses: Pauses | None) -> Pace | None:
    if not word_count or not pauses:
        return None
    speech_seconds = max(end for _, end in spans) - spans[0][0] - pauses.seconds
    if speech_seconds < 1:
        return None
    return Pace(
        words_per_minute=round(word_count * 60 / speech_seconds), speech_seconds=round(speech_seconds, 1), by=pauses.by
    )
