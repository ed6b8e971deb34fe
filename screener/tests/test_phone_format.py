"""Phone numbers as people write them, and the one form that is stored, checked and dialled."""

import random
from contextlib import suppress

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.phone_format import E164_PATTERN, InvalidPhoneNumber, to_e164
from tests.support.phone_numbers import WRITTEN_FORMS

EXAMPLE_NUMBERS = [
    number
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for number_type in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    if (number := phonenumbers.example_number_for_type(region, number_type))
]
DIGIT_SCRIPTS = [
    str.maketrans("0123456789", digits) for digits in ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९")
]
SEPARATORS = [
    *("", " ", "-", ".", " (", "\t", "－", "ー"),
    *"\N{NO-BREAK SPACE}\N{SOFT HYPHEN}\N{RIGHT-TO-LEFT MARK}\N{WORD JOINER}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}",
]
LABELS = ["", "tel:", "TEL: ", "Mobile: ", "\N{LEFT-TO-RIGHT EMBEDDING}", "\N{ZERO WIDTH NO-BREAK SPACE}", "("]
PREFIXES = ["+", "＋", "00", "(00)", "0 0 ", "++"]
EXTENSIONS = ["", " ", ";ext=9", " x9", ", ext. 12", "#3", ";phone-context=+49", "\N{POP DIRECTIONAL FORMATTING}"]


def test_number_has_one_form() -> None:
    numbers = {typed: to_e164(typed) for typed in WRITTEN_FORMS}
    assert numbers == dict.fromkeys(WRITTEN_FORMS, "+14155550100")


@given(st.data())
def test_decorated_number_has_one_form(data: st.DataObject) -> None:
    number = phonenumbers.format_number(
        data.draw(st.sampled_from(EXAMPLE_NUMBERS)), phonenumbers.PhoneNumberFormat.E164
    )
    assert to_e164(number) == number
    before, plus, after = (data.draw(st.sampled_from(signs)) for signs in (LABELS, PREFIXES, EXTENSIONS))
    digits = [sign + data.draw(st.sampled_from(SEPARATORS)) for sign in number[1:]]
    typed = (before + plus + "".join(digits) + after).translate(data.draw(st.sampled_from(DIGIT_SCRIPTS)))
    assert to_e164(typed) == number


@given(st.text() | st.from_regex(r"(\+|00)[0-9 ()./x;,-]{5,20}", fullmatch=True))
def test_form_is_stable_or_refused(typed: str) -> None:
    with suppress(InvalidPhoneNumber):
        number = to_e164(typed)
        assert to_e164(number) == number


def test_verdict_is_that_of_library_for_every_calling_code() -> None:
    """Numbers that look finished are judged without parsing them."""
    source = random.Random(16)
    nationals = ["".join(source.choices("0123456789", k=length)) for length in range(4, 15) for _ in range(8)]
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        for number in filter(E164_PATTERN.fullmatch, (f"+{code}{national}" for national in nationals)):
            parsed = phonenumbers.parse(number)
            is_finished = phonenumbers.is_possible_number(parsed) and number == phonenumbers.format_number(
                parsed, phonenumbers.PhoneNumberFormat.E164
            )
            assert (_normalised(number) == number) == is_finished, number


def _normalised(typed: str) -> str | None:
    try:
        return to_e164(typed)
    except InvalidPhoneNumber:
        return None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+49 (0)30 / 901820", "+4930901820"),
        ("0049/30/901820", "+4930901820"),
        ("+39 06 698 12345", "+390669812345"),  # in Italy the zero is part of the number
    ],
)
def test_trunk_prefix_is_dropped(typed: str, number: str) -> None:
    assert to_e164(typed) == number


INVALID_NUMBERS = [
    *(
        "",
        "Ada",
        "4155550100",
        "+1415",
        "+999123456789",
        "+1" + "5" * 40,
        "+1" + "5" * 400,
        "\x00",
        "+",
        "00",
        "tel:",
    ),
    *("+1 415 555 0100\x00", "+1%20415%20555%200100", "+14155550100@example.com", "1.41556E+10", "\ud800"),
    *("+14155550100, +14155550101", "+14155550100/+14155550101", "+14155550100\n+14155550101"),
    "+49 30 123456 Home",  # not +493012345 with the keys that bear HOME
    "+44 (0)(0)20 7946 0018",  # read anew, it would be another
    "tel:555-0100;phone-context=+1415",
    *("+49 30 901820 •1", "+49 30 901820 (2)", "+49 30 901820 （2）", "+49 30 1234567¹", "+49 30 1234567①"),
    *("+43 1 58858-0/-10", "+49 89 123456 / 0171", "+49 89 123456/78"),  # ends, and numbers, in one's place
]


def test_invalid_number_is_refused() -> None:
    accepted = {}
    for typed in INVALID_NUMBERS:
        with suppress(InvalidPhoneNumber):
            accepted[typed] = to_e164(typed)
    assert accepted == {}
