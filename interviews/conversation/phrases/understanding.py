"""Understands an utterance by the phrases of a language. Knows no language itself."""

from dataclasses import replace
from typing import assert_never

from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.parsing import Parse, parse
from interviews.conversation.phrases.sections import Phrases

MAX_REQUEST_WORDS = 18
"""During a question a longer utterance is an answer."""

MAX_UNMATCHED = 0.4
"""During a question: the share of words without a phrase above which an utterance is an answer."""

MAX_FAINT_WORDS = 9
"""Single words say nothing in a longer utterance: it may come from another person in the room."""

MIN_ANSWER_WORDS = 4
"""After the question whether an answer was complete: a shorter utterance without a phrase is no answer."""

NONE: frozenset[Intent] = frozenset()

IDENTITY_ORDER = (
    *(Intent.NEVER, Intent.WRONG_NUMBER, Intent.HOLD_ON, Intent.NOT_ME, Intent.PERSON, Intent.REFUSE, Intent.LATER),
    *(Intent.SLOWER, Intent.OTHER_LANGUAGE, Intent.BUSY, Intent.THIS_IS_ME, Intent.RECORDING, Intent.DOUBT),
    *(Intent.IS_ROBOT, Intent.WHAT_ABOUT, Intent.WHO_IS_THIS, Intent.REPEAT, Intent.EXPLAIN, Intent.NO, Intent.BYE),
)
CONSENT_ORDER = (
    *(Intent.NEVER, Intent.WRONG_NUMBER, Intent.NOT_ME, Intent.PERSON, Intent.REFUSE, Intent.LATER, Intent.SLOWER),
    *(Intent.OTHER_LANGUAGE, Intent.BUSY, Intent.NO, Intent.NEARLY_AGREE, Intent.HOLD_ON, Intent.RECORDING),
    *(Intent.DOUBT, Intent.IS_ROBOT, Intent.WHAT_ABOUT, Intent.WHO_IS_THIS, Intent.OTHER_QUESTION, Intent.REPEAT),
    *(Intent.EXPLAIN, Intent.BYE, Intent.AGREE),
)
QUESTION_ORDER = (
    *(Intent.NEVER, Intent.REFUSE, Intent.LATER, Intent.PERSON, Intent.SLOWER, Intent.OTHER_LANGUAGE),
    *(Intent.COME_BACK, Intent.SKIP, Intent.REPEAT, Intent.OTHER_QUESTION, Intent.EXPLAIN, Intent.HOLD_ON),
    *(Intent.BUSY, Intent.RECORDING, Intent.DOUBT, Intent.IS_ROBOT, Intent.WHAT_ABOUT, Intent.WHO_IS_THIS),
    Intent.DONT_KNOW,
)
ANSWER_CHECK_ORDER = (
    *(intent for intent in QUESTION_ORDER if intent is not Intent.SKIP),
    *(Intent.NO, Intent.YES, Intent.SKIP),
)
"""The first of these that an utterance contains is its main intent."""

TIME_ORDER = (Intent.NOW, Intent.DONT_KNOW)


def understand(words: str, expecting: Expecting, phrases: Phrases, name: str = "") -> Understanding:
    """Return the meaning of an utterance as a reply to a prompt. `name` is the candidate's, from the record."""
    is_request = len(words.split()) <= MAX_REQUEST_WORDS
    match expecting:
        case Expecting.IDENTITY:
            return _identity(parse(words, expecting, phrases, name))
        case Expecting.CONSENT:
            return _consent(parse(words, expecting, phrases, name))
        case Expecting.TIME:
            return _time(parse(words, expecting, phrases, name))
        case Expecting.QUESTION | Expecting.ANSWER_CHECK if is_request:
            return _question(parse(words, expecting, phrases, name), expecting)
        case Expecting.QUESTION | Expecting.ANSWER_CHECK:
            return Understanding(Intent.ANSWER)
        case _ as unreachable:
            assert_never(unreachable)


def _identity(utterance: Parse) -> Understanding:
    utterance = _before_questions(utterance)
    if {Intent.THIS_IS_ME, Intent.NOT_ME} <= utterance.strong and Intent.WRONG_NUMBER not in utterance.strong:
        return Understanding(Intent.UNCLEAR)
    if not utterance.strong and {Intent.THIS_IS_ME, Intent.NO} <= utterance.yielding:
        return Understanding(Intent.UNCLEAR)
    return _decide(utterance, IDENTITY_ORDER)


def _consent(utterance: Parse) -> Understanding:
    """Only an utterance that agrees with all of its words is consent."""
    utterance = _before_questions(utterance)
    intents = utterance.strong | utterance.yielding
    others = intents - {Intent.AGREE}
    if Intent.AGREE not in intents:
        doubted = {Intent.NO} if Intent.NEARLY_AGREE in utterance.strong else NONE
        return _decide(replace(utterance, strong=utterance.strong - doubted), CONSENT_ORDER)
    if not others and not utterance.unmatched:
        return Understanding(Intent.AGREE)
    contradicted = {Intent.NO, Intent.REFUSE} if Intent.AGREE in utterance.strong else NONE
    doubted = {Intent.NO} if Intent.NEARLY_AGREE in others else NONE
    strong = utterance.strong - {Intent.AGREE} - contradicted - doubted | {Intent.NEARLY_AGREE}
    return _decide(replace(utterance, strong=strong, light=utterance.light - {Intent.AGREE}), CONSENT_ORDER)


def _time(utterance: Parse) -> Understanding:
    """Only an utterance that is a time as a whole, or leaves it open. Any other is understood as elsewhere."""
    if utterance.when and utterance.words == 1:
        return Understanding(Intent.LATER, when=utterance.when)
    return _decide(utterance, TIME_ORDER)


def _before_questions(utterance: Parse) -> Parse:
    if Intent.UNCLEAR in utterance.strong:
        return replace(utterance, strong=frozenset({Intent.UNCLEAR}), light=NONE, whole=NONE, faint=NONE)
    if utterance.when and {Intent.BUSY, Intent.LATER} & utterance.strong:
        return replace(utterance, strong=utterance.strong - {Intent.HOLD_ON} | {Intent.LATER})
    return utterance


def _question(utterance: Parse, expecting: Expecting) -> Understanding:
    """Only an utterance that is a request as a whole is one."""
    if utterance.unmatched > MAX_UNMATCHED * utterance.words:
        utterance = replace(utterance, strong=NONE)
    if expecting is Expecting.QUESTION:
        return _decide(utterance, QUESTION_ORDER, Intent.ANSWER)
    if utterance.unmatched >= MIN_ANSWER_WORDS:
        return _decide(replace(utterance, light=NONE), ANSWER_CHECK_ORDER, Intent.ANSWER)
    return _decide(utterance, ANSWER_CHECK_ORDER)


def _decide(utterance: Parse, order: tuple[Intent, ...], unknown: Intent = Intent.UNCLEAR) -> Understanding:
    """Return the first strong intent in this order, else the first of the others."""
    intents = utterance.strong | utterance.yielding
    faint = utterance.faint if utterance.words <= MAX_FAINT_WORDS else NONE
    groups = (utterance.strong, utterance.yielding, faint)
    ranked = [intent for group in groups for intent in order if intent in group]
    main = ranked[0] if ranked else unknown
    return Understanding(
        main,
        intents - {main},
        when=utterance.when if Intent.LATER in intents else None,
        language=utterance.language if Intent.OTHER_LANGUAGE in intents else None,
        is_empty=not (intents or faint or utterance.unmatched),
    )
