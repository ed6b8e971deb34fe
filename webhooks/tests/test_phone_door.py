"""Interviews over the phone, as Twilio drives them: the real URLs, signatures and TwiML; the worker's jobs drained."""

from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from candidates.models import Consent, DoNotCall
from interviews.models import Attempt, Call, Interview, InterviewEvent, InterviewResponse, Recording
from interviews.tests.carrier import Carrier, carrier
from screener.testing import an_approved_job, an_interview
from webhooks.models import TwilioEvent
from webhooks.tests.phone import FORM, Phone, consent, placed

pytestmark = pytest.mark.django_db

Status, Outcome = Interview.Status, Interview.Outcome


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

    @pytest.mark.parametrize(
        "evil",
        [
            "</Say><Dial>+19005550100</Dial><Say>",
            "</Say></Gather></Response><!--",
            "]]><Hangup/><![CDATA[",
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;&amp;&#60;Reject/&#62;',
            "' \" action='https://evil.example'",
            "{job} {name.__class__} {0} %s $(id)",
            "\x0b\ufffe\u202e\U0001f600\r\n",
        ],
    )
    def test_speaks_hostile_names_titles_and_questions_as_text(self, client: Client, evil: str) -> None:
        hostile, harmless = (walk(text, number, client) for number, text in enumerate((evil, "Ada")))
        assert [shape for shape, _ in hostile] == [shape for shape, _ in harmless]
        said = " ".join(evil.replace("\x0b", "").replace("\ufffe", "").split())
        assert sum(said in " ".join(heard.split()) for _, heard in hostile) >= 4  # a name, a title, two questions


def walk(text: str, number: int, client: Client) -> list[tuple[list[Any], str]]:
    """A whole interview with this as name, title and questions: the verbs of each step, and what they say."""
    questions = [{"text": text, "competency": "x", "weight": 1.0, "max_seconds": 60}] * 2
    interview = an_interview(
        job=an_approved_job(title=text, questions=questions), full_name=text, phone=f"+1415555011{number}"
    )
    phone = Phone(placed(interview), client)
    steps: list[Any] = [phone.pick_up, *[partial(phone.press, "1")] * 2, *[partial(phone.answer, digits="#")] * 2]
    walked = []
    for step in steps:
        step()
        verbs = [
            (verb.tag, {name: value.replace(str(phone.attempt.pk), "") for name, value in verb.attrib.items()})
            for verb in phone.document().iter()
        ]
        walked.append((verbs, phone.heard()))
    interview.refresh_from_db()
    assert interview.outcome == Outcome.COMPLETE
    return walked


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

    def test_is_not_touched_by_what_comes_of_the_first_call_once_there_is_a_second(
        self, phone: Phone, interview: Interview, client: Client, drained
    ) -> None:
        consent(phone)
        question = phone.last
        phone.status("completed")
        drained(all=True)
        interview.refresh_from_db()
        interview.store(next_attempt_at=interview.created_at)
        again = Phone(placed(interview), client, sid="CA2")
        again.pick_up()
        again.press("1")

        phone.last = question
        phone.answer("What I wanted to say was", digits="hangup")
        assert phone.document().find("Hangup") is not None
        phone.machine("machine_start")
        phone.status("in-progress")
        assert phone.attempt.call.status != Call.Status.IN_PROGRESS
        again.attempt.refresh_from_db()
        assert (again.attempt.stage, again.attempt.turn, again.attempt.ended_at) == ("consent", 2, None)
        assert settled(interview)[0] == (Status.IN_PROGRESS, "")
        again.press("1")
        for one in interview.responses.all():
            assert one.question in again.heard()
            again.answer("A whole answer this time.")
        assert settled(interview)[0] == (Status.COMPLETED, Outcome.COMPLETE)
        assert {take.attempt for take in Recording.objects.filter(chosen=True)} == {again.attempt}


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
        speaks_like_a_person(phone)
        phone.answer("Please leave a message after the tone.", recorded=False)
        phone.machine("machine_start")
        assert phone.turn(4, "reply").content
        interview.refresh_from_db()
        assert interview.status == Status.PENDING
        assert {one.status for one in interview.responses.all()} == {InterviewResponse.Status.PLANNED}
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)
        assert interview.attempts.get().outcome == Attempt.Outcome.VOICEMAIL

    def test_is_known_as_such_also_when_that_is_learned_after_the_call(
        self, phone: Phone, interview: Interview, twilio: Carrier, drained
    ) -> None:
        twilio.audio = b"RIFF\x00\x00\x00\x00WAVE"
        speaks_like_a_person(phone)
        phone.answer("Please leave a message after the tone, and I will call you back as soon as I can.")
        phone.status("completed")
        drained()
        assert interview.responses.filter(status=InterviewResponse.Status.ASSESSED).exists()
        for _ in range(2):
            phone.machine("machine_end_beep")
        interview.refresh_from_db()
        assert interview.status == Status.PENDING
        assert {one.status for one in interview.responses.all()} == {InterviewResponse.Status.PLANNED}
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)
        assert interview.attempts.get().outcome == Attempt.Outcome.VOICEMAIL
        assert interview.events.filter(kind="attempt.voicemail").count() == 1

    @pytest.mark.parametrize("by", ["consent", "answer"])
    @pytest.mark.parametrize("when", ["in mid-call", "after the call"])
    def test_is_not_whoever_presses_keys_whatever_twilio_takes_them_for(
        self, phone: Phone, interview: Interview, drained, by: str, when: str
    ) -> None:
        if by == "consent":
            consent(phone)
            phone.answer("This is my answer.")
        else:
            speaks_like_a_person(phone)
            phone.answer("This is my answer.", digits="#")
        question = phone.last
        if when == "after the call":
            phone.status("completed")
        phone.machine("machine_start")
        assert Call.objects.get().answered_by == "machine_start"
        assert interview.responses.all()[0].status == InterviewResponse.Status.ANSWERED
        assert interview.candidate.consents_to(Consent.Kind.RECORD)
        if when == "in mid-call":
            phone.last = question
            assert interview.responses.all()[1].question in phone.heard()
            phone.answer("And this is another.")
            assert interview.responses.all()[1].status == InterviewResponse.Status.ANSWERED


