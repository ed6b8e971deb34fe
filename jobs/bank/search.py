"""The search of the bank by words, language and status: conditions that an index on the question answers."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from jobs.models.bank import BankQuestion, BankQuestionQuerySet

WORD = re.compile(r"[^\W_]+")


def words_condition(term: str) -> Q:
    """The questions that have, for each word of the term, a word that begins with it, in question or competency."""
    words = WORD.findall(term)
    if not words:
        return Q(pk__in=[])
    query = SearchQuery(" & ".join(f"'{word}':*" for word in words), config="simple", search_type="raw")
    return Q(searched_words=query)


def language_condition(language: str) -> Q:
    """The questions that have a text in this language."""
    return Q(languages__contains=[language])


def approved_in(language: str) -> BankQuestionQuerySet:
    """The questions that may be asked in this language, with their texts."""
    approved = BankQuestion.objects.filter(language_condition(language), status=BankQuestion.Status.APPROVED)
    return approved.with_texts()
