"""Adds and changes questions of the bank. A question that is one by meaning already is refused."""

from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import MD5, Lower
from django.utils import timezone
from django.utils.translation import gettext

from jobs.bank.entry import BankEntry, EntryText
from jobs.bank.families import Family, QuestionKind
from jobs.bank.similarity import DUPLICATE_FROM, most_stems_of_duplicate, similarity, telling_stems
from jobs.models import BankEvent, BankQuestion, BankText
from screener.models import InvalidTransition

LOCK = 7216
"""Key of the advisory lock under which questions are added: two at the same time could be the same question."""


class DuplicateQuestion(InvalidTransition):
    """The bank has this question already."""

    code = "duplicate"

    def __init__(self, text: BankText) -> None:
        self.members = {"duplicate_of": str(text.question_id)}
        super().__init__(
            gettext("The bank has this question already (%(status)s): “%(text)s”")
            % {"status": text.question.get_status_display(), "text": text.text}
        )


def entry_of(question: BankQuestion) -> BankEntry:
    """Return the question apart from its row. Reads prefetched texts."""
    return BankEntry(
        key=str(question.pk),
        family=Family(question.family),
        kind=QuestionKind(question.kind),
        difficulty=question.difficulty,
        tags=tuple(question.tags),
        texts={
            row.language: EntryText(row.text, row.competency, row.good_answer, tuple(row.keywords))
            for row in question.texts.all()
        },
    )


def find_duplicate(language: str, text: str, *, besides: UUID | None = None) -> BankText | None:
    """Return a text of another question that asks the same, in any status."""
    others = BankText.objects.filter(language=language).exclude(question=besides).select_related("question")
    digest = MD5(Lower(Value(text)))
    if same := others.annotate(digest=MD5(Lower("text"))).filter(digest=digest).first():  # by the unique index
        return same
    stems = BankText.stems_of(text, language)
    similar = others.filter(stems__overlap=telling_stems(stems), stems__len__lte=most_stems_of_duplicate(stems))
    for pk, other_stems in similar.values_list("pk", "stems") if stems else ():
        if similarity(stems, other_stems) >= DUPLICATE_FROM:
            return others.get(pk=pk)
    return None


def refuse_duplicates(entry: BankEntry, *, besides: UUID | None = None) -> None:
    """Raise DuplicateQuestion if the bank has the question in one of its languages."""
    for language, text in entry.texts.items():
        if duplicate := find_duplicate(language, text.text, besides=besides):
            raise DuplicateQuestion(duplicate)


def add_question(entry: BankEntry, *, by: str, pk: UUID | None = None) -> BankQuestion:
    """Add the question as a draft. Raises DuplicateQuestion."""
    with transaction.atomic():
        _lock_bank()
        refuse_duplicates(entry)
        question = BankQuestion.objects.create(pk=pk or uuid4(), source=by, **columns_of(entry))
        BankText.objects.bulk_create(texts_of(question, entry))
        question.events.create(kind=BankEvent.Kind.ADDED, actor=by)
    return question


def change_question(question: BankQuestion, entry: BankEntry, *, by: str) -> bool:
    """Write what differs, and return whether there was any. Raises DuplicateQuestion."""
    with transaction.atomic():
        _lock_bank()
        stored = entry_of(BankQuestion.objects.with_texts().get(pk=question.pk))
        if (stored.family, stored.kind, stored.difficulty, stored.tags, stored.texts) == (
            entry.family,
            entry.kind,
            entry.difficulty,
            entry.tags,
            entry.texts,
        ):
            return False
        refuse_duplicates(entry, besides=question.pk)
        has_new_words = _words_of(stored) != _words_of(entry)
        question.change(by=by, **columns_of(entry), **({"worded_at": timezone.now()} if has_new_words else {}))
        question.texts.all().delete()
        BankText.objects.bulk_create(texts_of(question, entry))
    return True


def texts_of(question: BankQuestion, entry: BankEntry) -> list[BankText]:
    """The rows of the texts, not saved yet."""
    return [
        BankText(
            question=question,
            language=language,
            text=text.text,
            competency=text.competency,
            good_answer=text.good_answer,
            keywords=list(text.keywords),
            stems=BankText.stems_of(text.text, language),
        )
        for language, text in entry.texts.items()
    ]


def columns_of(entry: BankEntry) -> dict[str, Any]:
    """The columns of the question that are computed from the others."""
    return {
        "family": entry.family,
        "kind": entry.kind,
        "difficulty": entry.difficulty,
        "tags": list(entry.tags),
        "languages": sorted(entry.texts),
        "search_text": "\n".join(f"{text.competency}\n{text.text}" for text in entry.texts.values()),
    }


def _words_of(entry: BankEntry) -> dict[str, str]:
    return {language: text.text for language, text in entry.texts.items()}


def _lock_bank() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
