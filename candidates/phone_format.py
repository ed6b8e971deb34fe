"""One form of a phone number: what is typed is turned into what is stored, checked and dialled."""

import re
import unicodedata

import phonenumbers

LONGEST = 100
"""How much may be typed for one number."""

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LAYOUT = {"Zs", "Cf", "Mn", "Pd", "Ps", "Pe", "So"}
"""Spaces, invisible signs and those that change the sign before them, dashes, brackets, symbols such as a telephone."""
ALSO_LAYOUT = frozenset(
    "._~'\t\r\n\N{RIGHT SINGLE QUOTATION MARK}\N{MINUS SIGN}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
)
NOT_PART_OF_IT = re.compile(r"<(?:super|sub|circle|fraction|compat)>")
"""Of a figure: a footnote's, or one of a list."""
AT_ITS_END = re.compile(r"\([\d\s]*\)\s*$")
WRITTEN = re.compile(
    r"(?:tel:?|[^\W\d]+:)?"  # what it is
    r"(?P<prefix>\++|00)?"
    # A slash stands after country and area code. Elsewhere it parts two numbers, or the ends of two.
    r"(?P<digits>[0-9]+|(?:[0-9]{1,6}/){1,2}[1-9][0-9]{2,})"
    r"(?:;.*|,*(?:ext(?:n|ension)?|x|\#|,):?=?[0-9]{1,9}\#?)?"  # an extension, or what RFC 3966 lets follow
)

PART = re.compile(r"\+?0*(?P<digits>[0-9]{3,})")
"""Of a number. Zeros before it are dialled within a country only, and stored with none."""


class NotAPhoneNumber(ValueError):
    """The message says what is wrong and what to type instead."""


def e164(typed: str) -> str:
    """The number in E.164 (+14155550100), of what has a country code (after + or 00) and is one number, alone.

    An extension is left out: a call starts with the number before it. So is the context of a `tel:` link, which says
    nothing of a number with a country code. Letters are refused rather than read as the keys that bear them.
    """
    written = WRITTEN.fullmatch(_essential(typed))
    if (
        written is None
        or AT_ITS_END.search(unicodedata.normalize("NFKC", typed))
        or any(map(_is_not_part_of_it, typed))
    ):
        raise NotAPhoneNumber(f"{typed[:40]!r} is not a phone number. Write it with its country code: +14155550100.")
    if not written["prefix"]:
        raise _no_country(typed)
    number = _formatted("+" + written["digits"].replace("/", ""), typed)
    # What is read anew when it is checked must be what is dialled.
    if not E164.fullmatch(number) or _formatted(number, typed) != number:
        raise _wrong_length(typed)
    return number


def sought(typed: str) -> str:
    """What to look for in stored numbers for a number, or a part of one, as people write it; empty where it is none."""
    try:
        return e164(typed)
    except NotAPhoneNumber:
        part = PART.fullmatch(_essential(typed))
        return part["digits"] if part else ""


def _essential(typed: str) -> str:
    """What is left of a text without its layout, in lower case, with the digits 0 to 9 for those of any script."""
    signs = (sign for sign in unicodedata.normalize("NFKC", typed) if sign not in ALSO_LAYOUT)
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign.lower()
        for sign in signs
        if unicodedata.category(sign) not in LAYOUT
    )


def _is_not_part_of_it(sign: str) -> bool:
    return unicodedata.normalize("NFKC", sign) != sign and bool(NOT_PART_OF_IT.match(unicodedata.decomposition(sign)))


def _formatted(number: str, typed: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        raise (_no_country if unknown else _wrong_length)(typed) from None
    if not phonenumbers.is_possible_number(parsed):
        raise _wrong_length(typed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _no_country(typed: str) -> NotAPhoneNumber:
    return NotAPhoneNumber(
        f"{typed[:40]!r} has no valid country code. Write the number with its country code: +14155550100."
    )


def _wrong_length(typed: str) -> NotAPhoneNumber:
    return NotAPhoneNumber(
        f"{typed[:40]!r} has too many or too few digits for its country. Check it against where it came from."
    )
