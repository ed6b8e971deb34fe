"""Understands an utterance by the phrases of a language and the score of its words. Knows no language itself.

Phrases are certain where they know a sentence, and silent or misled where they know only a part of it. The score knows
the sound of an intent, but no grammar. How far each of them is right, at which prompt, is learned from phrasings that
neither of them knew, of all languages: `python -m devtools.decision_weights`. The evidence knows no words.
"""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import assert_never

from interviews.conversation.phrases.intent import DECLINED, REFUSALS, Expecting, Intent, Understanding
from interviews.conversation.phrases.intent_score import (
    OTHER_STAGES,
    STAGES,
    Weights,
    decision_weights,
    log_odds,
    weigh_evidence,
)
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

MIN_SCORE_OF_WITNESS = 0.75
"""During a question: the score above which a refusal holds that names neither speaker nor listener, or is long."""

NO_INTENTS: frozenset[Intent] = frozenset()
REASONED = frozenset({Intent.NEVER, Intent.REFUSE})
"""Requests for which people give reasons."""

ENDED_BY_WORD = frozenset({Intent.REFUSE, Intent.WRONG_NUMBER})
"""Intents that end a call. Where a single word alone speaks for one, it is a guess."""

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


DECIDED_INTENTS = (Intent.REFUSE, Intent.NEVER, Intent.THIS_IS_ME, Intent.NOT_ME, Intent.WRONG_NUMBER)
NONE_OF_THEM = Intent.UNCLEAR
CLASSES = (*DECIDED_INTENTS, NONE_OF_THEM)
MANY_WORDS = 20
MIN_CERTAIN = 0.5
MIN_CERTAINTIES = {Intent.NEVER: 0.95, Intent.THIS_IS_ME: 0.8}
"""The probability below which a phrase that would end or open a conversation is asked back."""

MIN_GUESS = 0.4
"""The probability above which a guess is asked back where no phrase was found: the prompt is given again anyway."""

MIN_OVERRULING_GUESS = 0.4
"""The probability above which a guess counts more than a phrase."""

MIN_REFUSAL_FOR_OPT_OUT = 0.8
"""The probability above which a phrase of an opt-out is no more than a refusal."""

MIN_GUESS_IN_QUESTION = 0.5
"""The probability above which words without a phrase are a refusal, rather than an answer."""

MAX_GUESSED_WORDS = 25
"""During a question a longer utterance is an answer, unless phrases say otherwise."""

ASKED_BACK = {
    Expecting.IDENTITY: frozenset({Intent.NEVER, Intent.REFUSE, Intent.WRONG_NUMBER, Intent.THIS_IS_ME}),
    Expecting.CONSENT: frozenset({Intent.NEVER, Intent.REFUSE, Intent.WRONG_NUMBER, Intent.NO}),
    Expecting.QUESTION: frozenset({Intent.NEVER}),
    Expecting.ANSWER_CHECK: frozenset({Intent.NEVER}),
}
"""The intents that end or open a conversation at once, unless the score contradicts them."""

GUESSES = {
    Expecting.IDENTITY: DECIDED_INTENTS,
    Expecting.CONSENT: tuple(intent for intent in DECIDED_INTENTS if intent is not Intent.THIS_IS_ME),
    Expecting.QUESTION: (Intent.REFUSE, Intent.NEVER),
    Expecting.ANSWER_CHECK: (Intent.REFUSE, Intent.NEVER),
}
NOTHING_FOUND = frozenset({Intent.UNCLEAR, Intent.ANSWER})
MEANT_AT_IDENTITY = {Intent.NO: Intent.NOT_ME, Intent.YES: Intent.THIS_IS_ME}


