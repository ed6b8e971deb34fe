"""Understands an utterance by the phrases of a language. Knows no language itself."""

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import assert_never

from interviews.conversation.phrases.intent import DECLINED, Expecting, Intent, Understanding
from interviews.conversation.phrases.parsing import MAX_WORDS, ParsedUtterance, parse_utterance
from interviews.conversation.phrases.sections import Phrases

MAX_REQUEST_WORDS = 18
"""During a question a longer utterance is an answer or a refusal with its reasons."""

MAX_REASON_WORDS = 25
"""During a question a longer utterance is an answer."""

MAX_UNMATCHED = 0.4
"""During a question: the share of words without a phrase above which an utterance is an answer."""

MAX_FAINT_WORDS = 9
"""Single words do not count in a longer utterance: it may come from another person in the room."""

MIN_ANSWER_WORDS = 4
"""After the question whether an answer was complete: a shorter utterance without a phrase is no answer."""

MIN_SCORE = 0.3
"""Before the questions, where no phrase was found: the score above which the words are an intent."""

MIN_OVERRULING_SCORE = 0.55
"""Before the questions: the score above which a guess counts more than phrases that are often part of a refusal."""

MIN_SCORE_OF_ANSWER = 0.6
"""During a question: the score above which words without a phrase are a refusal, rather than an answer."""

MIN_SCORE_OF_WITNESS = 0.75
"""During a question: the score above which a refusal holds that names neither speaker nor listener, or is long."""

NO_INTENTS: frozenset[Intent] = frozenset()
REASONED = frozenset({Intent.NEVER, Intent.REFUSE})
"""Requests for which people give reasons."""

ENDED_BY_WORD = frozenset({Intent.REFUSE, Intent.WRONG_NUMBER})
"""Intents that end a call. Where a single word alone speaks for one, it is a guess."""

GUESSES_AT_IDENTITY = (Intent.REFUSE, Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER)
GUESSES_AT_CONSENT = (Intent.REFUSE, Intent.NOT_ME, Intent.WRONG_NUMBER)
OVERRULED_BY_REFUSAL = frozenset(
    {Intent.THIS_IS_ME, Intent.YES, Intent.NO, Intent.NOT_ME, Intent.WRONG_NUMBER, Intent.NEARLY_AGREE}
    | {Intent.BUSY, Intent.HOLD_ON, Intent.EXPLAIN, Intent.WHAT_ABOUT, Intent.WHO_IS_THIS, Intent.IS_ROBOT}
    | {Intent.DOUBT, Intent.RECORDING}
)
"""Intents whose phrases are often part of a refusal: "yes, but I have another job"."""

IDENTITY_ORDER = (
    *(Intent.NEVER, Intent.WRONG_NUMBER, Intent.HOLD_ON, Intent.NOT_ME, Intent.PERSON, Intent.REFUSE, Intent.LATER),
    *(Intent.SLOWER, Intent.OTHER_LANGUAGE, Intent.BUSY, Intent.THIS_IS_ME, Intent.RECORDING, Intent.DOUBT),
    *(Intent.IS_ROBOT, Intent.WHAT_ABOUT, Intent.WHO_IS_THIS, Intent.REPEAT, Intent.EXPLAIN, Intent.NO, Intent.BYE),
)
CONSENT_ORDER = (
    *(Intent.NEVER, Intent.WRONG_NUMBER, Intent.NOT_ME, Intent.PERSON, Intent.REFUSE, Intent.LATER, Intent.SLOWER),
    *(Intent.OTHER_LANGUAGE, Intent.BUSY, Intent.NO, Intent.NEARLY_AGREE, Intent.HOLD_ON, Intent.RECORDING),
    *(Intent.DOUBT, Intent.IS_ROBOT, Intent.WHAT_ABOUT, Intent.WHO_IS_THIS, Intent.LENGTH),
    *(Intent.OTHER_QUESTION, Intent.REPEAT, Intent.EXPLAIN, Intent.BYE, Intent.AGREE),
)
QUESTION_ORDER = (
    *(Intent.NEVER, Intent.REFUSE, Intent.LATER, Intent.PERSON, Intent.SLOWER, Intent.OTHER_LANGUAGE),
    *(Intent.COME_BACK, Intent.SKIP, Intent.REPEAT, Intent.LENGTH, Intent.OTHER_QUESTION, Intent.EXPLAIN),
    *(Intent.HOLD_ON, Intent.BUSY, Intent.RECORDING, Intent.DOUBT, Intent.IS_ROBOT),
    *(Intent.WHAT_ABOUT, Intent.WHO_IS_THIS, Intent.DONT_KNOW),
)
ANSWER_CHECK_ORDER = (
    *(intent for intent in QUESTION_ORDER if intent is not Intent.SKIP),
    *(Intent.NO, Intent.YES, Intent.SKIP),
)
"""The first of these that an utterance contains is its main intent."""

