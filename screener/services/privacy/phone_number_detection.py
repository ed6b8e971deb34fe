"""Finds phone numbers in prose, written or spoken, without taking other figures for numbers."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

Span = tuple[int, int]
MASK = "█"

_DIGIT_WORDS = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
DIGIT_OF = {**{word: str(digit) for digit, word in enumerate(_DIGIT_WORDS)}, "oh": "0", "o": "0", "nought": "0"}
DIGIT_WORD = rf"(?:{'|'.join(DIGIT_OF)})"
_SPOKEN_DIGIT = rf"(?:\d|\b{DIGIT_WORD}\b|\b(?:double|triple)[ -](?:\d|{DIGIT_WORD}\b))"
_SEPARATOR = r"[\s().,/_+-]{0,4}(?:\b(?:um|uh|er|erm|and|then|dash|hyphen|space)\b[\s.,-]{1,3}){0,3}"
_SPOKEN_NUMBER = re.compile(rf"{_SPOKEN_DIGIT}(?:{_SEPARATOR}{_SPOKEN_DIGIT}){{3,}}")
_PAIR_DIGITS = {
    **{word: str(number) for number, word in enumerate(_TEENS, start=10)},
    **{ten: f"{digit}0" for digit, ten in enumerate(_TENS, start=2)},
    **{
        f"{ten}{separator}{_DIGIT_WORDS[unit]}": f"{digit}{unit}"
        for digit, ten in enumerate(_TENS, start=2)
        for unit in range(1, 10)
        for separator in " -"
    },
    "hundred": "00",
}
_PAIR = rf"\b(?:{'|'.join(sorted(_PAIR_DIGITS, key=len, reverse=True))})\b"
_SPOKEN_IN_PAIRS = re.compile(rf"(?:{_SPOKEN_DIGIT}|{_PAIR})(?:{_SEPARATOR}(?:{_SPOKEN_DIGIT}|{_PAIR})){{2,}}")
_DIGIT_TOKEN = re.compile(rf"({_PAIR})|(?:(double|triple)[ -])?(\d|\b{DIGIT_WORD}\b)")
MIN_DIGITS, MAX_DIGITS = 7, 15

_COUNTED_NOUN = (
    r"(?:calls|clients|customers|guests|items|kilos|meals|miles|orders|parcels|patients|people|pieces|points|pupils"
    r"|requests|rows|seats|students|tickets|tons|units|users|visitors)"
)
_WRITTEN_NUMBER = re.compile(
    rf"""(?<![\w.,$€£¥{MASK}])(?:
    (?:\+|\(\+|00)[1-9](?:\)?[ .\-/]?\(?\d){{7,14}}  # international
    | \(?0(?:\)?[ .\-/]?\(?\d){{8,11}}  # with a trunk prefix
    | (?:1[ .\-])?\(?\d{{3}}\)?[ .\-/]?\d{{3}}[ .\-/]?\d{{4}}  # North America
    | \d{{3}}([ \-])\d{{3}}\1\d{{3}} | \d{{5}}[ \-]\d{{5,6}} | \d{{9,13}}
    | \d{{3}}[\-.]\d{{4}}(?!\ (?:more\ |new\ )?{_COUNTED_NOUN}\b)  # local, but not "415-1250 units"
    | (?<!\d\ )\d(?:\ \d){{8,10}}(?!\ \d)  # digit by digit
    )(?!\w|{MASK}|[.,/\-][\d{MASK}]|\ ?[%$€£¥]|\ (?:percent|dollars?|euros?|pounds|yen|rupees|usd|eur|gbp|inr)\b)""",
    re.X,
)
_ANNOUNCED_NUMBER = re.compile(
    r"\b(?:call|dial|text|ring|reach|phone|mobile|cell|whatsapp|telephone|tel|fax|my number)\b[^\d\n+]{0,25}"
    r"(\+?\d[\d ().\-/]{5,18}\d)(?!\w|[.,/\-]\d)"
)
_YEAR, _DATE = re.compile(r"(?:19|20)\d\d(?=\D)"), re.compile(r"\d{1,2}\D\d{1,2}\D(?:19|20)\d\d")


def find_phone_numbers(text: str, known_numbers: Iterable[str] = ()) -> Iterator[Span]:
    """The spans of phone numbers in a normalised text (lower case, ASCII digits).

    A known number is also found where it is spoken in pairs ("fifty-five").
    """
    yield from _find_written(text)
    yield from _find_spoken(text)
    known_digits = [re.sub(r"\D", "", number) for number in known_numbers]
    yield from _find_known(text, [digits for digits in known_digits if len(digits) >= MIN_DIGITS])


def _find_written(text: str) -> Iterator[Span]:
    for match in _WRITTEN_NUMBER.finditer(text):
        if not _is_other_figure(match.group()):
            yield match.span()
    for match in _ANNOUNCED_NUMBER.finditer(text):
        if not _is_other_figure(match[1]) and len(re.sub(r"\D", "", match[1])) >= MIN_DIGITS:
            yield match.span(1)


def _find_spoken(text: str) -> Iterator[Span]:
    for match in _SPOKEN_NUMBER.finditer(text):
        digits = list(_read_digits(text, match.span()))
        word_count = sum(not text[start:end].isdecimal() for _, (start, end) in digits)
        if len(digits) >= MIN_DIGITS and word_count >= 3 and not _is_counting([int(digit) for digit, _ in digits]):
            yield match.span()


def _find_known(text: str, numbers: list[str]) -> Iterator[Span]:
    for match in _SPOKEN_IN_PAIRS.finditer(text) if numbers else ():
        digits = list(_read_digits(text, match.span()))
        for number in numbers:
            yield from _find_occurrences(number, digits)


def _is_other_figure(written: str) -> bool:
    """Whether this is a date, a range of years, a range of hours, or a number with thousands separators."""
    groups = re.findall(r"\d+", written)
    lengths = [len(group) for group in groups]
    has_thousands = lengths[0] <= 3 and all(length == 3 for length in lengths[1:])
    is_round = groups[-1] == "000" or lengths[0] < 3 < len(groups)
    is_local_round = lengths == [3, 4] and groups[0][-1] == groups[1][-1] == "0" < groups[1][0]
    return bool(
        _YEAR.match(written)
        or _DATE.match(written)
        or (len(groups) > 2 and has_thousands and is_round)
        or (len(groups) == 1 and written.endswith("00000"))
        or (len(groups) > 1 and all(group.endswith("00") for group in groups))  # "300 400 500"
        or is_local_round  # "120-3400"
        or (written.lstrip("(").startswith("0") and sum(lengths) < 9)  # "0900-1700"
        or not MIN_DIGITS <= sum(lengths) <= MAX_DIGITS
    )


def _is_counting(digits: list[int]) -> bool:
    """Whether the digits count up or down by one."""
    steps = {after - before for before, after in pairwise(digits)}
    return steps in ({1}, {-1})


def _read_digits(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    """The digits in a span, each with its place. "Double five" and "fifty-five" are two digits at one place."""
    for match in _DIGIT_TOKEN.finditer(text, *span):
        pair, multiplier, single = match.groups()
        if pair:
            digits = _PAIR_DIGITS[pair]
        else:
            digits = DIGIT_OF.get(single, single) * {"double": 2, "triple": 3}.get(multiplier, 1)
        yield from ((digit, match.span()) for digit in digits)


def _find_occurrences(number: str, digits: list[tuple[str, Span]]) -> Iterator[Span]:
    """The places of a known number: its last digits, with as many of the digits before them as match.

    Zeros before the match belong to it: they replace the country code.
    """
    line, tail = "".join(digit for digit, _ in digits), number[-MIN_DIGITS:]
    position = line.find(tail)
    while position >= 0:
        first, end = position, position + len(tail)
        while first and number.endswith(line[first - 1 : end]):
            first -= 1
        while first and line[first - 1] == "0":
            first -= 1
        yield digits[first][1][0], digits[end - 1][1][1]
        position = line.find(tail, position + 1)
