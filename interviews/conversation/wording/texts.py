"""The texts that the wording of a language consists of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityUnit
from interviews.conversation.engine import EligibilityLead, Ending, LeadIn, Preface
from interviews.conversation.phrases.intent import Intent


class Wording(Protocol):
    """The texts of one language. Implemented by a module.

    Placeholders: {employer}, its {callback} number and the address of its privacy {notice}, {judge} of the answers,
    {name} of the candidate, {job} title, {count} of the questions left, {minutes} they take, {number} of the question,
    {total} number of questions, {competency} of the question, {limit} of the time for its answer, {when} the candidate
    is called again, the {options} of an eligibility question, its {option} with a {number}, the {question}, and the
    {value} that was understood.
    """

    @property
    def LANGUAGE_NAME(self) -> str:
        """In English, for messages to staff."""

    @property
    def SPEECH_LOCALE(self) -> str:
        """The tag for speech services where the language of an interview names no region."""

    @property
    def GREETING(self) -> str:
        """Says who calls before it asks who answers. Reveals no application."""

    @property
    def GREETING_AGAIN(self) -> str: ...

    @property
    def IDENTITY_BY_KEYS(self) -> str:
        """For the last try, which takes keys only; so are the others of this ending."""

    @property
    def ASK_REACHABLE(self) -> str:
        """Whether the candidate can be reached at this number at another time. Must not name the subject."""

    @property
    def ASK_REACHABLE_AGAIN(self) -> str:
        """The same in other words; so are the others of this ending."""

    @property
    def REACHABLE_BY_KEYS(self) -> str: ...

    @property
    def CALL_TIME(self) -> str:
        """When to call again."""

    @property
    def CALL_TIME_AGAIN(self) -> str: ...

    @property
    def CALL_TIME_BY_KEYS(self) -> str: ...

    @property
    def ASK_OPT_OUT(self) -> str:
        """Whether to call never again. Names no subject."""

    @property
    def ASK_OPT_OUT_AGAIN(self) -> str: ...

    @property
    def OPT_OUT_BY_KEYS(self) -> str: ...

    @property
    def HOLD_ON(self) -> str: ...

    @property
    def PREFACES(self) -> Mapping[Preface, str]:
        """The replies before a prompt that is given again. Only that of the application may name the subject."""

    @property
    def NOTICE(self) -> str:
        """Where a doubtful candidate can check who calls."""

    @property
    def DISCLOSURE(self) -> str:
        """The course of the interview and the parts of machine and people, in at most 70 words. The choice follows."""

    @property
    def RESUMED_DISCLOSURE(self) -> str:
        """The disclosure of an attempt that resumes an interview."""

    @property
    def JUDGED_BY_MODEL(self) -> str:
        """The end of the sentence that says who asks: who scores the answers, and who decides."""

    @property
    def JUDGED_BY_PERSON(self) -> str: ...

    @property
    def CONSENT_AGAIN(self) -> str:
        """After a reply to a question of the candidate, or to an unclear answer: the choice in short."""

    @property
    def CONSENT_CHOICE(self) -> str:
        """How to consent, to decline and to opt out."""

    @property
    def CONSENT_BY_KEYS(self) -> str: ...

    @property
    def LEAD_INS(self) -> Mapping[LeadIn, str]: ...

    @property
    def ANSWER_LIMIT(self) -> str:
        """Before the first question, and before each one whose limit is another."""

    @property
    def NO_EXPLANATION(self) -> str:
        """Before a question without a competency that the candidate asked about."""

    @property
    def TAKE_YOUR_TIME(self) -> str: ...

    @property
    def GO_ON(self) -> str:
        """After an answer that its limit cut off: the candidate may add to it."""

    @property
    def CHECK_ANSWER(self) -> str: ...

    @property
    def CHECK_ANSWER_AGAIN(self) -> str: ...

    @property
    def CONFIRM_STOP(self) -> Mapping[Intent, str]: ...

    @property
    def CONFIRM_STOP_AGAIN(self) -> Mapping[Intent, str]: ...

    @property
    def ELIGIBILITY_LEADS(self) -> Mapping[EligibilityLead, str]: ...

    @property
    def ELIGIBILITY_HINTS(self) -> Mapping[EligibilityKind, str]:
        """How to answer an eligibility question."""

    @property
    def ELIGIBILITY_OPTION(self) -> str:
        """An option with its key."""

    @property
    def READ_BACK(self) -> str: ...

    @property
    def READ_BACK_AGAIN(self) -> str: ...

    @property
    def YES_NO_NAMES(self) -> Mapping[str, str]: ...

    @property
    def UNIT_NAMES(self) -> Mapping[EligibilityUnit, str]: ...

    @property
    def GOODBYES(self) -> Mapping[Ending, str]: ...

    @property
    def GREETING_CALLED_BACK(self) -> str:
        """The greeting of a candidate who has called."""

    @property
    def RECEPTION_GREETING(self) -> str:
        """For a caller who is not interviewed now. Does not reveal a candidate. The reason follows."""

    @property
    def NO_INTERVIEW(self) -> str: ...

    @property
    def CALL_RUNNING(self) -> str: ...

    @property
    def NOT_NOW(self) -> str: ...

    @property
    def NOT_CALLED(self) -> str:
        """For a number that asked not to be called again."""

    @property
    def PERSON_INFORMED(self) -> str:
        """For a number that asked for a person."""

    @property
    def UNREACHED_CALLER(self) -> str:
        """For a candidate who calls after the last attempt to reach them, and has confirmed who they are."""

    @property
    def OPT_OUT_OFFER(self) -> str: ...

    @property
    def MAY_CALL_AGAIN(self) -> str:
        """After the goodbye of a try that did not reach the candidate, where another can follow."""

    @property
    def VOICEMAIL(self) -> str:
        """A message for the candidate that others may hear: the employer and its number, twice, and no subject."""

    @property
    def LAST_CALL(self) -> str:
        """The same, where no other follows."""

    @property
    def REACH_US(self) -> str:
        """After each goodbye, and after the subject, so that a doubtful candidate can check the number."""

    @property
    def FAREWELL(self) -> str:
        """The last word."""

    @property
    def FALLBACK_APOLOGY(self) -> str:
        """After an error of this program. Promises a call back."""

    @property
    def INBOUND_FALLBACK(self) -> str:
        """After an error of this program in a call of the candidate. Makes no promise."""

    @property
    def UNKNOWN_CALL(self) -> str: ...

    @property
    def NEAR_DAYS(self) -> Mapping[int, str]:
        """Today and tomorrow, by their distance in days."""

    @property
    def SEPARATOR_NAMES(self) -> Mapping[str, str]:
        """The punctuation of web addresses."""

    @property
    def PLUS(self) -> str:
        """Before a phone number."""

    @property
    def ONE_MINUTE(self) -> str: ...

    @property
    def MINUTES(self) -> str:
        """After a number above one."""

    def question_count(self, count: int) -> str: ...

    def weekday(self, at: datetime) -> str:
        """The day of a call within a week, with its preposition: "on Monday"."""

    def calendar_day(self, at: datetime) -> str:
        """The same with the day of the month: "on Monday, December 7"."""

    def clock_time(self, at: datetime) -> str:
        """With its preposition: "at 5 PM"."""
