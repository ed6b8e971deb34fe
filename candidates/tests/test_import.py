"""Candidates from a CSV file: good rows whole, bad rows not at all, and a report of both."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from candidates.models import Candidate, Consent
from tests.support.factories import make_candidate

pytestmark = pytest.mark.django_db
HEADER = "full_name,email,phone,external_id,locale,timezone,consent_to_call,consent_source"
ADA = "Ada Lovelace,ada@example.com,+1 415 555 0100,ats-1,en,Europe/London,yes,application form"
GRACE = "Grace Hopper,,+14155550101,ats-2,,,,"


def send(api: APIClient, content: str | bytes) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return api.post("/api/v1/candidates/import/", {"file": SimpleUploadedFile("list.csv", data)}, format="multipart")


def csv(*rows: str) -> str:
    return "\r\n".join([HEADER, *rows])


def test_takes_the_good_rows(api: APIClient) -> None:
    response = send(api, csv(ADA, "", GRACE))
    assert (response.status_code, response.json()) == (200, {"created": 2, "updated": 0, "errors": []})
    ada = Candidate.objects.get(external_id="ats-1")
    assert (ada.full_name, ada.phone, ada.timezone) == ("Ada Lovelace", "+14155550100", "Europe/London")
    assert ada.consents_to(Consent.Kind.CALL)
    assert ada.consents.get().given_by == Consent.GivenBy.IMPORT
    assert not Candidate.objects.get(external_id="ats-2").consents.exists()


def test_reports_each_bad_row_and_takes_nothing_of_it(api: APIClient) -> None:
    rows = [ADA, ",,12,,,,,", "Linus,,+14155550102,,,,yes,", "Alan,,+14155550103,ats-1,,,,", f"{GRACE},,extra"]
    report = send(api, csv(*rows)).json()
    assert (report["created"], report["updated"]) == (1, 0)
    assert {(one["row"], one["field"]) for one in report["errors"]} == {
        (3, "full_name"),
        (3, "phone"),
        (4, "consent_source"),
        (5, "external_id"),
        (6, "row"),
    }
    assert all(one["message"] for one in report["errors"])
    assert Candidate.objects.count() == 1


def test_updates_whom_it_knows_and_leaves_alone_what_is_empty(api: APIClient) -> None:
    known = make_candidate(external_id="ats-2", email="grace@example.com", full_name="G. Hopper")
    assert send(api, csv(GRACE)).json() == {"created": 0, "updated": 1, "errors": []}
    known.refresh_from_db()
    assert (known.full_name, known.email, known.phone) == ("Grace Hopper", "grace@example.com", "+14155550101")


def test_twice_is_the_same_as_once(api: APIClient) -> None:
    send(api, csv(ADA, GRACE))
    assert send(api, csv(ADA, GRACE)).json() == {"created": 0, "updated": 2, "errors": []}
    assert Candidate.objects.count() == 2


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + csv(ADA, GRACE),
        csv(ADA, GRACE).replace(",", ";"),
        csv(ADA, GRACE).replace("\r\n", "\n") + "\n\n",
        csv(ADA, GRACE).replace("full_name", " Full_Name "),
    ],
    ids=["BOM", "semicolons", "line feeds", "loose header"],
)
def test_takes_files_as_spreadsheets_write_them(api: APIClient, content: str) -> None:
    assert send(api, content).json()["created"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (csv(ADA).replace("Ada", "Äda").encode("latin-1"), "UTF-8"),
        (ADA, "full_name"),
        (csv(ADA).replace("timezone", "shoe_size"), "shoe_size"),
        (csv(ADA).replace("timezone", "email"), "twice"),
        (csv('"Ada,,+14155550100,,,,,'), "not valid CSV"),
        (csv(*["x"] * 10_001), "10,000 rows"),
        (csv("x" * (5 * 1024 * 1024)), "5 MB"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "UTF-8"),
    ],
    ids=["empty", "latin-1", "no header", "unknown column", "column twice", "open quote", "rows", "bytes", "picture"],
)
def test_refuses_what_is_no_list_of_candidates(api: APIClient, content: Any, said: str) -> None:
    response = send(api, content)
    assert response.status_code == 400
    assert said in response.json()["errors"]["file"][0]
    assert not Candidate.objects.exists()


def test_refuses_text_that_a_database_can_not_hold(api: APIClient) -> None:
    assert send(api, csv("A\0da,,+14155550100,,,,,")).json()["errors"][0]["field"] == "full_name"


@pytest.mark.parametrize("body", [{}, {"file": "full_name,phone"}])
def test_needs_a_file(api: APIClient, body: dict[str, str]) -> None:
    response = api.post("/api/v1/candidates/import/", body, format="multipart")
    assert set(response.json()["errors"]) == {"file"}


def test_costs_no_query_for_each_row(api: APIClient, django_assert_max_num_queries: Any) -> None:
    rows = [f"Person {number},,+1415555{number:04},id-{number},,,yes,a form" for number in range(200)]
    with django_assert_max_num_queries(8):
        assert send(api, csv(*rows)).json()["created"] == 200
