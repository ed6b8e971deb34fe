"""Facts and contact details that are found in the text of a resume, and protected ones that never are."""

import pytest

from candidates.models import Candidate
from candidates.resume.contacts import find_contacts
from candidates.resume.facts import MAX_FACTS, Fact, FactKind, find_facts

RESUME = """ADA LOVELACE
12 Main St, Springfield, IL 62704
ada@engines.example.com, +43 660 1234567, 0660 7654321
Jan 2015 – Dec 2018, Barista, 1010 Wien
03/2019 – present, Contoso, Berlin, Germany: Python, node.js, Ruby on Rails, C++, .NET
seit 2021 Teamleitung und Gabelstapler, customer-service, Python
"""


def texts_of(facts: list[Fact], kind: FactKind) -> list[str]:
    return [fact.text for fact in facts if fact.kind == kind]


def candidate_with(resume_text: str) -> Candidate:
    return Candidate(full_name="Ada King", email="ada@example.com", phone="+436601111111", resume_text=resume_text)


def test_facts_have_their_place_in_text() -> None:
    facts = find_facts(RESUME)
    skills = texts_of(facts, FactKind.SKILL)
    assert skills[:6] == ["Barista", "Python", "Node.js", "Ruby on Rails", "C++", ".NET"]
    assert skills[6:] == ["Team leadership", "Forklift", "Customer service"]
    assert texts_of(facts, FactKind.PERIOD) == ["Jan 2015 – Dec 2018", "03/2019 – present", "seit 2021"]
    assert texts_of(facts, FactKind.PLACE) == ["Springfield", "Wien", "Berlin", "Germany"]
    for fact in facts:
        if fact.kind != FactKind.SKILL:
            assert RESUME[fact.start : fact.end] == fact.text
    assert [fact.start for fact in facts] == sorted(fact.start for fact in facts)


@pytest.mark.parametrize(
    "text",
    [
        "Born 10/2010 - 12/2011 in London, Java",
        "Date of birth: 1985 – 1986",
        "Geburtsort:\nWien",
        "Nationality\nGermany",
        "Staatsangehörigkeit: Austria",
        "Familienstand: verheiratet seit 2015, Berlin",
        "Two children, 2010 - 2012, Training",
        "Religion: 1010 Wien",
        "Lieu de naissance : Lyon",
        "Estado civil: casado desde 2012",
        "I excel in a swift reply",
        "Graduated in 2014",
    ],
)
def test_protected_and_accidental_words_are_no_facts(text: str) -> None:
    assert find_facts(text) == []


def test_facts_are_few() -> None:
    periods = "\n".join(f"{month:02}/{year} - {month:02}/{year + 1}" for year in range(1980, 2020) for month in (1, 6))
    assert len(find_facts(periods)) == MAX_FACTS


def test_contact_details_that_record_has_not_are_offered() -> None:
    offers = find_contacts(candidate_with(RESUME))
    assert [(offer.field, offer.value) for offer in offers] == [
        ("full_name", "Ada Lovelace"),
        ("email", "ada@engines.example.com"),
        ("phone", "+436601234567"),
        ("phone", "+436607654321"),
    ]
    assert [RESUME[offer.start : offer.end] for offer in offers][0::3] == ["ADA LOVELACE", "0660 7654321"]


@pytest.mark.parametrize(
    "text",
    [
        "King, Ada\nada@example.com\n+43 660 1111111",
        "KING ADA, ADA@EXAMPLE.COM, 0660 1111111",
        "Curriculum Vitae\nSoftware Engineer\n12/2010 – 12/2011",
        "write to ada@localhost or 12345",
        f"Ada {'a' * 5_000} King1",
    ],
)
def test_known_details_and_other_texts_are_not_offered(text: str) -> None:
    assert find_contacts(candidate_with(text)) == []