def understand_utterance(
    spoken_words: str, expecting: Expecting, phrases: Phrases, candidate_name: str = ""
) -> Understanding:
    """Return the meaning of an utterance as a reply to a prompt. The candidate's name is that of the record."""
    word_count = len(spoken_words.split())
    if expecting in (Expecting.QUESTION, Expecting.ANSWER_CHECK) and word_count > MAX_WORDS:
        return Understanding(Intent.ANSWER)
    utterance = parse_utterance(spoken_words, expecting, phrases, candidate_name)
    by_phrases = understand_by_phrases(utterance, expecting, word_count=word_count)
    return decide_intent(by_phrases, utterance, expecting, word_count=word_count, weights=decision_weights())


def understand_by_phrases(utterance: ParsedUtterance, expecting: Expecting, *, word_count: int) -> Understanding:
    """Return what the phrases say. The score of the words is no more than a second witness for some of them."""
    match expecting:
        case Expecting.IDENTITY:
            return _understand_identity(utterance)
        case Expecting.CONSENT:
            return _understand_consent(utterance)
        case Expecting.TIME:
            return _understand_time(utterance)
        case Expecting.ELIGIBILITY:
            return _understand_eligibility(utterance, word_count=word_count)
        case Expecting.QUESTION | Expecting.ANSWER_CHECK:
            return _understand_request(_keep_requests(utterance, word_count=word_count), expecting)
        case _ as unreachable:
            assert_never(unreachable)


def _understand_identity(utterance: ParsedUtterance) -> Understanding:
    utterance = _before_questions(utterance)
    strong_intents = utterance.strong_intents
    is_both = {Intent.THIS_IS_ME, Intent.NOT_ME} <= strong_intents and Intent.WRONG_NUMBER not in strong_intents
    is_yes_and_no = not strong_intents and {Intent.THIS_IS_ME, Intent.NO} <= utterance.yielding_intents
    if is_both or is_yes_and_no:
        return Understanding(Intent.UNCLEAR)
    return _choose_intent(utterance, IDENTITY_ORDER)


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
    return _choose_intent(utterance, CONSENT_ORDER)


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
    is_witnessed = utterance.scores.get(Intent.REFUSE, 0) > MIN_SCORE_OF_WITNESS and not utterance.is_framed
    requests = utterance.strong_intents if is_witnessed else utterance.personal_intents
    personal = NO_INTENTS if utterance.is_narrated else requests & REASONED
    if word_count > MAX_REASON_WORDS:
        personal = personal if is_witnessed else NO_INTENTS
    if word_count > MAX_REQUEST_WORDS:
        return replace(utterance, strong_intents=personal, light_intents=NO_INTENTS, whole_intents=NO_INTENTS)
    if utterance.unmatched_count > MAX_UNMATCHED * utterance.word_count:
        return replace(utterance, strong_intents=personal)
    if utterance.unmatched_count:
        return replace(utterance, strong_intents=utterance.strong_intents - REASONED | personal)
    return utterance


def _understand_request(utterance: ParsedUtterance, expecting: Expecting) -> Understanding:
    if expecting is Expecting.QUESTION:
        return _choose_intent(utterance, QUESTION_ORDER, Intent.ANSWER)
    if utterance.unmatched_count >= MIN_ANSWER_WORDS:
        without_light = replace(utterance, light_intents=NO_INTENTS)
        return _choose_intent(without_light, ANSWER_CHECK_ORDER, Intent.ANSWER)
    return _choose_intent(utterance, ANSWER_CHECK_ORDER)


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


def _choose_intent(
    utterance: ParsedUtterance,
    intent_order: tuple[Intent, ...],
    default_intent: Intent = Intent.UNCLEAR,
) -> Understanding:
    """Return the first strong intent in this order, else the first of the others."""
    intents = utterance.intents
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


# --- Phrases and scores -------------------------------------------------------------------------------


