"""Calls to our number: they become attempts, or hear who we are. A call never reveals an application."""

from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from candidates.models import Consent, DoNotCall
from interviews.calling import dialer, retries
from interviews.calling.rules import may_call_now
from interviews.calling.verdicts import Allowed
from interviews.conversation.wording import en, es
from interviews.models import Attempt, Call, EventKind, Interview, WaitReason, lock_interview
from screener.models import Organisation
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_organisation, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.inbound_caller import INBOUND, NUMBER, Caller
from tests.support.twilio_driver import FORM, place_attempt, snapshot_rows
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db

ADDRESSES = [INBOUND, f"{INBOUND}reply/0", f"{INBOUND}turns/1/reply", f"{INBOUND}status", f"{INBOUND}fallback"]


class TestKnownNumber:
    def test_interview_is_held(self, caller: Caller, interview: Interview) -> None:
        greeting = caller.call()
        assert greeting.index("Northwind Logistics") < greeting.index(interview.candidate.full_name)
        assert interview.job.title not in greeting
        caller.press_key("1")
        assert interview.job.title in caller.prompt_text()
        caller.press_key("1")
        for response in interview.responses.all():
            assert response.question in caller.prompt_text()
            caller.record_answer("I led a migration of twelve services.")
        caller.hang_up()
        interview.refresh_from_db()
        assert interview.outcome == Interview.Outcome.COMPLETE
        attempt = interview.attempts.get()
        assert (attempt.direction, attempt.outcome) == (Attempt.Direction.INBOUND, Attempt.Outcome.ANSWERED)
        assert (attempt.call.number, attempt.call.twilio_sid, attempt.call.status) == (NUMBER, caller.sid, "completed")
        assert interview.events.filter(kind=EventKind.ATTEMPT_RECEIVED).count() == 1

    def test_needs_no_consent_to_be_called(self, caller: Caller) -> None:
        interview = make_interview()
        interview.candidate.add_call_consent(False, given_by=Consent.GivenBy.STAFF, source="a letter")
        verdict = may_call_now(interview.candidate, interview.job, now=timezone.now(), interview=interview)
        assert not isinstance(verdict, Allowed)
        assert interview.candidate.full_name in caller.call()

    def test_needs_no_whitelist_and_no_hour(self, caller: Caller, interview: Interview, settings: Any) -> None:
        settings.WHITELISTED_NUMBERS, settings.CALLING_HOURS = [], "00:00-00:01"
        assert interview.candidate.full_name in caller.call()

    def test_repeated_webhook_gets_its_reply_again(self, caller: Caller, interview: Interview) -> None:
        greeting = caller.call()
        before = snapshot_rows()
        assert caller.call() == greeting
        assert snapshot_rows() == before

    def test_hanging_up_keeps_plan(self, caller: Caller, interview: Interview) -> None:
        due = timezone.now() + timedelta(hours=4)
        interview.update_fields(next_attempt_at=due)
        caller.call()
        caller.hang_up()
        run_tasks(include_later=True, only="interviews.follow_up")
        interview.refresh_from_db()
        assert (interview.is_live, interview.next_attempt_at) == (True, due)

    @pytest.mark.parametrize(
        ("words", "days", "hour"),
        [
            ("make it five", 1, 17),
            ("can we do it in the evening", 1, 18),
            ("make it five in two days", 2, None),
            ("call me later", 1, 10),
        ],
    )
    def test_time_alone_keeps_planned_day(
        self, caller: Caller, interview: Interview, words: str, days: int, hour: int | None
    ) -> None:
        local_now = timezone.now().astimezone(ZoneInfo("America/Los_Angeles"))
        planned = (local_now + timedelta(days=1)).replace(hour=10, minute=0)
        with lock_interview(interview) as locked:
            locked.schedule_next_attempt(planned, wait_reason=WaitReason.REQUESTED_TIME)
        caller.call()
        caller.reply(SpeechResult=words)
        if "<Gather" in caller.last_response.content.decode():
            caller.press_key("1")
        again = interview.attempts.get().call_again_at
        assert again is not None
        assert (again.astimezone(local_now.tzinfo).date() - local_now.date()).days == days
        assert hour in (None, again.astimezone(local_now.tzinfo).hour)

    def test_call_of_candidate_costs_no_attempt(self, caller: Caller, interview: Interview) -> None:
        with lock_interview(interview) as locked:
            locked.clear_next_attempt()
        interview.job.update_fields(max_attempts=1)
        caller.call()
        caller.hang_up()
        retries.follow_up_attempt(interview.attempts.get().pk)
        interview.refresh_from_db()
        assert interview.is_live
        assert interview.next_attempt_at

    def test_inbound_call_is_no_outbound_call(self, caller: Caller, interview: Interview, settings: Any) -> None:
        settings.CALLS_PER_NUMBER_PER_DAY = 1
        caller.call()
        caller.hang_up()
        assert isinstance(
            may_call_now(interview.candidate, interview.job, now=timezone.now(), interview=interview), Allowed
        )

    def test_key_nine_opts_out(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        caller.press_key("9")
        interview.refresh_from_db()
        assert interview.outcome == Interview.Outcome.OPTED_OUT
        assert DoNotCall.objects.covers_number(NUMBER)

    def test_cut_off_interview_is_resumed(self, caller: Caller, interview: Interview, client: Client) -> None:
        caller.call()
        caller.press_key("1")
        caller.press_key("1")
        caller.record_answer("The first answer.")
        caller.hang_up()
        again = Caller(client, sid="CAagain")
        again.call()
        again.press_key("1")
        again.press_key("1")
        assert interview.responses.all()[1].question in again.prompt_text()
        assert [attempt.resumed for attempt in interview.attempts.all()] == [False, True]

    def test_interview_that_has_begun_comes_first(self, caller: Caller, interview: Interview) -> None:
        begun = make_interview(full_name="Grace Hopper")
        with lock_interview(begun) as locked:
            locked.begin()
        assert "Grace Hopper" in caller.call()

    def test_no_outbound_call_is_placed_meanwhile(
        self, caller: Caller, interview: Interview, twilio: FakeTwilio
    ) -> None:
        caller.call()
        dialer.dial_interview(interview.pk)
        run_tasks(only="interviews.dial")
        assert twilio.calls == []
        assert interview.attempts.count() == 1


class TestOneLiveCall:
    def test_call_being_placed_goes_first(self, caller: Caller, interview: Interview) -> None:
        place_attempt(interview)
        text = caller.call()
        assert en.CALL_RUNNING in text
        assert interview.candidate.full_name not in text
        assert interview.attempts.count() == 1

    def test_call_to_namesake_goes_first(self, caller: Caller, interview: Interview) -> None:
        """Another record has the same number, and its call is running: the database allows one call per number."""
        other = make_interview(full_name="Grace Hopper")
        place_attempt(other)
        assert en.CALL_RUNNING in caller.call()
        assert not interview.attempts.exists()
        assert Call.objects.count() == 1


class TestStranger:
    def test_hears_who_we_are(self, caller: Caller) -> None:
        text = caller.call()
        assert "Northwind Logistics" in text
        assert en.NO_INTERVIEW in text
        assert en.OPT_OUT_OFFER in text
        assert not Attempt.objects.exists()
        assert TwilioEvent.objects.get().call_sid == caller.sid

    def test_hears_language_of_employer(self, caller: Caller) -> None:
        make_approved_job(language="es")
        text = caller.call()
        assert es.NO_INTERVIEW in text
        assert es.OPT_OUT_OFFER in text
        caller.reply(SpeechResult="No me llamen nunca más")
        assert DoNotCall.objects.get().kind == DoNotCall.Kind.OPTED_OUT
        assert es.FAREWELL in caller.prompt_text()

    def test_learns_of_no_candidate(self, caller: Caller, interview: Interview, client: Client) -> None:
        """A number without an interview hears the same, whether a candidate has it or not."""
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.DECLINED)
        assert caller.call() == Caller(client, "+14155550177", sid="CAother").call()

    @pytest.mark.parametrize("reply", ["key", "words"])
    def test_may_opt_out(self, caller: Caller, reply: str) -> None:
        candidate = make_candidate()
        caller.call()
        if reply == "key":
            caller.press_key("9")
        else:
            caller.speak("please never call me again")
        assert en.GOODBYES["opted_out"] in caller.prompt_text()  # type: ignore[index]
        assert DoNotCall.objects.covers_number(NUMBER)
        assert not candidate.consents_to(Consent.Kind.CALL)

    def test_hears_it_again_and_changes_nothing(self, caller: Caller) -> None:
        caller.call()
        for reply in (partial(caller.press_key, "1"), partial(caller.speak, "who is this?")):
            reply()
            assert en.OPT_OUT_OFFER in caller.prompt_text()
        caller.speak("sorry, what?")
        assert caller.twiml().find("Gather") is None
        assert caller.twiml().find("Hangup") is not None
        assert not DoNotCall.objects.exists()

    def test_opt_out_ends_waiting_interviews(self, caller: Caller) -> None:
        caller.call()
        interview = make_interview()
        caller.press_key("9")
        interview.refresh_from_db()
        assert interview.outcome == Interview.Outcome.OPTED_OUT

    @pytest.mark.parametrize("number", ["", "anonymous", "+266696687", "12345", "\x00"])
    def test_withheld_number_is_offered_nothing(self, caller: Caller, number: str) -> None:
        caller.number = number
        assert en.OPT_OUT_OFFER not in caller.call()
        assert caller.twiml().find("Gather") is None
        caller.post(f"{INBOUND}reply/0", caller.params(Digits="9"))
        assert not DoNotCall.objects.exists()

    @pytest.mark.parametrize(
        "state", ["do_not_call", "closed_job", "erased", "declined", "completed", "no_transcription"]
    )
    def test_is_whoever_may_not_be_interviewed(
        self, caller: Caller, interview: Interview, state: str, settings: Any
    ) -> None:
        match state:
            case "do_not_call":
                DoNotCall.objects.add_number(NUMBER, source="a letter")
            case "closed_job":
                interview.job.update_fields(is_open=False)
            case "erased":
                interview.candidate.blank()
            case "no_transcription":
                interview.update_fields(language="de")
            case outcome:
                with lock_interview(interview) as locked:
                    locked.finish(outcome if outcome == "declined" else "complete")
        text = caller.call()
        assert {"no_transcription": en.NOT_NOW, "do_not_call": en.NOT_CALLED}.get(state, en.NO_INTERVIEW) in text
        assert interview.candidate.full_name not in text
        assert not Attempt.objects.exists()

    def test_hears_no_name_not_entered(self, caller: Caller) -> None:
        Organisation.objects.all().delete()
        assert caller.call() == en.UNKNOWN_CALL

    def test_hears_callback_number_unless_dialled(self, caller: Caller) -> None:
        make_organisation().callback_number = settings.TWILIO_PHONE_NUMBER
        Organisation.objects.update(callback_number="+14155550123")
        assert "0 1 2 3" in caller.call()
        Organisation.objects.update(callback_number=settings.TWILIO_PHONE_NUMBER)
        assert "0 1 9 9" not in caller.call()


