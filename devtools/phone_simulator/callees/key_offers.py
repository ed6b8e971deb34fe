"""Finds the keys that a spoken prompt offers, such as "press 1 to agree"."""

import re
from collections.abc import Iterator

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
KEY_PATTERN = rf"(\d|{'|'.join(DIGIT_WORDS)})\b"
KEY_OFFER = re.compile(
    rf"\b(?:press|push|hit|dial)\s+(?:the\s+)?{KEY_PATTERN}|\bor\s+{KEY_PATTERN}(?=\s+(?:for|to|if)\b)", re.I
)
PURPOSE_WORDS = re.compile(r"\b(?:to|if|for)\b", re.I)
NEVER_CALL_WORDS = re.compile(r"\b(?:not|never|stop|remove|no longer|no more)\b.*\bcall|n[o']t\b.*\bcall", re.I)
NEGATIVE_WORDS = re.compile(r"\b(?:no|not|decline|refuse|disagree|wrong|reject|stop|end|rather)\b|n't\b", re.I)
PERSON_WORDS = re.compile(r"\b(?:an?|real) (?:person|human|operator)\b|\banother way\b", re.I)
REPEAT_WORDS = re.compile(r"\b(?:repeat|again|hear)\b", re.I)


def find_key(meaning: str, text: str) -> str:
    """Return the key that the text offers for `yes`, `no`, `person` or `never` (call again); empty if there is none."""
    for key, purpose in offered_keys(text):
        if _purpose_meaning(purpose) == meaning:
            return key
    return ""


def offered_keys(text: str) -> Iterator[tuple[str, str]]:
    """Yield each offered key with the words that state its purpose."""
    for sentence in re.split(r"[.;!?]\s*", text):
        offers = list(KEY_OFFER.finditer(sentence))
        if not offers:
            continue
        # "To agree, press 1" states the purpose before the key, "press 1 to agree" after it.
        if PURPOSE_WORDS.search(sentence[: offers[0].start()]):
            edges = [0, *(offer.end() for offer in offers)]
        else:
            edges = [*(offer.start() for offer in offers), len(sentence)]
        for offer, start, stop in zip(offers, edges, edges[1:], strict=False):
            yield _key_digit(offer), sentence[start:stop]


def _key_digit(offer: re.Match[str]) -> str:
    word = (offer[1] or offer[2]).lower()
    return word if word.isdecimal() else str(DIGIT_WORDS.index(word))


def _purpose_meaning(purpose: str) -> str:
    if NEVER_CALL_WORDS.search(purpose):
        return "never"
    if NEGATIVE_WORDS.search(purpose):
        return "no"
    if PERSON_WORDS.search(purpose):
        return "person"
    return "repeat" if REPEAT_WORDS.search(purpose) else "yes"