ELIGIBILITY_ORDER = (
    *(Intent.NEVER, Intent.REFUSE, Intent.PERSON, Intent.SLOWER, Intent.OTHER_LANGUAGE, Intent.SKIP, Intent.WHY),
    *(Intent.REPEAT, Intent.LENGTH, Intent.OTHER_QUESTION, Intent.EXPLAIN, Intent.RECORDING, Intent.DOUBT),
    *(Intent.IS_ROBOT, Intent.WHO_IS_THIS, Intent.WHAT_ABOUT, Intent.HOLD_ON),
)
"""The requests in place of an answer to an eligibility question."""

ANSWERS = frozenset({Intent.YES, Intent.NO})

TIME_ORDER = (Intent.NOW, Intent.DONT_KNOW)


@dataclass(frozen=True)
class IntentGuess:
    """An intent for which only the score of the words speaks."""

    intent: Intent
    score: float

    @property
    def understanding(self) -> Understanding:
        return Understanding(self.intent, is_guess=True)


def understand_utterance(
    spoken_words: str, expecting: Expecting, phrases: Phrases, candidate_name: str = ""
) -> Understanding:
    """Return the meaning of an utterance as a reply to a prompt. The candidate's name is that of the record."""
    match expecting:
        case Expecting.IDENTITY:
            return _understand_identity(parse_utterance(spoken_words, expecting, phrases, candidate_name))
        case Expecting.CONSENT:
            return _understand_consent(parse_utterance(spoken_words, expecting, phrases, candidate_name))
        case Expecting.TIME:
            return _understand_time(parse_utterance(spoken_words, expecting, phrases, candidate_name))
        case Expecting.ELIGIBILITY:
            utterance = parse_utterance(spoken_words, expecting, phrases, candidate_name)
            return _understand_eligibility(utterance, word_count=len(spoken_words.split()))
        case Expecting.QUESTION | Expecting.ANSWER_CHECK if len(spoken_words.split()) > MAX_WORDS:
            return Understanding(Intent.ANSWER)
        case Expecting.QUESTION | Expecting.ANSWER_CHECK:
            utterance = parse_utterance(spoken_words, expecting, phrases, candidate_name)
            requests = _keep_requests(utterance, word_count=len(spoken_words.split()))
            return _understand_request(requests, expecting)
        case _ as unreachable:
            assert_never(unreachable)


def _understand_identity(utterance: ParsedUtterance) -> Understanding:
    utterance = _before_questions(utterance)
    strong_intents = utterance.strong_intents
    guess = _guess_intent(utterance, GUESSES_AT_IDENTITY, MIN_SCORE)
    is_both = {Intent.THIS_IS_ME, Intent.NOT_ME} <= strong_intents and Intent.WRONG_NUMBER not in strong_intents
    is_yes_and_no = not strong_intents and {Intent.THIS_IS_ME, Intent.NO} <= utterance.yielding_intents
    if is_both or is_yes_and_no:
        return guess.understanding if guess else Understanding(Intent.UNCLEAR)
    return _overrule(_choose_intent(utterance, IDENTITY_ORDER, guess=guess), guess)


