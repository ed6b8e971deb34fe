"""Taking out of a text what says who somebody is, before the text is sent to anybody."""

import re
from collections.abc import Iterable

MASK = "█"

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}(?:@[\w.-]*\w| at [\w-]+(?: dot [\w-]+)+)", re.IGNORECASE)
_DIGIT = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_PHONE = re.compile(
    r"(?<![\w.,$€£])(?:"
    r"\+\d[\d ().\-/]{5,18}\d"  # with a country code
    r"|\(?\d{3,5}\)?[ .\-/]?\d{3,4}[ .\-/]?\d{3,5}"  # with an area code
    r"|\d{2}(?:[ .\-]\d{2}){4}"  # in pairs
    r"|\d{3}-\d{4}"  # within a town
    r")(?!\w|[.,/\-]\d)"
)
_SPOKEN_PHONE = re.compile(rf"\b{_DIGIT}(?:[ ,-]+{_DIGIT}){{6,}}\b", re.IGNORECASE)


def redact(text: str, names: Iterable[str] = ()) -> str:
    """The text with names, e-mail addresses and phone numbers masked, each by as many signs as it had.

    A place in the result is therefore the same place in the text. Doing it twice changes nothing more.
    """
    for pattern in (_EMAIL, _PHONE, _SPOKEN_PHONE):
        text = pattern.sub(_masked, text)
    for name in names:
        for part in [name, *name.split()]:
            text = _without_name(text, part)
    return text


def _masked(match: re.Match[str]) -> str:
    return re.sub(r"\S", MASK, match.group())


def _without_name(text: str, name: str) -> str:
    """A whole name goes however it is written, a single word unless it is in small letters: Will, but not "I will"."""
    words = name.split()
    if not words or len(name.strip()) < 2:
        return text
    pattern = r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)"

    def mask(match: re.Match[str]) -> str:
        return match.group() if len(words) == 1 and match.group().islower() else _masked(match)

    return re.sub(pattern, mask, text, flags=re.IGNORECASE)
