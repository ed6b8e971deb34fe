"""Splits an utterance into the phrases of a language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from interviews.conversation.phrases.intent import DECLINED, REFUSALS, Expecting, Intent
from interviews.conversation.phrases.intent_score import score_intents
from interviews.conversation.phrases.notation import CompiledPhrase, compile_phrase
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.conversation.phrases.sections import Phrases, Section, Strength
from interviews.conversation.phrases.times import find_time
from interviews.conversation.phrases.utterance import normalise_words

MAX_WORDS = 40
"""Words after these are left out: a longer utterance is a greeting of a voicemail, or an answer."""

WORD_PATTERN = re.compile(r" (\S+)")
CALLABLE_INTENTS = frozenset({Intent.LATER, Intent.NOT_ME})


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
    agrees_last: bool
    """Whether its last words are consent, and more than a yes or an okay."""
    personal_intents: frozenset[Intent]
    """The strong intents whose phrases name the speaker or the listener."""
    is_narrated: bool
    """Whether words outside the phrases tell of other people."""
    is_framed: bool
    """Whether a refusal in it is part of a question, a condition or a report."""
    scores: Mapping[Intent, float]
    """How much its words sound like an intent."""
    requested_time: RequestedTime | None
    language: str | None
    """The tag of another language that was named."""

    @property
    def intents(self) -> frozenset[Intent]:
        return self.strong_intents | self.yielding_intents

    @property
    def yielding_intents(self) -> frozenset[Intent]:
        """The intents that yield to a strong one."""
        return self.light_intents if self.unmatched_count else self.light_intents | self.whole_intents


def parse_utterance(spoken_words: str, expecting: Expecting, phrases: Phrases, candidate_name: str) -> ParsedUtterance:
    text, requested_time = prepare_text(spoken_words, expecting, phrases, candidate_name)
    all_spans = _choose_spans(text, _phrase_rules(phrases, expecting))
    spans = [span for span in all_spans if not _is_framed(text, span, phrases)]
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
        agrees_last=_agrees_last(text, spans),
        personal_intents=frozenset(span.intent for span in spans if span.intent and _is_personal(text, span, phrases)),
        is_narrated=not phrases.narration.isdisjoint(_words_outside(text, spans)),
        is_framed=len(spans) < len(all_spans),
        scores=score_intents(text, expecting, phrases.intent_weights),
        requested_time=requested_time,
        language=_other_language(text, phrases),
    )


def prepare_text(
    spoken_words: str, expecting: Expecting, phrases: Phrases, candidate_name: str
) -> tuple[str, RequestedTime | None]:
    """Return the first words in the form in which phrases are looked for, and the time that they name."""
    text = normalise_words(" ".join(spoken_words.split()[:MAX_WORDS]), phrases, candidate_name)
    return _replace_time(text, expecting, phrases)


def _replace_time(text: str, expecting: Expecting, phrases: Phrases) -> tuple[str, RequestedTime | None]:
    """Where a time is asked for, "five" and "an hour" are times, as "at five" and "in an hour" are elsewhere."""
    timed_text, requested_time = find_time(text, phrases.times)
    if requested_time or expecting is not Expecting.TIME:
        return timed_text, requested_time
    joined_texts = (find_time(f" {joint}{text}", phrases.times) for joint in phrases.times.joints)
    return next((joined_text for joined_text in joined_texts if joined_text[1]), (text, None))


def _is_framed(text: str, span: PhraseSpan, phrases: Phrases) -> bool:
    """Whether a refusal is part of a question, a condition or a report: "is it a problem if I refuse"."""
    if span.intent not in REFUSALS or span.strength is not Strength.STRONG:
        return False
    frame_pattern, condition_pattern = _frame_patterns(phrases)
    if frame_pattern.search(f"{text[: span.start_index]} "):
        return True
    condition = condition_pattern.search(text, span.start_index, span.end_index + 1)
    condition = condition or condition_pattern.match(text, span.end_index)
    return span.intent is Intent.NEVER and condition is not None


@cache
def _frame_patterns(phrases: Phrases) -> tuple[re.Pattern[str], re.Pattern[str]]:
    frames = compile_phrase(f"({' | '.join(phrases.frames)}) $", phrases.fragments)
    return frames.compiled_pattern, compile_phrase(" | ".join(phrases.conditions), phrases.fragments).compiled_pattern


def _agrees_last(text: str, spans: list[PhraseSpan]) -> bool:
    last_spans = [span for span in spans if span.end_index + 1 == len(text)]
    return any(span.intent is Intent.AGREE and span.strength is not Strength.LIGHT for span in last_spans)


def _is_personal(text: str, span: PhraseSpan, phrases: Phrases) -> bool:
    words = text[span.start_index : span.end_index].split()
    return span.strength is Strength.STRONG and not phrases.speaker.isdisjoint(words)


def _words_outside(text: str, spans: list[PhraseSpan]) -> list[str]:
    """Return the words that belong to no phrase."""
    for span in spans:
        blank = " " * (span.end_index - span.start_index)
        text = text[: span.start_index] + blank + text[span.end_index :]
    return text.split()


def _other_language(text: str, phrases: Phrases) -> str | None:
    language_names = (name for name, tag in phrases.languages.items() if tag != phrases.tag and f" {name} " in text)
    return next((phrases.languages[name] for name in language_names), None)


@cache
def _phrase_rules(phrases: Phrases, expecting: Expecting) -> Mapping[str, tuple[PhraseRule, ...]]:
    """Return the rules by the words with which their phrases begin."""
    rules: dict[str, list[PhraseRule]] = {}
    for section in phrases.sections:
        for rule in _compile_section(section, phrases) if expecting in section.expecting else ():
            for word in rule.phrase.first_words:
                rules.setdefault(word, []).append(rule)
    return {word: tuple(rules_of_word) for word, rules_of_word in rules.items()}


@cache
def _compile_section(section: Section, phrases: Phrases) -> tuple[PhraseRule, ...]:
    return tuple(
        PhraseRule(compile_phrase(phrase, phrases.fragments), section.intent, section.strength)
        for phrase in section.phrases
    )


def _choose_spans(text: str, rules: Mapping[str, tuple[PhraseRule, ...]]) -> list[PhraseSpan]:
    """Return spans that do not overlap. A longer phrase excludes the shorter ones in it: "do not call me"."""
    chosen_spans: list[PhraseSpan] = []
    for span in sorted(_possible_spans(text, rules), key=_span_precedence):
        overlapping_spans = [chosen for chosen in chosen_spans if span.overlaps(chosen)]
        if not overlapping_spans or _adds_to_refusal(span, overlapping_spans):
            chosen_spans = [
                _cut_span(text, chosen, span.start_index) if chosen in overlapping_spans else chosen
                for chosen in chosen_spans
            ]
            chosen_spans.append(span)
    return chosen_spans


def _adds_to_refusal(span: PhraseSpan, overlapping_spans: list[PhraseSpan]) -> bool:
    """Whether a refusal goes on with "never again", as in "I have no time for this remove me from your list"."""
    return span.intent is Intent.NEVER and all(
        chosen.intent in DECLINED and chosen.start_index < span.start_index for chosen in overlapping_spans
    )


def _cut_span(text: str, span: PhraseSpan, end_index: int) -> PhraseSpan:
    return replace(span, end_index=end_index, word_count=text[span.start_index : end_index].count(" "))


def _possible_spans(text: str, rules: Mapping[str, tuple[PhraseRule, ...]]) -> Iterator[PhraseSpan]:
    for word in WORD_PATTERN.finditer(text):
        for rule in _rules_of_word(word[1], rules):
            match = rule.phrase.compiled_pattern.match(text, word.start())
            if match and match.group():
                yield PhraseSpan(match.start(), match.end(), match.group().count(" "), rule.intent, rule.strength)


def _rules_of_word(word: str, rules: Mapping[str, tuple[PhraseRule, ...]]) -> Iterator[PhraseRule]:
    yield from rules.get(word, ())
    for length in range(len(word) + 1):
        yield from rules.get(f"{word[:length]}*", ())


def _span_precedence(span: PhraseSpan) -> tuple[bool, int, int, bool, bool, int]:
    """Longer phrases first. Of two that are equally long: the stronger, the one with an intent, the earlier.

    Of two intents, those come first that leave the number callable: "do not call me so late again".
    """
    is_faint, has_no_intent = span.strength is Strength.FAINT, span.intent is None
    is_final = span.intent not in CALLABLE_INTENTS
    return is_faint, -span.word_count, -span.strength, has_no_intent, is_final, span.start_index
