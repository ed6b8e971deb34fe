"""Scores of people over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from interviews.models import Assessment, EventKind, Interview
from screener.api.serializers import UNKNOWN_FIELD
from screener.models.keys.scopes import READING_SCOPES
from tests.support.factories import API_ACTOR, make_api_client, make_api_key, run_tasks
from tests.support.person_scores import QUOTE, STORY, make_waiting_interview, score_as_person
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
SCORER = "Hanna Berg"


@pytest.fixture
def waiting() -> Interview:
    return make_waiting_interview()


def scoring_url(interview: Interview, position: int = 0) -> str:
    return f"/api/v1/interviews/{interview.pk}/responses/{position}/scoring/"


def read(api: APIClient, interview: Interview, position: int = 0) -> dict[str, Any]:
    body: dict[str, Any] = api.get(scoring_url(interview, position)).json()
    return body


def scores_for(answer: dict[str, Any], score: Any = 8, quotes: Any = (QUOTE,), **fields: Any) -> dict[str, Any]:
    criteria = [{"criterion": row["criterion"], "score": score, "quotes": list(quotes)} for row in answer["rubric"]]
    return {"scorer": SCORER, "version": answer["version"], "criteria": criteria} | fields


def errors_of(reply: Any, status: int = 400) -> dict[str, list[str]]:
    assert reply.status_code == status, reply.json()
    errors: dict[str, list[str]] = reply.json()["errors"]
    return errors


class TestReading:
    def test_answer_comes_with_rubric(self, api: APIClient, waiting: Interview) -> None:
        answer = read(api, waiting, 1)
        assert (answer["position"], answer["transcript"], answer["role"]) == (1, STORY, "score")
        assert [(row["criterion"], row["anchors"]) for row in answer["rubric"]] == [
            (row["key"], row["anchors"]) for row in waiting.job.rubric
        ]

    def test_answer_hides_other_scores(self, api: APIClient) -> None:
        reply = api.get(scoring_url(make_completed_interview()))
        assert reply.json()["role"] == "second_opinion"
        assert not [text for text in ("7.5", '"label"', '"score":', "evidence") if text in reply.content.decode()]

    def test_unknown_position_is_not_found(self, api: APIClient, waiting: Interview) -> None:
        assert api.get(scoring_url(waiting, 7)).status_code == 404


class TestScoring:
    def test_last_scores_make_result(self, api: APIClient, waiting: Interview) -> None:
        for position in range(3):
            reply = api.post(scoring_url(waiting, position), scores_for(read(api, waiting, position)))
            assert reply.status_code == 201
        body = reply.json()
        assert (body["score"], body["source"], body["label"]) == (8.0, "person", f"{SCORER} ({API_ACTOR})")
        assert (body["role"], body["is_current"], body["is_blind"]) == ("score", True, True)
        run_tasks()
        result = api.get(f"/api/v1/interviews/{waiting.pk}/result/").json()
        assert (result["overall_score"], result["recommendation"], result["result_status"]) == (8.0, "hire", "ready")
        assert result["judges"] == [{"source": "person", "name": f"{SCORER} ({API_ACTOR})", "positions": [0, 1, 2]}]
        event = waiting.events.filter(kind=EventKind.RESPONSE_ASSESSED).first()
        assert event
        assert event.actor == API_ACTOR

    def test_no_number_before_last_score(self, api: APIClient, waiting: Interview) -> None:
        api.post(scoring_url(waiting), scores_for(read(api, waiting)))
        run_tasks()
        result = api.get(f"/api/v1/interviews/{waiting.pk}/result/").json()
        assert (result["overall_score"], result["recommendation"], result["judges"]) == (None, None, [])

    def test_second_opinion_is_listed_apart(self, api: APIClient) -> None:
        interview = make_completed_interview(transcript=STORY)
        reply = api.post(scoring_url(interview), scores_for(read(api, interview), 3))
        assert (reply.json()["role"], reply.json()["is_current"]) == ("second_opinion", False)
        answer = api.get(f"/api/v1/interviews/{interview.pk}/responses/").json()[0]
        assert (answer["score"], answer["source"], answer["earlier"]) == (7.5, "model", [])
        assert [(opinion["score"], opinion["source"]) for opinion in answer["opinions"]] == [(3.0, "person")]

    def test_repeated_request_adds_nothing(self, api: APIClient, waiting: Interview) -> None:
        scores = scores_for(read(api, waiting))
        replies = [api.post(scoring_url(waiting), scores, headers={"Idempotency-Key": "1"}) for _ in range(2)]
        assert replies[0].json() == replies[1].json()
        assert Assessment.objects.count() == 1

    def test_reader_may_not_score(self, waiting: Interview) -> None:
        reader = make_api_client(make_api_key("a reader", scopes=READING_SCOPES))
        answer = read(reader, waiting)
        assert reader.post(scoring_url(waiting), scores_for(answer)).status_code == 403


class TestRefusals:
    def test_error_names_field(self, api: APIClient, waiting: Interview) -> None:
        changes: list[tuple[str, Any]] = [
            ("quotes", ["I led a hundred people"]),
            ("quotes", []),
            ("score", 11),
            ("score", "nan"),
            ("criterion", "charm"),
        ]
        for name, content in changes:
            scores = scores_for(read(api, waiting))
            scores["criteria"][1][name] = content
            assert f"criteria.1.{name}" in errors_of(api.post(scoring_url(waiting), scores)), content
            assert not Assessment.objects.exists()

    def test_unspoken_quote_names_criterion(self, api: APIClient, waiting: Interview) -> None:
        answer = read(api, waiting)
        scores = scores_for(answer)
        scores["criteria"][2]["quotes"] = ["I led a hundred people"]
        (messages,) = errors_of(api.post(scoring_url(waiting), scores)).values()
        assert answer["rubric"][2]["criterion"] in messages[0]

    def test_missing_criterion_is_named(self, api: APIClient, waiting: Interview) -> None:
        answer = read(api, waiting)
        scores = scores_for(answer)
        del scores["criteria"][0]
        (message,) = errors_of(api.post(scoring_url(waiting), scores))["criteria"]
        assert answer["rubric"][0]["criterion"] in message

    def test_unknown_fields_are_refused(self, api: APIClient, waiting: Interview) -> None:
        scores = scores_for(read(api, waiting), overall=9)
        scores["criteria"][0]["quote"] = QUOTE
        errors = errors_of(api.post(scoring_url(waiting), scores))
        assert errors["overall"] == errors["criteria.0.quote"] == [UNKNOWN_FIELD]

    def test_score_by_another_person_meanwhile_conflicts(self, api: APIClient, waiting: Interview) -> None:
        scores = scores_for(read(api, waiting))
        score_as_person(waiting.responses.select_related("interview__job").get(position=0), name="Tom Reed")
        reply = api.post(scoring_url(waiting), scores)
        assert reply.status_code == 409
        assert "Tom Reed" in reply.json()["detail"]
        assert Assessment.objects.count() == 1
