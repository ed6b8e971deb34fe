"""Finding phone numbers in a text, written or said, and leaving the figures alone that are none."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

Span = tuple[int, int]
MASK = "█"

_WORDS = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
DIGIT_OF = {**{word: str(digit) for digit, word in enumerate(_WORDS)}, "oh": "0", "o": "0", "nought": "0"}
DIGIT_WORD = rf"(?:{'|'.join(DIGIT_OF)})"
_ONE = rf"(?:\d|\b{DIGIT_WORD}\b|\b(?:double|triple)[ -](?:\d|{DIGIT_WORD}\b))"
_BETWEEN = r"[\s().,/_+-]{0,4}(?:\b(?:um|uh|er|erm|and|then|dash|hyphen|space)\b[\s.,-]{1,3}){0,3}"
_SAID = re.compile(rf"{_ONE}(?:{_BETWEEN}{_ONE}){{3,}}")
_MORE_OF = {
    **{word: str(number) for number, word in enumerate(_TEENS, start=10)},
    **{ten: f"{digit}0" for digit, ten in enumerate(_TENS, start=2)},
    **{
        f"{ten}{joint}{_WORDS[one]}": f"{digit}{one}"
        for digit, ten in enumerate(_TENS, start=2)
        for one in range(1, 10)
        for joint in " -"
    },
    "hundred": "00",
}
_MORE = rf"\b(?:{'|'.join(sorted(_MORE_OF, key=len, reverse=True))})\b"
_SAID_IN_PAIRS = re.compile(rf"(?:{_ONE}|{_MORE})(?:{_BETWEEN}(?:{_ONE}|{_MORE})){{2,}}")
_DIGITS = re.compile(rf"({_MORE})|(?:(double|triple)[ -])?(\d|\b{DIGIT_WORD}\b)")
FEWEST = 7

_COUNTED = (
    r"(?:calls|clients|customers|guests|items|kilos|meals|miles|orders|parcels|patients|people|pieces|points|pupils"
    r"|requests|rows|seats|students|tickets|tons|units|users|visitors)"
)
_WRITTEN = re.compile(
    rf"""(?<![\w.,$€£¥{MASK}])(?:
    (?:\+|\(\+|00)[1-9](?:\)?[ .\-/]?\(?\d){{7,14}}  # with a country code
    | \(?0(?:\)?[ .\-/]?\(?\d){{8,11}}  # with an area code as most countries write it
    | (?:1[ .\-])?\(?\d{{3}}\)?[ .\-/]?\d{{3}}[ .\-/]?\d{{4}}  # as in North America
    | \d{{3}}([ \-])\d{{3}}\1\d{{3}} | \d{{5}}[ \-]\d{{5,6}} | \d{{9,13}}
    | \d{{3}}[\-.]\d{{4}}(?!\ (?:more\ |new\ )?{_COUNTED}\b)  # within a town, or "415-1250 units"
    | (?<!\d\ )\d(?:\ \d){{8,10}}(?!\ \d)  # digit by digit
    )(?!\w|{MASK}|[.,/\-][\d{MASK}]|\ ?[%$€£¥]|\ (?:percent|dollars?|euros?|pounds|yen|rupees|usd|eur|gbp|inr)\b)""",
    re.X,
)
_ANNOUNCED = re.compile(
    r"\b(?:call|dial|text|ring|reach|phone|mobile|cell|whatsapp|telephone|tel|fax|my number)\b[^\d\n+]{0,25}"
    r"(\+?\d[\d ().\-/]{5,18}\d)(?!\w|[.,/\-]\d)"
)
_YEAR, _DATE = re.compile(r"(?:19|20)\d\d(?=\D)"), re.compile(r"\d{1,2}\D\d{1,2}\D(?:19|20)\d\d")


def phone_numbers(text: str, known: Iterable[str] = ()) -> Iterator[Span]:
    """Where a phone number stands, in a text of small letters and plain figures; the known ones in whatever form."""
    for found in _WRITTEN.finditer(text):
        if not _is_a_figure(found.group()):
            yield found.span()
    for found in _ANNOUNCED.finditer(text):
        if not _is_a_figure(found[1]) and len(re.sub(r"\D", "", found[1])) >= FEWEST:
            yield found.span(1)
    numbers = [one for one in (re.sub(r"\D", "", number) for number in known) if len(one) >= FEWEST]
    for found in _SAID.finditer(text):
        digits = list(_digits(text, found.span()))
        in_words = sum(not text[start:end].isdecimal() for _, (start, end) in digits)
        if len(digits) >= FEWEST and in_words >= 3 and not _is_counting([int(digit) for digit, _ in digits]):
            yield found.span()
    for found in _SAID_IN_PAIRS.finditer(text) if numbers else ():
        for number in numbers:
            yield from _occurrences(number, list(_digits(text, found.span())))


def _is_a_figure(written: str) -> bool:
    """Whether this is rather years, a date, a range, or one number with its thousands apart."""
    groups = re.findall(r"\d+", written)
    thousands = len(groups[0]) <= 3 and all(len(one) == 3 for one in groups[1:])
    return bool(
        _YEAR.match(written)
        or _DATE.match(written)
        or (len(groups) > 2 and thousands and (groups[-1] == "000" or len(groups[0]) < 3 < len(groups)))
        or (len(groups) == 1 and written.endswith("00000"))
        or (len(groups) > 1 and all(one.endswith("00") for one in groups))  # "300 400 500"
        or ([len(one) for one in groups] == [3, 4] and groups[0][-1] == groups[1][-1] == "0" < groups[1][0])
        or (written.lstrip("(").startswith("0") and sum(map(len, groups)) < 9)  # "0900-1700"
        or not FEWEST <= sum(map(len, groups)) <= 15
    )


def _is_counting(digits: list[int]) -> bool:
    """Whether somebody counts, up or down."""
    steps = {after - before for before, after in pairwise(digits)}
    return steps in ({1}, {-1})


def _digits(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    """The digits that were written or said there. "Double five" is two, and so is "fifty-five"."""
    for found in _DIGITS.finditer(text, *span):
        several, times, one = found.groups()
        digits = _MORE_OF[several] if several else DIGIT_OF.get(one, one) * {"double": 2, "triple": 3}.get(times, 1)
        yield from ((digit, found.span()) for digit in digits)


def _occurrences(number: str, digits: list[tuple[str, Span]]) -> Iterator[Span]:
    """Where the number stands, with as much of its front, or a 0 in place of it, as was said."""
    line, tail = "".join(digit for digit, _ in digits), number[-FEWEST:]
    at = line.find(tail)
    while at >= 0:
        first, end = at, at + len(tail)
        while first and number.endswith(line[first - 1 : end]):
            first -= 1
        while first and line[first - 1] == "0":
            first -= 1
        yield digits[first][1][0], digits[end - 1][1][1]
        at = line.find(tail, at + 1)
