"""Candidates from a CSV file: good rows whole, bad rows not at all, and a report of both."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from candidates.importing.report import import_candidates
from candidates.models import Candidate, Consent, DoNotCall
from tests.support.factories import make_candidate

pytestmark = pytest.mark.django_db
HEADER = "full_name,email,phone,external_id,locale,timezone,consent_to_call,consent_source"
ADA = "Ada Lovelace,ada@example.com,+1 415 555 0100,ats-1,en,Europe/London,yes,application form"
GRACE = "Grace Hopper,,+14155550101,ats-2,,,,"


def send(api: APIClient, content: str | bytes) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return api.post("/api/v1/candidates/import/", {"file": SimpleUploadedFile("list.csv", data)}, format="multipart")


def counts(response: Any) -> tuple[int, int, int]:
    report = response.json()
    return report["created"], report["updated"], len(report["errors"])


def csv(*rows: str) -> str:
    return "\r\n".join([HEADER, *rows])


def test_takes_good_rows(api: APIClient) -> None:
    response = send(api, csv(ADA, "", GRACE))
    assert response.status_code == 200
    assert counts(response) == (2, 0, 0)
    ada = Candidate.objects.get(external_id="ats-1")
    assert (ada.full_name, ada.phone, ada.timezone) == ("Ada Lovelace", "+14155550100", "Europe/London")
    assert ada.consents_to(Consent.Kind.CALL)
    assert ada.consents.get().given_by == Consent.GivenBy.IMPORT
    assert not Candidate.objects.get(external_id="ats-2").consents.exists()


def test_bad_rows_are_reported(api: APIClient) -> None:
    rows = [ADA, ",,12,,,,,", "Linus,,+14155550102,,,,yes,", "Alan,,+14155550103,ats-1,,,,", f"{GRACE},,extra"]
    report = send(api, csv(*rows)).json()
    assert (report["created"], report["updated"]) == (1, 0)
    assert {(error["row"], error["field"]) for error in report["errors"]} == {
        (3, "full_name"),
        (3, "phone"),
        (4, "consent_source"),
        (5, "external_id"),
        (6, "row"),
    }
    assert all(error["message"] for error in report["errors"])
    assert Candidate.objects.count() == 1


def test_empty_cells_keep_values(api: APIClient) -> None:
    grace = make_candidate(external_id="ats-2", email="grace@example.com", full_name="G. Hopper")
    assert counts(send(api, csv(GRACE))) == (0, 1, 0)
    grace.refresh_from_db()
    assert (grace.full_name, grace.email, grace.phone) == ("Grace Hopper", "grace@example.com", "+14155550101")


ADA_WITHOUT_ID = "Ada Lovelace,,+1 415 555 0100,,,,yes,application form"


@pytest.mark.parametrize("row", [ADA, ADA_WITHOUT_ID])
def test_known_person_is_not_added_again(api: APIClient, row: str) -> None:
    send(api, csv(row))
    response = send(api, csv(row, ADA_WITHOUT_ID))
    assert counts(response) == (0, 2, 0)
    assert [imported["result"] for imported in response.json()["rows"]] == ["unchanged", "unchanged"]
    assert Candidate.objects.get().consents.count() == 1
    assert counts(send(api, csv("ada  LOVELACE,,+1 415 555 0100,,,,,"))) == (0, 1, 0)


def test_row_gives_known_person_their_external_id(api: APIClient) -> None:
    send(api, csv(ADA_WITHOUT_ID))
    (imported,) = send(api, csv(ADA)).json()["rows"]
    assert imported["result"] == "updated"
    assert Candidate.objects.get().external_id == "ats-1"


@pytest.mark.parametrize("other", [GRACE.replace("0101", "0100"), ADA.replace("ats-1", "ats-9")])
def test_other_person_with_number_is_noted(api: APIClient, other: str) -> None:
    send(api, csv(ADA))
    (imported,) = send(api, csv(other)).json()["rows"]
    assert imported["result"] == "created"
    assert "same_number" in imported["notes"]
    assert Candidate.objects.count() == 2


def test_number_on_list_is_noted(api: APIClient) -> None:
    DoNotCall.objects.add_number("+14155550100", source="letter")
    ada, grace = send(api, csv(ADA, GRACE)).json()["rows"]
    assert (ada["notes"], grace["notes"]) == (["do_not_call"], [])


def test_refusal_is_not_taken_back_by_file(api: APIClient) -> None:
    send(api, csv(ADA))
    ada = Candidate.objects.get()
    ada.add_call_consent(False, given_by=Consent.GivenBy.STAFF, source="by phone")
    (imported,) = send(api, csv(ADA)).json()["rows"]
    assert imported["notes"] == ["consent_withdrawn"]
    assert not ada.consents_to(Consent.Kind.CALL)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + csv(ADA, GRACE),
        csv(ADA, GRACE).replace(",", ";"),
        csv(ADA, GRACE).replace("\r\n", "\n") + "\n\n",
        csv(ADA, GRACE).replace("full_name", " Full_Name "),
        csv(ADA, GRACE).replace("Ada", "Äda").encode("latin-1"),
    ],
    ids=["BOM", "semicolons", "line feeds", "loose header", "Latin-1"],
)
def test_takes_files_as_spreadsheets_write_them(api: APIClient, content: str | bytes) -> None:
    assert send(api, content).json()["created"] == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (ADA, "full_name"),
        (csv(ADA).replace("timezone", "shoe_size"), "shoe_size"),
        (csv(ADA).replace("timezone", "email"), "twice"),
        (csv('"Ada,,+14155550100,,,,,'), "cut off"),
        (csv(*["x"] * 10_001), "10,000 rows"),
        (csv("x" * (20 * 1024 * 1024)), "20 MB"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "CSV"),
    ],
    ids=["empty", "no header", "unknown column", "column twice", "open quote", "rows", "bytes", "picture"],
)
def test_refuses_what_is_no_list_of_candidates(api: APIClient, content: Any, message: str) -> None:
    response = send(api, content)
    assert response.status_code == 400
    assert message in response.json()["errors"]["file"][0]
    assert not Candidate.objects.exists()


def test_refuses_text_that_database_can_not_hold(api: APIClient) -> None:
    assert send(api, csv("A\0da,,+14155550100,,,,,")).json()["errors"][0]["field"] == "full_name"


@pytest.mark.parametrize("body", [{}, {"file": "full_name,phone"}])
def test_needs_file(api: APIClient, body: dict[str, str]) -> None:
    response = api.post("/api/v1/candidates/import/", body, format="multipart")
    assert set(response.json()["errors"]) == {"file"}


def test_costs_no_query_for_each_row(api: APIClient, django_assert_max_num_queries: Any) -> None:
    rows = [f"Person {number},,+1415555{number:04},id-{number},,,yes,a form" for number in range(200)]
    with django_assert_max_num_queries(17):
        assert send(api, csv(*rows)).json()["created"] == 200


@pytest.mark.django_db(transaction=True)
def test_simultaneous_imports_add_person_once() -> None:
    rows = csv(ADA_WITHOUT_ID).encode()

    def import_rows(_: int) -> None:
        import_candidates(ContentFile(rows), viewer=User(is_superuser=True))
        connection.close()

    with ThreadPoolExecutor(4) as executor:
        list(executor.map(import_rows, range(4)))
    assert Candidate.objects.count() == 1
