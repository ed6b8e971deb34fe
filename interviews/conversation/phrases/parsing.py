"""Splits an utterance into the phrases of a language."""

from dataclasses import dataclass
from functools import cache

from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.notation import ANY, CompiledPhrase, compile_phrase
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.conversation.phrases.sections import Phrases, Section, Strength
from interviews.conversation.phrases.times import find_time
from interviews.conversation.phrases.utterance import normalise

MAX_WORDS = 40
"""Words after these are left out: a longer utterance is a greeting of a voicemail, or an answer."""


@dataclass(frozen=True)
class Rule:
    phrase: CompiledPhrase
    intent: Intent | None
    strength: Strength


@dataclass(frozen=True)
class Span:
    """Words that match a phrase."""

    start: int
    end: int
    words: int
    intent: Intent | None
    strength: Strength

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Parse:
    """The phrases of an utterance, by strength, and how many of its words belong to no phrase."""

    strong: frozenset[Intent]
    light: frozenset[Intent]
    whole: frozenset[Intent]
    faint: frozenset[Intent]
    words: int
    unmatched: int
    when: RequestedTime | None
    language: str | None
    """The tag of another language that was named."""

    @property
    def yielding(self) -> frozenset[Intent]:
        """The intents that yield to a strong one."""
        return self.light if self.unmatched else self.light | self.whole


def parse(words: str, expecting: Expecting, phrases: Phrases, name: str) -> Parse:
    text = normalise(" ".join(words.split()[:MAX_WORDS]), phrases, name)
    text, when = _replace_time(text, expecting, phrases)
    spans = _choose_spans(text, _rules(phrases, expecting))
    strong, light, whole, faint = (
        frozenset(span.intent for span in spans if span.intent and span.strength is strength)
        for strength in (Strength.STRONG, Strength.LIGHT, Strength.WHOLE, Strength.FAINT)
    )
    count = len(text.split())
    is_sound = phrases.fillers.issuperset(text.split())
    matched = sum(span.words for span in spans if span.strength is not Strength.FAINT)
    return Parse(
        strong,
        light,
        whole,
        faint,
        words=count,
        unmatched=0 if is_sound else count - matched,
        when=when,
        language=_other_language(text, phrases),
    )


def _replace_time(text: str, expecting: Expecting, phrases: Phrases) -> tuple[str, RequestedTime | None]:
    """Where a time is asked for, "five" is one, as "at five" is elsewhere."""
    replaced, when = find_time(text, phrases.times)
    if when or expecting is not Expecting.TIME:
        return replaced, when
    replaced, when = find_time(f" {phrases.times.joints[0]}{text}", phrases.times)
    return (replaced, when) if when else (text, None)


def _other_language(text: str, phrases: Phrases) -> str | None:
    names = (name for name, tag in phrases.languages.items() if tag != phrases.tag and f" {name} " in text)
    return next((phrases.languages[name] for name in names), None)


@cache
def _rules(phrases: Phrases, expecting: Expecting) -> tuple[Rule, ...]:
    return tuple(
        rule for section in phrases.sections if expecting in section.expecting for rule in _compile(section, phrases)
    )


@cache
def _compile(section: Section, phrases: Phrases) -> tuple[Rule, ...]:
    return tuple(
        Rule(compile_phrase(phrase, phrases.fragments), section.intent, section.strength) for phrase in section.phrases
    )


def _choose_spans(text: str, rules: tuple[Rule, ...]) -> list[Span]:
    """Return spans that do not overlap. A longer phrase excludes the shorter ones in it: "do not call me"."""
    words = {*text.split(), ANY}
    spans = [
        Span(match.start(), match.end(), match.group().count(" "), rule.intent, rule.strength)
        for rule in rules
        if not rule.phrase.starts.isdisjoint(words)
        for match in rule.phrase.pattern.finditer(text)
        if match.group()
    ]
    spans.sort(key=_precedence)
    chosen: list[Span] = []
    for span in spans:
        if not any(map(span.overlaps, chosen)):
            chosen.append(span)
    return chosen


def _precedence(span: Span) -> tuple[bool, int, int, bool, int]:
    """Longer phrases first. Of two that are equally long: the stronger, the one with an intent, the earlier."""
    return span.strength is Strength.FAINT, -span.words, -span.strength, span.intent is None, span.start
