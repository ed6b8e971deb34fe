"""Finds questions of the bank for the page on which a job's questions are edited."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from jobs.bank.advert import Advert
from jobs.bank.families import Family
from jobs.bank.search import approved_in, words_condition
from jobs.models import BankQuestion, BankText, JobDescription
from screener.language_tag import primary_tag

MOST_SHOWN = 20


@dataclass(frozen=True)
class FoundQuestion:
    """A question with its text in the language of the job."""

    question: BankQuestion
    text: BankText

    @property
    def control(self) -> str:
        """The id of the button that adds it."""
        return f"add-{self.question.pk}"


@dataclass(frozen=True)
class BankSearch:
    """Search criteria. An empty one does not narrow the search."""

    words: str = ""
    family: str = ""
    kind: str = ""
    difficulty: int | None = None

    def find_for(self, job: JobDescription) -> list[FoundQuestion]:
        """Return at most MOST_SHOWN approved questions in the job's language, those of its occupations first."""
        advert = Advert.read(job.title, job.description, job.language)
        language, families = advert.language, (*advert.families, Family.GENERAL)
        ranks = [When(family=family, then=Value(rank)) for rank, family in enumerate(families)]
        rank = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())
        questions = approved_in(language).filter(self._condition()).annotate(rank=rank).order_by("rank", "pk")
        return list(_in_language(questions[:MOST_SHOWN], language))

    def _condition(self) -> Q:
        condition = words_condition(self.words) if self.words.strip() else Q()
        chosen = {"family": self.family, "kind": self.kind, "difficulty": self.difficulty}
        return condition & Q(**{name: choice for name, choice in chosen.items() if choice})


def find_in_language(pk: UUID, language: str) -> BankText | None:
    """Return the text of an approved question in this language."""
    texts = BankText.objects.filter(language=primary_tag(language), question__status=BankQuestion.Status.APPROVED)
    return texts.select_related("question").filter(question=pk).first()


def _in_language(questions: QuerySet[BankQuestion], language: str) -> Iterator[FoundQuestion]:
    for question in questions:
        text = question.text_in(language)
        if text and text.language == language:
            yield FoundQuestion(question, text)
