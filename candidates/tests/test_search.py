"""The search for candidates."""

import pytest
from django.db import connection

from candidates.models import Candidate
from candidates.search import search_candidates
from tests.support.factories import make_candidate

pytestmark = pytest.mark.django_db
NAMES = ("Ada Everford", "Anne-Marie O'Brien", "Björn Ström", "J. Smith-Lee", "王小明", "محمد علي")


@pytest.fixture
def people() -> dict[str, Candidate]:
    return {
        name: make_candidate(
            full_name=name,
            phone=f"+1415555020{number}",
            email=f"Person{number}@example.org",
            external_id=f"ats-{number}",
        )
        for number, name in enumerate(NAMES)
    }


def find_names(term: str, *, with_contact_data: bool = True) -> set[str]:
    matches = Candidate.objects.filter(pk__in=search_candidates(term, with_contact_data=with_contact_data))
    return set(matches.values_list("full_name", flat=True))


@pytest.mark.parametrize(
    ("term", "name"),
    [
        ("ever", "Ada Everford"),
        ("EVERFORD ad", "Ada Everford"),
        ("anne-marie", "Anne-Marie O'Brien"),
        ("brien", "Anne-Marie O'Brien"),
        ("o'bri", "Anne-Marie O'Brien"),
        ("strö", "Björn Ström"),
        ("lee", "J. Smith-Lee"),
        ("王小", "王小明"),
        ("علي", "محمد علي"),
        ("ats-3", "J. Smith-Lee"),
        ("person2@", "Björn Ström"),
        ("0201", "Anne-Marie O'Brien"),
        ("+1 (415) 555-0204", "王小明"),
    ],
)
def test_term_finds_one_person(people: dict[str, Candidate], term: str, name: str) -> None:
    assert find_names(term) == {name}


@pytest.mark.parametrize("term", ["everford grace", "%", "_", "' & !x:*", "\\", "ada | björn", "person"])
def test_term_finds_nobody(people: dict[str, Candidate], term: str) -> None:
    assert find_names(term, with_contact_data=False) == set()


def test_contact_data_needs_permission(people: dict[str, Candidate]) -> None:
    for term in ("person1@example.org", "+14155550201", "0201"):
        assert find_names(term) == {"Anne-Marie O'Brien"}
        assert find_names(term, with_contact_data=False) == set()


def test_names_and_addresses_use_their_index(people: dict[str, Candidate]) -> None:
    many = range(1000)  # for fewer rows any plan is as good
    Candidate.objects.bulk_create(Candidate(full_name=f"P{number}", phone=f"+1415666{number:04}") for number in many)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ANALYZE candidates_candidate")
    plan = search_candidates("everford", with_contact_data=True).explain()
    for index in ("one_candidate_per_external_id", "candidates_by_name", "candidates_by_email"):
        assert index in plan
