"""What the wording of a language consists of."""

from collections.abc import Mapping
from typing import Protocol

from interviews.conversation.engine import Ending, LeadIn


class Wording(Protocol):
    """The texts of one language. Implemented by a module.

    Placeholders: {name} of the candidate, {job} title, {count} of the questions left, {minutes} they take, {number} of
    the question and {total} number of questions.
    """

    @property
    def LANGUAGE_NAME(self) -> str:
        """In English, for messages to staff."""

    @property
    def LOCALE(self) -> str:
        """The tag for speech services where the language of an interview names no region."""

    @property
    def GREETING(self) -> str: ...

    @property
    def GREETING_AGAIN(self) -> str: ...

    @property
    def DISCLOSURE(self) -> str: ...

    @property
    def RESUMING(self) -> str:
        """The disclosure of an attempt that resumes an interview."""

    @property
    def CONSENT_AGAIN(self) -> str: ...

    @property
    def LEADS(self) -> Mapping[LeadIn, str]: ...

    @property
    def GOODBYES(self) -> Mapping[Ending, str]: ...

    @property
    def FALLBACK(self) -> str:
        """After an error of this program. Promises a call back."""

    @property
    def UNKNOWN_CALL(self) -> str: ...

    def question_count(self, count: int) -> str: ...

    def duration(self, seconds: float) -> str: ...
