"""Replies before the questions, and their effects: a later call, a person, another try."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from candidates.models import Consent
from interviews.calling.retries import attempts_to_follow_up, follow_up_attempt
from interviews.conversation import engine
from interviews.conversation.introduction import MAX_TRIES
from interviews.conversation.wording import en
from interviews.models import Attempt, EventKind, Interview, WaitReason, lock_interview
from interviews.models.transitions.attempt import MAX_POSTPONEMENTS
from interviews.task_handles import FOLLOW_UP
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.twilio_driver import Phone, give_consent, place_attempt, snapshot_rows
from webhooks.twilio import twiml

pytestmark = pytest.mark.django_db

Outcome, Status = Interview.Outcome, Interview.Status
AT_FIVE = "I'm at work right now, can you call me later today at five?"
REFUSAL_BY_SCORE = "I do not see myself in that job any more, sorry"


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.CALL_COOL_DOWN = timedelta(0)
    settings.CALLS_PER_NUMBER_PER_DAY = 0
    settings.CALLING_HOURS = "00:00-24:00"


def end_call(phone: Phone) -> Interview:
    phone.report_status("completed")
    run_tasks(only=FOLLOW_UP.name)
    return Interview.objects.get(pk=phone.attempt.interview_id)


def call_again(interview: Interview, client: Client) -> Phone:
    """Place the next call without the wait."""
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now())
    phone = Phone(place_attempt(interview), client)
    phone.pick_up()
    return phone


def promised_time(phone: Phone) -> datetime:
    """The time of the next call, where the candidate is."""
    promised = Attempt.objects.get(pk=phone.attempt.pk).call_again_at
    assert promised is not None
    return promised.astimezone(ZoneInfo("America/Los_Angeles"))


def gather_of(phone: Phone) -> dict[str, str]:
    gather = phone.twiml().find("Gather")
    assert gather is not None
    return dict(gather.attrib)


class TestLater:
    def test_requested_time_is_kept(self, phone: Phone) -> None:
        phone.pick_up()
        phone.speak(AT_FIVE)
        assert phone.twiml().find("Hangup") is not None
        assert "5 PM" in phone.prompt_text()
        assert promised_time(phone).hour == 17
        interview = end_call(phone)
        attempt = interview.attempts.get()
        assert (attempt.outcome, interview.postponements) == (Attempt.Outcome.CALL_LATER, 1)
        assert (interview.status, interview.wait_reason) == (Status.PENDING, WaitReason.REQUESTED_TIME)
        assert interview.next_attempt_at == attempt.call_again_at
        assert interview.events.filter(kind=EventKind.ATTEMPT_CALL_LATER).count() == 1

    @pytest.mark.parametrize("words", ["call me in one minute", "call me tomorrow at eleven pm"])
    def test_promised_time_is_allowed(self, phone: Phone, settings: Any, words: str) -> None:
        """No call is promised before the pause after a call, or outside the calling hours."""
        settings.CALLING_HOURS, settings.CALL_COOL_DOWN = "08:00-21:00", timedelta(minutes=30)
        phone.pick_up()
        phone.speak(words)
        assert promised_time(phone) > timezone.now() + timedelta(minutes=29)
        assert 8 <= promised_time(phone).hour < 21

    def test_busy_candidate_is_asked_when(self, phone: Phone) -> None:
        phone.pick_up()
        phone.speak("I'm driving right now")
        assert not Attempt.objects.get().outcome
        phone.press_key("1")
        assert end_call(phone).wait_reason == WaitReason.REQUESTED_TIME

    def test_postponed_attempts_are_not_counted(self, client: Client) -> None:
        interview = make_interview(job=make_approved_job(max_attempts=1))
        for postponements in range(1, MAX_POSTPONEMENTS + 1):
            phone = call_again(interview, client)
            phone.speak(AT_FIVE)
            interview = end_call(phone)
            assert (interview.status, interview.postponements) == (Status.PENDING, postponements)
        phone = call_again(interview, client)
        phone.speak(AT_FIVE)
        assert end_call(phone).outcome == Outcome.PERSON_REQUESTED

    def test_unanswered_call_after_postponement_is_counted(self, client: Client) -> None:
        interview = make_interview(job=make_approved_job(max_attempts=1))
        phone = call_again(interview, client)
        phone.speak(AT_FIVE)
        interview = end_call(phone)
        with lock_interview(interview) as locked:
            locked.schedule_next_attempt(timezone.now())
        phone = Phone(place_attempt(interview), client)
        phone.report_status("no-answer")
        assert end_call(phone).outcome == Outcome.UNREACHED

    def test_postponed_conversation_resumes(self, client: Client) -> None:
        interview = make_interview()
        phone = call_again(interview, client)
        phone.press_key("1")
        phone.press_key("1")
        phone.record_answer(digits="hangup")
        interview = end_call(phone)
        assert interview.status == Status.IN_PROGRESS
        run_tasks(only=FOLLOW_UP.name, include_later=True)
        phone = call_again(Interview.objects.get(), client)
        phone.press_key("1")
        phone.speak(AT_FIVE)
        interview = end_call(phone)
        assert (interview.status, interview.wait_reason) == (Status.IN_PROGRESS, WaitReason.REQUESTED_TIME)

    def test_repeated_turn_changes_nothing(self, phone: Phone) -> None:
        phone.pick_up()
        action = gather_of(phone)["action"]
        phone.speak(AT_FIVE)
        reply, rows = phone.last_response.content, snapshot_rows()
        phone.post(action, phone.params(SpeechResult=AT_FIVE))
        assert phone.last_response.content == reply
        phone.post_turn(1, "silence")
        assert [*snapshot_rows()[:-1]] == rows[:-1]
        assert Interview.objects.get().postponements == 1

    @pytest.mark.parametrize("is_late", [False, True])
    def test_machine_postpones_nothing(self, phone: Phone, is_late: bool) -> None:
        """A voicemail greeting may sound like a wish for another call."""
        phone.pick_up()
        phone.speak("please call later")
        phone.speak("tomorrow at ten")
        if is_late:
            end_call(phone)
        phone.report_machine("machine_start")
        interview = end_call(phone)
        attempt = interview.attempts.get()
        assert (attempt.outcome, attempt.call_again_at) == (Attempt.Outcome.VOICEMAIL, None)
        assert (interview.postponements, interview.wait_reason) == (0, WaitReason.ATTEMPT_SPACING)

    def test_late_wish_is_kept(self, phone: Phone) -> None:
        """The line was lost and the next call scheduled before the words arrived."""
        phone.pick_up()
        action = gather_of(phone)["action"]
        phone.report_status("completed")
        run_tasks(only=FOLLOW_UP.name, include_later=True)
        assert Interview.objects.get().wait_reason == WaitReason.ATTEMPT_SPACING
        phone.post(action, phone.params(SpeechResult=AT_FIVE))
        interview = end_call(phone)
        assert interview.wait_reason == WaitReason.REQUESTED_TIME
        assert interview.next_attempt_at == interview.attempts.get().call_again_at

    def test_crash_before_follow_up_loses_nothing(self, phone: Phone) -> None:
        phone.pick_up()
        phone.speak(AT_FIVE)
        phone.report_status("completed")
        phone.attempt.refresh_from_db()
        phone.attempt.update_fields(ended_at=timezone.now() - timedelta(minutes=5))
        assert attempts_to_follow_up() == [phone.attempt.pk]
        follow_up_attempt(phone.attempt.pk)
        assert Interview.objects.get().next_attempt_at == phone.attempt.call_again_at


class TestPerson:
    @pytest.mark.parametrize("words", ["can I talk to a real person please", ""])
    def test_no_more_calls_are_placed(self, phone: Phone, words: str) -> None:
        phone.pick_up()
        phone.speak(words) if words else phone.press_key("0")
        interview = end_call(phone)
        assert (interview.status, interview.outcome) == (Status.FAILED, Outcome.PERSON_REQUESTED)
        assert (interview.next_attempt_at, interview.result_status) == (None, Interview.ResultStatus.NONE)
        assert interview.person_requested_at is not None
        assert interview.events.get(kind=EventKind.INTERVIEW_PERSON_REQUESTED).data["why"] == "asked"
        assert interview in Interview.objects.needing_attention()

    def test_request_is_no_refusal(self, phone: Phone) -> None:
        phone.pick_up()
        phone.press_key("1")
        phone.press_key("0")
        assert not Consent.objects.filter(given=False).exists()

    def test_other_language_needs_person(self, phone: Phone) -> None:
        phone.pick_up()
        phone.press_key("1")
        phone.speak("can we do this in spanish")
        event = end_call(phone).events.get(kind=EventKind.INTERVIEW_PERSON_REQUESTED)
        assert event.data["why"] == "language"

    def test_answers_are_kept(self, client: Client) -> None:
        """Two of three answers are enough for a result, which a reviewer must look at."""
        interview = make_interview(job=make_approved_job(minimum_coverage="0.6"))
        phone = call_again(interview, client)
        phone.press_key("1")
        phone.press_key("1")
        phone.record_answer()
        phone.record_answer()
        interview = end_call(phone)
        run_tasks(only=FOLLOW_UP.name, include_later=True)
        phone = call_again(Interview.objects.get(), client)
        phone.press_key("0")
        interview = end_call(phone)
        assert (interview.status, interview.outcome) == (Status.COMPLETED, Outcome.PARTIAL)
        assert interview.person_requested_at is not None


@pytest.mark.parametrize(("max_attempts", "announced"), [(1, False), (2, True)])
def test_goodbye_announces_only_possible_attempt(client: Client, max_attempts: int, announced: bool) -> None:
    phone = call_again(make_interview(job=make_approved_job(max_attempts=max_attempts)), client)
    for _ in range(MAX_TRIES):
        phone.stay_silent()
    assert (en.MAY_CALL_AGAIN in phone.prompt_text()) == announced
    assert end_call(phone).status == (Status.PENDING if announced else Status.FAILED)


class TestOtherPerson:
    def test_absent_candidate_is_called_again(self, phone: Phone, interview: Interview) -> None:
        phone.pick_up()
        phone.speak("no this is her husband she's not here right now")
        phone.speak("yes")
        assert interview.job.title not in phone.prompt_text()
        interview = end_call(phone)
        assert interview.attempts.get().outcome == Attempt.Outcome.NOT_HERE
        assert (interview.status, interview.wait_reason) == (Status.PENDING, WaitReason.ATTEMPT_SPACING)

    @pytest.mark.parametrize("words", ["wrong number", "nobody by that name lives here"])
    def test_wrong_number_is_final(self, phone: Phone, words: str) -> None:
        phone.pick_up()
        phone.speak(words)
        assert end_call(phone).outcome == Outcome.WRONG_PERSON

    def test_hung_up_stranger_is_not_called_again(self, phone: Phone) -> None:
        phone.pick_up()
        phone.press_key("2")
        assert end_call(phone).outcome == Outcome.WRONG_PERSON

    def test_refusals_without_key_end_calls(self, phone: Phone) -> None:
        """The last try takes keys only, so that a person who has spoken twice can't be heard again."""
        phone.pick_up()
        phone.press_key("1")
        phone.speak(REFUSAL_BY_SCORE)
        phone.speak(REFUSAL_BY_SCORE)
        phone.stay_silent()
        assert end_call(phone).outcome == Interview.Outcome.PERSON_REQUESTED

    def test_hung_up_family_is_no_stranger(self, phone: Phone) -> None:
        phone.pick_up()
        phone.speak("no this is her husband she's not here right now")
        assert end_call(phone).status == Status.PENDING


