"""Interviews over the phone, as Twilio drives them: the real URLs, signatures and TwiML; the worker's jobs drained."""

from typing import Any

import pytest
from django.test import Client

from candidates.models import Consent, DoNotCall
from interviews import dialling
from interviews.models import Attempt, Call, Interview, InterviewEvent, InterviewResponse, Recording
from interviews.tests.carrier import carrier
from screener.testing import an_interview
from webhooks.models import TwilioEvent
from webhooks.tests.phone import Phone

pytestmark = pytest.mark.django_db

Status, Outcome = Interview.Status, Interview.Outcome


def placed(interview: Interview) -> Attempt:
    """An attempt whose call has been placed."""
    attempt = dialling._plan_attempt(interview.pk)
    assert attempt is not None
    return attempt


@pytest.fixture
def interview() -> Interview:
    return an_interview()


@pytest.fixture
def phone(interview: Interview, client: Client) -> Phone:
    return Phone(placed(interview), client)


def consent(phone: Phone) -> None:
    phone.pick_up()
    phone.press("1")
    phone.press("1")


class TestAConversation:
    def test_asks_for_the_person_before_saying_what_it_is_about(self, phone: Phone, interview: Interview) -> None:
        phone.pick_up()
        assert interview.candidate.full_name in phone.heard()
        assert "interview" not in phone.heard().lower()
        assert interview.job.title not in phone.heard()

    def test_discloses_the_machine_and_the_recording_before_anything_is_recorded(self, phone: Phone) -> None:
        phone.pick_up()
        phone.press("1")
        assert "artificial intelligence" in phone.heard()
        assert "recorded" in phone.heard()
        assert phone.document().find("Record") is None

    def test_goes_all_the_way(self, phone: Phone, interview: Interview) -> None:
        consent(phone)
        for response in interview.responses.all():
            assert response.question in phone.heard()
            phone.answer("I led a migration of twelve services.")
        assert "last question" in phone.heard()
        phone.status("completed", CallDuration=200)
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Status.COMPLETED, Outcome.COMPLETE)
        assert {one.status for one in interview.responses.all()} == {InterviewResponse.Status.ANSWERED}
        assert interview.candidate.consents_to(Consent.Kind.RECORD)
        attempt = interview.attempts.get()
        assert (attempt.outcome, attempt.call.duration_seconds) == (Attempt.Outcome.ANSWERED, 200)

    def test_records_with_explicit_limits_and_ends_an_answer_only_by_the_named_keys(self, phone: Phone) -> None:
        consent(phone)
        record = phone.document().find("Record")
        assert record is not None
        assert record.attrib["finishOnKey"] == "*#"
        assert record.attrib["maxLength"] == "119"
        assert record.attrib["recordingStatusCallbackEvent"] == "completed absent"

    @pytest.mark.parametrize(("key", "outcome"), [("2", Outcome.DECLINED), ("9", Outcome.OPTED_OUT)])
    def test_takes_no_for_an_answer(self, phone: Phone, interview: Interview, key: str, outcome: str) -> None:
        phone.pick_up()
        phone.press("1")
        phone.press(key)
        assert phone.document().find("Hangup") is not None
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Status.FAILED, outcome)
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)
        assert DoNotCall.objects.covers(interview.candidate.phone) == (outcome == Outcome.OPTED_OUT)

    def test_lets_a_wrong_person_go_without_learning_anything(self, phone: Phone, interview: Interview) -> None:
        phone.pick_up()
        phone.press("2")
        interview.refresh_from_db()
        assert interview.outcome == Outcome.WRONG_PERSON
        assert interview.job.title not in phone.heard()

    def test_tries_again_later_when_nobody_replies(self, phone: Phone, interview: Interview, drained) -> None:
        phone.pick_up()
        phone.stay_silent()
        phone.stay_silent()
        phone.status("completed")
        drained()
        interview.refresh_from_db()
        assert interview.status == Status.PENDING
        assert interview.next_attempt_at is not None
        assert interview.attempts.get().outcome == Attempt.Outcome.NO_ANSWER

    def test_repeats_a_question_and_throws_that_take_away(self, phone: Phone, interview: Interview) -> None:
        consent(phone)
        first = interview.responses.all()[0]
        phone.answer("hm, what was", digits="*")
        assert first.question in phone.heard()
        phone.answer("Now I know.", digits="#")
        first.refresh_from_db()
        assert [(take.ended, take.chosen) for take in first.takes.all()] == [("repeat", False), ("key", True)]

    def test_asks_once_more_after_silence_and_then_moves_on(self, phone: Phone, interview: Interview) -> None:
        consent(phone)
        first, second, *_ = interview.responses.all()
        phone.stay_silent()
        assert first.question in phone.heard()
        phone.stay_silent()
        assert second.question in phone.heard()
        first.refresh_from_db()
        assert first.status == InterviewResponse.Status.SILENT

    def test_speaks_a_hostile_name_as_text(self, client: Client) -> None:
        interview = an_interview(full_name="</Say><Dial>+19005550100</Dial>")
        phone = Phone(placed(interview), client)
        phone.pick_up()
        assert phone.document().find(".//Dial") is None
        assert "<Dial>" in phone.heard()