def _understand_consent(utterance: ParsedUtterance) -> Understanding:
    """Only an utterance that agrees with all of its words is consent."""
    utterance = _before_questions(utterance)
    if utterance.agrees_last and DECLINED & utterance.intents:
        utterance = _as_nearly_agreed(utterance, without=DECLINED)
    if utterance.intents == {Intent.AGREE} and not utterance.unmatched_count:
        return Understanding(Intent.AGREE)
    is_contradicted = Intent.AGREE in utterance.strong_intents
    is_doubted = Intent.NEARLY_AGREE in utterance.strong_intents
    if Intent.AGREE in utterance.intents:
        is_doubted = Intent.NEARLY_AGREE in utterance.intents
        utterance = _as_nearly_agreed(utterance, without={Intent.AGREE})
    dropped_intents = (DECLINED if is_contradicted else NO_INTENTS) | ({Intent.NO} if is_doubted else NO_INTENTS)
    utterance = replace(utterance, strong_intents=utterance.strong_intents - dropped_intents)
    guess = _guess_intent(utterance, GUESSES_AT_CONSENT, MIN_SCORE)
    return _overrule(_choose_intent(utterance, CONSENT_ORDER, guess=guess), guess)


def _as_nearly_agreed(utterance: ParsedUtterance, *, without: Set[Intent]) -> ParsedUtterance:
    strong_intents = utterance.strong_intents - without | {Intent.NEARLY_AGREE}
    return replace(utterance, strong_intents=strong_intents, light_intents=utterance.light_intents - without)


def _understand_time(utterance: ParsedUtterance) -> Understanding:
    """Only an utterance that is a time as a whole, or leaves it open. Any other is understood as elsewhere."""
    is_whole = Intent.LATER in utterance.yielding_intents and not utterance.strong_intents
    if utterance.requested_time and (utterance.word_count == 1 or is_whole):
        return Understanding(Intent.LATER, requested_time=utterance.requested_time)
    return _choose_intent(utterance, TIME_ORDER)


def _before_questions(utterance: ParsedUtterance) -> ParsedUtterance:
    if Intent.UNCLEAR in utterance.strong_intents:
        return replace(
            utterance,
            strong_intents=frozenset({Intent.UNCLEAR}),
            light_intents=NO_INTENTS,
            whole_intents=NO_INTENTS,
            faint_intents=NO_INTENTS,
        )
    if {Intent.NEVER, Intent.NOT_ME} <= utterance.strong_intents and not _forbids_calls_to_speaker(utterance):
        utterance = replace(utterance, strong_intents=utterance.strong_intents - {Intent.NEVER})
    if utterance.requested_time and {Intent.BUSY, Intent.LATER} & utterance.strong_intents:
        return replace(utterance, strong_intents=utterance.strong_intents - {Intent.HOLD_ON} | {Intent.LATER})
    return utterance


def _forbids_calls_to_speaker(utterance: ParsedUtterance) -> bool:
    """Whether another person forbids calls to this number, and names no time: "he's out, don't call here again"."""
    names_time = utterance.requested_time or Intent.LATER in utterance.strong_intents
    return Intent.NEVER in utterance.personal_intents and not names_time


def _keep_requests(utterance: ParsedUtterance, *, word_count: int) -> ParsedUtterance:
    """Only an utterance that is a request as a whole is one. A refusal may have a reason, but is no part of a story."""
    is_witnessed = utterance.scores.get(Intent.REFUSE, 0) > MIN_SCORE_OF_WITNESS
    requests = utterance.strong_intents if is_witnessed else utterance.personal_intents
    personal = NO_INTENTS if utterance.is_narrated else requests & REASONED
    if word_count > MAX_REASON_WORDS:
        utterance = replace(utterance, scores={})
        personal = personal if is_witnessed else NO_INTENTS
    if word_count > MAX_REQUEST_WORDS:
        return replace(utterance, strong_intents=personal, light_intents=NO_INTENTS, whole_intents=NO_INTENTS)
    if utterance.unmatched_count > MAX_UNMATCHED * utterance.word_count:
        return replace(utterance, strong_intents=personal)
    if utterance.unmatched_count:
        return replace(utterance, strong_intents=utterance.strong_intents - REASONED | personal)
    return utterance