class TestTwiml:
    def test_reply_takes_words_and_keys(self, phone: Phone) -> None:
        phone.pick_up()
        gather = gather_of(phone)
        assert (gather["input"], gather["speechTimeout"], gather["numDigits"]) == ("dtmf speech", "auto", "1")
        assert gather["language"] == "en-US"

    def test_last_try_takes_keys_only(self, phone: Phone) -> None:
        phone.pick_up()
        phone.stay_silent()
        assert "speech" in gather_of(phone)["input"]
        phone.stay_silent()
        assert gather_of(phone)["input"] == "dtmf"
        phone.press_key("1")
        assert "speech" in gather_of(phone)["input"]

    def test_hold_waits(self, phone: Phone) -> None:
        phone.pick_up()
        phone.speak("hold on a second")
        assert int(gather_of(phone)["timeout"]) == twiml.REPLY_SECONDS[engine.HoldOn]

    def test_slow_speech_pauses_between_sentences(self, phone: Phone) -> None:
        give_consent(phone)
        phone.attempt.refresh_from_db()
        assert not phone.twiml().findall(".//Pause")
        phone.attempt.update_fields(slow=True)
        phone.press_key("*")
        sentences = phone.twiml().findall(".//Say")
        assert len(sentences) > 1
        assert len(phone.twiml().findall(".//Pause")) == len(sentences)

    def test_wish_for_slower_speech_lasts(self, phone: Phone) -> None:
        phone.pick_up()
        phone.speak("can you speak slower please")
        phone.press_key("1")
        assert phone.twiml().findall(".//Pause")
