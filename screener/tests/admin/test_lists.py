"""Lists with more rows than are counted, periods, and exact matches of the search."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.models import Candidate
from interviews.models import Interview
from screener.admin import base, lists
from tests.support.factories import make_candidate, make_interview

pytestmark = pytest.mark.django_db
CANDIDATES = "admin:candidates_candidate_changelist"


def listed(client: Client, name: str, **query: Any) -> Any:
    return client.get(reverse(name), query).context["cl"]


@pytest.fixture
def four_candidates(monkeypatch: pytest.MonkeyPatch) -> list[Candidate]:
    """One candidate more than are counted."""
    for module in (lists, base):
        monkeypatch.setattr(module, "MOST_COUNTED", 3)
    return [make_candidate(phone=f"+1415555020{number}") for number in range(4)]


def test_long_list_counts_to_limit(admin_client: Client, four_candidates: list[Candidate]) -> None:
    changelist = listed(admin_client, CANDIDATES)
    assert (changelist.paginator.count, changelist.paginator.is_capped) == (3, True)
    Candidate.objects.filter(pk=four_candidates[0].pk).delete()
    changelist = listed(admin_client, CANDIDATES)
    assert (changelist.paginator.count, changelist.paginator.is_capped) == (3, False)


def test_action_refuses_uncounted_rows(admin_client: Client, four_candidates: list[Candidate]) -> None:
    action = {"action": "delete_selected", "_selected_action": [four_candidates[0].pk], "select_across": "1"}
    admin_client.post(reverse(CANDIDATES), action | {"post": "yes"})
    assert Candidate.objects.count() == 4


def test_period_includes_both_days(admin_client: Client) -> None:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [today - timedelta(seconds=1), today, today + timedelta(hours=23, minutes=59), today + timedelta(days=1)]
    rows = [create_candidate(number, moment) for number, moment in enumerate(moments)]
    day = f"{today:%Y-%m-%d}"

    def shown(**query: str) -> set[Any]:
        return {row.pk for row in listed(admin_client, CANDIDATES, **query).result_list}

    assert shown(created_at_from=day, created_at_to=day) == {rows[1], rows[2]}
    assert shown(created_at_from=day) == set(rows[1:])
    assert shown(created_at_to=day) == set(rows[:3])
    for nonsense in ("yesterday", "0001-01-01", "9999-12-31"):
        assert shown(created_at_from=nonsense, created_at_to=nonsense) == set(rows)


def create_candidate(number: int, created_at: datetime) -> Any:
    candidate = make_candidate(phone=f"+1415555020{number}")
    Candidate.objects.filter(pk=candidate.pk).update(created_at=created_at)
    return candidate.pk


def test_deletion_is_last_action(admin_client: Client) -> None:
    make_candidate()
    actions = admin_client.get(reverse(CANDIDATES)).context["action_form"].fields["action"].choices
    assert [value for value, _ in actions if value] == ["call_chosen", "erase_chosen", base.DELETION]


def test_times_are_sortable_moments(admin_client: Client) -> None:
    rows = [create_candidate(number, timezone.now() - timedelta(days=number)) for number in range(2)]
    changelist = listed(admin_client, CANDIDATES)
    column = [getattr(name, "__name__", name) for name in changelist.list_display].index("created_at")
    assert [row.pk for row in listed(admin_client, CANDIDATES, o=str(column)).result_list] == rows[::-1]
    page = admin_client.get(reverse(CANDIDATES)).content.decode()
    assert page.count("data-desk-time") == len(rows)
    assert f"o={column}" in page


def test_ids_are_searched_exactly(admin_client: Client) -> None:
    interview, other = make_interview(), make_interview(phone="+14155550201")
    for term, rows in ((interview.pk, {interview.pk}), (str(other.pk)[:8], set()), (uuid4(), set())):
        result = listed(admin_client, "admin:interviews_interview_changelist", q=str(term)).result_list
        assert {row.pk for row in result} == rows
    assert Interview.objects.count() == 2
