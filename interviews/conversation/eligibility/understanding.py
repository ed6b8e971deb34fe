"""Understands an answer to an eligibility question: its value, a refusal to answer, or a request."""

from dataclasses import dataclass
from datetime import date

from interviews.conversation import phrases
from interviews.conversation.eligibility.options import find_option
from interviews.conversation.eligibility_question import NO, YES, EligibilityKind, EligibilityQuestion, EligibilityUnit
from interviews.conversation.phrases.amounts import (
    DAYS_PER_UNIT,
    AmountWords,
    convert_span,
    drop_ignored,
    find_amount,
    find_date,
    join_decimals,
)
from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.sections import Phrases
from interviews.conversation.phrases.understanding import understand_utterance
from interviews.conversation.phrases.utterance import normalise_words

MAX_KEYS = 9
"""More keys are not a number."""

FINAL_REQUESTS = frozenset({Intent.NEVER, Intent.REFUSE, Intent.PERSON, Intent.OTHER_LANGUAGE})
"""Requests that count even where the words also have a value."""

DELAYS = frozenset({EligibilityUnit.DAYS, EligibilityUnit.WEEKS, EligibilityUnit.MONTHS})


@dataclass(frozen=True)
class EligibilityReply:
    """`value`: as in `EligibilityQuestion`; empty: not understood. `request`: the request, if the words are one."""

    value: str = ""
    request: Understanding | None = None

    @property
    def is_declined(self) -> bool:
        return self.request is not None and self.request.intent is Intent.SKIP


def understand_answer(
    spoken_words: str, question: EligibilityQuestion, language: str, *, today: date
) -> EligibilityReply:
    if value := _exact_value(spoken_words, question):
        return EligibilityReply(value)
    language_phrases = phrases.for_language(language)
    understanding = understand_utterance(spoken_words, Expecting.ELIGIBILITY, language_phrases)
    if question.kind is EligibilityKind.YES_NO:
        values = {Intent.YES: YES, Intent.NO: NO}
        if understanding.intent in values:
            return EligibilityReply(values[understanding.intent])
    elif understanding.intent not in FINAL_REQUESTS:
        value = _find_value(spoken_words, question, language_phrases, today)
        if value:
            return EligibilityReply(value)
    is_request = understanding.intent not in (Intent.UNCLEAR, Intent.YES, Intent.NO, Intent.DONT_KNOW)
    return EligibilityReply(request=understanding if is_request else None)


def _exact_value(words: str, question: EligibilityQuestion) -> str:
    """Return the option that was chosen or written as it is."""
    return next((option for option in question.options if option.casefold() == words.strip().casefold()), "")


def value_of_keys(keys: str, question: EligibilityQuestion) -> str:
    """Return the value of the keys that were pressed: 1 is yes and 2 is no, a place in the options, or a number."""
    if not keys.isascii() or not keys.isdecimal() or len(keys) > MAX_KEYS:
        return ""
    if question.kind is EligibilityKind.NUMBER:
        return str(int(keys))
    values, place = question.possible_values, int(keys)
    return values[place - 1] if 1 <= place <= len(values) else ""


def _find_value(spoken_words: str, question: EligibilityQuestion, language_phrases: Phrases, today: date) -> str:
    amounts = language_phrases.amounts
    text = drop_ignored(normalise_words(spoken_words, language_phrases), amounts)
    match question.kind:
        case EligibilityKind.NUMBER:
            return _find_number(join_decimals(text, spoken_words), question.unit, amounts)
        case EligibilityKind.DATE:
            day = find_date(text, spoken_words, amounts, today)
            return day.isoformat() if day else ""
        case _:
            return find_option(spoken_words, question.options, language_phrases)


def _find_number(text: str, unit: EligibilityUnit, words: AmountWords) -> str:
    amount = find_amount(text, words, counts_delay=unit in DELAYS)
    if amount is None:
        return ""
    number = convert_span(amount, unit) if unit or amount.span not in DAYS_PER_UNIT else None
    return "" if number is None else f"{number:.2f}".rstrip("0").rstrip(".")
