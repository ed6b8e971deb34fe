"""The search for candidates by words of their name and by contact data."""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db.models import Q, QuerySet

from candidates.models import Candidate
from candidates.models.candidate import EMAIL_WORDS, NAME_WORDS
from screener.phone_format import search_digits

WORD = re.compile(r"[^\W_]+")


def search_candidates(term: str, *, with_contact_data: bool) -> "QuerySet[Candidate, Any]":
    """Find the ids of matching candidates: a union, so that the search of each column uses its own index.

    Each word of the term begins a word of the name. `with_contact_data`: or a word of the e-mail address, or the term
    is a part of the phone number in any notation.
    """
    conditions = [Q(external_id=term)]
    words = WORD.findall(term)
    columns = [NAME_WORDS, EMAIL_WORDS] if with_contact_data else [NAME_WORDS]
    conditions += [Q(SearchVectorExact(column, _words_query(words))) for column in columns if words]
    digits = search_digits(term) if with_contact_data else ""
    conditions += [Q(phone__contains=digits)] if digits else []
    first, *others = (
        Candidate.objects.filter(condition).order_by().values_list("pk", flat=True) for condition in conditions
    )
    return first.union(*others)


def _words_query(words: list[str]) -> SearchQuery:
    return SearchQuery(" & ".join(f"'{word}':*" for word in words), config="simple", search_type="raw")