class TestADroppedLine:
    def test_is_resumed_at_the_question_that_it_broke_off_in(
        self, phone: Phone, interview: Interview, client: Client, drained
    ) -> None:
        consent(phone)
        phone.answer("The first answer.")
        phone.answer("The second ans", digits="hangup")
        phone.status("completed")
        drained(all=True)
        interview.refresh_from_db()
        assert interview.status == Status.IN_PROGRESS
        interview.store(next_attempt_at=interview.created_at)

        again = Phone(placed(interview), client, sid="CA2")
        again.pick_up()
        again.press("1")
        assert "cut off" in again.heard()
        again.press("1")
        first, second, *rest = interview.responses.all()
        assert second.question in again.heard()
        assert first.status == InterviewResponse.Status.ANSWERED
        for _ in [second, *rest]:
            again.answer("A whole answer this time.")
        interview.refresh_from_db()
        assert interview.outcome == Outcome.COMPLETE
        assert second.takes.get(chosen=True).attempt == again.attempt

    def test_in_the_last_answer_ends_the_interview(self, phone: Phone, interview: Interview) -> None:
        consent(phone)
        *others, last = interview.responses.all()
        for _ in others:
            phone.answer("An answer.")
        phone.answer("The last one. Goodbye!", digits="hangup")
        interview.refresh_from_db()
        assert interview.outcome == Outcome.COMPLETE
        last.refresh_from_db()
        assert last.status == InterviewResponse.Status.ANSWERED

    def test_keeps_the_last_answer_even_when_the_end_of_the_call_is_reported_first(
        self, phone: Phone, interview: Interview
    ) -> None:
        consent(phone)
        *others, _ = interview.responses.all()
        for _ in others:
            phone.answer("An answer.")
        question = phone.last
        phone.status("completed")
        phone.last = question
        phone.answer("The last one.", digits="hangup")
        interview.refresh_from_db()
        assert interview.outcome == Outcome.COMPLETE

    def test_for_good_uses_what_was_said(self, interview: Interview, client: Client, drained) -> None:
        interview.job.store(max_attempts=1)
        phone = Phone(placed(interview), client)
        consent(phone)
        count = interview.responses.count()
        for _ in range(count - 2):
            phone.answer("An answer.")
        phone.answer("Half of the one before the last", digits="hangup")
        phone.status("completed")
        drained(all=True)
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Status.COMPLETED, Outcome.PARTIAL)
        assert interview.responses.filter(status=InterviewResponse.Status.ANSWERED).count() == count - 1
        assert interview.responses.get(position=count - 1).status == InterviewResponse.Status.SKIPPED


def test_an_interview_that_is_called_off_in_mid_call_ends_the_call(
    phone: Phone, interview: Interview, drained, settings
) -> None:
    with carrier() as twilio:
        settings.TWILIO_API_URL = twilio.url
        twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "in-progress"})
        consent(phone)
        interview.cancel(Outcome.BY_HR, actor="hr", reason="Position filled.")
        drained()
        assert any(phone.sid in one for one in twilio.asked)
    phone.answer("Still talking")
    assert phone.document().find("Hangup") is not None
    interview.refresh_from_db()
    assert interview.outcome == Outcome.BY_HR


@pytest.mark.parametrize("key", ["2", "9"])
def test_what_comes_after_no_is_filed_and_changes_nothing(phone: Phone, interview: Interview, key: str) -> None:
    phone.pick_up()
    phone.press("1")
    phone.press(key)
    before = settled(interview)
    assert {status for status, _ in before[1:]} == {InterviewResponse.Status.SKIPPED}
    assert phone.turn(3, "take", RecordingSid="RE1", RecordingDuration=20, Digits="#").status_code == 200
    assert phone.document().find("Hangup") is not None
    phone.machine("machine_start")
    phone.status("completed")
    assert settled(interview) == before


def settled(interview: Interview) -> list[tuple[str, str]]:
    interview.refresh_from_db()
    return [(interview.status, interview.outcome), *interview.responses.values_list("status", "status_reason")]


class TestVoicemail:
    def test_costs_no_question_and_voids_the_consent_that_it_seemed_to_give(
        self, phone: Phone, interview: Interview, drained
    ) -> None:
        consent(phone)
        phone.answer("Please leave a message after the tone.", recorded=False)
        phone.machine("machine_start")
        assert phone.turn(4, "reply").content
        interview.refresh_from_db()
        assert interview.status == Status.PENDING
        assert {one.status for one in interview.responses.all()} == {InterviewResponse.Status.PLANNED}
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)
        assert interview.attempts.get().outcome == Attempt.Outcome.VOICEMAIL


