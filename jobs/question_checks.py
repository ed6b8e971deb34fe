"""Checks of questions that a model wrote. The questions of the bank pass the same ones (`test_starter_bank.py`).

A refused question is stored with the reason, so that HR sees what the model wrote and why it is not asked.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import ceil
from pathlib import Path
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jobs.bank.families import QuestionKind
from jobs.bank.picking import ORDER
from jobs.bank.similarity import asks_the_same
from jobs.bank.words import content_stems, guess_language
from jobs.unlawful_questions import UnlawfulTopic, find_topics
from screener.records import QuestionContent, Record
from screener.services.interviewer.protocol import PlannedQuestion

Q = TypeVar("Q", bound=QuestionContent)

MAX_WORDS, MAX_LENGTH = 40, 320
MAX_POINTS, MAX_POINT_LENGTH = 4, 200
"""Limits of a good answer."""
GENERAL_SHARE = 0.6
"""At most this share of the questions may have no word in common with the job text, such as one on teamwork."""
UNSPEAKABLE = re.compile(r"[/\\()\[\]{}<>|*_#^~=+@&%$€•\n]|https?:|www\.|\b\w\.\w\.")
_SECOND_REQUESTS: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class RefusalReason(TextChoices):
    UNLAWFUL = "unlawful", _("Employers must not ask about this")
    LANGUAGE = "language", _("In another language than the job")
    UNSPEAKABLE = "unspeakable", _("Cannot be read aloud")
    TOO_LONG = "too_long", _("Too long to be read aloud")
    SEVERAL = "several", _("Asks several things at once")
    DUPLICATE = "duplicate", _("Asks the same as another question")
    OFF_TEXT = "off_text", _("Not about this job")
    KIND = "kind", _("More questions of this type than wanted")
    OTHER_QUESTION = "other_question", _("No longer asks what the question of the job asks")
    PERSONAL_DATA = "personal_data", _("Has a name, an address, a number, a link or a year")


class RefusedQuestion(Record):
    """A question that is not asked. `topics`: what it asks about unlawfully. `duplicate_of`: the text it repeats."""

    text: str
    reason: str
    topics: list[str] = []
    duplicate_of: str = ""

    @property
    def explanation(self) -> str:
        label = str(RefusalReason(self.reason).label)
        topics = get_text_list([str(UnlawfulTopic(topic).label) for topic in self.topics], gettext("and"))
        details = topics or (f"“{self.duplicate_of}”" if self.duplicate_of else "")
        return f"{label}: {details}" if details else label


@dataclass
class QuestionReview:
    """Accepts questions up to the wanted number of each type, and refuses questions with a fault.

    `language`: without a region. `wanted`: how many of each type; any without it. `unwanted`: texts that are asked
    already or not wanted. `job_words`: title and description. Where they are in another language than the questions,
    the words of a question are not looked for in them.
    """

    language: str
    job_words: str
    count: int
    wanted: Mapping[QuestionKind, int] = field(default_factory=dict)
    unwanted: Sequence[str] = ()
    accepted: list[PlannedQuestion] = field(default_factory=list)
    refused: list[RefusedQuestion] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return self.count - len(self.accepted)

    @property
    def missing_kinds(self) -> dict[QuestionKind, int]:
        """How many questions of each type are missing."""
        accepted = Counter(QuestionKind(question.kind) for question in self.accepted)
        return {kind: number - accepted[kind] for kind, number in self.wanted.items() if number > accepted[kind]}

    @property
    def seen(self) -> list[str]:
        """The texts that another question must differ from."""
        accepted = [question.text for question in self.accepted]
        return [*self.unwanted, *accepted, *(question.text for question in self.refused)]

    def add(self, questions: Sequence[PlannedQuestion]) -> None:
        """Accept or refuse each question, until there are enough."""
        for question in questions:
            if not self.missing:
                return
            if refusal := self.refusal_of(question):
                self.refused.append(refusal)
            elif self.wanted and question.kind not in self.missing_kinds:
                self.refused.append(RefusedQuestion(text=question.text, reason=RefusalReason.KIND))
            elif self._is_off_text(question):
                self.refused.append(RefusedQuestion(text=question.text, reason=RefusalReason.OFF_TEXT))
            else:
                self.accepted.append(with_few_points(question))

    def fill(self, questions: Sequence[PlannedQuestion]) -> None:
        """Accept questions of the bank, which fit the job, up to the wanted number. Refusals are not stored.

        Missing types come first. Another type is better than too few questions.
        """
        for question in sorted(questions, key=lambda question: question.kind not in self.missing_kinds):
            if self.missing and not self.refusal_of(question):
                self.accepted.append(question)

    def in_order(self) -> list[PlannedQuestion]:
        """Return the accepted questions in the order in which their types are asked."""
        return sorted(self.accepted, key=lambda question: ORDER.index(QuestionKind(question.kind)))

    def refusal_of(self, question: QuestionContent) -> RefusedQuestion | None:
        """Return the fault of a question, apart from its type and from being about the job."""
        if topics := self._find_topics(question):
            return RefusedQuestion(text=question.text, reason=RefusalReason.UNLAWFUL, topics=topics)
        if guess_language(question.good_answer) not in (None, self.language):
            return RefusedQuestion(text=question.text, reason=RefusalReason.LANGUAGE)
        if reason := self._fault_of_form(question.text):
            return RefusedQuestion(text=question.text, reason=reason)
        if other := self._find_duplicate(question.text):
            return RefusedQuestion(text=question.text, reason=RefusalReason.DUPLICATE, duplicate_of=other)
        return None

    def _find_topics(self, question: QuestionContent) -> list[UnlawfulTopic]:
        """The unlawful topics of the text and of its good answer."""
        checked_texts = (question.text, question.good_answer)
        return [*dict.fromkeys(topic for text in checked_texts for topic in find_topics(text, self.language))]

    def _fault_of_form(self, text: str) -> RefusalReason | None:
        if guess_language(text) not in (None, self.language):
            return RefusalReason.LANGUAGE
        if UNSPEAKABLE.search(text):
            return RefusalReason.UNSPEAKABLE
        if len(text.split()) > MAX_WORDS or len(text) > MAX_LENGTH:
            return RefusalReason.TOO_LONG
        return RefusalReason.SEVERAL if asks_several_things(text, self.language) else None

    def _is_off_text(self, question: QuestionContent) -> bool:
        """Whether the question could be asked in any interview, and enough such questions are accepted already."""
        if guess_language(self.job_words) not in (None, self.language) or not self._is_general(question):
            return False
        return sum(map(self._is_general, self.accepted)) >= ceil(GENERAL_SHARE * self.count)

    def _is_general(self, question: QuestionContent) -> bool:
        """Whether the question has no word in common with the job text."""
        return not self._job_stems & content_stems(f"{question.text} {question.competency}", self.language)

    @cached_property
    def _job_stems(self) -> frozenset[str]:
        return content_stems(self.job_words, self.language)

    def _find_duplicate(self, text: str) -> str:
        return next((other for other in self.seen if asks_the_same(text, other, self.language)), "")


def with_few_points(question: Q) -> Q:
    """Keep the first points of the good answer: a model may write more than a reviewer reads."""
    points = [point[:MAX_POINT_LENGTH] for point in question.good_answer_points[:MAX_POINTS]]
    return question.model_copy(update={"good_answer": "\n".join(points)})


def asks_several_things(text: str, language: str) -> bool:
    """Whether a candidate who hears the text has to keep several questions in mind."""
    return text.count("?") > 1 or bool(_second_request(language).search(text.lower()))


@cache
def _second_request(language: str) -> re.Pattern[str]:
    return re.compile(_SECOND_REQUESTS.get(language, r"(?!)"))
