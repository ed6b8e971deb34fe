"""Contact details in the text of a resume that the record does not have. The user decides whether to copy them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers import PhoneNumberMatcher

from candidates.models import Candidate
from candidates.resume.facts import PERIOD
from screener.phone_format import InvalidPhoneNumber, to_e164

MAX_OFFERS = 3
"""The limit per kind. Further ones belong to references."""
SEARCHED_CHARACTERS = 20_000
HEAD_LINES = 8
"""The number of lines at the top that may hold the name."""
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NAME_LABEL = re.compile(r"^(?:name|full name|vor- und nachname|nom|nombre|nome)\s*:\s*", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+){1,4}")
"""Unambiguous, so that a long line causes no backtracking."""
_NO_NAME = frozenset(
    """curriculum vitae resume résumé cv lebenslauf profile profil summary contact kontakt skills experience education
    engineer
    developer manager barista nurse teacher sales software senior junior consultant assistant""".split()
)
WORDS_OF_NAME = range(2, 5)


@dataclass(frozen=True)
class ContactOffer:
    """`field`: of the candidate. `value`: as the record would hold it. `start`, `end`: its position in the text."""

    field: str
    value: str
    start: int
    end: int


def find_contacts(candidate: Candidate) -> list[ContactOffer]:
    """Names, addresses and numbers that differ from those of the record, in order of their place."""
    text = candidate.resume_text[:SEARCHED_CHARACTERS]
    offers: list[ContactOffer] = []
    for offers_of_kind in (_find_name(text), _find_emails(text), _find_numbers(text, _region_of(candidate.phone))):
        seen, count = set[str](), 0
        for offer in offers_of_kind:
            is_new = not _says_same(getattr(candidate, offer.field), offer.value) and offer.value.casefold() not in seen
            if is_new and count < MAX_OFFERS:
                offers.append(offer)
                count += 1
            seen.add(offer.value.casefold())
    return sorted(offers, key=lambda offer: offer.start)


def _says_same(recorded: str, offered: str) -> bool:
    return sorted(recorded.casefold().replace(",", " ").split()) == sorted(offered.casefold().split())


def _find_emails(text: str) -> Iterator[ContactOffer]:
    for match in _EMAIL.finditer(text):
        address = match[0].rstrip(".-")
        try:
            validate_email(address)
        except ValidationError:
            continue
        yield ContactOffer("email", address, match.start(), match.start() + len(address))


def _find_numbers(text: str, region: str) -> Iterator[ContactOffer]:
    without_periods = PERIOD.sub(lambda period: " " * len(period[0]), text)
    for match in PhoneNumberMatcher(without_periods, region or None):
        written = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        try:
            yield ContactOffer("phone", to_e164(written), match.start, match.end)
        except InvalidPhoneNumber:
            continue


def _region_of(phone_number: str) -> str:
    """The country of the present number, for numbers without a country code."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone_number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def _find_name(text: str) -> Iterator[ContactOffer]:
    """The first line at the top that can be a name: two to four words that begin with a capital letter."""
    place = 0
    for line in text.split("\n")[:HEAD_LINES]:
        label = _NAME_LABEL.match(line)
        written = line[label.end() :] if label else line
        name = " ".join(written.split())
        if _can_be_name(name):
            start = place + line.index(written) + len(written) - len(written.lstrip())
            full_name = name.title() if name.isupper() else name
            yield ContactOffer("full_name", full_name, start, start + len(written.strip()))
            return
        place += len(line) + 1


def _can_be_name(line: str) -> bool:
    words = line.split()
    if len(words) not in WORDS_OF_NAME or _NAME.fullmatch(line) is None:
        return False
    return all(word[0].isupper() for word in (words[0], words[-1])) and _NO_NAME.isdisjoint(line.casefold().split())