class TestTheSameEventTwice:
    def test_gets_the_same_answer_and_has_no_second_effect(self, phone: Phone, interview: Interview) -> None:
        consent(phone)
        record = phone.document().find("Record")
        assert record is not None
        params = phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#")
        first = phone.post(record.attrib["action"], params)
        before = (Recording.objects.count(), interview.events.count(), TwilioEvent.objects.count())
        again = phone.post(record.attrib["action"], params)
        assert again.content == first.content
        assert (Recording.objects.count(), interview.events.count(), TwilioEvent.objects.count()) == before

    def test_as_news_changes_nothing(self, phone: Phone, interview: Interview) -> None:
        phone.status("ringing", 1)
        phone.status("ringing", 1)
        assert TwilioEvent.objects.filter(kind="status").count() == 1

    def test_an_audio_that_comes_before_its_action_is_kept(self, phone: Phone, interview: Interview) -> None:
        consent(phone)
        record = phone.document().find("Record")
        assert record is not None
        question = phone.last
        phone.recorded(record, {"RecordingSid": "RE1", "RecordingDuration": "20"})
        phone.last = question
        phone.post(record.attrib["action"], phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#"))
        take = Recording.objects.get()
        assert (take.status, take.chosen, take.ended) == (Recording.Status.AVAILABLE, True, "key")

    def test_a_call_that_ended_stays_ended(self, phone: Phone, interview: Interview) -> None:
        phone.status("completed", 3)
        phone.status("in-progress", 2)
        phone.status("ringing", 4)
        assert interview.attempts.get().call.status == "completed"


NOBODY = "00000000-0000-4000-8000-000000000000"


def addresses(attempt_id: str) -> list[str]:
    """That of a turn, and those that get news."""
    of = f"/webhooks/twilio/attempts/{attempt_id}"
    return [f"{of}/turns/1/reply", f"{of}/status", f"{of}/machine", f"{of}/turns/1/recording"]


def everything() -> list[Any]:
    """All that an event could touch."""
    touched = (Interview, Attempt, Call, InterviewResponse, Recording, InterviewEvent, TwilioEvent, Consent)
    return [sorted(model.objects.values_list(), key=str) for model in touched]


class TestAStranger:
    def test_without_a_signature_is_refused_and_leaves_nothing(self, phone: Phone, client: Client) -> None:
        phone.turn(0, "pickup")
        url = phone.last.wsgi_request.path
        TwilioEvent.objects.all().delete()
        for headers in ({}, {"X-Twilio-Signature": "bm90IGl0"}):
            answer = client.post(url, phone.params(), headers=headers)
            assert answer.status_code == 403
        assert not TwilioEvent.objects.exists()

    def test_with_another_token_is_refused(self, phone: Phone) -> None:
        assert (
            phone.post(
                "/webhooks/twilio/attempts/" + str(phone.attempt.pk) + "/status", phone.params(), token="other"
            ).status_code
            == 403
        )

    def test_of_another_account_is_refused(self, phone: Phone) -> None:
        answer = phone.turn(0, "pickup", AccountSid="AC" + "9" * 32)
        assert answer.status_code == 403

    def test_may_say_what_it_likes_of_its_host(self, phone: Phone) -> None:
        answer = phone.post(
            f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup",
            phone.params(),
            **{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"},
        )
        assert answer.status_code == 200

    @pytest.mark.parametrize("attempt_id", [None, NOBODY])
    def test_with_a_call_of_another_interview_is_refused(
        self, phone: Phone, client: Client, attempt_id: str | None
    ) -> None:
        other = Phone(placed(an_interview(full_name="Grace Hopper", phone="+14155550101")), client)
        other.pick_up()
        phone.pick_up()
        before = everything()
        for address in addresses(attempt_id or str(phone.attempt.pk)):
            assert phone.post(address, phone.params() | {"CallSid": other.sid}).status_code == 403
        assert everything() == before

    @pytest.mark.parametrize("sid", ["CAnobody", "", "CA" + "9" * 100])
    @pytest.mark.parametrize("attempt_id", [None, NOBODY])
    def test_whose_call_nobody_knows_is_told_so_politely_and_moves_nothing(
        self, phone: Phone, attempt_id: str | None, sid: str
    ) -> None:
        phone.pick_up()
        before = everything()
        turn, *news = addresses(attempt_id or str(phone.attempt.pk))
        answer = phone.post(turn, phone.params() | {"CallSid": sid})
        assert answer.status_code == 200
        assert phone.heard() == "We are sorry. This call can't be continued. Goodbye."
        assert phone.document().find("Hangup") is not None
        for address in news:
            answer = phone.post(address, phone.params() | {"CallSid": sid})
            assert (answer.status_code, answer.content) == (204, b"")
        assert everything() == before

    @pytest.mark.parametrize("value", ["-1", "99999999999999999999", "\x00", "x" * 50_000])
    def test_with_absurd_parameters_causes_no_error(self, phone: Phone, value: str) -> None:
        consent(phone)
        assert phone.turn(3, "take", RecordingDuration=value, RecordingSid=value, Digits=value).status_code == 200
        assert phone.status("completed", CallDuration=value, ErrorCode=value).status_code == 204

    def test_may_not_get(self, phone: Phone, client: Client) -> None:
        assert client.get(f"/webhooks/twilio/attempts/{phone.attempt.pk}/status").status_code == 405
