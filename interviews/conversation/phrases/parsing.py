"""Splits an utterance into the phrases of a language."""

import re
from dataclasses import dataclass
from functools import cache

from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.notation import compile_phrases
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.conversation.phrases.sections import Phrases
from interviews.conversation.phrases.times import find_time
from interviews.conversation.phrases.utterance import normalise

MAX_WORDS = 60
"""Words after these are left out: a longer utterance is a greeting of a voicemail, or an answer."""


@dataclass(frozen=True)
class Rule:
    pattern: re.Pattern[str]
    intent: Intent | None
    weak: bool


@dataclass(frozen=True)
class Span:
    """Words that match a phrase."""

    start: int
    end: int
    intent: Intent | None
    weak: bool

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Parse:
    """The intents of an utterance's phrases, strong and weak, and how many of its words belong to no phrase."""

    strong: frozenset[Intent]
    weak: frozenset[Intent]
    words: int
    unmatched: int
    when: RequestedTime | None

    @property
    def intents(self) -> frozenset[Intent]:
        """Weak phrases count where all words are understood."""
        return self.strong if self.unmatched else self.strong | self.weak


def parse(words: str, expecting: Expecting, phrases: Phrases, name: str) -> Parse:
    text = normalise(" ".join(words.split()[:MAX_WORDS]), phrases, name)
    text, when = find_time(text, phrases.TIMES)
    spans = _choose_spans(text, _rules(phrases, expecting))
    matched = sum(text[span.start : span.end].count(" ") for span in spans)
    return Parse(
        strong=frozenset(span.intent for span in spans if span.intent and not span.weak),
        weak=frozenset(span.intent for span in spans if span.intent and span.weak),
        words=len(text.split()),
        unmatched=len(text.split()) - matched,
        when=when,
    )


@cache
def _rules(phrases: Phrases, expecting: Expecting) -> tuple[Rule, ...]:
    return tuple(
        Rule(pattern, section.intent, section.weak)
        for section in phrases.SECTIONS
        if expecting in section.expecting
        for pattern in compile_phrases(section.phrases, phrases.FRAGMENTS)
    )


def _choose_spans(text: str, rules: tuple[Rule, ...]) -> list[Span]:
    """Return spans that do not overlap. A longer phrase excludes the shorter ones in it: "do not call me"."""
    spans = [
        Span(match.start(), match.end(), rule.intent, rule.weak)
        for rule in rules
        for match in rule.pattern.finditer(text)
        if match.group()
    ]
    spans.sort(key=lambda span: (span.start - span.end, span.weak, span.intent is None, span.start))
    chosen: list[Span] = []
    for span in spans:
        if not any(map(span.overlaps, chosen)):
            chosen.append(span)
    return chosen
