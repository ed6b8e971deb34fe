"""Questions from job advertisements: only requirements and duties become questions."""

import tomllib
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.services.interviewer.advertisement import MAX_PHRASE_WORDS, Kind, find_subjects
from screener.services.interviewer.protocol import JobText
from screener.services.interviewer.question_composer import compose_phrase_questions

ADVERTISEMENTS = tomllib.loads(Path(__file__).with_name("advertisements.toml").read_text(encoding="utf-8"))
TITLES = sorted(ADVERTISEMENTS)


def subjects_of(description: str) -> list[tuple[Kind, str]]:
    return [(subject.kind, subject.text) for subject in find_subjects(description)]


@pytest.mark.parametrize("title", TITLES)
def test_questions_are_those_person_approved(title: str) -> None:
    advertisement = ADVERTISEMENTS[title]
    questions = compose_phrase_questions(JobText(title, advertisement["text"], "en"))
    assert [question.text for question in questions] == advertisement["questions"]


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("- Strong knowledge of PostgreSQL, query tuning and indexing", (Kind.KNOWLEDGE, "PostgreSQL")),
        ("- 3+ years of experience with Docker is a plus", (Kind.EXPERIENCE, "with Docker")),
        ("- Minimum 2 years of experience in acute care", (Kind.EXPERIENCE, "in acute care")),
        ("- At least one year warehouse experience (preferred)", (Kind.FIELD, "warehouse")),
        ("- Proficient in Microsoft Excel", (Kind.USE, "Microsoft Excel")),
        ("- Excellent written and verbal communication skills", (Kind.SKILLS, "written and verbal communication")),
        ("- Valid forklift licence required", (Kind.CREDENTIAL, "forklift licence")),
        ("- Ability to resolve complaints from our guests", (Kind.TASK, "resolve complaints from the guests")),
    ],
)
def test_requirement_becomes_subject(line: str, subject: tuple[Kind, str]) -> None:
    assert subjects_of(f"Requirements:\n{line}") == [subject]


LINES_WITHOUT_SUBJECT = [
    "- Weekly pay every Friday",
    "- 401(k) with company match",
    "- Must be able to lift 50 lbs",
    "- Ability to work nights and weekends",
    "- High school diploma or GED",
    "- Young and energetic",
    "- Reliable transportation",
    "- Native English speaker",
    "- Experience with our great benefits",
    "- Other duties as assigned",
    "- 2nd shift, 3pm-11pm",
    "- https://example.com/apply",
]


def test_other_lines_become_nothing() -> None:
    headings = ["Requirements:", "What you'll do", "## Qualifications", ""]
    texts = [f"{heading}\n{line}" for heading, line in product(headings, LINES_WITHOUT_SUBJECT)]
    assert [text for text in texts if subjects_of(text)] == []


@pytest.mark.parametrize("heading", ["Benefits:", "What we offer", "PERKS", "**Why join us?**", "Schedule:"])
def test_other_headings_are_skipped(heading: str) -> None:
    lines = "- Experience with great teams\n- Operate modern machines"
    assert subjects_of(f"Requirements:\n- Knowledge of welding\n{heading}\n{lines}") == [(Kind.KNOWLEDGE, "welding")]


@settings(max_examples=40)
@given(st.lists(st.sampled_from([line for ad in ADVERTISEMENTS.values() for line in ad["text"].splitlines()])))
def test_mixed_lines_stay_speakable(lines: list[str]) -> None:
    for subject in find_subjects("\n".join(lines)):
        assert len(subject.text.split()) <= MAX_PHRASE_WORDS
        assert not any(character.isdigit() or character in "$€()/:" for character in subject.text)


def test_other_languages_give_nothing() -> None:
    assert not list(compose_phrase_questions(JobText("Koch", "Requirements:\n- Knowledge of food safety", "de")))


def test_listed_duties_become_questions() -> None:
    duties = "You will patrol the yard, answer the phone and keep records. You will pick and pack orders."
    assert [text for _, text in subjects_of(duties)] == [
        "patrol the yard",
        "answer the phone",
        "keep records",
        "pick and pack orders",
    ]
