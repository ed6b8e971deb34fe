"""Understands an utterance by the phrases of a language. Knows no language itself."""

from typing import assert_never

from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.parsing import Parse, parse
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.conversation.phrases.sections import Phrases

MAX_REQUEST_WORDS = 18
"""During a question a longer utterance is an answer."""

MAX_UNMATCHED = 0.5
"""During a question: the share of words without a phrase above which an utterance is an answer."""

MIN_ANSWER_WORDS = 4
"""After the question whether an answer was complete: a shorter utterance without a phrase is no answer."""

LONE_WORDS = frozenset({Intent.THIS_IS_ME, Intent.NO, Intent.AGREE})
"""Before the questions these weak phrases count beside unknown words: "yes" and "no" are hardly said by accident."""

IDENTITY_ORDER = (
    *(Intent.NEVER, Intent.WRONG_NUMBER, Intent.HOLD_ON, Intent.NOT_ME, Intent.REFUSE, Intent.LATER, Intent.PERSON),
    *(Intent.OTHER_LANGUAGE, Intent.BUSY, Intent.THIS_IS_ME, Intent.SLOWER, Intent.IS_ROBOT, Intent.WHAT_ABOUT),
    *(Intent.WHO_IS_THIS, Intent.REPEAT, Intent.EXPLAIN, Intent.NO),
)
CONSENT_ORDER = (
    *(Intent.NEVER, Intent.REFUSE, Intent.WRONG_NUMBER, Intent.NOT_ME, Intent.LATER, Intent.PERSON),
    *(Intent.OTHER_LANGUAGE, Intent.BUSY, Intent.NO, Intent.NEARLY_AGREE, Intent.HOLD_ON, Intent.SLOWER),
    *(Intent.IS_ROBOT, Intent.WHAT_ABOUT, Intent.WHO_IS_THIS, Intent.EXPLAIN, Intent.REPEAT, Intent.AGREE),
)
QUESTION_ORDER = (
    *(Intent.NEVER, Intent.REFUSE, Intent.LATER, Intent.PERSON, Intent.OTHER_LANGUAGE, Intent.COME_BACK, Intent.SKIP),
    *(Intent.BUSY, Intent.SLOWER, Intent.REPEAT, Intent.EXPLAIN, Intent.HOLD_ON, Intent.IS_ROBOT, Intent.WHAT_ABOUT),
    *(Intent.WHO_IS_THIS, Intent.DONT_KNOW),
)
ORDER = {
    Expecting.IDENTITY: IDENTITY_ORDER,
    Expecting.CONSENT: CONSENT_ORDER,
    Expecting.QUESTION: QUESTION_ORDER,
    Expecting.ANSWER_CHECK: (*QUESTION_ORDER, Intent.NO, Intent.YES),
}
"""The first of these that an utterance contains is its main intent."""


def understand(words: str, expecting: Expecting, phrases: Phrases, name: str = "") -> Understanding:
    """Return what an utterance means as a reply to a prompt. `name` is the candidate's, as written in the record."""
    is_request = len(words.split()) <= MAX_REQUEST_WORDS
    match expecting:
        case Expecting.IDENTITY:
            return _identity(parse(words, expecting, phrases, name))
        case Expecting.CONSENT:
            return _consent(parse(words, expecting, phrases, name))
        case Expecting.QUESTION | Expecting.ANSWER_CHECK if is_request:
            return _question(parse(words, expecting, phrases, name), expecting)
        case Expecting.QUESTION | Expecting.ANSWER_CHECK:
            return Understanding(Intent.ANSWER)
        case _ as unreachable:
            assert_never(unreachable)


def _identity(utterance: Parse) -> Understanding:
    intents = _before_questions(utterance)
    if intents == {Intent.NO, Intent.THIS_IS_ME} and Intent.THIS_IS_ME not in utterance.strong:
        return Understanding(Intent.UNCLEAR)
    return _first(intents, Expecting.IDENTITY, utterance.when)


def _consent(utterance: Parse) -> Understanding:
    """Only an utterance of which each word agrees is consent."""
    intents = _before_questions(utterance)
    if Intent.AGREE in intents and (utterance.unmatched or len(intents) > 1):
        intents = intents - {Intent.AGREE} | {Intent.NEARLY_AGREE}
        if Intent.NO not in utterance.strong:
            intents -= {Intent.NO}
    return _first(intents, Expecting.CONSENT, utterance.when)


def _before_questions(utterance: Parse) -> frozenset[Intent]:
    intents = utterance.intents | (utterance.weak & LONE_WORDS)
    if Intent.UNCLEAR in intents:
        return frozenset({Intent.UNCLEAR})
    if Intent.BUSY in intents and utterance.when:
        return intents | {Intent.LATER}
    return intents


def _question(utterance: Parse, expecting: Expecting) -> Understanding:
    """Only an utterance that is a request as a whole is one."""
    is_answer = utterance.unmatched > MAX_UNMATCHED * utterance.words
    intents = frozenset() if is_answer else utterance.intents
    if expecting is Expecting.QUESTION:
        return _first(intents - {Intent.NO}, expecting, utterance.when, Intent.ANSWER)
    unknown = Intent.ANSWER if utterance.unmatched >= MIN_ANSWER_WORDS else Intent.UNCLEAR
    return _first(intents, expecting, utterance.when, unknown)


def _first(
    intents: frozenset[Intent], expecting: Expecting, when: RequestedTime | None, unknown: Intent = Intent.UNCLEAR
) -> Understanding:
    main = next((intent for intent in ORDER[expecting] if intent in intents), unknown)
    return Understanding(main, intents - {main}, when if Intent.LATER in intents else None)
