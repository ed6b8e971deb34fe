"""Understands an SMS: a keyword, or a sentence by the phrases of the conversation."""

import re
import tomllib
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

from interviews.conversation import phrases
from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.understanding import understand_utterance

FOLDER = Path(__file__).parent
CARRIER, CLAUSE, FILLERS, CORRECTIONS, WRITING = "carrier", "clause", "fillers", "corrections", "writing"
MOST_WORDS_OF_DECLINE = 5
"""A longer SMS with words of a refusal is read by a person: it may say the contrary."""
MAX_LETTERS = 500
"""Of a longer SMS the beginning is understood."""
FALLBACK_LANGUAGE = "en"


class SmsIntent(StrEnum):
    STOP = "stop"
    """Refuses all automated contact."""
    START = "start"
    HELP = "help"
    WRONG_PERSON = "wrong_person"
    DECLINE = "decline"
    """Does not want this interview."""
    PERSON = "person"
    OTHER_TIME = "other_time"
    OTHER = "other"


KEYWORD_INTENTS = (SmsIntent.STOP, SmsIntent.START, SmsIntent.HELP)
INTENT_OF_PHRASE: dict[Intent, SmsIntent] = {
    Intent.NEVER: SmsIntent.STOP,
    Intent.WRONG_NUMBER: SmsIntent.WRONG_PERSON,
    Intent.PERSON: SmsIntent.PERSON,
    Intent.REFUSE: SmsIntent.DECLINE,
    Intent.LATER: SmsIntent.OTHER_TIME,
}
"""In the order in which they count. Any other SMS is read by a person."""
ENDING_ONE_INTERVIEW = frozenset({SmsIntent.DECLINE, SmsIntent.WRONG_PERSON})
"""Only an SMS of which every word is understood has such an intent, and no question has."""


def understand_sms(words: str, language: str, candidate_name: str = "") -> SmsIntent:
    """The intent of an SMS in this language, or in English, which people write to a machine as well."""
    if keyword := keyword_of(words):
        return keyword
    text, intents = words[:MAX_LETTERS], set()
    for tag in dict.fromkeys((language, FALLBACK_LANGUAGE)):
        for version in dict.fromkeys((text, _as_spoken(text, tag))):
            intents.add(_understand(version, tag, candidate_name))
    if _is_kept(words, language.split("-")[0], FALLBACK_LANGUAGE):
        intents -= ENDING_ONE_INTERVIEW
    if _is_kept(words, WRITING):
        intents.discard(SmsIntent.PERSON)
    if len(words.split()) > MOST_WORDS_OF_DECLINE:
        intents.discard(SmsIntent.DECLINE)
    return next((intent for intent in INTENT_OF_PHRASE.values() if intent in intents), SmsIntent.OTHER)


def keyword_of(words: str) -> SmsIntent | None:
    """The meaning of a keyword that was sent alone, but for words such as "please", in any language."""
    word, key_words = _normalise(words), _normalise(" ".join(_without_fillers(words)))
    for intent in KEYWORD_INTENTS:
        if {word, key_words} & _all_words(intent):
            return intent
    if _is_kept(words, CORRECTIONS):
        return None
    clauses = {_normalise(clause) for clause in re.split(r"[.,;:!?\n]", words)}
    return SmsIntent.STOP if clauses & _all_words(CLAUSE) else None


def is_confirmed_by_carrier(words: str) -> bool:
    """Whether Twilio replies to this keyword itself, and would refuse a second reply."""
    return _normalise(words) in _keyword_table()[SmsIntent.STOP][CARRIER]


def _understand(words: str, language: str, candidate_name: str) -> SmsIntent:
    understanding = understand_utterance(words, Expecting.IDENTITY, phrases.for_language(language), candidate_name)
    if understanding.is_guess:
        return SmsIntent.STOP if understanding.is_doubted_phrase and _is_opt_out(understanding) else SmsIntent.OTHER
    heard = {understanding.intent, *understanding.other_intents}
    intent = next((intent for phrase, intent in INTENT_OF_PHRASE.items() if phrase in heard), SmsIntent.OTHER)
    is_certain = understanding.is_whole and not words.rstrip().endswith("?")
    return SmsIntent.OTHER if intent in ENDING_ONE_INTERVIEW and not is_certain else intent


def _is_opt_out(understanding: Understanding) -> bool:
    """An SMS cannot be asked back, and one opt-out too many costs less than one too few."""
    return INTENT_OF_PHRASE.get(understanding.intent) is SmsIntent.STOP


def _is_kept(words: str, *names: str) -> bool:
    """Whether patterns with one of these names say that the candidate wants the interview."""
    patterns = (pattern for name in dict.fromkeys(names) for pattern in _kept_patterns().get(name, []))
    return any(pattern.search(words.lower()) for pattern in patterns)


def _as_spoken(words: str, language: str) -> str:
    text = words.lower()
    for pattern, replacement in _spoken_patterns().get(language.split("-")[0], []):
        text = pattern.sub(replacement, text)
    return text


def _without_fillers(words: str) -> list[str]:
    return [word for word in words.split() if _normalise(word) not in _all_words(FILLERS)]


def _normalise(words: str) -> str:
    """Letters and digits alone, without accents."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


@cache
def _keyword_table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((FOLDER / "keywords.toml").read_text("utf-8"))


@cache
def _all_words(name: str) -> frozenset[str]:
    """The words of a table in all languages."""
    return frozenset(word for words in _keyword_table()[name].values() for word in words)


@cache
def _kept_patterns() -> dict[str, list[re.Pattern[str]]]:
    table = tomllib.loads((FOLDER / "kept.toml").read_text("utf-8"))
    return {name: [re.compile(pattern) for pattern in patterns] for name, patterns in table.items()}


@cache
def _spoken_patterns() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    table = tomllib.loads((FOLDER / "spoken.toml").read_text("utf-8"))
    return {tag: [(re.compile(pattern), text) for pattern, text in pairs] for tag, pairs in table.items()}
