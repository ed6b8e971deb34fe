"""Understands an answer to an eligibility question: its value, a refusal to answer, or a request."""

from dataclasses import dataclass
from datetime import date

from interviews.conversation import phrases
from interviews.conversation.eligibility.decided_words import keep_answer, split_correction
from interviews.conversation.eligibility.options import find_option
from interviews.conversation.eligibility_question import NO, YES, EligibilityKind, EligibilityQuestion, EligibilityUnit
from interviews.conversation.phrases.amounts import (
    DAYS_PER_UNIT,
    AmountWords,
    convert_span,
    drop_ignored,
    find_amount,
    join_decimals,
)
from interviews.conversation.phrases.dates import add_month, find_date
from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.sections import Phrases
from interviews.conversation.phrases.understanding import understand_utterance

MAX_KEYS = 9
"""More keys are not a number."""

FINAL_REQUESTS = frozenset({Intent.NEVER, Intent.REFUSE, Intent.PERSON, Intent.OTHER_LANGUAGE})
"""Requests that count even where the words also have a value."""

QUESTIONS = frozenset({Intent.REPEAT, Intent.SLOWER, Intent.EXPLAIN, Intent.WHY, Intent.OTHER_QUESTION})
"""Requests that name no value where they are all that was said."""

NO_NUMBER = frozenset({Intent.SKIP, Intent.DONT_KNOW})
"""Intents whose words for nothing are no number: "I know nothing about that"."""

VALUES = {Intent.YES: YES, Intent.NO: NO}

DELAYS = frozenset({EligibilityUnit.DAYS, EligibilityUnit.WEEKS, EligibilityUnit.MONTHS})


@dataclass(frozen=True)
class EligibilityReply:
    """`value`: as in `EligibilityQuestion`; empty: not understood. `request`: the request, if the words are one."""

    value: str = ""
    request: Understanding | None = None

    @property
    def is_declined(self) -> bool:
        return self.request is not None and self.request.intent is Intent.SKIP


MONTH_FIRST_LANGUAGES = frozenset({"en"})
"""In some of their countries 2/1/2027 is the first of February, in others the second of January."""


def understand_answer(
    spoken_words: str, question: EligibilityQuestion, language: str, *, today: date
) -> EligibilityReply:
    if value := _exact_value(spoken_words, question):
        return EligibilityReply(value)
    language_phrases = phrases.for_language(language)
    understanding = understand_utterance(spoken_words, Expecting.ELIGIBILITY, language_phrases)
    is_question = understanding.is_whole and understanding.intent in QUESTIONS
    answer = (
        "" if understanding.intent in FINAL_REQUESTS or is_question else keep_answer(spoken_words, language_phrases)
    )
    value = _find_value(answer, question, language_phrases, today) if answer else ""
    is_request = understanding.intent not in (Intent.UNCLEAR, Intent.YES, Intent.NO, Intent.DONT_KNOW)
    return EligibilityReply(value, request=understanding if is_request and not value else None)


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


def _find_value(answer: str, question: EligibilityQuestion, language_phrases: Phrases, today: date) -> str:
    """Return the value that was named last: what comes before a correction was taken back."""
    taken_back, corrected = split_correction(answer, language_phrases)
    words = corrected if taken_back else answer
    if question.kind is EligibilityKind.CHOICE:
        return find_option(words, question.options, language_phrases)
    intent = understand_utterance(words, Expecting.ELIGIBILITY, language_phrases).intent
    if question.kind is EligibilityKind.YES_NO:
        return VALUES.get(intent, "")
    amounts = language_phrases.amounts
    text = drop_ignored(corrected, amounts)
    if question.kind is EligibilityKind.NUMBER:
        return "" if intent in NO_NUMBER else _find_number(join_decimals(text, words), question.unit, amounts)
    may_start_with_month = language_phrases.tag in MONTH_FIRST_LANGUAGES
    dated_text = add_month(text, taken_back, amounts)
    day = find_date(dated_text, words, amounts, today, may_start_with_month=may_start_with_month)
    return day.isoformat() if day else ""


def _find_number(text: str, unit: EligibilityUnit, words: AmountWords) -> str:
    amount = find_amount(text, words, counts_delay=unit in DELAYS)
    if amount is None:
        return ""
    number = convert_span(amount, unit) if unit or amount.span not in DAYS_PER_UNIT else None
    return "" if number is None else f"{number:.2f}".rstrip("0").rstrip(".")