def decide_intent(
    by_phrases: Understanding, utterance: ParsedUtterance, expecting: Expecting, *, word_count: int, weights: Weights
) -> Understanding:
    """Keep what the phrases say, or ask back: because the score contradicts them, or because it says more than they."""
    if expecting not in GUESSES or not utterance.scores:
        return by_phrases
    evidence = collect_evidence(utterance, by_phrases, expecting)
    probabilities = weigh_evidence(evidence, weights)
    by_phrases_class = decided_intent(by_phrases.intent, expecting)
    min_certain = MIN_CERTAINTIES.get(by_phrases_class, MIN_CERTAIN)
    if by_phrases_class in DECIDED_INTENTS and probabilities[by_phrases_class] >= min_certain:
        return by_phrases
    guesses = _possible_guesses(utterance, expecting, word_count=word_count)
    if probabilities[Intent.NEVER] < MIN_CERTAIN:
        guesses = [intent for intent in guesses if intent is not Intent.NEVER]
    guess = max(guesses, key=lambda intent: probabilities[intent], default=by_phrases_class)
    if guess is not by_phrases_class and probabilities[guess] > _min_guess(by_phrases.intent, expecting):
        return Understanding(guess, is_guess=True)
    if by_phrases.intent in ASKED_BACK[expecting]:
        return replace(by_phrases, intent=by_phrases_class, is_guess=True, is_doubted_phrase=True)
    return by_phrases


def _possible_guesses(utterance: ParsedUtterance, expecting: Expecting, *, word_count: int) -> Sequence[Intent]:
    """None where every word belongs to a phrase, and none of a refusal that is part of a question or a condition.

    During a question, none in a story.
    """
    if not utterance.unmatched_count:
        return []
    guesses = [intent for intent in GUESSES[expecting] if not (utterance.is_framed and intent in REFUSALS)]
    is_question = expecting in (Expecting.QUESTION, Expecting.ANSWER_CHECK)
    is_story = utterance.is_narrated or word_count > MAX_GUESSED_WORDS
    return [] if is_question and is_story else guesses


def _min_guess(intent: Intent, expecting: Expecting) -> float:
    if intent is Intent.NEVER:
        return MIN_REFUSAL_FOR_OPT_OUT
    if expecting in (Expecting.QUESTION, Expecting.ANSWER_CHECK):
        return MIN_GUESS_IN_QUESTION
    return MIN_GUESS if intent in NOTHING_FOUND else MIN_OVERRULING_GUESS


def decided_intent(intent: Intent, expecting: Expecting) -> Intent:
    """Return the class of an intent. A plain no to the question who speaks is another person, elsewhere a refusal."""
    intent = MEANT_AT_IDENTITY.get(intent, intent) if expecting is Expecting.IDENTITY else intent
    intent = Intent.REFUSE if intent in DECLINED else intent
    return intent if intent in DECIDED_INTENTS else NONE_OF_THEM


def collect_evidence(utterance: ParsedUtterance, by_phrases: Understanding, expecting: Expecting) -> dict[str, float]:
    stage = STAGES.get(expecting, OTHER_STAGES)
    words = max(utterance.word_count, 1)
    is_whole = not utterance.unmatched_count
    evidence: dict[str, float] = {
        f"at {stage}": 1,
        f"phrases {by_phrases.intent}": 1,
        f"phrases {by_phrases.intent} at {stage}": 1,
        f"phrases {by_phrases.intent} whole": is_whole,
        "unmatched": utterance.unmatched_count / words,
        "length": min(words, MANY_WORDS) / MANY_WORDS,
        "framed": utterance.is_framed,
        "narrated": utterance.is_narrated,
        "time": utterance.requested_time is not None,
    }
    for strength, intents in (
        ("strong", utterance.strong_intents),
        ("light", utterance.yielding_intents),
        ("faint", utterance.faint_intents),
        ("personal", utterance.personal_intents),
    ):
        evidence |= {f"{strength} {intent}": 1 for intent in intents}
    for intent, score in utterance.scores.items():
        evidence[f"score {intent}"] = evidence[f"score {intent} at {stage}"] = log_odds(score)
    return {name: value for name, value in evidence.items() if value}
