"""Questions about requirements in the room, as its script asks for them."""

from typing import Any

import pytest

from interviews.invitations import inviting
from interviews.models import Interview
from interviews.writing.question import MAX_ELIGIBILITY_CHARACTERS
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.eligibility.question import EligibilityEffect
from portal.tests.test_room import CONFLICT, OK, Page, code_of
from tests.support.factories import make_approved_job, make_interview

pytestmark = pytest.mark.django_db
NIGHTS = example_question(EligibilityExample.NIGHTS, "en").model_copy(update={"effect": EligibilityEffect.KNOCK_OUT})


@pytest.fixture
def page() -> Page:
    interview = make_interview(job=make_approved_job(eligibility=[NIGHTS]))
    page = Page(inviting.invite(interview, actor="hanna"))
    page.agree()
    return page


def write(page: Page, text: str, **changes: Any) -> Any:
    response = page.post("requirement", {"turn": page.state["turn"], "text": text} | changes)
    if response.status_code == OK:
        page.state = response.json()
    return response


def test_met_requirement_leads_to_first_question(page: Page) -> None:
    assert (page.state["stage"], page.state["options"]) == ("eligibility", ["yes", "no"])
    write(page, "yes")
    assert page.state["stage"] == "question"


def test_confirmed_failure_ends_as_an_interview_that_is_over(page: Page) -> None:
    write(page, "no")
    assert page.state["choices"] == ["right", "change"]
    page.choose("right")
    assert page.state["stage"] == "over"
    assert Interview.objects.get().outcome == Interview.Outcome.NOT_ELIGIBLE


def test_request_for_a_person_is_confirmed_or_taken_back(page: Page) -> None:
    write(page, "I want to talk to a real person")
    assert page.state["choices"] == ["stop", "go_on"]
    page.choose("go_on")
    assert page.state["choices"] == ["no_answer"]


def test_answer_of_another_turn_or_form_is_refused(page: Page) -> None:
    first_turn = page.state["turn"]
    assert write(page, "x" * (MAX_ELIGIBILITY_CHARACTERS + 1)).status_code == 400
    assert write(page, "yes", turn="soon").status_code == 400
    write(page, "yes")
    assert code_of(write(page, "no", turn=first_turn)) == (CONFLICT, "stale")
    assert write(page, "yes", turn=first_turn).status_code == OK
