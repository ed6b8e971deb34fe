"""The question bank over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from jobs.api.bank import NEW_QUESTION, TEXT_EXAMPLE
from jobs.models import BankQuestion
from tests.support.api_problems import assert_problem

ADDRESS = "/api/v1/bank-questions/"
TEXT = TEXT_EXAMPLE | {"text": "Which signals does the operator of a crane need?", "keywords": ["crane"]}
QUESTION = NEW_QUESTION | {"family": "trades", "texts": [TEXT]}


@pytest.fixture
def question(api: APIClient) -> Any:
    answer = api.post(ADDRESS, QUESTION)
    assert answer.status_code == 201
    return answer.json()


def test_question_is_reviewed(api: APIClient, question: Any) -> None:
    address = f"{ADDRESS}{question['id']}/"
    assert question["status"] == BankQuestion.Status.DRAFT
    assert api.post(f"{address}approve/").json()["status"] == BankQuestion.Status.APPROVED
    assert api.post(f"{address}reopen/").status_code == 409
    changed = api.patch(address, {"difficulty": 3}).json()
    assert (changed["difficulty"], changed["texts"], changed["status"]) == (3, [TEXT], BankQuestion.Status.DRAFT)
    assert api.post(f"{address}retire/", {"reason": "Too narrow."}).json()["status"] == BankQuestion.Status.RETIRED
    assert api.patch(address, {"difficulty": 1}).status_code == 409
    assert api.post(f"{address}reopen/").json()["status"] == BankQuestion.Status.DRAFT


def test_duplicate_is_named(api: APIClient, question: Any) -> None:
    answer = api.post(ADDRESS, QUESTION)
    assert (answer.status_code, answer.json()["duplicate_of"]) == (409, question["id"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("texts", []),
        ("texts", [TEXT, TEXT]),
        ("texts", [TEXT | {"language": "en-GB"}]),
        ("family", "magic"),
        ("difficulty", 4),
        ("tags", ["x" * 41]),
        ("answers", 1),
    ],
)
def test_invalid_field_is_refused(api: APIClient, field: str, value: Any) -> None:
    answer = api.post(ADDRESS, QUESTION | {field: value})
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["errors"])


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"family": "care"}, 25),
        ({"family": "care", "kind": "achievements"}, 3),
        ({"search": "crane signa"}, 1),
        ({"search": "Wundversorg"}, 1),
        ({"tag": "forklift"}, 1),
        ({"status": "draft"}, 1),
        ({"language": "fr"}, 0),
    ],
)
def test_list_is_filtered(
    api: APIClient, question: Any, query: dict[str, str], count: int, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        answer = api.get(ADDRESS, query)
    assert len(answer.json()["results"]) == count


def test_bad_filter_is_refused(api: APIClient) -> None:
    assert api.get(ADDRESS, {"family": "magic"}).status_code == 400


def test_lone_surrogate_is_refused(api: APIClient) -> None:
    """JSON can escape half of a pair, which the error quotes."""
    body = '{"family": "\\ud800", "\\ud800": 1}'
    assert api.generic("POST", ADDRESS, body, content_type="application/json").status_code == 400


def test_changed_texts_are_complete(api: APIClient, question: Any) -> None:
    """PATCH may leave out fields of the question, but not of the texts that replace its texts."""
    url = f"{ADDRESS}{question['id']}/"
    assert assert_problem(api.patch(url, {"texts": [{"language": "en"}]}), 400)["errors"].keys() == {
        "texts.0.text",
        "texts.0.competency",
    }
    text = {"language": "en", "text": "How do you plan a tour?", "competency": "Planning"}
    assert api.patch(url, {"texts": [text]}).json()["texts"] == [text | {"good_answer": "", "keywords": []}]
