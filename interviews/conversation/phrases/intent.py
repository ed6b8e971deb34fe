"""The intents of an utterance, and the result of understanding one. Knows no language."""

from dataclasses import dataclass
from enum import StrEnum

from interviews.conversation.phrases.requested_time import RequestedTime


class Expecting(StrEnum):
    """The prompt that an utterance replies to."""

    IDENTITY = "identity"
    CONSENT = "consent"
    QUESTION = "question"
    ANSWER_CHECK = "answer_check"
    """Was that your answer, or shall I repeat the question?"""
    ELIGIBILITY = "eligibility"
    """A question about a requirement of the job."""
    TIME = "time"
    """When to call again."""


class Intent(StrEnum):
    THIS_IS_ME = "this_is_me"
    NOT_ME = "not_me"
    """Another person speaks, or the candidate is not there."""
    WRONG_NUMBER = "wrong_number"
    WHO_IS_THIS = "who_is_this"
    WHAT_ABOUT = "what_about"
    IS_ROBOT = "is_robot"
    RECORDING = "recording"
    """A question whether it is recorded, or who listens."""
    DOUBT = "doubt"
    """A question whether the call is genuine, where the number is from, or how to check."""
    LENGTH = "length"
    """A question how long the interview takes, or how many questions are left."""
    OTHER_QUESTION = "other_question"
    """A question that only people at the employer can answer, such as about the pay."""
    LATER = "later"
    BUSY = "busy"
    """Not now, without a wish for another call."""
    NOW = "now"
    """Now rather than later."""
    PERSON = "person"
    """A wish for a person instead of the assistant."""
    REPEAT = "repeat"
    SLOWER = "slower"
    YES = "yes"
    AGREE = "agree"
    """Consent. Only a clear and unconditional one."""
    NEARLY_AGREE = "nearly_agree"
    """Consent with a doubt, a condition or a contradiction: to be asked back."""
    NO = "no"
    REFUSE = "refuse"
    NEVER = "never"
    """No call ever again."""
    BYE = "bye"
    """A goodbye without another word."""
    OTHER_LANGUAGE = "other_language"
    HOLD_ON = "hold_on"
    EXPLAIN = "explain"
    """A request to explain the disclosure or the question."""
    WHY = "why"
    """A question why this is asked."""
    DONT_KNOW = "dont_know"
    SKIP = "skip"
    COME_BACK = "come_back"
    """A request to return to this question later."""
    ANSWER = "answer"
    """An answer to a question."""
    UNCLEAR = "unclear"


DECLINED = frozenset({Intent.NO, Intent.REFUSE})
"""Either of them ends the interview as declined."""

REFUSALS = DECLINED | {Intent.NEVER}


@dataclass(frozen=True)
class Understanding:
    """The main intent of an utterance and the other intents heard in the same breath.

    `requested_time`: the time that was named for another call. `language`: the tag of the language that was asked for.
    `is_empty`: all words are known to have no meaning of their own, as in "hello?". `is_whole`: every word belongs to a
    phrase. `is_guess`: only the score of the words speaks for the intent. It ends no conversation, and opens none,
    before the candidate has confirmed it. `Intent.REFUSE` then stands for refusals. `is_doubted_phrase`: a guess
    that phrases say, and the score doubts.
    """

    intent: Intent
    other_intents: frozenset[Intent] = frozenset()
    requested_time: RequestedTime | None = None
    language: str | None = None
    is_empty: bool = False
    is_whole: bool = False
    is_guess: bool = False
    is_doubted_phrase: bool = False