class TestOtherWebhooks:
    def test_fallback_apologises(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        answer = caller.post(f"{INBOUND}fallback", caller.params(ErrorCode="11200", ErrorUrl="x"))
        assert answer.status_code == 200
        assert caller.prompt_text() == en.INBOUND_FALLBACK

    @pytest.mark.parametrize("ending", ["status", "fallback"])
    def test_unknown_call_moves_nothing(self, caller: Caller, interview: Interview, ending: str) -> None:
        before = snapshot_rows()
        answer = caller.post(f"{INBOUND}{ending}", caller.params(CallStatus="completed"))
        assert answer.status_code in (200, 204)
        assert snapshot_rows() == before


class TestForgery:
    @pytest.mark.parametrize("forgery", ["unsigned", "wrong_signature", "other_token", "added", "other_account"])
    def test_is_refused_and_leaves_nothing(self, caller: Caller, interview: Interview, forgery: str) -> None:
        params = caller.params(Digits="9", CallStatus="completed")
        if forgery == "other_account":
            params["AccountSid"] = "AC" + "9" * 32
        token = "other" if forgery == "other_token" else settings.TWILIO_AUTH_TOKEN
        body = urlencode(params) + ("&From=%2B14155550177" if forgery == "added" else "")
        before = snapshot_rows()
        for address in ADDRESSES:
            signed = RequestValidator(token).compute_signature(settings.WEBHOOK_BASE_URL + address, params)
            signature = {"unsigned": "", "wrong_signature": "bm90IGl0"}.get(forgery, signed)
            answer = caller.client.post(address, body, FORM, headers={"X-Twilio-Signature": signature})
            assert (address, answer.status_code) == (address, 403)
        assert snapshot_rows() == before
        assert not DoNotCall.objects.exists()

    def test_only_posts_are_accepted(self, client: Client) -> None:
        tried = list(product(ADDRESSES, ["get", "put", "delete"]))
        assert [
            (address, method) for address, method in tried if getattr(client, method)(address).status_code != 405
        ] == []

    @pytest.mark.parametrize("sid", ["", "CA" + "9" * 100, "\x00"])
    def test_impossible_sid_is_refused_politely(self, caller: Caller, interview: Interview, sid: str) -> None:
        caller.sid = sid
        assert caller.call() == en.UNKNOWN_CALL
        assert not Attempt.objects.exists()
