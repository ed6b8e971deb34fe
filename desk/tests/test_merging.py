"""The pages that merge two records and list probable duplicates."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.merging.duplicates import GROUPS_PER_PAGE
from candidates.models import Candidate, MergedRecord
from tests.support.admin_client import admin_url, get_page, make_staff_client
from tests.support.factories import make_candidate, make_interview
from tests.support.sample_rows import HOSTILE

pytestmark = pytest.mark.django_db
DUPLICATES = reverse("desk-duplicates")
OK, DENIED = 200, 403
MOST_QUERIES = 12


@pytest.fixture
def kept(db: None) -> Candidate:
    return make_candidate(full_name=HOSTILE)


@pytest.fixture
def other(db: None) -> Candidate:
    return make_candidate(full_name="A. Lovelace", email="", timezone="Europe/Berlin")


def merge_url(candidate: Candidate) -> str:
    return reverse("desk-candidate-merge", args=[candidate.pk])


def preview(client: Client, kept: Candidate, other: Candidate) -> Any:
    answer = client.get(merge_url(kept), {"other": str(other.pk)})
    assert answer.status_code == OK
    return answer.context["page"]


def test_preview_shows_both_and_merges_nothing(admin_client: Client, kept: Candidate, other: Candidate) -> None:
    choices = {choice.name: choice for choice in preview(admin_client, kept, other).choices}
    assert {name for name, choice in choices.items() if choice.differs} == {"full_name", "email", "timezone"}
    assert {name for name, choice in choices.items() if choice.chosen == "merged"} == {"timezone"}
    assert HOSTILE not in get_page(admin_client, merge_url(kept), other=other.pk)
    assert Candidate.objects.count() == 2


def test_post_merges_chosen_values(admin_client: Client, kept: Candidate, other: Candidate) -> None:
    seen = preview(admin_client, kept, other).seen
    form = {"other": other.pk, "seen": seen, "confirmed": "yes", "full_name": "merged", "email": "kept"}
    assert admin_client.post(merge_url(kept), form).headers["Location"] == admin_url(kept)
    row = Candidate.objects.get()
    assert (row.pk, row.full_name, row.email) == (kept.pk, "A. Lovelace", "ada@example.com")
    assert MergedRecord.objects.get().actor == "hanna"


def test_former_address_leads_to_kept_record(admin_client: Client, kept: Candidate, other: Candidate) -> None:
    address, seen = admin_url(other), preview(admin_client, kept, other).seen
    admin_client.post(merge_url(kept), {"other": other.pk, "seen": seen, "confirmed": "yes"})
    assert admin_client.get(address).context["original"] == kept


@pytest.mark.parametrize("missing", ["confirmed", "seen"])
def test_unconfirmed_merge_is_refused(admin_client: Client, kept: Candidate, other: Candidate, missing: str) -> None:
    form = {"other": other.pk, "seen": preview(admin_client, kept, other).seen, "confirmed": "yes"}
    answer = admin_client.post(merge_url(kept), {name: value for name, value in form.items() if name != missing})
    assert (answer.status_code, bool(answer.context["problem"]), Candidate.objects.count()) == (OK, True, 2)


def test_refused_merge_keeps_choice(admin_client: Client, kept: Candidate, other: Candidate) -> None:
    seen = preview(admin_client, kept, other).seen
    other.set_hold(actor="hanna", reason="A lawsuit.")
    form = {"other": other.pk, "seen": seen, "confirmed": "yes", "full_name": "merged", "reason": "Same person."}
    page = admin_client.post(merge_url(kept), form).context
    assert page["page"].problem
    assert page["page"].merge.taken == {"full_name"}
    assert page["reason"] == "Same person."


def test_second_live_interview_is_announced(admin_client: Client, kept: Candidate, other: Candidate) -> None:
    first = make_interview(full_name="Ada", phone="+14155550177")
    second = make_interview(job=first.job, full_name="Ada", phone="+14155550178")
    moved = preview(admin_client, second.candidate, first.candidate).interviews
    assert {entry.interview: entry.is_cancelled for entry in moved} == {first: False, second: True}


def test_other_record_is_offered(admin_client: Client, kept: Candidate, other: Candidate) -> None:
    assert admin_client.get(merge_url(kept)).context["matches"] == [other]


@pytest.mark.parametrize("hostile", ["", "no id", "\x00", "<script>"])
def test_hostile_ids_are_harmless(admin_client: Client, kept: Candidate, hostile: str) -> None:
    assert admin_client.get(merge_url(kept), {"other": hostile}).status_code == OK
    assert admin_client.get(DUPLICATES, {"page": hostile, "by": hostile}).status_code == OK


def test_pages_need_permissions(kept: Candidate, other: Candidate) -> None:
    clerk = make_staff_client("view_candidate")
    addresses = (merge_url(kept), f"{merge_url(kept)}?other={other.pk}", DUPLICATES)
    assert {clerk.get(address).status_code for address in addresses} == {DENIED}
    assert clerk.post(merge_url(kept), {"other": other.pk, "confirmed": "yes"}).status_code == DENIED


class TestDuplicates:
    def groups(self, client: Client, **query: Any) -> list[set[Candidate]]:
        return [set(group.records) for group in client.get(DUPLICATES, query).context["duplicates"].groups]

    def test_groups_by_number_and_address(self, admin_client: Client, kept: Candidate, other: Candidate) -> None:
        by_mail = make_candidate(phone="+14155550177", email="ADA@example.com")
        make_candidate(phone="+14155550178", email="")
        assert self.groups(admin_client) == [{kept, other}]
        assert self.groups(admin_client, by="email") == [{kept, by_mail}]

    def test_pages_have_fixed_queries(self, admin_client: Client) -> None:
        counts = []
        for total in (1, GROUPS_PER_PAGE + 2):
            for number in range(total):
                for _ in range(2):
                    make_candidate(consents=False, phone=f"+141555{total:02}{number:03}")
            with CaptureQueriesContext(connection) as queries:
                first = self.groups(admin_client)
            counts.append(len(queries))
        assert len(first) == GROUPS_PER_PAGE
        assert len(self.groups(admin_client, page="2")) == 3
        assert counts[0] == counts[1] <= MOST_QUERIES
