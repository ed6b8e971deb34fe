"""Erasing a person: what goes, what stays, and what happens when it is interrupted."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from candidates.data_rights.erasure import erase_candidate
from candidates.models import CandidateEvent, DoNotCall, ErasedItem, Erasure
from interviews.models import Assessment, Interview, InterviewResult
from tests.support.factories import run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.person_with_traces import DIGITS, PHONE, TOKEN, Person, files_with, make_person, rows_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(reviewer: User) -> Person:
    return make_person(reviewer)


def erase(person: Person) -> Erasure:
    reason = f"{person.candidate.full_name} asked for it from {PHONE}."
    return erase_candidate(person.candidate, actor="hanna", reason=reason)


def traces(private_files: Path) -> dict[str, Any]:
    """Where the person's tokens, number and name are."""
    found = {text: [rows_with(text), files_with(private_files, text)] for text in (TOKEN, DIGITS)}
    return {text: places for text, places in found.items() if any(places)}


def statistics() -> list[Any]:
    return [
        list(Interview.objects.values_list("status", "outcome", "result_status", "started_at", "completed_at")),
        list(Assessment.objects.order_by("pk").values_list("score", "is_current", "label")),
        [[criterion.score for criterion in row.criteria] for row in Assessment.objects.order_by("pk")],
        list(InterviewResult.objects.values_list("overall_score", "coverage", "recommendation")),
    ]


def test_erasure_leaves_no_trace(person: Person, private_files: Path, twilio: FakeTwilio) -> None:
    for text in (TOKEN, DIGITS):  # the search finds what is there
        assert rows_with(text)
    assert files_with(private_files, TOKEN)
    before = statistics()
    erasure = erase(person)
    run_tasks(only="candidates.")
    assert traces(private_files) == {}
    assert statistics() == before
    assert DoNotCall.objects.covers_number(PHONE)
    erasure.refresh_from_db()
    assert (erasure.actor, erasure.status, bool(erasure.completed_at)) == ("hanna", Erasure.Status.CHECKING, True)
    assert not erasure.items.filter(deleted_at=None).exists()
    assert {item.kind for item in erasure.items.all()} == set(ErasedItem.Kind)
    assert person.candidate.events.filter(kind=CandidateEvent.Kind.ERASED).count() == 1