def speaks_like_a_person(phone: Phone) -> None:
    """For all that can be told: it says yes twice."""
    phone.pick_up()
    phone.say("Yes.")
    phone.say("Yes.")


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

    def test_is_the_same_a_day_later(self, phone: Phone, interview: Interview, time_machine: Any, drained) -> None:
        consent(phone)
        record = phone.document().find("Record")
        assert record is not None
        params = phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#")
        first = phone.post(record.attrib["action"], params)
        phone.status("completed", 5)
        drained()
        before = everything()
        time_machine.move_to(timezone.now() + timedelta(days=1))
        assert phone.post(record.attrib["action"], params).content == first.content
        assert phone.status("completed", 5).status_code == 204
        assert everything() == before

    def test_as_news_changes_nothing(self, phone: Phone, interview: Interview) -> None:
        phone.status("ringing", 1)
        phone.status("ringing", 1)
        assert TwilioEvent.objects.filter(kind="status").count() == 1


class TestEventsOutOfOrder:
    def test_an_answer_ahead_of_its_turn_takes_nothing_from_the_one_that_is_due(
        self, phone: Phone, interview: Interview
    ) -> None:
        """Nobody can know the third question's address before the second answer is in: this is no answer."""
        consent(phone)
        phone.answer("The first.")
        here = phone.last
        record = phone.document().find("Record")
        assert record is not None
        before = [one.status for one in interview.responses.all()]
        ahead = record.attrib["action"].replace("/turns/4/", "/turns/5/")
        assert ahead != record.attrib["action"]
        assert phone.post(ahead, phone.params(RecordingSid="RE3", RecordingDuration=20)).status_code == 200
        assert [one.status for one in interview.responses.all()] == before
        phone.last = here
        phone.answer("The second.")
        phone.answer("The third.")
        assert {one.status for one in interview.responses.all()} == {InterviewResponse.Status.ANSWERED}

    def test_audio_that_overtakes_that_of_the_answer_before_finds_its_own(
        self, phone: Phone, interview: Interview
    ) -> None:
        consent(phone)
        takes = []
        for number in (1, 2):
            record = phone.document().find("Record")
            assert record is not None
            takes.append((record, {"RecordingSid": f"RE{number}", "RecordingDuration": f"{number}0"}))
            phone.post(record.attrib["action"], phone.params(**takes[-1][1]))
        for record, take in reversed(takes):
            phone.recorded(record, take)
        found = Recording.objects.order_by("turn").values_list("sid", "seconds", "status", "response__position")
        assert list(found) == [("RE1", 10, "available", 0), ("RE2", 20, "available", 1)]

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

    @pytest.mark.parametrize(
        ("code", "meaning"),
        [
            ("13224", " Twilio can't call this number: there is none like it, or no carrier reached it."),
            ("32205", " Our Twilio account is not allowed to call this country."),
            ("99999", " Twilio's error 99999: see twilio.com/docs/api/errors/99999."),
            ("0", ""),
            ("", ""),
            ("<b>１²", ""),
        ],
    )
    def test_why_a_call_failed_is_told_in_words(
        self, phone: Phone, interview: Interview, code: str, meaning: str
    ) -> None:
        phone.status("failed", 3, ErrorCode=code)
        reason = interview.attempts.get().reason
        told = "The carrier could not put the call through."
        assert reason.startswith(f"{told}{meaning}")
        assert bool(meaning) == (reason != told)


