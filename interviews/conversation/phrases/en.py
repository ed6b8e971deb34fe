"""English utterances."""

import re

from interviews.conversation.phrases.meaning import Meaning

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
HINTS = "yes, no, I agree, speaking"


def split_words(utterance: str) -> list[str]:
    text = utterance.lower().replace("\u2019", "'").replace("n't", " not").replace("'m", " am")
    return re.findall(r"[a-z]+", text)
