"""Checks of questions that a model worded for one candidate, besides those of any question.

The words must hold no personal data that is not to be spoken, and the question must stay the one that all candidates
are asked. Refused words are stored with the reason, and the question keeps its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from interviews.models.personal.questions import PersonalQuestion, RefusedPersonalQuestion
from jobs.bank.words import content_stems
from jobs.question_checks import QuestionReview, RefusalReason, with_few_points
from screener.records import QuestionContent
from screener.services.interviewer.protocol import SharpenedQuestion
from screener.services.privacy.phone_number_detection import MASK
from screener.services.privacy.redaction import redact

KEPT_SHARE = 1 / 3
"""Of the content words of a question. Fewer make it another question."""
NUMBERS = re.compile(r"\d{3,}|(?<!\d)\d{1,2}[./]\d{1,2}(?!\d)")
"""Years tell the age; other long numbers are parts of addresses, dates and accounts."""


@dataclass
class PersonalReview:
    """Sorts the words of a model into those that are used and those that are refused.

    `base`: the questions of the job. `language`: of these questions, without a region. `private`: texts that identify
    the candidate.
    """

    base: Sequence[QuestionContent]
    language: str
    private: Sequence[str]
    accepted: list[PersonalQuestion] = field(default_factory=list)
    refused: list[RefusedPersonalQuestion] = field(default_factory=list)

    def add(self, questions: Sequence[SharpenedQuestion]) -> None:
        """Accept or refuse the words for each question. Words that change nothing are left out."""
        for question in questions:
            position = question.number - 1
            if 0 <= position < len(self.base) and not self._is_unchanged(position, question):
                self._add(position, question)

    def _is_unchanged(self, position: int, question: SharpenedQuestion) -> bool:
        return _plain(question.text) == _plain(self.base[position].text)

    def _add(self, position: int, sharpened: SharpenedQuestion) -> None:
        worded = with_few_points(
            self.base[position].model_copy(update={"text": sharpened.text, "good_answer": sharpened.good_answer})
        )
        if fault := self._find_fault(position, worded):
            self.refused.append(fault)
        else:
            self.accepted.append(PersonalQuestion(position=position, text=worded.text, good_answer=worded.good_answer))

    def _find_fault(self, position: int, worded: QuestionContent) -> RefusedPersonalQuestion | None:
        if self._has_personal_data(worded.text) or self._has_personal_data(worded.good_answer):
            return self._refusal(position, worded, RefusalReason.PERSONAL_DATA)
        review = QuestionReview(self.language, job_words="", count=1, unwanted=self._other_texts(position))
        if refused := review.refusal_of(worded):
            return RefusedPersonalQuestion(position=position, **refused.model_dump())
        if not self._asks_the_question_of(position, worded.text):
            return self._refusal(position, worded, RefusalReason.OTHER_QUESTION)
        return None

    def _refusal(self, position: int, worded: QuestionContent, reason: RefusalReason) -> RefusedPersonalQuestion:
        """Personal data is not stored once more: it is masked."""
        text = NUMBERS.sub(lambda number: MASK * len(number[0]), redact(worded.text, self.private))
        return RefusedPersonalQuestion(position=position, text=text, reason=reason)

    def _has_personal_data(self, text: str) -> bool:
        return MASK in text or bool(NUMBERS.search(text)) or redact(text, self.private) != text

    def _other_texts(self, position: int) -> list[str]:
        """The texts of all other questions, and the words that this question has already."""
        others = [question.text for place, question in enumerate(self.base) if place != position]
        return [*others, *(entry.text for entry in self.accepted)]

    def _asks_the_question_of(self, position: int, text: str) -> bool:
        base = self.base[position]
        own = content_stems(base.text, self.language)
        kept = content_stems(text, self.language) & (own | content_stems(base.competency, self.language))
        return len(kept) >= ceil(KEPT_SHARE * len(own))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
