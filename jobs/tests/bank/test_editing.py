"""Questions of the bank: review states with their history, and duplicates by meaning."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.bank.editing import DuplicateQuestion, add_question, change_question, entry_of, find_duplicate
from jobs.bank.entry import BankEntry, EntryText
from jobs.bank.families import Family, QuestionKind
from jobs.bank.loading import load_starter_bank
from jobs.bank.similarity import DUPLICATE_FROM, similarity, telling_stems
from jobs.bank.starter_bank import starter_entries
from jobs.bank.words import content_stems
from jobs.models import BankEvent, BankQuestion
from screener.models import InvalidTransition

PAIRS = Path(__file__).with_name("pairs")
LEAST_RECALL, MOST_FALSE = 0.85, 0.1
ENTRY = BankEntry(
    key="",
    family=Family.TRADES,
    kind=QuestionKind.TECHNICAL,
    difficulty=2,
    tags=("crane",),
    texts={"en": EntryText("Which signals do you give a crane operator?", "Crane signals", "Names them.", ("crane",))},
)
Status, Kind = BankQuestion.Status, BankEvent.Kind


def kinds_of(question: BankQuestion) -> list[str]:
    return list(question.events.values_list("kind", flat=True))


@pytest.mark.parametrize("half", ["build", "held_out"])
def test_duplicates_are_told_from_neighbours(half: str) -> None:
    with (PAIRS / f"{half}.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found: dict[str, list[bool]] = {"0": [], "1": []}
    for row in rows:
        first, second = (content_stems(row[name], row["language"]) for name in ("first", "second"))
        is_same = similarity(first, second) >= DUPLICATE_FROM
        assert not is_same or set(telling_stems(first)) & second  # the search by index misses none
        found[row["same"]].append(is_same)
    assert sum(found["1"]) >= LEAST_RECALL * len(found["1"])
    assert sum(found["0"]) <= MOST_FALSE * len(found["0"])


@pytest.mark.django_db
def test_states_leave_history() -> None:
    question = add_question(ENTRY, by="ann")
    question.approve(by="ben").approve(by="ben")
    assert change_question(question, replace(ENTRY, difficulty=3), by="cem")
    assert not change_question(question, replace(ENTRY, difficulty=3), by="cem")
    question.refresh_from_db()
    assert (question.status, question.difficulty, question.source) == (Status.DRAFT, 3, "ann")
    question.retire(by="ann", reason="Too narrow.")
    with pytest.raises(InvalidTransition):
        change_question(question, ENTRY, by="cem")
    question.reopen(by="ann")
    assert question.status == Status.DRAFT
    assert kinds_of(question) == [Kind.ADDED, Kind.APPROVED, Kind.EDITED, Kind.RETIRED, Kind.REOPENED]


@pytest.mark.django_db
def test_unlawful_question_needs_reason() -> None:
    question = add_question(replace(ENTRY, texts={"en": EntryText("How old are you?", "Age")}), by="ann")
    with pytest.raises(InvalidTransition):
        question.approve(by="ann")
    question.approve(by="ann", reason="A minimum age is set by law.")
    assert question.events.get(kind=Kind.APPROVED).reason


@pytest.mark.django_db
def test_same_meaning_is_refused() -> None:
    question = add_question(ENTRY, by="ann")
    question.retire(by="ann")
    again = replace(
        ENTRY, texts={"en": EntryText("What signals would you give to the operator of a crane?", "Signals")}
    )
    with pytest.raises(DuplicateQuestion) as refusal:
        add_question(again, by="ben")
    assert refusal.value.members == {"duplicate_of": str(question.pk)}
    assert find_duplicate("en", ENTRY.texts["en"].text, besides=question.pk) is None
    assert find_duplicate("de", ENTRY.texts["en"].text) is None


@pytest.mark.django_db
def test_starter_bank_is_loaded_once() -> None:
    assert BankQuestion.objects.filter(status=Status.APPROVED).count() == len(starter_entries())
    care, transport = (BankQuestion.objects.get(starter_key=f"{name}-01") for name in ("care", "transport"))
    care.retire(by="ann")
    texts = {
        language: replace(text, text=f"{text.text} Really?") for language, text in entry_of(transport).texts.items()
    }
    change_question(transport, replace(entry_of(transport), texts=texts), by="ann")
    BankQuestion.objects.filter(starter_key="sales-01").delete()
    assert load_starter_bank() == 1
    assert load_starter_bank() == 0
    assert BankQuestion.objects.count() == len(starter_entries())
    care.refresh_from_db()
    assert care.status == Status.RETIRED
