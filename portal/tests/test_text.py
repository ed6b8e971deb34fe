"""The pages of an interview in writing, without a browser's script."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.models import Consent
from interviews.invitations import inviting
from interviews.models import AnswerDraft, Attempt, Interview, InterviewResponse, lock_interview
from interviews.tests.self_service.test_turns import Status, statuses
from interviews.writing.drafts import delete_settled_drafts
from interviews.writing.question import MAX_CHARACTERS, Choice, Stage
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.written_interview import ANSWER

pytestmark = pytest.mark.django_db

BEGUN = "I have begun to write, and the bus has come."


class Reader:
    """A candidate with a browser that runs no script."""

    def __init__(self, interview: Interview) -> None:
        self.interview, self.client = interview, Client()
        self.address = reverse("portal-text", args=[inviting.invite(interview, actor="a test").token])

    def read(self, **parameters: str) -> Any:
        response = self.client.get(self.address, parameters)
        return response.context["question"] if response.context else None

    def send(self, *, turn: str = "", **fields: Any) -> Any:
        shown = self.read()
        version = shown.disclosure.version if shown.disclosure else ""
        data = {"turn": turn or shown.turn, "disclosure_version": version} | fields
        return self.client.post(self.address, data)

    def agree(self) -> None:
        assert self.send(choice=Choice.AGREE).status_code == 302


@pytest.fixture
def interview() -> Interview:
    return make_interview()


@pytest.fixture
def reader(interview: Interview) -> Reader:
    return Reader(interview)


def test_interview_is_written(reader: Reader, interview: Interview) -> None:
    reader.agree()
    while (shown := reader.read()) is not None:
        assert shown.stage == Stage.QUESTION
        assert reader.send(text=ANSWER).status_code == 302
    run_tasks(only="interviews.assess")
    run_tasks(only="interviews.conclude")
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    assert Consent.objects.get(kind=Consent.Kind.RECORD).given_by == Consent.GivenBy.FORM


def test_opening_has_no_effect(reader: Reader, interview: Interview) -> None:
    assert reader.read().stage == Stage.CONSENT
    assert not interview.attempts.exists()


def test_reload_of_sent_answer_has_no_effect(reader: Reader, interview: Interview) -> None:
    reader.agree()
    turn = reader.read().turn
    for _ in range(3):
        assert reader.send(text=ANSWER, turn=turn).status_code == 302
    assert statuses(interview) == [Status.TRANSCRIBED, Status.ASKED, Status.PLANNED]


def test_text_of_other_window_is_shown(reader: Reader) -> None:
    reader.agree()
    turn = reader.read().turn
    reader.send(text=ANSWER, turn=turn)
    response = reader.send(text=BEGUN, turn=turn)
    assert (response.status_code, response.context["problem_code"]) == (409, "stale_turn")
    assert (response.context["lost_text"], response.context["question"].position) == (BEGUN, 1)


def test_long_text_stays_in_field(reader: Reader, interview: Interview) -> None:
    reader.agree()
    long_text = "a " * MAX_CHARACTERS
    response = reader.send(text=long_text)
    assert (response.status_code, response.context["draft"]) == (409, long_text.strip())
    assert statuses(interview)[0] == Status.ASKED


def test_begun_text_is_kept_when_leaving(reader: Reader, interview: Interview) -> None:
    reader.agree()
    assert reader.send(text=BEGUN, choice=Choice.LEAVE).status_code == 200
    assert interview.attempts.get().outcome == Attempt.Outcome.LEFT
    other_device = Client().get(reader.address)
    assert (other_device.context["draft"], other_device.context["question"].position) == (BEGUN, 0)
    reader.send(text=BEGUN)
    assert interview.responses.get(position=0).transcript == BEGUN


def test_script_keeps_draft_of_present_question(reader: Reader, interview: Interview) -> None:
    reader.agree()
    address, turn = f"{reader.address}draft/", reader.read().turn
    for text in (BEGUN, BEGUN + " More."):
        assert reader.client.post(address, {"turn": turn, "text": text}).status_code == 204
    assert AnswerDraft.objects.get().text == BEGUN + " More."
    assert reader.client.post(address, {"turn": turn, "text": "a" * (MAX_CHARACTERS + 1)}).status_code == 409
    reader.send(text=ANSWER)
    assert reader.client.post(address, {"turn": turn, "text": "Late."}).status_code == 409
    delete_settled_drafts()
    assert not AnswerDraft.objects.exists()


def test_settled_drafts_alone_are_deleted(reader: Reader, interview: Interview) -> None:
    reader.agree()
    reader.send(text=BEGUN, choice=Choice.COME_BACK)
    delete_settled_drafts()
    assert AnswerDraft.objects.count() == 1
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.cancel(Interview.Outcome.BY_HR, actor="a test")
    delete_settled_drafts()
    assert not AnswerDraft.objects.exists()


def test_end_is_confirmed(reader: Reader, interview: Interview) -> None:
    reader.agree()
    reader.send(text=BEGUN, choice=Choice.STOP)
    assert reader.read().stage == Stage.CONFIRMATION
    reader.send(choice=Choice.GO_ON)
    assert reader.client.get(reader.address).context["draft"] == BEGUN
    reader.send(choice=Choice.STOP)
    reader.send(choice=Choice.CONFIRM)
    interview.refresh_from_db()
    assert interview.outcome == Interview.Outcome.DECLINED
    assert set(interview.responses.values_list("status", flat=True)) == {InterviewResponse.Status.SKIPPED}
    assert reader.client.get(reader.address).status_code == 302


def test_page_is_refused_where_job_allows_no_text() -> None:
    reader = Reader(make_interview(job=make_approved_job(channels=["phone"])))
    assert reader.client.get(reader.address).status_code == 409
    assert b"/text/" not in reader.client.get(reader.address.removesuffix("text/")).content


def test_call_is_not_disturbed(reader: Reader, interview: Interview, twilio: FakeTwilio) -> None:
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now())
    run_tasks(only="interviews.dial")
    assert reader.read().stage == Stage.CALL
    assert reader.send(text=ANSWER).status_code == 409
    assert interview.attempts.count() == 1


def test_consent_is_to_language_that_was_read(reader: Reader, interview: Interview) -> None:
    german = reader.read(lang="de").disclosure
    assert german.version != reader.read().disclosure.version
    data = {"turn": "1.0", "choice": Choice.AGREE, "disclosure_version": german.version}
    assert reader.client.post(f"{reader.address}?lang=de", data).status_code == 302
    assert Consent.objects.get(kind=Consent.Kind.RECORD).wording_version == german.version


def test_unknown_choice_is_bad_request(reader: Reader) -> None:
    assert reader.send(choice="dance").status_code == 400
