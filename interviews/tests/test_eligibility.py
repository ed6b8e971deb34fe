"""Eligibility questions over channels, as rows."""

import pytest
from django.test import Client

from interviews.campaigns.bulk_planning import plan_interviews
from interviews.conversation import engine
from interviews.conversation.phrases.intent import Intent
from interviews.models import Campaign, EligibilityAnswer, EventKind, Interview
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.eligibility.question import EligibilityEffect
from jobs.models import JobDescription
from tests.support.factories import make_approved_job, make_candidate, make_interview
from tests.support.in_memory_channel import Session, open_channel
from tests.support.twilio_driver import Phone, give_consent, place_attempt
from tests.support.written_interview import Writer

pytestmark = pytest.mark.django_db
Status = EligibilityAnswer.Status
NIGHTS = example_question(EligibilityExample.NIGHTS, "en").model_copy(update={"effect": EligibilityEffect.KNOCK_OUT})
NOTICE = example_question(EligibilityExample.NOTICE_PERIOD, "en")


@pytest.fixture
def interview() -> Interview:
    return make_interview(job=make_approved_job(eligibility=[NIGHTS, NOTICE]))


def stored(interview: Interview) -> list[tuple[str, str, str, bool | None]]:
    return list(interview.eligibility_answers.order_by("position").values_list("status", "words", "value", "is_met"))


def test_answers_are_stored_with_words_and_interview_goes_on(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write("yes, sure")
    reply = writer.write("three months")
    assert stored(interview) == [
        (Status.ANSWERED, "yes, sure", "yes", True),
        (Status.ANSWERED, "three months", "12", True),
    ]
    assert (writer.attempt.stage, reply.prompt["kind"]) == (engine.Stage.QUESTION, "ask_question")


def test_confirmed_failure_ends_interview_for_a_person_without_decision(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write("no, I can't")
    assert writer.attempt.stage == engine.Stage.READ_BACK
    writer.choose(Intent.YES)
    interview.refresh_from_db()
    assert (interview.outcome, interview.result_status) == (
        Interview.Outcome.NOT_ELIGIBLE,
        Interview.ResultStatus.NONE,
    )
    assert stored(interview) == [(Status.ANSWERED, "no, I can't", "no", False), (Status.NOT_REACHED, "", "", None)]
    assert not interview.decisions.exists()
    assert list(Interview.objects.needing_attention()) == [interview]


def test_repeated_answer_has_no_second_effect(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    turn = writer.attempt.turn
    first, second = writer.write("yes", turn=turn), writer.write("yes", turn=turn)
    assert first.pk == second.pk
    assert interview.events.filter(kind=EventKind.ELIGIBILITY_ANSWERED).count() == 1


def test_later_attempt_asks_only_open_requirements(interview: Interview) -> None:
    channel = open_channel()
    session = Session(channel, interview)
    session.agree()
    session.send(engine.WordsSpoken("of course"))
    session.hang_up()
    interview.refresh_from_db()
    later = Session(channel, interview)
    later.agree()
    newest_reply = later.attempt.replies.order_by("turn").last()
    assert newest_reply is not None
    assert newest_reply.prompt["requirement"] == 1
    later.send(engine.WordsSpoken("two weeks"))
    assert later.attempt.stage == engine.Stage.QUESTION
    assert [status for status, *_rest in stored(interview)] == [Status.ANSWERED, Status.ANSWERED]


def test_machine_that_answered_leaves_requirements_open(interview: Interview) -> None:
    session = Session(open_channel(), interview)
    session.agree()
    session.send(engine.WordsSpoken("yes"))
    session.hang_up()
    session.reveal_machine()
    assert stored(interview)[0] == (Status.PLANNED, "", "", None)


def test_requirements_are_asked_on_the_phone_with_speech_and_keys(client: Client, interview: Interview) -> None:
    phone = Phone(place_attempt(interview), client)
    give_consent(phone)
    gather = phone.twiml().find("Gather")
    assert gather is not None
    assert (gather.attrib["input"], gather.attrib["numDigits"]) == ("dtmf speech", "1")
    phone.speak("Yeah, sure.")
    gather = phone.twiml().find("Gather")
    assert gather is not None
    assert (gather.attrib["numDigits"], gather.attrib["finishOnKey"]) == ("6", "#")
    phone.press_key("12")
    assert stored(interview) == [
        (Status.ANSWERED, "Yeah, sure.", "yes", True),
        (Status.ANSWERED, "12", "12", True),
    ]
    assert phone.twiml().find("Record") is not None


def test_rewritten_questions_keep_requirements() -> None:
    job = make_approved_job(eligibility=[NIGHTS])
    approved = job.approved_questions
    assert approved is not None
    draft = JobDescription.objects.get(pk=job.pk).add_draft(approved.questions, source="a test")
    assert draft.eligibility == [NIGHTS]
    emptied = JobDescription.objects.get(pk=job.pk).add_draft(approved.questions, source="a test", eligibility=[])
    assert emptied.eligibility == []


def test_interview_without_requirements_has_no_rows() -> None:
    assert stored(make_interview()) == []


def test_interviews_of_campaign_are_planned_with_requirements() -> None:
    job = make_approved_job(eligibility=[NIGHTS, NOTICE])
    campaign = Campaign.objects.create(job=job, name="Spring")
    candidates = [make_candidate(email=f"{name}@example.com", phone=f"+1415555010{name}") for name in "12"]
    planned = plan_interviews(candidates, job=job, campaign=campaign, actor="a test")
    interviews = [interview for interview in planned.values() if isinstance(interview, Interview)]
    assert [interview.eligibility_answers.count() for interview in interviews] == [2, 2]
