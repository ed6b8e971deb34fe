"""Finds the option of a choice that an utterance names."""

import re

from interviews.conversation.phrases.amounts import AmountRole, drop_ignored, find_place, split_clauses
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.parsing import parse_utterance
from interviews.conversation.phrases.sections import Phrases
from interviews.conversation.phrases.utterance import normalise_words

MIN_STEM = 4
"""The least letters of an option that is recognised as the beginning of a word: "nights" is the option "night"."""

CLAUSE_END = re.compile(r"[,;:.!?]+(?=\s|$)|\s[-\u2013\u2014]\s")


def find_option(spoken_words: str, options: tuple[str, ...], phrases: Phrases) -> str:
    """Return the only option whose words were said, or else the one whose place was named.

    In a clause with a negation, as in "not early", only options count that are negative themselves: "no experience".
    """
    clauses = _clauses(spoken_words, phrases)
    whole_text = " ".join(clause for clause, _is_negated in clauses)
    affirmed_text = " ".join(clause for clause, is_negated in clauses if not is_negated)
    shares = {
        option: _share_said(whole_text if _is_negative(option, phrases) else affirmed_text, option, phrases)
        for option in options
    }
    other = _other_option(whole_text, options, phrases)
    if other:
        return other
    highest = max(shares.values())
    likeliest = [option for option, share in shares.items() if share == highest and share > 0]
    if likeliest:
        return likeliest[0] if len(likeliest) == 1 else ""
    if phrases.amounts.names(AmountRole.EITHER, affirmed_text):
        return ""
    place = find_place(affirmed_text, len(options), phrases.amounts)
    return "" if place is None else options[place]


def _other_option(text: str, options: tuple[str, ...], phrases: Phrases) -> str:
    """Return the option of two that was not named, where the other one was chosen: not full time, the other one."""
    if len(options) != 2 or not phrases.amounts.names(AmountRole.OTHER, text):
        return ""
    shares = [_share_said(text, option, phrases) for option in options]
    return "" if shares[0] == shares[1] else options[shares[0] > shares[1]]


def _clauses(spoken_words: str, phrases: Phrases) -> list[tuple[str, bool]]:
    """Return the clauses of an utterance in normalised words, and whether each is negated."""
    return [
        (clause, is_negated and not _reads_yes(clause, phrases))
        for part in CLAUSE_END.split(spoken_words)
        for clause, is_negated in split_clauses(_normalise(part, phrases), phrases.amounts)
    ]


def _normalise(words: str, phrases: Phrases) -> str:
    return drop_ignored(normalise_words(words, phrases), phrases.amounts)


def _reads_yes(clause: str, phrases: Phrases) -> bool:
    """Whether a clause agrees in words that look like a negation: "I don't mind nights"."""
    intents = parse_utterance(clause, Expecting.ELIGIBILITY, phrases, "").strong_intents
    return Intent.YES in intents and Intent.NO not in intents


def _is_negative(option: str, phrases: Phrases) -> bool:
    text = normalise_words(option, phrases)
    return any(phrases.amounts.names(role, text) for role in (AmountRole.NOT, AmountRole.NOTHING))


def _share_said(text: str, option: str, phrases: Phrases) -> float:
    """Return the share of the words of an option that were said."""
    spoken, wanted = text.split(), normalise_words(option, phrases).split()
    matched = [word for word in wanted if any(_is_same_word(other, word) for other in spoken)]
    return len(matched) / len(wanted) if wanted else 0


def _is_same_word(spoken: str, wanted: str) -> bool:
    return spoken == wanted or (len(wanted) >= MIN_STEM and spoken.startswith(wanted))
