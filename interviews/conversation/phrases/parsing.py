"""Splits an utterance into the phrases of a language."""

from dataclasses import dataclass
from functools import cache

from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.notation import ANY_WORD, CompiledPhrase, compile_phrase
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.conversation.phrases.sections import Phrases, Section, Strength
from interviews.conversation.phrases.times import find_time
from interviews.conversation.phrases.utterance import normalise_words

MAX_WORDS = 40
"""Words after these are left out: a longer utterance is a greeting of a voicemail, or an answer."""


@dataclass(frozen=True)
class PhraseRule:
    phrase: CompiledPhrase
    intent: Intent | None
    strength: Strength


@dataclass(frozen=True)
class PhraseSpan:
    """Words that match a phrase."""

    start_index: int
    end_index: int
    word_count: int
    intent: Intent | None
    strength: Strength

    def overlaps(self, other_span: "PhraseSpan") -> bool:
        return self.start_index < other_span.end_index and other_span.start_index < self.end_index


@dataclass(frozen=True)
class ParsedUtterance:
    """The phrases of an utterance, by strength, and how many of its words belong to no phrase."""

    strong_intents: frozenset[Intent]
    light_intents: frozenset[Intent]
    whole_intents: frozenset[Intent]
    faint_intents: frozenset[Intent]
    word_count: int
    unmatched_count: int
    requested_time: RequestedTime | None
    language: str | None
    """The tag of another language that was named."""

    @property
    def yielding_intents(self) -> frozenset[Intent]:
        """The intents that yield to a strong one."""
        return self.light_intents if self.unmatched_count else self.light_intents | self.whole_intents


def parse_utterance(spoken_words: str, expecting: Expecting, phrases: Phrases, candidate_name: str) -> ParsedUtterance:
    text = normalise_words(" ".join(spoken_words.split()[:MAX_WORDS]), phrases, candidate_name)
    text, requested_time = _replace_time(text, expecting, phrases)
    spans = _choose_spans(text, _phrase_rules(phrases, expecting))
    strong, light, whole, faint = (
        frozenset(span.intent for span in spans if span.intent and span.strength is strength)
        for strength in (Strength.STRONG, Strength.LIGHT, Strength.WHOLE, Strength.FAINT)
    )
    word_count = len(text.split())
    is_sound = phrases.fillers.issuperset(text.split())
    matched_count = sum(span.word_count for span in spans if span.strength is not Strength.FAINT)
    return ParsedUtterance(
        strong,
        light,
        whole,
        faint,
        word_count=word_count,
        unmatched_count=0 if is_sound else word_count - matched_count,
        requested_time=requested_time,
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
    language_names = (name for name, tag in phrases.languages.items() if tag != phrases.tag and f" {name} " in text)
    return next((phrases.languages[name] for name in language_names), None)


@cache
def _phrase_rules(phrases: Phrases, expecting: Expecting) -> tuple[PhraseRule, ...]:
    return tuple(
        rule
        for section in phrases.sections
        if expecting in section.expecting
        for rule in _compile_section(section, phrases)
    )


@cache
def _compile_section(section: Section, phrases: Phrases) -> tuple[PhraseRule, ...]:
    return tuple(
        PhraseRule(compile_phrase(phrase, phrases.fragments), section.intent, section.strength)
        for phrase in section.phrases
    )


def _choose_spans(text: str, rules: tuple[PhraseRule, ...]) -> list[PhraseSpan]:
    """Return spans that do not overlap. A longer phrase excludes the shorter ones in it: "do not call me"."""
    text_words = {*text.split(), ANY_WORD}
    possible_spans = [
        PhraseSpan(match.start(), match.end(), match.group().count(" "), rule.intent, rule.strength)
        for rule in rules
        if not rule.phrase.first_words.isdisjoint(text_words)
        for match in rule.phrase.compiled_pattern.finditer(text)
        if match.group()
    ]
    possible_spans.sort(key=_span_precedence)
    chosen_spans: list[PhraseSpan] = []
    for span in possible_spans:
        if not any(map(span.overlaps, chosen_spans)):
            chosen_spans.append(span)
    return chosen_spans


def _span_precedence(span: PhraseSpan) -> tuple[bool, int, int, bool, int]:
    """Longer phrases first. Of two that are equally long: the stronger, the one with an intent, the earlier."""
    return span.strength is Strength.FAINT, -span.word_count, -span.strength, span.intent is None, span.start_index
