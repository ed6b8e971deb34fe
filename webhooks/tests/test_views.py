"""Phone interviews as Twilio drives them, with real URLs, signatures, TwiML and tasks."""

from functools import partial
from typing import Any

import pytest
from django.test import Client

from candidates.models import Consent, DoNotCall
from interviews.conversation.introduction import MAX_TRIES
from interviews.conversation.script import EmployerUnknown
from interviews.models import Attempt, Call, EventKind, Interview, InterviewResponse, Recording, lock_interview
from screener.models import Organisation
from screener.records import QuestionSpec
from tests.support.factories import make_approved_job, make_interview, make_organisation, run_tasks
from tests.support.fake_twilio import FakeTwilio, run_fake_twilio
from tests.support.twilio_driver import Phone, give_consent, place_attempt, snapshot_rows

pytestmark = pytest.mark.django_db

Status, Outcome = Interview.Status, Interview.Outcome


class TestConversation:
    def test_identity_is_asked_first(self, phone: Phone, interview: Interview) -> None:
        phone.pick_up()
        for _ in range(2):
            greeting = phone.prompt_text()
            assert greeting.index(make_organisation().spoken_name) < greeting.index(interview.candidate.full_name)
            assert "interview" not in greeting.lower()
            assert interview.job.title not in greeting
            phone.stay_silent()

    def test_employer_of_job_is_named(self, client: Client) -> None:
        job = make_approved_job(employer_name="Contoso Hospitals", callback_number="+442079460000")
        phone = Phone(place_attempt(make_interview(job=job)), client)
        phone.pick_up()
        assert "Contoso Hospitals" in phone.prompt_text()
        phone.press_key("2")
        phone.press_key("2")
        assert "plus 4 4, 2 0, 7 9 4 6, 0 0 0 0" in phone.prompt_text()

    def test_unknown_employer_ends_call(self, phone: Phone) -> None:
        """An earlier version placed the call. Twilio then requests the fallback, which promises a call back."""
        Organisation.objects.all().delete()
        before = snapshot_rows()
        with pytest.raises(EmployerUnknown):
            phone.pick_up()
        assert snapshot_rows() == before

    def test_disclosure_precedes_recording(self, phone: Phone) -> None:
        phone.pick_up()
        phone.press_key("1")
        assert "artificial intelligence" in phone.prompt_text()
        assert "recorded" in phone.prompt_text()
        assert phone.twiml().find("Record") is None

    def test_interview_is_completed(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        for response in interview.responses.all():
            assert response.question in phone.prompt_text()
            phone.record_answer("I led a migration of twelve services.")
        assert "last question" in phone.prompt_text()
        phone.report_status("completed", CallDuration=200)
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Status.COMPLETED, Outcome.COMPLETE)
        assert {response.status for response in interview.responses.all()} == {InterviewResponse.Status.ANSWERED}
        assert interview.candidate.consents_to(Consent.Kind.RECORD)
        attempt = interview.attempts.get()
        assert (attempt.outcome, attempt.call.duration_seconds) == (Attempt.Outcome.ANSWERED, 200)

    def test_recording_has_explicit_limits(self, phone: Phone) -> None:
        give_consent(phone)
        record = phone.twiml().find("Record")
        assert record is not None
        assert record.attrib["finishOnKey"] == "*#"
        assert record.attrib["maxLength"] == "119"
        assert record.attrib["recordingStatusCallbackEvent"] == "completed absent"

    @pytest.mark.parametrize(("key", "outcome"), [("2", Outcome.DECLINED), ("9", Outcome.OPTED_OUT)])
    def test_refusal_is_final(self, phone: Phone, interview: Interview, key: str, outcome: str) -> None:
        phone.pick_up()
        phone.press_key("1")
        phone.press_key(key)
        assert phone.twiml().find("Hangup") is not None
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Status.FAILED, outcome)
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)
        assert interview.candidate.consents_to(Consent.Kind.CALL) == (outcome != Outcome.OPTED_OUT)
        assert DoNotCall.objects.get().kind == outcome

    def test_wrong_person_learns_nothing(self, phone: Phone, interview: Interview) -> None:
        phone.pick_up()
        for _ in range(2):
            phone.press_key("2")
            assert interview.job.title not in phone.prompt_text()
        interview.refresh_from_db()
        assert interview.outcome == Outcome.WRONG_PERSON

    def test_silent_call_is_retried(self, phone: Phone, interview: Interview) -> None:
        phone.pick_up()
        for _ in range(MAX_TRIES):
            phone.stay_silent()
        phone.report_status("completed")
        run_tasks()
        interview.refresh_from_db()
        assert interview.status == Status.PENDING
        assert interview.next_attempt_at is not None
        assert interview.attempts.get().outcome == Attempt.Outcome.NO_ANSWER

    def test_repeated_question_discards_recording(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        first = interview.responses.all()[0]
        phone.record_answer("hm, what was", digits="*")
        assert first.question in phone.prompt_text()
        phone.record_answer("Now I know.", digits="#")
        first.refresh_from_db()
        assert [(take.ended, take.chosen) for take in first.recordings.all()] == [("repeat", False), ("key", True)]

    def test_silence_is_asked_once_more(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        first, second, *_ = interview.responses.all()
        phone.stay_silent()
        assert first.question in phone.prompt_text()
        phone.stay_silent()
        assert second.question in phone.prompt_text()
        first.refresh_from_db()
        assert first.status == InterviewResponse.Status.SILENT

    EVIL_TEXTS = (
        "</Say><Dial>+19005550100</Dial><Say>",
        "</Say></Gather></Response><!--",
        "]]><Hangup/><![CDATA[",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;&amp;&#60;Reject/&#62;',
        "' \" action='https://evil.example'",
        "{job} {name.__class__} {0} %s $(id)",
        "\x0b\ufffe\u202e\U0001f600\r\n",
    )

    def test_hostile_texts_are_escaped(self, client: Client) -> None:
        harmless = [shape for shape, _ in walk("Ada", 0, client)]
        for number, evil in enumerate(self.EVIL_TEXTS, start=1):
            hostile = walk(evil, number, client)
            assert (evil, [shape for shape, _ in hostile]) == (evil, harmless)
            spoken = " ".join(evil.replace("\x0b", "").replace("\ufffe", "").split())
            times = sum(spoken in " ".join(heard.split()) for _, heard in hostile)
            assert times >= 4, evil  # a name, a title, two questions


def walk(text: str, number: int, client: Client) -> list[tuple[list[Any], str]]:
    """Hold an interview with this text as name, title and questions. Return the verbs of each reply and their texts."""
    questions = [QuestionSpec(text=text, competency="x", weight=1.0, max_seconds=60)] * 2
    interview = make_interview(
        job=make_approved_job(title=text, spoken_title=text, questions=questions),
        full_name=text,
        phone=f"+1415555011{number}",
    )
    phone = Phone(place_attempt(interview), client)
    steps: list[Any] = [
        phone.pick_up,
        *[partial(phone.press_key, "1")] * 2,
        *[partial(phone.record_answer, digits="#")] * 2,
    ]
    walked = []
    for step in steps:
        step()
        verbs = [
            (verb.tag, {name: value.replace(str(phone.attempt.pk), "") for name, value in verb.attrib.items()})
            for verb in phone.twiml().iter()
        ]
        walked.append((verbs, phone.prompt_text()))
    interview.refresh_from_db()
    assert interview.outcome == Outcome.COMPLETE
    return walked


class TestLostLine:
    def test_next_call_resumes_question(self, phone: Phone, interview: Interview, client: Client) -> None:
        give_consent(phone)
        phone.record_answer("The first answer.")
        phone.record_answer("The second ans", digits="hangup")
        phone.report_status("completed")
        run_tasks(include_later=True)
        interview.refresh_from_db()
        assert interview.status == Status.IN_PROGRESS
        interview.update_fields(next_attempt_at=interview.created_at)

        again = Phone(place_attempt(interview), client, sid="CA2")
        again.pick_up()
        again.press_key("1")
        assert "cut off" in again.prompt_text()
        again.press_key("1")
        first, second, *rest = interview.responses.all()
        assert second.question in again.prompt_text()
        assert first.status == InterviewResponse.Status.ANSWERED
        for _ in [second, *rest]:
            again.record_answer("A whole answer this time.")
        interview.refresh_from_db()
        assert interview.outcome == Outcome.COMPLETE
        assert second.recordings.get(chosen=True).attempt == again.attempt

    def test_last_answer_ends_interview(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        *others, last = interview.responses.all()
        for _ in others:
            phone.record_answer("An answer.")
        phone.record_answer("The last one. Goodbye!", digits="hangup")
        interview.refresh_from_db()
        assert interview.outcome == Outcome.COMPLETE
        last.refresh_from_db()
        assert last.status == InterviewResponse.Status.ANSWERED

    def test_early_status_keeps_last_answer(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        *others, _ = interview.responses.all()
        for _ in others:
            phone.record_answer("An answer.")
        question = phone.last_response
        phone.report_status("completed")
        phone.last_response = question
        phone.record_answer("The last one.", digits="hangup")
        interview.refresh_from_db()
        assert interview.outcome == Outcome.COMPLETE

    def test_last_attempt_uses_answers(self, interview: Interview, client: Client) -> None:
        interview.job.update_fields(max_attempts=1)
        phone = Phone(place_attempt(interview), client)
        give_consent(phone)
        count = interview.responses.count()
        for _ in range(count - 2):
            phone.record_answer("An answer.")
        phone.record_answer("Half of the one before the last", digits="hangup")
        phone.report_status("completed")
        run_tasks(include_later=True)
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Status.COMPLETED, Outcome.PARTIAL)
        assert interview.responses.filter(status=InterviewResponse.Status.ANSWERED).count() == count - 1
        assert interview.responses.get(position=count - 1).status == InterviewResponse.Status.SKIPPED

    @pytest.mark.parametrize("digits", ["hangup", "#"])
    def test_late_events_leave_second_call_alone(
        self, phone: Phone, interview: Interview, client: Client, digits: str
    ) -> None:
        give_consent(phone)
        question = phone.last_response
        phone.report_status("completed")
        run_tasks(include_later=True)
        interview.refresh_from_db()
        interview.update_fields(next_attempt_at=interview.created_at)
        again = Phone(place_attempt(interview), client, sid="CA2")
        again.pick_up()
        again.press_key("1")

        phone.last_response = question
        phone.record_answer("What I wanted to say was", digits=digits)
        assert phone.twiml().find("Hangup") is not None
        phone.report_machine("machine_start")
        phone.report_status("in-progress")
        assert phone.attempt.call.status != Call.Status.IN_PROGRESS
        again.attempt.refresh_from_db()
        assert (again.attempt.stage, again.attempt.turn, again.attempt.ended_at) == ("consent", 2, None)
        assert settled(interview)[0] == (Status.IN_PROGRESS, "")
        again.press_key("1")
        for response in interview.responses.all():
            assert response.question in again.prompt_text()
            again.record_answer("A whole answer this time.")
        assert settled(interview)[0] == (Status.COMPLETED, Outcome.COMPLETE)
        assert {take.attempt for take in Recording.objects.filter(chosen=True)} == {again.attempt}


def test_cancelled_interview_ends_call(phone: Phone, interview: Interview, settings: Any) -> None:
    with run_fake_twilio() as twilio:
        settings.TWILIO_API_URL = twilio.url
        twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "in-progress"})
        give_consent(phone)
        with lock_interview(interview) as locked:
            locked.cancel(Outcome.BY_HR, actor="hr", reason="Position filled.")
        run_tasks()
        assert any(phone.sid in request for request in twilio.requests)
    phone.record_answer("Still talking")
    assert phone.twiml().find("Hangup") is not None
    interview.refresh_from_db()
    assert interview.outcome == Outcome.BY_HR


@pytest.mark.parametrize("key", ["2", "9"])
def test_events_after_refusal_change_nothing(phone: Phone, interview: Interview, key: str) -> None:
    phone.pick_up()
    phone.press_key("1")
    phone.press_key(key)
    before = settled(interview)
    assert {status for status, _ in before[1:]} == {InterviewResponse.Status.SKIPPED}
    assert phone.post_turn(3, "take", RecordingSid="RE1", RecordingDuration=20, Digits="#").status_code == 200
    assert phone.twiml().find("Hangup") is not None
    phone.report_machine("machine_start")
    phone.report_status("completed")
    assert settled(interview) == before


def settled(interview: Interview) -> list[tuple[str, str]]:
    interview.refresh_from_db()
    return [(interview.status, interview.outcome), *interview.responses.values_list("status", "status_reason")]


class TestVoicemail:
    def test_consent_of_machine_is_void(self, phone: Phone, interview: Interview) -> None:
        say_yes_twice(phone)
        phone.record_answer("Please leave a message after the tone.", recorded=False)
        phone.report_machine("machine_start")
        assert phone.post_turn(4, "reply").content
        interview.refresh_from_db()
        assert interview.status == Status.PENDING
        assert {response.status for response in interview.responses.all()} == {InterviewResponse.Status.PLANNED}
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)
        assert interview.attempts.get().outcome == Attempt.Outcome.VOICEMAIL

    def test_earlier_answers_are_kept(self, phone: Phone, interview: Interview, client: Client) -> None:
        give_consent(phone)
        phone.record_answer("The first answer.")
        phone.report_status("completed")
        run_tasks(include_later=True)
        interview.refresh_from_db()
        interview.update_fields(next_attempt_at=interview.created_at)
        again = Phone(place_attempt(interview), client, sid="CA2")
        say_yes_twice(again)
        again.report_machine("machine_start")
        interview.refresh_from_db()
        assert interview.status == Status.IN_PROGRESS
        assert interview.responses.all()[0].status == InterviewResponse.Status.ANSWERED

    def test_late_detection_has_same_effect(self, phone: Phone, interview: Interview, twilio: FakeTwilio) -> None:
        twilio.audio = b"RIFF\x00\x00\x00\x00WAVE"
        say_yes_twice(phone)
        phone.record_answer("Please leave a message after the tone, and I will call you back as soon as I can.")
        phone.report_status("completed")
        run_tasks()
        assert interview.responses.filter(status=InterviewResponse.Status.ASSESSED).exists()
        for _ in range(2):
            phone.report_machine("machine_end_beep")
        interview.refresh_from_db()
        assert interview.status == Status.PENDING
        assert {response.status for response in interview.responses.all()} == {InterviewResponse.Status.PLANNED}
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)
        assert interview.attempts.get().outcome == Attempt.Outcome.VOICEMAIL
        assert interview.events.filter(kind=EventKind.ATTEMPT_VOICEMAIL).count() == 1

    @pytest.mark.parametrize("by", ["consent", "answer"])
    @pytest.mark.parametrize("when", ["in mid-call", "after the call"])
    def test_pressed_key_proves_person(self, phone: Phone, interview: Interview, by: str, when: str) -> None:
        if by == "consent":
            give_consent(phone)
            phone.record_answer("This is my answer.")
        else:
            say_yes_twice(phone)
            phone.record_answer("This is my answer.", digits="#")
        question = phone.last_response
        if when == "after the call":
            phone.report_status("completed")
        phone.report_machine("machine_start")
        assert Call.objects.get().answered_by == "machine_start"
        assert interview.responses.all()[0].status == InterviewResponse.Status.ANSWERED
        assert interview.candidate.consents_to(Consent.Kind.RECORD)
        if when == "in mid-call":
            phone.last_response = question
            assert interview.responses.all()[1].question in phone.prompt_text()
            phone.record_answer("And this is another.")
            assert interview.responses.all()[1].status == InterviewResponse.Status.ANSWERED


def say_yes_twice(phone: Phone) -> None:
    """Consent by voice, as a voicemail could seem to do."""
    phone.pick_up()
    phone.speak("Yes.")
    phone.speak("Yes.")
