"""Loads the questions that come with the product into the bank, after each migration."""

from typing import Any
from uuid import UUID, uuid5

from django.apps import apps as installed_apps
from django.db import transaction
from django.db.models import Q

from jobs.bank.editing import columns_of, texts_of
from jobs.bank.entry import BankEntry
from jobs.bank.starter_bank import starter_entries
from jobs.models import BankEvent, BankQuestion, BankText

SOURCE = "Screener"
IDS = UUID("5b0f8f0c-3b5e-4c57-9d55-0f6a3d2f2c71")
"""The namespace of the ids: the same in each deployment, so that a file of one can be imported in another."""


def load_after_migration(sender: Any, apps: Any = installed_apps, plan: Any = None, **signal: Any) -> None:
    """Receiver of `post_migrate`. A test that empties the database sends the signal without a plan."""
    if plan is not None and "bankquestion" in apps.all_models["jobs"]:  # else migrated back
        load_starter_bank()


def load_starter_bank() -> int:
    """Add the questions that the bank never had, approved, and return their number.

    A question that was edited or retired stays as it is, because its row keeps the key. A question that the
    organisation has in the same words is left out.
    """
    with transaction.atomic():
        keys = set(BankQuestion.objects.exclude(starter_key=None).values_list("starter_key", flat=True))
        new = [entry for entry in starter_entries() if entry.key not in keys]
        entries = [entry for entry in new if not _has_text(entry)] if keys or BankQuestion.objects.exists() else new
        questions = [_question_of(entry) for entry in entries]
        BankQuestion.objects.bulk_create(questions)
        pairs = zip(questions, entries, strict=True)
        BankText.objects.bulk_create(text for question, entry in pairs for text in texts_of(question, entry))
        BankEvent.objects.bulk_create(
            BankEvent(question=question, kind=BankEvent.Kind.ADDED, actor=SOURCE) for question in questions
        )
    return len(questions)


def _has_text(entry: BankEntry) -> bool:
    same = (Q(language=language, text__iexact=text.text) for language, text in entry.texts.items())
    return any(BankText.objects.filter(condition).exists() for condition in same)


def _question_of(entry: BankEntry) -> BankQuestion:
    return BankQuestion.of_product(
        pk=uuid5(IDS, entry.key),
        key=entry.key,
        source=SOURCE,
        **columns_of(entry),
    )
