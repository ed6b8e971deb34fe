"""Finds the date that an utterance names, by the words of a language."""

import re
from datetime import date, timedelta

from interviews.conversation.phrases.amounts import (
    DAYS_PER_UNIT,
    Amount,
    AmountRole,
    AmountWords,
    any_pattern,
    find_amount,
    match_any,
    match_longest,
    match_role,
    read_number,
)

LAST_MONTH = 12
MIDDLE_DAY, LAST_DAY = 15, 31
YEARS_OF_CENTURY = 2000
MAX_YEARS_AHEAD = 50
DIGITAL_DATE = re.compile(r"\b(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4}))\b")


def find_date(
    text: str, spoken_words: str, words: AmountWords, today: date, *, may_start_with_month: bool = False
) -> date | None:
    """Return the day that normalised text names, in the future where its year is open. None: no day, or several.

    `spoken_words`: the text before it was normalised, for dates in digits. `may_start_with_month`: whether 2/1/2027 may
    be the first of February; such a date names no day where both readings are possible and differ.
    """
    if digital := DIGITAL_DATE.search(spoken_words):
        return _digital_date(digital, may_start_with_month=may_start_with_month)
    tokens, year = _split_year(text.split(), words, today)
    month, tokens = _named_month(tokens, words)
    if month is not None:
        return _day_of_month(text, tokens, month, year, words, today)
    if words.names(AmountRole.THIS_MONTH, text):
        return _in_this_month(text, tokens, words, today)
    if words.names(AmountRole.NEXT_MONTH, text):
        return _in_next_month(text, tokens, words, today)
    if words.names(AmountRole.NEXT_YEAR, text):
        return date(today.year + 1, 1, 1)
    if (delay := find_amount(text, words)) and delay.span:
        return _after(today, delay)
    if words.names(AmountRole.AT_ONCE, text):
        return today
    return _near_day(text, tokens, words, today)


def add_month(text: str, taken_back: str, words: AmountWords) -> str:
    """Add the month of words that were taken back to a correction without a month: the ninth of May, no, the tenth."""
    if any(token in words.months for token in text.split()):
        return text
    return f"{text}{' '.join(token for token in taken_back.split() if token in words.months)} "


def _digital_date(match: re.Match[str], *, may_start_with_month: bool) -> date | None:
    if match[1]:
        return _date_or_none(match[1], match[2], match[3])
    first, second, year = match[4], match[5], match[6]
    readings = [_date_or_none(year, second, first)]
    if may_start_with_month and "/" in match[0]:
        readings.append(_date_or_none(year, first, second))
    days = {reading for reading in readings if reading}
    return days.pop() if len(days) == 1 else None


