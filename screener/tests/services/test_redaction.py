"""Redaction of names, addresses and phone numbers, written and spoken. Other words stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.services.privacy.redaction import redact
from tests.support.corpora import GOOD_ANSWER, ordinary

PRIVATE = ("José O'Brien-Müller", "jose.obrien92@mail.example.com", "+14155550137")


TEXTS_WITH_DETAILS = [
    ("Write to anna.b+jobs@mail.example.co.uk.", "Write to ██████████████████████████████."),
    ("anna at example dot com", "████ ██ ███████ ███ ███"),
    ("Call +1 (415) 555-0100 now", "Call ██ █████ ████████ now"),
    ("or 415-555-0199, please", "or ████████████, please"),
    ("or 06 12 34 56 78", "or ██ ██ ██ ██ ██"),
    ("four one five five five five oh one", "████ ███ ████ ████ ████ ████ ██ ███"),
    ("I'm Will Green, and I will go.", "I'm ████ █████, and I will go."),
    ("my name is will green", "my name is ████ █████"),
    ("my name is will, and I will go", "my name is ████, and I will go"),
    ("GREEN? Yes, Greenland is green.", "█████? Yes, Greenland is green."),
    ("Will's team; WillGreen, will_green", "████'s team; █████████, ██████████"),
]


def test_personal_details_are_masked() -> None:
    masked = [(text, redact(text, ["Will Green"])) for text, _ in TEXTS_WITH_DETAILS]
    assert masked == TEXTS_WITH_DETAILS


SPELLINGS_OF_NAME = [
    *(
        "José",
        "jose",
        "JOSE",
        "Jose\u0301",
        "JOSÉ’s",
        "J o s é",
        "J-O-S-E",
        "Jo\u200bsé",
        "O'Brien",
        "o’brien",
        "OBrien",
    ),
    *("O B R I E N", "Müller", "Mueller", "MULLER's", "O'Brien Muller", "jose obrien mueller"),
]


def test_spellings_of_name_are_masked() -> None:
    masked = {name: redact(name, PRIVATE).replace("█'s", "").replace("█’s", "") for name in SPELLINGS_OF_NAME}
    assert {name: rest for name, rest in masked.items() if not set(rest) <= set(" █")} == {}


@pytest.mark.parametrize(
    ("name", "text", "redacted"),
    [
        ("王小明", "我叫王小明，是工程師。", "我叫███，是工程師。"),
        ("김 민준", "제 이름은 김민준입니다. 민준이가 했어요.", "제 이름은 ███입니다. ██이가 했어요."),
        ("प्रिया शर्मा", "मेरा नाम प्रिया है", "मेरा नाम ██████ है"),
        ("Анна Петрова", "меня зовут анна", "меня зовут ████"),
        ("Maria de la Cruz", "Maria went to la sala de Cruz", "█████ went to la sala de ████"),
    ],
)
def test_names_of_any_script_are_masked(name: str, text: str, redacted: str) -> None:
    assert redact(text, [name]) == redacted


FORMS_OF_ADDRESS = [
    "jose.obrien92@mail.example.com",
    "JOSE.OBRIEN92 @ MAIL.EXAMPLE.COM",
    "jose dot obrien nine two at mail dot example dot com",
    "j o s e dot o b r i e n nine two at mail dot example dot com",
    "jose.obrien92",
    "someone.else@example.org",
    "someone at gmail.com",
    "some dot one at example dot co dot uk",
    "some underscore one at example dot org",
    "s-o-m-e dot one two at example dot org",
    "some dot one at example.org",
    "_some__one_ at example dot org",
    "ana arroba example punto es",
    "anna at example punkt de",
    "j.smith(at)example.org",
    "john [at] mail [dot] example [dot] org",
    "john (@) example (dot) org",
]


def test_forms_of_address_are_masked() -> None:
    masked = {text: redact(text, PRIVATE) for text in FORMS_OF_ADDRESS}
    assert {text: rest for text, rest in masked.items() if not set(rest) <= set(" █[]()")} == {}


FORMS_OF_PHONE_NUMBER = [
    *(
        "4155550137",
        "(415) 555 01 37",
        "415.555.0137",
        "5550137",
        "1 415 5550137",
        "00 1 415-555-0137",
        "41 55 55 01 37",
    ),
    *("٤١٥٥٥٥٠١٣٧", "４１５－５５５－０１３７", "415\u200b555\u200b0137"),
    *("four one five, triple five, oh one three seven", "four-one-five double five five o one three seven"),
    *("four one five um five five five and zero one three seven", "one 415 five five five 0137"),
    "four fifteen, five fifty-five, oh one thirty-seven",
    "four one five fifty five five zero one three seven",
    "one four one five and then five five five, um, and then oh one three seven",
    *("4 1 5 5 5 5 0 1 3 7", "6 1 2 3 4 5 6 7 8", "7 0 3 5 5 5 0 1 9 9 1"),
    *("+49 151 23456789", "0151 23456789", "07911 123456", "020 7946 0958", "98765 43210", "612 345 678"),
    *("+442079460958", "1-800-555-0199", "(030) 123456", "555-0199", "+49 151 23456789 0151 23456789"),
    *("seven seven double nine one oh five", "０３０ １２３４５６７"),
]


def test_forms_of_phone_number_are_masked() -> None:
    for text in FORMS_OF_PHONE_NUMBER:
        rest = redact(f"It is {text}, ok?", PRIVATE).removeprefix("It is ").removesuffix(", ok?")
        assert set(rest) <= set(" █()+,"), text


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("My phone is 91 23 45 67.", "My phone is ██ ██ ██ ██."),
        ("Phone sales grew to 1 250 000.", "Phone sales grew to 1 250 000."),
    ],
)
def test_announced_number_is_masked(text: str, redacted: str) -> None:
    assert redact(text) == redacted


# --- Other figures and words --------------------------------------------------------------------------------

_YEAR, _SMALL = st.integers(1950, 2039), st.integers(1, 999)
_THOUSANDS = st.integers(1_000, 999_999_000).map(lambda number: f"{number:,}")
_FIGURES = st.one_of(
    st.builds("from {}-{}".format, _YEAR, _YEAR),
    st.builds("{} to {}".format, _YEAR, _YEAR),
    st.builds("{} {} {}".format, _YEAR, _YEAR, _YEAR),
    st.builds("{}-{:02}-{:02}".format, _YEAR, st.integers(1, 12), st.integers(1, 28)),
    st.builds("{:02}.{:02}.{}".format, st.integers(1, 28), st.integers(1, 12), _YEAR),
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    st.builds("{:02}00-{:02}00".format, st.integers(0, 23), st.integers(0, 23)),
    st.builds("{} users".format, _THOUSANDS),
    st.builds("${}".format, _THOUSANDS),
    st.builds("{}.50 euros".format, _THOUSANDS),
    st.builds("{} 000 000 rows".format, _SMALL),
    st.builds("{}.000.000 rows".format, _SMALL),
    st.builds("{}.{}%".format, _SMALL, _SMALL),
    st.builds("{} percent".format, _SMALL),
    st.builds("version {}.{}.{}".format, _SMALL, _SMALL, _SMALL),
    st.builds("{}0-{}00 tickets".format, st.integers(10, 19), st.integers(20, 99)),
    st.builds("{0}0-{0}00 tickets".format, st.integers(10, 99)),
    st.builds("in {} {} users".format, _YEAR, st.integers(1_000, 99_999)),
    st.builds("{}, {}, {} and {}".format, _SMALL, _SMALL, _SMALL, _SMALL),
    st.builds("{}/{}".format, _SMALL, _SMALL),
    st.builds("{}00 {}00 {}00 units".format, *[st.integers(1, 99)] * 3),
    st.builds("{}-{} {}".format, _SMALL, st.integers(1_000, 9_999), st.sampled_from(["units", "people", "new users"])),
    st.sampled_from(["ratings 5 4 3 5 4 4 5 3 5 5 4 5 in a row", "call 1200 1300 1400 people"]),
    st.sampled_from(
        ["192.168.100.200", "2048x1536", "24/7", "ISO 27001 2013", "one or two of three", "Node.js 20.11.1"]
    ),
    st.sampled_from(
        ["I worked at booking.com", "at this point. Dot", "we met @ noon", "two point five", "twenty twenty one"]
    ),
)


@given(st.lists(_FIGURES, min_size=1, max_size=3), st.sampled_from([", ", "; ", ". ", " and then "]))
def test_ordinary_figures_are_unchanged(figures: list[str], separator: str) -> None:
    text = f"We had {separator.join(figures)} at that time."
    assert redact(text, PRIVATE) == text


def test_ordinary_sentences_are_unchanged() -> None:
    names = [*PRIVATE, "Will May", "Hope Young", "Van De Mark", "An Do"]
    sentences = [
        *ordinary(),
        GOOD_ANSWER,
        "We sold 240 units for $415 555 0100 yen.",
        "Meet me at home dot.",
        "I breathe and count one two three four five six seven eight, then I answer.",
        "Four fifteen, five fifty-five and zero one thirty-eight are the rooms.",
        "In twenty fifteen we were fifty five people, in twenty twenty one a hundred thirty seven.",
        "The children counted nine, eight, seven, six, five, four, three, two, one.",
    ]
    assert [redact(sentence, names) for sentence in sentences] == sentences


@pytest.mark.parametrize("apostrophe", ["'", "’"])
@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("I'm fine. from 2015\n2019\n2021\r\n2023\tand 12", "I'm fine. from 2015\n2019\n2021\r\n2023\tand 12"),
        ("My name is\nJosé and it's\nfine", "My name is\n████ and it's\nfine"),
        ("It's\nO'Brien\r\nMüller\there", "It's\n███████\r\n██████\there"),
    ],
)
def test_line_breaks_are_kept(text: str, redacted: str, apostrophe: str) -> None:
    assert redact(text.replace("'", apostrophe), PRIVATE) == redacted.replace("'", apostrophe)


# --- Properties -----------------------------------------------------------------------------------

_PRIVATE_DETAIL = st.one_of(st.text(max_size=20), st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.emails())


@given(st.text(), st.lists(_PRIVATE_DETAIL, max_size=3))
def test_redaction_keeps_positions(text: str, private: list[str]) -> None:
    redacted = redact(text, private)
    assert len(redacted) == len(text)
    assert all(new in (old, "█") for old, new in zip(text, redacted, strict=True))
    assert redact(redacted, private) == redacted


_BITS = [*"_-,('a2mé0", "a_", "2_", "a-", "m ", "oh ", "at ", "dot ", "one ", "a, ", "a@", "a. ", "J o s e ", "call 1"]


@pytest.mark.parametrize("first", _BITS)
def test_repetition_causes_no_backtracking(first: str) -> None:
    """A pattern that backtracks would hang: its time grows exponentially with the number of repetitions."""
    for second in ["", *_BITS]:
        text = f"{first}{second}" * 100
        assert len(redact(text, PRIVATE)) == len(text), second


_NAME = st.text(st.sampled_from("abcdefgjknortuvwxyzäéñøßł"), min_size=2, max_size=9).map("xj{}".format)
_NUMBER = st.from_regex(r"\+[1-9][0-9]{8,13}", fullmatch=True)
_WORDS = "zero one two three four five six seven eight nine".split()


@given(_NAME, _NAME, _NUMBER, st.sampled_from(" -.,"), st.sampled_from(ordinary()), st.data())
def test_all_forms_of_details_are_masked(
    first: str, last: str, number: str, separator: str, sentence: str, data: st.DataObject
) -> None:
    digits = data.draw(st.lists(st.sampled_from([number[1:], number[3:]]), min_size=1, max_size=1))[0]
    forms = {
        "name": st.sampled_from(
            [
                first,
                first.upper(),
                f"{first}'s",
                f"{last.title()}, {first}",
                strip_accents(first),
                f"{first}{separator}{last}",
            ]
        ),
        "number": st.sampled_from(
            [
                digits,
                number,
                separator.join(digits),
                f"{separator} ".join(_WORDS[int(digit)] for digit in digits),
                f"({digits[:3]}) {digits[3:]}",
            ]
        ),
        "address": st.sampled_from([f"{first}.{last}@example.com", f"{first} dot {last} at example dot com"]),
    }
    form = data.draw(forms[data.draw(st.sampled_from(list(forms)))])
    redacted = redact(
        f"{sentence} It is {form} now.", [f"{first.title()} {last}", number, f"{first}.{last}@example.com"]
    )
    rest = redacted.removeprefix(f"{sentence} It is ").removesuffix(" now.")
    assert len(rest) < len(redacted)
    assert not any(char.isalnum() for char in rest.removesuffix("'s"))


def strip_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
