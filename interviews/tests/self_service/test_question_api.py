"""An interview that is held step by step over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from candidates.models import Consent
from interviews.models import Attempt, Interview, InterviewResponse, lock_interview
from interviews.task_handles import ASSESS, CONCLUDE
from interviews.writing.question import CHOICES, MAX_CHARACTERS, Choice, Stage
from screener.models import Organisation
from screener.models.keys.scopes import READING_SCOPES
from tests.support.api_problems import assert_problem
from tests.support.factories import make_api_client, make_api_key, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.written_interview import ANSWER

pytestmark = pytest.mark.django_db


class Client:
    def __init__(self, api: APIClient, interview: Interview) -> None:
        self.api, self.address = api, f"/api/v1/interviews/{interview.pk}"

    def read(self) -> dict[str, Any]:
        reply = self.api.get(f"{self.address}/question/")
        assert reply.status_code == 200, reply.content
        body: dict[str, Any] = reply.json()
        return body

    def post(self, **answer: Any) -> Any:
        answer.setdefault("turn", self.read()["turn"])
        return self.api.post(f"{self.address}/answer/", answer, format="json")

    def agree(self, **fields: Any) -> Any:
        disclosure = self.read()["disclosure"]
        return self.post(choice=Choice.AGREE, disclosure_version=disclosure["version"], **fields)


@pytest.fixture
def interview() -> Interview:
    return make_interview()


@pytest.fixture
def client(api: APIClient, interview: Interview) -> Client:
    return Client(api, interview)


def test_whole_interview_has_result(client: Client, interview: Interview) -> None:
    assert client.read()["stage"] == Stage.CONSENT
    question = client.agree().json()
    while question["stage"] == Stage.QUESTION:
        assert question == client.read()
        question = client.post(text=ANSWER, turn=question["turn"]).json()
    assert (question["stage"], question["answered"], question["total"]) == (Stage.OVER, 3, 3)
    run_tasks(only=ASSESS.name)
    run_tasks(only=CONCLUDE.name)
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    consent = Consent.objects.get(kind=Consent.Kind.RECORD)
    assert (consent.given, consent.given_by) == (True, Consent.GivenBy.API)


def test_reading_changes_nothing(client: Client, interview: Interview) -> None:
    assert client.read() == client.read()
    assert not interview.attempts.exists()


def test_every_request_twice_has_one_effect(client: Client, interview: Interview) -> None:
    body = client.agree().json()
    assert client.api.post(f"{client.address}/answer/", _agreement(interview, "1.0"), format="json").status_code == 409
    for _ in range(3):
        turn = body["turn"]
        body = client.post(text=ANSWER, turn=turn).json()
        assert client.post(text=ANSWER, turn=turn).json() == body
    assert interview.attempts.count() == 1
    assert interview.events.filter(kind="response.answered").count() == 3


def _agreement(interview: Interview, turn: str) -> dict[str, str]:
    return {"turn": turn, "choice": Choice.DECLINE, "disclosure_version": "0" * 64}


def test_consent_comes_twice(client: Client, interview: Interview) -> None:
    version = client.read()["disclosure"]["version"]
    agreement = {"turn": "1.0", "choice": Choice.AGREE, "disclosure_version": version}
    replies = [client.api.post(f"{client.address}/answer/", agreement, format="json").json() for _ in range(2)]
    assert replies[0] == replies[1]
    assert Consent.objects.filter(kind=Consent.Kind.RECORD).count() == 1


def test_other_window_is_shown_present_question(client: Client) -> None:
    turn = client.agree().json()["turn"]
    client.post(text=ANSWER, turn=turn)
    problem = assert_problem(client.post(text="Written in another window.", turn=turn), 409)
    assert (problem["code"], problem["question"]) == ("stale_turn", client.read())
    assert assert_problem(client.post(text=ANSWER, turn="7.0"), 409)["code"] == "stale_turn"
    assert assert_problem(client.post(text=ANSWER, turn="one"), 409)["code"] == "stale_turn"


def test_changed_wording_is_read_again(client: Client, interview: Interview) -> None:
    problem = assert_problem(client.post(choice=Choice.AGREE, disclosure_version="0" * 64), 409)
    assert (problem["code"], problem["question"]["stage"]) == ("wording_changed", Stage.CONSENT)
    assert assert_problem(client.post(choice=Choice.AGREE), 409)["code"] == "wording_changed"
    assert not Consent.objects.filter(kind=Consent.Kind.RECORD).exists()


def test_choice_must_be_offered(client: Client, interview: Interview) -> None:
    unoffered = set(Choice) - set(CHOICES[Stage.CONSENT])
    codes = {choice: assert_problem(client.post(choice=choice), 409)["code"] for choice in unoffered}
    assert set(codes.values()) == {"not_offered"}
    assert assert_problem(client.post(text=ANSWER), 409)["code"] == "not_offered"
    assert not interview.attempts.exists()


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({}, "non_field_errors"),
        ({"text": ANSWER, "choice": "skip"}, "non_field_errors"),
        ({"text": "a" * (MAX_CHARACTERS + 1)}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"choice": "dance"}, "choice"),
        ({"text": ANSWER, "seconds": 3}, "seconds"),
    ],
)
def test_bad_answer_names_field(client: Client, answer: dict[str, Any], field: str) -> None:
    client.agree()
    assert list(assert_problem(client.post(**answer), 400)["errors"]) == [field]


def test_hostile_text_is_kept_without_hidden_characters(client: Client, interview: Interview) -> None:
    client.agree()
    client.post(text="<script>alert(1)</script>\r\n\x1b\u202e was my answer to all of them \u200d ok")
    assert interview.responses.get(position=0).transcript == (
        "<script>alert(1)</script>\n was my answer to all of them \u200d ok"
    )


def test_left_interview_goes_on_elsewhere(client: Client, interview: Interview) -> None:
    client.agree()
    client.post(text=ANSWER)
    shown = client.read()
    assert client.post(choice=Choice.LEAVE).json() == shown
    assert interview.attempts.get().outcome == Attempt.Outcome.LEFT
    other_device = Client(make_api_client(make_api_key(name="another")), interview)
    assert other_device.read() == shown
    assert other_device.post(text=ANSWER).json()["position"] == 2


def test_choices_depend_on_question(client: Client, interview: Interview) -> None:
    assert Choice.COME_BACK in client.agree().json()["choices"]
    client.post(choice=Choice.SKIP)
    client.post(choice=Choice.SKIP)
    last = client.read()
    assert (last["position"], Choice.COME_BACK in last["choices"]) == (2, False)
    assert client.post(choice=Choice.STOP).json()["stage"] == Stage.CONFIRMATION
    assert client.post(choice=Choice.GO_ON).json()["position"] == 2
    assert client.post(choice=Choice.PERSON).json()["stage"] == Stage.CONFIRMATION
    assert client.post(choice=Choice.CONFIRM).json()["stage"] == Stage.OVER
    interview.refresh_from_db()
    assert interview.outcome == Interview.Outcome.PERSON_REQUESTED
    assert set(interview.responses.values_list("status", flat=True)) == {InterviewResponse.Status.SKIPPED}


def test_call_is_not_disturbed(client: Client, interview: Interview, twilio: FakeTwilio) -> None:
    run_tasks(only="interviews.dial")
    shown = client.read()
    assert (shown["stage"], shown["choices"]) == (Stage.CALL, [])
    assert_problem(client.post(text=ANSWER), 409)
    assert interview.attempts.count() == 1


def test_over_interview_has_no_question(client: Client, interview: Interview) -> None:
    with lock_interview(interview) as locked:
        locked.cancel(Interview.Outcome.BY_HR, actor="a test")
    assert client.read()["stage"] == Stage.OVER
    assert_problem(client.post(choice=Choice.AGREE), 409)


def test_unknown_employer_begins_nothing(client: Client) -> None:
    Organisation.objects.all().delete()
    assert assert_problem(client.api.get(f"{client.address}/question/"), 409)["code"] == "no_employer"


def test_reading_key_can_not_answer(interview: Interview) -> None:
    reader = Client(make_api_client(make_api_key(scopes=READING_SCOPES)), interview)
    assert_problem(reader.agree(), 403)
    assert not interview.attempts.exists()
