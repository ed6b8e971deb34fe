"""Calls to our number: they become attempts, or hear who we are. Nobody learns of an application by calling."""

from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from twilio.request_validator import RequestValidator

from candidates.models import Consent, DoNotCall
from interviews.calling import dialer, retries
from interviews.calling.rules import may_call_now
from interviews.calling.verdicts import Allowed
from interviews.conversation.engine import Ending
from interviews.conversation.wording import en
from interviews.decisions import record_decision
from interviews.models import Attempt, Call, EventKind, Interview, WaitReason, lock_interview
from interviews.models.result import Recommendation
from interviews.planning import plan_interview
from interviews.reception.inbound_calls import CallerSaid
from screener.models import Organisation
from tests.support.factories import make_candidate, make_interview, make_organisation, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import FORM, Phone, place_attempt, snapshot_rows
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db

INBOUND = "/webhooks/twilio/inbound/"
NUMBER = "+14155550100"
ADDRESSES = [INBOUND, f"{INBOUND}reply/0", f"{INBOUND}turns/1/reply", f"{INBOUND}status", f"{INBOUND}fallback"]


class Caller(Phone):
    """A call to our number, from Twilio's side."""

    def __init__(self, client: Client, number: str = NUMBER, sid: str = "CAinbound") -> None:
        self.client, self.number, self.sid = client, number, sid
        self.last_response: Any = None

    def params(self, **more: Any) -> dict[str, str]:
        standard = {
            "CallSid": self.sid,
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "From": self.number,
            "To": settings.TWILIO_PHONE_NUMBER,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        return standard | {key: str(value) for key, value in more.items()}

    def call(self) -> str:
        assert self.post(INBOUND, self.params()).status_code == 200
        return self.prompt_text()

    def reply(self, **parameters: str) -> None:
        gather = self.twiml().find("Gather")
        assert gather is not None
        self.post(gather.attrib["action"], self.params(**parameters))

    def hang_up(self) -> None:
        self.post(f"{INBOUND}status", self.params(CallStatus="completed", CallDuration=20))


@pytest.fixture
def caller(client: Client) -> Caller:
    make_organisation()
    return Caller(client)


@pytest.fixture
def interview() -> Interview:
    return make_interview()


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

    def test_hanging_up_keeps_the_plan(self, caller: Caller, interview: Interview) -> None:
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
    def test_time_alone_keeps_the_planned_day(
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

    def test_call_of_candidate_is_no_call_to_the_number(
        self, caller: Caller, interview: Interview, settings: Any
    ) -> None:
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
    def test_call_that_is_being_placed_goes_first(self, caller: Caller, interview: Interview) -> None:
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

    def test_hears_no_name_that_is_not_entered(self, caller: Caller) -> None:
        Organisation.objects.all().delete()
        assert caller.call() == en.UNKNOWN_CALL

    def test_hears_callback_number_unless_dialled(self, caller: Caller) -> None:
        make_organisation().callback_number = settings.TWILIO_PHONE_NUMBER
        Organisation.objects.update(callback_number="+14155550123")
        assert "0 1 2 3" in caller.call()
        Organisation.objects.update(callback_number=settings.TWILIO_PHONE_NUMBER)
        assert "0 1 9 9" not in caller.call()


class TestUnreached:
    """The interview is over because no attempt reached the candidate, who now calls."""

    @pytest.fixture
    def interview(self) -> Interview:
        return finish(make_interview(), Interview.Outcome.UNREACHED)

    def test_identity_is_asked_first(self, caller: Caller, interview: Interview) -> None:
        greeting = caller.call()
        assert greeting.index("Northwind Logistics") < greeting.index(interview.candidate.full_name)
        assert interview.job.title not in greeting
        assert not calls_of(interview)
        assert interview not in Interview.objects.needing_attention()

    @pytest.mark.parametrize("parameters", [{"Digits": "1"}, {"SpeechResult": "yes, this is me"}])
    def test_reviewer_sees_the_call(self, caller: Caller, interview: Interview, parameters: dict[str, str]) -> None:
        caller.call()
        caller.reply(**parameters)
        text = caller.prompt_text()
        assert interview.job.title in text
        assert en.spell_number("+1 415-555-0123") in text
        assert caller.twiml().find("Hangup") is not None
        assert calls_of(interview) == [CallerSaid.IDENTITY]
        assert list(Interview.objects.needing_attention()) == [interview]
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.UNREACHED)
        assert not interview.attempts.exists()

    def test_repeated_webhooks_add_one_event(self, caller: Caller, interview: Interview) -> None:
        assert caller.call() == caller.call()
        greeting = caller.last_response
        for _ in range(2):
            caller.last_response = greeting
            caller.reply(Digits="1")
        assert calls_of(interview) == [CallerSaid.IDENTITY]

    @pytest.mark.parametrize("words", ["no", "he's not here", "wrong number", "not interested"])
    def test_other_replies_reveal_nothing(self, caller: Caller, interview: Interview, words: str) -> None:
        caller.call()
        caller.speak(words)
        assert caller.twiml().find("Hangup") is not None
        assert interview.job.title not in caller.prompt_text()
        assert not calls_of(interview)

    @pytest.mark.parametrize("words", ["can I talk to a person?", "call me later"])
    def test_wish_for_person_is_passed_on(self, caller: Caller, interview: Interview, words: str) -> None:
        caller.call()
        caller.speak(words)
        assert en.GOODBYES[Ending.PERSON_REQUESTED] in caller.prompt_text()
        assert interview.job.title not in caller.prompt_text()
        assert calls_of(interview) == [CallerSaid.PERSON]
        assert list(Interview.objects.needing_attention()) == [interview]

    def test_question_is_answered_before_identity(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        caller.speak("what is this about?")
        assert interview.candidate.full_name in caller.prompt_text()
        assert interview.job.title not in caller.prompt_text()
        caller.press_key("1")
        assert calls_of(interview) == [CallerSaid.IDENTITY]

    def test_three_silences_end_the_call(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        for _ in range(3):
            assert caller.twiml().find("Gather") is not None
            caller.stay_silent()
        assert en.GOODBYES[Ending.NO_REPLY] in caller.prompt_text()
        assert not calls_of(interview)

    @pytest.mark.parametrize(
        ("words", "kind"),
        [("never call me again", DoNotCall.Kind.OPTED_OUT), ("I'm not interested", DoNotCall.Kind.DECLINED)],
    )
    def test_refusal_is_kept(self, caller: Caller, interview: Interview, words: str, kind: DoNotCall.Kind) -> None:
        caller.call()
        caller.speak(words)
        assert en.GOODBYES[Ending(kind)] in caller.prompt_text()
        assert list(DoNotCall.objects.active().of_numbers([NUMBER]).values_list("kind", flat=True)) == [kind]

    @pytest.mark.parametrize("change", ["decided", "planned_again", "closed_job", "another_number"])
    def test_others_hear_of_no_interview(self, caller: Caller, interview: Interview, change: str) -> None:
        match change:
            case "decided":
                decide(interview)
            case "planned_again":
                later = plan_interview(candidate=interview.candidate, job=interview.job, actor="a test")
                finish(later, Interview.Outcome.EXPIRED)
            case "closed_job":
                interview.job.update_fields(is_open=False)
            case _:
                caller.number = "+14155550177"
        assert en.NO_INTERVIEW in caller.call()

    @pytest.mark.parametrize(
        "outcome", [Interview.Outcome.DECLINED, Interview.Outcome.EXPIRED, Interview.Outcome.TOO_LITTLE]
    )
    def test_other_outcomes_are_no_interview(self, caller: Caller, outcome: Interview.Outcome) -> None:
        finish(make_interview(), outcome)
        assert en.NO_INTERVIEW in caller.call()

    def test_decision_ends_the_attention(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        caller.press_key("1")
        decide(interview)
        assert not Interview.objects.needing_attention().exists()

    def test_pages_name_the_call(self, caller: Caller, interview: Interview, admin_client: Client) -> None:
        caller.call()
        caller.press_key("1")
        front_page = admin_client.get(reverse("admin:index"))
        assert list(front_page.context["interviews_waiting"]) == [interview]
        list_page = admin_client.get(reverse("admin:interviews_interview_changelist"), {"attention": "yes"})
        assert CallerSaid.IDENTITY.label in unescape(list_page.content.decode())

    def test_unknown_input_is_refused(self, caller: Caller, interview: Interview) -> None:
        assert caller.post(f"{INBOUND}turns/1/other", caller.params()).status_code == 400

    def test_turn_of_stranger_is_refused(self, caller: Caller) -> None:
        caller.number = "+14155550177"
        caller.post(f"{INBOUND}turns/1/reply", caller.params(Digits="1"))
        assert caller.prompt_text() == en.UNKNOWN_CALL


@pytest.mark.parametrize(
    ("outcome", "text"),
    [(Interview.Outcome.OPTED_OUT, en.NOT_CALLED), (Interview.Outcome.PERSON_REQUESTED, en.PERSON_INFORMED)],
)
def test_earlier_request_stands(caller: Caller, outcome: Interview.Outcome, text: str) -> None:
    interview = finish(make_interview(), outcome)
    prompt = caller.call()
    assert text in prompt
    assert interview.candidate.full_name not in prompt
    assert interview.job.title not in prompt
    assert not calls_of(interview)


def finish(interview: Interview, outcome: Interview.Outcome) -> Interview:
    with lock_interview(interview) as locked:
        locked.finish(outcome)
    return interview


def decide(interview: Interview) -> None:
    reviewer = User.objects.create(username="reviewer")
    record_decision(interview, by=reviewer, verdict=Recommendation.REJECT, reason="Hired another.", seen=None)


def calls_of(interview: Interview) -> list[str]:
    events = interview.events.filter(kind=EventKind.CANDIDATE_CALLED)
    return list(events.values_list("data__code", flat=True))


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
    @pytest.mark.parametrize("address", ADDRESSES)
    @pytest.mark.parametrize("forgery", ["unsigned", "wrong_signature", "other_token", "added", "other_account"])
    def test_is_refused_and_leaves_nothing(
        self, caller: Caller, interview: Interview, address: str, forgery: str
    ) -> None:
        params = caller.params(Digits="9", CallStatus="completed")
        if forgery == "other_account":
            params["AccountSid"] = "AC" + "9" * 32
        token = "other" if forgery == "other_token" else settings.TWILIO_AUTH_TOKEN
        signed = RequestValidator(token).compute_signature(settings.WEBHOOK_BASE_URL + address, params)
        signature = {"unsigned": "", "wrong_signature": "bm90IGl0"}.get(forgery, signed)
        body = urlencode(params) + ("&From=%2B14155550177" if forgery == "added" else "")
        before = snapshot_rows()
        answer = caller.client.post(address, body, FORM, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 403
        assert snapshot_rows() == before
        assert not DoNotCall.objects.exists()

    @pytest.mark.parametrize("address", ADDRESSES)
    @pytest.mark.parametrize("method", ["get", "put", "delete"])
    def test_only_posts_are_accepted(self, client: Client, address: str, method: str) -> None:
        assert getattr(client, method)(address).status_code == 405

    @pytest.mark.parametrize("sid", ["", "CA" + "9" * 100, "\x00"])
    def test_impossible_sid_is_refused_politely(self, caller: Caller, interview: Interview, sid: str) -> None:
        caller.sid = sid
        assert caller.call() == en.UNKNOWN_CALL
        assert not Attempt.objects.exists()