NOBODY = "00000000-0000-4000-8000-000000000000"
NUMBERS_AND_WORDS = """
RecordingDuration RecordingSid RecordingUrl RecordingStatus Digits SpeechResult SequenceNumber CallDuration ErrorCode
ErrorUrl AnsweredBy TranscriptionSid TranscriptionText TranscriptionStatus
""".split()


def addresses(attempt_id: str) -> list[str]:
    """That of a turn, and those that get news."""
    of = f"/webhooks/twilio/attempts/{attempt_id}"
    return [f"{of}/turns/1/reply", f"{of}/status", f"{of}/machine", f"{of}/turns/1/recording"]


def everything() -> list[Any]:
    """All that an event could touch."""
    touched = (Interview, Attempt, Call, InterviewResponse, Recording, InterviewEvent, Consent, TwilioEvent)
    return [sorted(model.objects.values_list(), key=str) for model in touched]


class TestAStranger:
    def test_without_a_signature_is_refused_and_leaves_nothing(self, phone: Phone, client: Client) -> None:
        phone.turn(0, "pickup")
        url = phone.last.wsgi_request.path
        TwilioEvent.objects.all().delete()
        for headers in ({}, {"X-Twilio-Signature": "bm90IGl0"}):
            answer = client.post(url, urlencode(phone.params()), FORM, headers=headers)
            assert answer.status_code == 403
        assert not TwilioEvent.objects.exists()

    def test_with_another_token_is_refused(self, phone: Phone) -> None:
        assert (
            phone.post(
                "/webhooks/twilio/attempts/" + str(phone.attempt.pk) + "/status", phone.params(), token="other"
            ).status_code
            == 403
        )

    @pytest.mark.parametrize("added", ["Digits=1", "CallSid=CAother", "AccountSid=", "CallStatus=completed"])
    def test_cannot_add_to_what_was_signed(self, phone: Phone, added: str) -> None:
        """A new parameter, or one more of a name that is there: Django reads the last one."""
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup"
        params = phone.params()
        before = everything()
        signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
            settings.WEBHOOK_BASE_URL + address, params
        )
        for target, body in ((address, f"{urlencode(params)}&{added}"), (f"{address}?{added}", urlencode(params))):
            answer = phone.client.post(target, body, FORM, headers={"X-Twilio-Signature": signature})
            assert answer.status_code == 403
        assert everything() == before

    def test_who_repeats_a_key_and_signs_it_causes_no_error(self, phone: Phone) -> None:
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup"
        body = urlencode(phone.params()) + "&Digits=1&Digits=2&Digits="
        signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
            settings.WEBHOOK_BASE_URL + address, QueryDict(body)
        )
        answer = phone.client.post(address, body, FORM, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200
        assert TwilioEvent.objects.get(kind="pickup").params["Digits"] == ""

    @pytest.mark.parametrize("account", ["AC" + "9" * 32, "", "x\x00", "AC" + "0" * 31 + "1 "])
    def test_of_another_account_is_refused(self, phone: Phone, account: str) -> None:
        before = everything()
        for address in addresses(str(phone.attempt.pk)):
            assert phone.post(address, phone.params(AccountSid=account)).status_code == 403
        assert everything() == before

    @pytest.mark.parametrize(
        "headers", [{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}, {"Host": "evil.example"}]
    )
    def test_is_believed_by_the_address_that_is_configured_and_no_other(
        self, phone: Phone, settings: Any, headers: dict[str, str]
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/turns/0/pickup"
        signature = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(
            f"http://evil.example{address}", phone.params()
        )
        forged = phone.client.post(
            address, urlencode(phone.params()), FORM, headers=headers | {"X-Twilio-Signature": signature}
        )
        assert forged.status_code == 403
        assert not TwilioEvent.objects.exists()
        assert phone.post(address, phone.params(), **headers).status_code == 200

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

    @pytest.mark.parametrize("value", ["-1", "1.5", "99999999999999999999", "\x00", "\ufffe\u0661", "x" * 50_000])
    def test_with_absurd_parameters_causes_no_error_and_moves_nothing_twice(
        self, phone: Phone, interview: Interview, value: str
    ) -> None:
        consent(phone)
        absurd = dict.fromkeys((*NUMBERS_AND_WORDS, f"Never{value[:9]}Heard"), value)
        of = f"/webhooks/twilio/attempts/{phone.attempt.pk}"
        for address in (f"{of}/machine", f"{of}/turns/3/recording", f"{of}/turns/3/transcription"):
            assert phone.post(address, phone.params(**absurd)).status_code == 204
        assert phone.post(f"{of}/status", phone.params(**absurd) | {"CallStatus": "completed"}).status_code == 204
        assert phone.post(f"{of}/status", phone.params(**absurd) | {"CallStatus": value}).status_code == 400
        for _ in range(2):
            assert phone.turn(3, "take", **absurd).status_code == 200
        assert Recording.objects.filter(turn=3).count() <= 1
        assert interview.responses.filter(status=InterviewResponse.Status.ANSWERED).count() <= 1

    @pytest.mark.parametrize("turn", [4, 40_000, 999_999])
    def test_at_a_turn_that_never_was_moves_nothing(self, phone: Phone, turn: int) -> None:
        consent(phone)
        before = everything()[:-1]
        for kind in ("take", "reply", "silence", "pickup"):
            assert phone.turn(turn, kind, RecordingSid="RE9", RecordingDuration=9, Digits="1").status_code == 200
            assert phone.document().find("Hangup") is not None
        for kind in ("recording", "transcription"):
            said = {"RecordingStatus": "completed", "TranscriptionStatus": "completed", "RecordingDuration": "9"}
            assert phone.turn(turn, kind, RecordingSid="RE9", **said).status_code == 204
        assert everything()[:-1] == before
        assert not Recording.objects.exists()

    @pytest.mark.parametrize("ending", ["turns/-1/take", "turns/9999999/take", "turns/x/take", "turns/3", "nothing"])
    def test_finds_nothing_at_an_address_that_is_none(self, phone: Phone, ending: str) -> None:
        address = f"/webhooks/twilio/attempts/{phone.attempt.pk}/{ending}"
        assert phone.post(address, phone.params()).status_code == 404

    @pytest.mark.parametrize("kind", ["unheard-of", "take\x00", "x" * 5_000])
    def test_at_a_turn_of_no_kind_is_told_so(self, phone: Phone, kind: str) -> None:
        phone.pick_up()
        before = everything()
        assert phone.turn(1, kind).status_code == 400
        assert everything() == before

    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
    def test_may_only_post(self, phone: Phone, client: Client, method: str) -> None:
        before = everything()
        for address in addresses(str(phone.attempt.pk)):
            answer = getattr(client, method)(address, headers={"X-Twilio-Signature": "x"})
            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert everything() == before
