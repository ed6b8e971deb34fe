"""What an utterance means as a reply to the greeting or the disclosure."""

import re
from enum import StrEnum

MAX_REFUSAL_WORDS = 12
"""A refusal may be worded freely but is short. The greeting of a voicemail is longer."""


class Meaning(StrEnum):
    YES = "yes"
    NO = "no"
    NEVER = "never"
    WRONG = "wrong"
    REFUSED = "refused"
    UNCLEAR = "unclear"


YES = frozenset(
    {"yes", "yeah", "yep", "yes i am", "yes it is", "speaking", "this is me", "i agree", "yes i agree", "i do"}
)
NO = frozenset({"no", "nope", "no i am not", "no it is not", "no i do not", "no i do not agree", "i do not agree"})
REFUSALS = {
    Meaning.NEVER: r"(do not|never|stop|quit) (ever |even |please )?(call|calling|phone|phoning|contact|contacting)\b"
    r"|(take|remove|delete) (me|my number|this number)\b",
    Meaning.WRONG: r"\bwrong (number|person)\b",
    Meaning.REFUSED: r"\bnot interested\b|\bi (decline|refuse)\b|\bdo not (want|consent|wish)\b|\bno thanks?\b",
}
NOT_NOW = r"\b(now|later|today|tonight|tomorrow|moment|work)\b"


def split_words(utterance: str) -> list[str]:
    text = utterance.lower().replace("\u2019", "'").replace("n't", " not").replace("'m", " am")
    return re.findall(r"[a-z]+", text)


def meaning_of(utterance: str, phrases: object) -> Meaning:
    """Return the meaning of an utterance. Only short exact phrases are consent."""
    words = split_words(utterance)
    text = " ".join(words)
    if text in YES:
        return Meaning.YES
    if text in NO:
        return Meaning.NO
    if len(words) > MAX_REFUSAL_WORDS or re.search(NOT_NOW, text):
        return Meaning.UNCLEAR
    matches = (meaning for meaning, pattern in REFUSALS.items() if re.search(pattern, text))
    return next(matches, Meaning.UNCLEAR)
