"""Questions picked from the bank fit the job, in type and occupation, for adverts of sixteen trades."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.bank.advert import Advert, lines_of
from jobs.bank.families import Family, QuestionKind
from jobs.bank.picking import PickedQuestion, pick_questions, share_out
from jobs.bank.starter_bank import starter_entries
from jobs.models import JobDescription
from jobs.unlawful_questions import find_topics
from screener.services.interviewer.protocol import JobText
from tests.support.factories import make_job, run_tasks

SETS = tomllib.loads(Path(__file__).with_name("advertisements.toml").read_text(encoding="utf-8"))
ADVERTS = {f"{half} {name}": advert for half, adverts in SETS.items() for name, advert in adverts.items()}
COUNT, LEAST_SPECIFIC, MAX_QUESTIONS = 7, 4, 15
SEEDS = tuple(map(str, range(10)))
MAX_UNFIT_SHARE = 0.02


def pick(advert: dict[str, Any], *, seed: str, count: int = COUNT) -> list[PickedQuestion]:
    job = JobText(advert["title"], advert["text"], advert["language"])
    return pick_questions(job, count, starter_entries(), seed=seed)


@pytest.mark.parametrize("name", ADVERTS)
def test_most_questions_are_about_job_and_none_about_others(name: str) -> None:
    advert, entries = ADVERTS[name], []
    for seed in SEEDS:
        picks = pick(advert, seed=seed)
        assert len({picked.question.text for picked in picks}) == COUNT
        assert sum(picked.is_specific for picked in picks) >= LEAST_SPECIFIC
        entries += [picked.entry for picked in picks if picked.entry]
    assert {entry.family for entry in entries} <= {Family.GENERAL, *map(Family, advert["families"])}
    unfit = [entry.key for entry in entries if entry.key in advert["unfit"]]
    assert len(unfit) <= MAX_UNFIT_SHARE * len(entries), unfit


def test_picked_questions_are_lawful() -> None:
    for name, advert in ADVERTS.items():
        texts = [picked.question.text for picked in pick(advert, seed="1", count=MAX_QUESTIONS)]
        assert (name, [text for text in texts if find_topics(text, advert["language"])]) == (name, [])


def test_seed_repeats_and_varies_choice() -> None:
    advert = ADVERTS["build nurse"]
    first, again, other = (pick(advert, seed=seed) for seed in ("a", "a", "b"))
    assert first == again
    assert {picked.question.text for picked in first} != {picked.question.text for picked in other}


def test_mix_decides_types() -> None:
    assert share_out(7, {QuestionKind.TECHNICAL: 3, QuestionKind.CULTURE: 1}) == {"technical": 5, "culture": 2}
    job = JobText(ADVERTS["build nurse"]["title"], ADVERTS["build nurse"]["text"], "en")
    picks = pick_questions(job, 4, starter_entries(), seed="1", mix={QuestionKind.COMMUNICATION: 1})
    assert {picked.kind for picked in picks} == {QuestionKind.COMMUNICATION}


@given(
    st.text(max_size=60),
    st.lists(st.text(max_size=60) | st.sampled_from(["<b>Must lift 20 kg</b>", "SQL; Linux;", "You will cook."])),
    st.sampled_from(["en", "de", "en-GB"]),
    st.integers(1, MAX_QUESTIONS),
)
@settings(max_examples=25)
def test_any_advert_gets_its_number(title: str, lines: list[str], language: str, count: int) -> None:
    picks = pick_questions(JobText(title, "\n".join(lines), language), count, starter_entries(), seed="1")
    assert len({picked.question.text for picked in picks}) == count


def test_html_becomes_lines() -> None:
    html = "<style>b{}</style><p>We are A &amp; B</p><ul><li>Drive <b>vans</b></li><li>Load</li></ul>"
    assert lines_of(html).splitlines() == ["We are A & B", "- Drive vans", "- Load"]
    assert lines_of("Costs < 5 and > 3") == "Costs < 5 and > 3"


def test_office_with_books_has_two_families() -> None:
    advert = Advert.read("Office Manager and Bookkeeper", "Calendar, travel, invoices, ledger, VAT.", "en")
    assert set(advert.families) == {Family.OFFICE, Family.FINANCE}


@pytest.mark.django_db
def test_job_without_model_gets_bank_questions(settings: Any) -> None:
    settings.JUDGE = "person"
    advert = ADVERTS["build cook"]
    job = make_job(title=advert["title"], description=advert["text"], language="de")
    versions = []
    for _ in range(2):
        job.request_questions(COUNT)
        run_tasks()
        job = JobDescription.objects.get(pk=job.pk)
        assert job.draft_questions
        versions.append({question.text for question in job.draft_questions.questions})
    assert all(len(version) == COUNT for version in versions)
    assert versions[0] != versions[1]


@pytest.mark.django_db
def test_unknown_language_fails_with_reason(settings: Any) -> None:
    settings.JUDGE = "person"
    job = make_job(language="pl")
    job.request_questions()
    run_tasks()
    job = JobDescription.objects.get(pk=job.pk)
    assert job.questions_status == JobDescription.QuestionsStatus.FAILED