def _date_or_none(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _split_year(tokens: list[str], words: AmountWords, today: date) -> tuple[list[str], int | None]:
    """Take the year out of the words: in digits, as "two thousand and twenty eight", or as "next year"."""
    for index, token in enumerate(tokens):
        if token.isdecimal() and today.year <= int(token) <= today.year + MAX_YEARS_AHEAD:
            return tokens[:index] + tokens[index + 1 :], int(token)
        leads = (phrase for phrase in words.roles.get(AmountRole.CENTURY, ()) if token.startswith(phrase))
        lead = max(leads, key=len, default="")
        length = match_role(tokens, index, AmountRole.CENTURY, words)
        number, end = read_number(tokens, index + length, words) if length else (None, index)
        if lead and token[len(lead) :] in words.cardinals:
            number, end = float(words.cardinals[token[len(lead) :]]), index + 1
        if number is not None and 0 <= YEARS_OF_CENTURY + number - today.year <= MAX_YEARS_AHEAD:
            return tokens[:index] + tokens[end:], YEARS_OF_CENTURY + int(number)
    is_next_year = words.names(AmountRole.NEXT_YEAR, f" {' '.join(tokens)} ")
    return tokens, today.year + 1 if is_next_year else None


def _named_month(tokens: list[str], words: AmountWords) -> tuple[int | None, list[str]]:
    """Return the month that is named, and the words without it where it is an ordinal: the first of the fourth."""
    months = {words.months[token] for token in tokens if token in words.months}
    if months:
        return (months.pop() if len(months) == 1 else None), tokens
    for index in range(len(tokens) - 1):
        pair = [words.ordinals.get(token) for token in tokens[index : index + 2] if token not in words.weekdays]
        phrase = " ".join(tokens[index : index + 2])
        if len(pair) == 2 and all(pair) and phrase not in words.ordinals and (month := pair[1] or 0) <= LAST_MONTH:
            return month, tokens[: index + 1] + tokens[index + 2 :]
    return None, tokens


def _day_of_month(
    text: str, tokens: list[str], month: int, year: int | None, words: AmountWords, today: date
) -> date | None:
    days = _named_days(tokens, words)
    if len(days) > 1:
        return None
    if not days:
        return _in_month(text, words, date(year or _year_of(month, today), month, 1))
    after_month = max((index for index, token in enumerate(tokens) if words.months.get(token) == month), default=0)
    year = year or _short_year(tokens[after_month + 1 :], words, today)
    try:
        named = date(year or today.year, month, days.pop())
        return named.replace(year=named.year + 1) if named < today and not year else named
    except ValueError:  # 29 February, in a year without one
        return None


def _year_of(month: int, today: date) -> int:
    return today.year if month >= today.month else today.year + 1


def _named_days(tokens: list[str], words: AmountWords) -> set[int]:
    """Return the days of a month that are named by ordinals, or else by numbers, but not after the month."""
    ordinals, numbers, index = set[int](), list[int](), 0
    while index < len(tokens):
        ordinal = None if tokens[index] in words.weekdays else match_longest(tokens, index, words.ordinals)
        number, end = read_number(tokens, index, words)
        if ordinal:
            end = index + ordinal[1]
            if end == len(tokens) or tokens[end] not in words.weekdays:  # the first Monday is no day of the month
                ordinals.add(ordinal[0])
        elif number is not None and 1 <= number <= LAST_DAY and not _is_clock(tokens, end, words):
            numbers.append(int(number))
        index = max(end, index + 1)
    return ordinals or set(numbers[:1])


def _is_clock(tokens: list[str], end: int, words: AmountWords) -> bool:
    return match_role(tokens, end, AmountRole.CLOCK, words) > 0


def _short_year(tokens: list[str], words: AmountWords, today: date) -> int | None:
    """Return the year that the words after a month name by its last two figures: of January, of twenty nine."""
    if len(tokens) < 2:
        return None
    number, end = read_number(tokens, 1, words)
    year = YEARS_OF_CENTURY + int(number or 0)
    return year if end == len(tokens) and today.year <= year <= today.year + MAX_YEARS_AHEAD else None


def _in_next_month(text: str, tokens: list[str], words: AmountWords, today: date) -> date | None:
    first, day = _first_of(today, months=1), _day_after_article(tokens, words)
    try:
        return _in_month(text, words, first) if day is None else first.replace(day=day)
    except ValueError:
        return None


def _in_this_month(text: str, tokens: list[str], words: AmountWords, today: date) -> date | None:
    days = _named_days(tokens, words)
    try:
        named = today.replace(day=days.pop()) if len(days) == 1 else _in_month(text, words, today)
    except ValueError:
        return None
    return named if named >= today else None


def _in_month(text: str, words: AmountWords, first: date) -> date:
    if words.names(AmountRole.END, text):
        return _first_of(first, months=1) - timedelta(days=1)
    return first.replace(day=MIDDLE_DAY) if words.names(AmountRole.MIDDLE, text) else first


def _first_of(day: date, *, months: int) -> date:
    year, month = divmod(day.month - 1 + months, LAST_MONTH)
    return date(day.year + year, month + 1, 1)


def _after(today: date, delay: Amount) -> date | None:
    if delay.span in ("months", "years") and delay.number == int(delay.number):
        months = int(delay.number) * (LAST_MONTH if delay.span == "years" else 1)
        if months > MAX_YEARS_AHEAD * LAST_MONTH:
            return None
        first = _first_of(today, months=months)
        last_day = (_first_of(first, months=1) - timedelta(days=1)).day
        return first.replace(day=min(today.day, last_day))
    days = round(delay.number * DAYS_PER_UNIT[delay.span])
    return today + timedelta(days=days) if days <= MAX_YEARS_AHEAD * DAYS_PER_UNIT["years"] else None


def _near_day(text: str, tokens: list[str], words: AmountWords, today: date) -> date | None:
    if (day := _day_after_article(tokens, words)) is not None:
        return _next_day(day, today)
    weekdays = {words.weekdays[token] for token in tokens if token in words.weekdays}
    if len(weekdays) == 1:
        ahead = (weekdays.pop() - today.weekday()) % 7
        return today + timedelta(days=ahead)
    if any_pattern(words.next_weeks).search(text):
        return today + timedelta(days=7 - today.weekday())
    days = match_any(tokens, words.days)
    return None if days is None else today + timedelta(days=days)


def _day_after_article(tokens: list[str], words: AmountWords) -> int | None:
    """Return the day of a month that is named without the month: Thursday the tenth, the eighteenth."""
    for index, token in enumerate(tokens):
        is_weekday = token in words.weekdays
        start = index + 1 if is_weekday else index
        start = _skip_articles(tokens, start, words)
        if start == index or (start < len(tokens) and tokens[start] in words.weekdays):
            continue
        day, end = _read_day(tokens, start, words)
        follows_weekday = is_weekday or (index > 0 and tokens[index - 1] in words.weekdays)
        if day is not None and (follows_weekday or end == len(tokens)):
            return day
    return None


def _skip_articles(tokens: list[str], index: int, words: AmountWords) -> int:
    while length := match_role(tokens, index, AmountRole.ARTICLE, words):
        index += length
    return index


def _read_day(tokens: list[str], index: int, words: AmountWords) -> tuple[int | None, int]:
    """Return the day of a month that begins here, as an ordinal or a number, and the index after it."""
    ordinal = match_longest(tokens, index, words.ordinals)
    number, end = (ordinal[0], index + ordinal[1]) if ordinal else read_number(tokens, index, words)
    is_day = number is not None and 1 <= number <= LAST_DAY and not _is_clock(tokens, end, words)
    return (int(number) if is_day and number is not None else None), end


def _next_day(day: int, today: date) -> date | None:
    """Return the next date with this day of the month."""
    for months in range(3):
        try:
            named = _first_of(today, months=months).replace(day=day)
        except ValueError:
            continue
        if named >= today:
            return named
    return None
