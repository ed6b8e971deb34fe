"""Normalises phone numbers to E.164, the form that is stored, checked and dialled."""

import re
import unicodedata
from functools import cache

import phonenumbers
from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 100
"""Characters accepted for one number."""

E164_PATTERN = re.compile(r"\+[1-9][0-9]{6,14}")
LAYOUT_CATEGORIES = {"Zs", "Cf", "Mn", "Pd", "Ps", "Pe", "So"}
"""Unicode categories: spaces, invisible and combining characters, dashes, brackets, symbols such as a telephone."""
LAYOUT_CHARACTERS = frozenset(
    "._~'\t\r\n\N{RIGHT SINGLE QUOTATION MARK}\N{MINUS SIGN}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
)
ANNOTATION_TYPE = re.compile(r"<(?:super|sub|circle|fraction|compat)>")
"""Decomposition types of digits that annotate the text, such as footnote and list numbers."""
TRAILING_BRACKETS = re.compile(r"\([\d\s]*\)\s*$")
WRITTEN_NUMBER = re.compile(
    r"(?:tel:?|[^\W\d]+:)?"  # a label, such as tel:
    r"(?P<prefix>\++|00)?"
    # A slash may follow the country and area code. Elsewhere it separates two numbers.
    r"(?P<digits>[0-9]+|(?:[0-9]{1,6}/){1,2}[1-9][0-9]{2,})"
    r"(?:;.*|,*(?:ext(?:n|ension)?|x|\#|,):?=?[0-9]{1,9}\#?)?"  # an extension or RFC 3966 parameters
)

NUMBER_PART = re.compile(r"\+?0*(?P<digits>[0-9]{3,})")
"""A part of a number. Leading zeros are trunk prefixes, which E.164 omits."""


class PhoneProblem(models.TextChoices):
    """Why a text is not a phone number. `%(detail)s`: the text."""

    NO_NUMBER = "no_number", _("%(detail)s is not a phone number. Write it with its country code: +14155550100.")
    COUNTRY_CODE = (
        "country_code",
        _("%(detail)s has no valid country code. Write the number with its country code: +14155550100."),
    )
    LENGTH = (
        "length",
        _("%(detail)s has too many or too few digits for its country. Check it against where it came from."),
    )


class InvalidPhoneNumber(ValueError):
    """The message says what is wrong and what to enter instead."""

    def __init__(self, problem: PhoneProblem, typed: str) -> None:
        self.problem, self.typed = problem, repr(typed[:40])
        super().__init__(str(problem.label) % {"detail": self.typed})


def to_e164(typed: str, *, region: str = "") -> str:
    """Convert a number with a country code (after + or 00) to E.164, such as +14155550100.

    `region`: the country, such as DE, of a number that is written without a country code.
    Extensions and the parameters of `tel:` links are dropped. Letters are rejected, not read as keypad letters.
    """
    if E164_PATTERN.fullmatch(typed) and (_is_plain(typed) or _format_number(typed, typed) == typed):
        return typed
    written = WRITTEN_NUMBER.fullmatch(_strip_layout(typed))
    if (
        written is None
        or TRAILING_BRACKETS.search(unicodedata.normalize("NFKC", typed))
        or any(map(_is_annotation, typed))
    ):
        raise InvalidPhoneNumber(PhoneProblem.NO_NUMBER, typed)
    digits = written["digits"].replace("/", "")
    if written["prefix"]:
        number = _format_number(f"+{digits}", typed)
    elif region:
        number = _format_number(digits, typed, region=region)
    else:
        raise InvalidPhoneNumber(PhoneProblem.COUNTRY_CODE, typed)
    # The result must be stable, because the number that is checked must be the number that is dialled.
    if not E164_PATTERN.fullmatch(number) or _format_number(number, typed) != number:
        raise InvalidPhoneNumber(PhoneProblem.LENGTH, typed)
    return number


def country_of(number: str) -> str:
    """Return the country, such as DE, of a number in E.164; empty where it has none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""


def calling_codes() -> dict[str, int]:
    """Return the country code of every country, such as 49 for DE."""
    return {region: phonenumbers.country_code_for_region(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)}


def search_digits(typed: str) -> str:
    """The digits to search for in stored numbers, from a whole or partial number; empty if there is no number."""
    try:
        return to_e164(typed)
    except InvalidPhoneNumber:
        part = NUMBER_PART.fullmatch(_strip_layout(typed))
        return part["digits"] if part else ""


def _strip_layout(typed: str) -> str:
    """Remove layout characters, convert to lower case, and map digits of any script to 0-9."""
    signs = (sign for sign in unicodedata.normalize("NFKC", typed) if sign not in LAYOUT_CHARACTERS)
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign.lower()
        for sign in signs
        if unicodedata.category(sign) not in LAYOUT_CATEGORIES
    )


def _is_annotation(sign: str) -> bool:
    return unicodedata.normalize("NFKC", sign) != sign and bool(ANNOTATION_TYPE.match(unicodedata.decomposition(sign)))


def _is_plain(number: str) -> bool:
    """Whether the library would return this number in E.164 as it is. Takes a tenth of the time of parsing it.

    False also for numbers that the library must decide on: those with a leading zero or a national prefix.
    """
    for end in (2, 3, 4):
        plan = _number_plan(number[1:end])
        if plan:
            lengths, national_prefix = plan
            national = number[end:]
            has_prefix = national.startswith("0") or (national_prefix and national_prefix.match(national))
            return len(national) in lengths and not has_prefix
    return False


@cache
def _number_plan(calling_code: str) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    """The lengths of numbers of this calling code without it, and the prefixes that are dialled before them."""
    region = phonenumbers.region_code_for_country_code(int(calling_code))
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), region)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return frozenset(metadata.general_desc.possible_length), re.compile(prefix) if prefix else None


def _format_number(number: str, typed: str, *, region: str = "") -> str:
    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException as error:
        unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        raise InvalidPhoneNumber(PhoneProblem.COUNTRY_CODE if unknown else PhoneProblem.LENGTH, typed) from None
    if not phonenumbers.is_possible_number(parsed):
        raise InvalidPhoneNumber(PhoneProblem.LENGTH, typed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