def _understand_request(utterance: ParsedUtterance, expecting: Expecting) -> Understanding:
    guess = None if utterance.is_narrated else _guess_intent(utterance, (Intent.REFUSE,), MIN_SCORE_OF_ANSWER)
    if expecting is Expecting.QUESTION:
        return _choose_intent(utterance, QUESTION_ORDER, Intent.ANSWER, guess)
    if utterance.unmatched_count >= MIN_ANSWER_WORDS:
        without_light = replace(utterance, light_intents=NO_INTENTS)
        return _choose_intent(without_light, ANSWER_CHECK_ORDER, Intent.ANSWER, guess)
    return _choose_intent(utterance, ANSWER_CHECK_ORDER, guess=guess)


def _understand_eligibility(utterance: ParsedUtterance, *, word_count: int) -> Understanding:
    """A request as a whole, or else a yes or a no. An utterance with both of them is neither."""
    request = _choose_intent(_keep_requests(utterance, word_count=word_count), ELIGIBILITY_ORDER)
    if request.intent is not Intent.UNCLEAR:
        return request
    if Intent.DONT_KNOW in utterance.intents:
        return Understanding(Intent.DONT_KNOW)
    answers = (utterance.strong_intents & ANSWERS) or (utterance.yielding_intents & ANSWERS)
    if len(answers) == 1:
        return Understanding(next(iter(answers)))
    if Intent.LATER in request.other_intents:
        return Understanding(Intent.LATER, requested_time=request.requested_time)
    return request


def _guess_intent(
    utterance: ParsedUtterance, possible_intents: tuple[Intent, ...], min_score: float
) -> IntentGuess | None:
    """Return the intent that the words sound like most. None where every word belongs to a phrase."""
    scores = {intent: utterance.scores.get(intent, 0) for intent in possible_intents}
    intent = max(scores, key=lambda intent: scores[intent])
    is_possible = utterance.unmatched_count > 0 and scores[intent] > min_score
    return IntentGuess(intent, scores[intent]) if is_possible else None


def _overrule(understanding: Understanding, guess: IntentGuess | None) -> Understanding:
    """Prefer a strong guess to a weak understanding: both lead to a question that the candidate can correct."""
    if guess is None or guess.score <= MIN_OVERRULING_SCORE:
        return understanding
    is_overruled = guess.intent is Intent.REFUSE and understanding.intent in OVERRULED_BY_REFUSAL
    return guess.understanding if is_overruled else understanding


def _choose_intent(
    utterance: ParsedUtterance,
    intent_order: tuple[Intent, ...],
    default_intent: Intent = Intent.UNCLEAR,
    guess: IntentGuess | None = None,
) -> Understanding:
    """Return the first strong intent in this order, else the first of the others. Without any, the guess."""
    intents = utterance.intents
    if guess and not intents:
        return guess.understanding
    faint_intents = utterance.faint_intents if utterance.word_count <= MAX_FAINT_WORDS else NO_INTENTS
    intent_groups = (utterance.strong_intents, utterance.yielding_intents, faint_intents)
    ranked_intents = (intent for group in intent_groups for intent in intent_order if intent in group)
    main_intent = next(ranked_intents, default_intent)
    return Understanding(
        main_intent,
        intents - {main_intent},
        requested_time=utterance.requested_time if Intent.LATER in intents else None,
        language=utterance.language if Intent.OTHER_LANGUAGE in intents else None,
        is_guess=main_intent in ENDED_BY_WORD and main_intent not in intents,
        is_empty=not (intents or faint_intents or utterance.unmatched_count),
        is_whole=not utterance.unmatched_count,
    )
