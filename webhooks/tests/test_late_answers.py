"""Answers whose webhooks are late, missing or contradictory are not lost."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from interviews.answers import audio
from interviews.calling import retries
from interviews.models import Interview, InterviewResponse, Recording, lock_interview
from screener.tasks import sweep
from tests.support.factories import ANSWER, make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import Phone, give_consent, place_attempt
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db

Answer = InterviewResponse.Status
WAV = b"RIFF\x00\x00\x00\x00WAVE" + bytes(100)
TAKE = {"RecordingSid": "RE1", "RecordingDuration": "20"}


@pytest.fixture
def twilio(twilio: FakeTwilio) -> FakeTwilio:
    twilio.audio = WAV
    return twilio


@pytest.fixture
def interview() -> Interview:
    """An interview with three questions, a minimum coverage of one half, and one attempt."""
    return make_interview(job=make_approved_job(max_attempts=1, minimum_coverage=0.5))


def statuses(interview: Interview) -> list[str]:
    return list(interview.responses.values_list("status", flat=True))


def record(phone: Phone) -> ET.Element:
    record = phone.twiml().find("Record")
    assert record is not None
    return record


class TestLastRecording:
    @pytest.fixture
    def broken_off(self, twilio: FakeTwilio, phone: Phone, interview: Interview) -> ET.Element:
        """The call broke off during the last answer. Its recording is not reported."""
        twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "completed"})
        give_consent(phone)
        for _ in (1, 2):
            phone.record_answer(ANSWER)
        last = record(phone)
        phone.report_status("completed")
        return last

    def test_carrier_is_asked_for_it(
        self, broken_off: ET.Element, phone: Phone, interview: Interview, twilio: FakeTwilio
    ) -> None:
        sid = Recording.objects.latest("turn").sid
        twilio.recordings = [
            {"sid": "RE9", "status": "absent", "duration": "0"},
            {"sid": "RE8", "status": "processing", "duration": "-1"},
            {"sid": sid, "status": "completed", "duration": "20"},
        ]
        run_tasks(only="interviews.follow_up", include_later=True)
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.COMPLETE)
        take = Recording.objects.get(sid="RE8")
        assert (take.chosen, take.ended, take.response.position) == (True, Recording.Ended.HANGUP, 2)

        phone.post(broken_off.attrib["action"], phone.params(RecordingSid="RE8", RecordingDuration=31, Digits="hangup"))
        phone.report_recording(broken_off, {"RecordingSid": "RE8", "RecordingDuration": "31"})
        phone.report_transcription(broken_off, "RE8", ANSWER)
        run_tasks(include_later=True)
        assert statuses(interview) == [Answer.ASSESSED] * 3
        assert Recording.objects.get(sid="RE8").seconds == 31

    @pytest.mark.parametrize("answer", [[], 404, 400], ids=["nothing recorded", "not known", "refused"])
    def test_carrier_may_have_none(
        self, broken_off: ET.Element, interview: Interview, twilio: FakeTwilio, answer: Any
    ) -> None:
        twilio.recordings = answer
        run_tasks(only="interviews.follow_up", include_later=True)
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.PARTIAL)
        assert statuses(interview)[2] == Answer.SKIPPED

    def test_rejected_login_delays_follow_up(
        self, broken_off: ET.Element, interview: Interview, twilio: FakeTwilio, time_machine: Any
    ) -> None:
        recordings, twilio.recordings = twilio.recordings, 401
        time_machine.move_to(timezone.now() + timedelta(hours=20), tick=True)
        run_tasks(only="interviews.follow_up", include_later=True)
        assert Interview.objects.get().is_live
        twilio.recordings = recordings
        sweep(0)
        run_tasks(only="interviews.follow_up", include_later=True)
        assert not Interview.objects.get().is_live

    def test_carrier_outage_delays_follow_up(
        self, broken_off: ET.Element, interview: Interview, twilio: FakeTwilio, time_machine: Any
    ) -> None:
        twilio.recordings = 503
        for minutes, status in (
            (0, Interview.Status.IN_PROGRESS),
            (1, Interview.Status.IN_PROGRESS),
            (11, "completed"),
        ):
            time_machine.move_to(timezone.now() + timedelta(minutes=minutes), tick=True)
            sweep(0)
            run_tasks(only="interviews.follow_up", include_later=True)
            interview.refresh_from_db()
            assert interview.status == status

    @pytest.mark.parametrize("by", ["its action", "its recording"])
    def test_late_recording_adds_answer(
        self, broken_off: ET.Element, phone: Phone, interview: Interview, time_machine: Any, by: str
    ) -> None:
        run_tasks(only="interviews.follow_up", include_later=True)
        run_tasks()
        interview.refresh_from_db()
        assert interview.result_status != Interview.ResultStatus.PENDING
        assert statuses(interview)[2] == Answer.SKIPPED

        if by == "its action":
            phone.post(broken_off.attrib["action"], phone.params(**TAKE, Digits="hangup"))
            time_machine.move_to(timezone.now() + timedelta(minutes=11), tick=True)
            sweep(0)
        else:
            for _ in range(2):
                phone.report_recording(broken_off, TAKE)
        phone.report_transcription(broken_off, "RE1", ANSWER)
        assert statuses(interview)[2] == Answer.ANSWERED
        interview.refresh_from_db()
        assert interview.result_status == Interview.ResultStatus.PENDING
        run_tasks()
        interview.refresh_from_db()
        assert statuses(interview) == [Answer.ASSESSED] * 3
        assert interview.results.get(is_current=True).coverage == 1
        assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.PARTIAL)

    @pytest.mark.parametrize("take", [{"Digits": "*"}, {"RecordingDuration": "0"}], ids=["discarded", "silent"])
    def test_late_silence_adds_no_answer(
        self, broken_off: ET.Element, phone: Phone, interview: Interview, take: dict[str, str]
    ) -> None:
        run_tasks(only="interviews.follow_up", include_later=True)
        phone.post(broken_off.attrib["action"], phone.params(**TAKE | take))
        phone.report_recording(broken_off, TAKE | {"RecordingDuration": take.get("RecordingDuration", "20")})
        assert statuses(interview)[2] == Answer.SKIPPED

    def test_cancelled_interview_ignores_recording(
        self, broken_off: ET.Element, phone: Phone, interview: Interview
    ) -> None:
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hr")
        phone.report_recording(broken_off, TAKE)
        assert statuses(interview)[2] == Answer.SKIPPED


class TestRecordingStatus:
    @pytest.fixture
    def answered(self, twilio: FakeTwilio, phone: Phone) -> ET.Element:
        """The first question was answered."""
        give_consent(phone)
        first = record(phone)
        phone.post(first.attrib["action"], phone.params(**TAKE, Digits="#"))
        return first

    def report(self, phone: Phone, record: ET.Element, status: str, duration: str = "20", **more: str) -> None:
        params = phone.params(RecordingSid="RE1", RecordingStatus=status, RecordingDuration=duration, **more)
        assert phone.post(record.attrib["recordingStatusCallback"], params).status_code == 204

    def test_unknown_status_is_ignored(self, answered: ET.Element, phone: Phone, interview: Interview) -> None:
        for status in ("in-progress", "processing", "paused", "", "something new"):
            self.report(phone, answered, status)
            states = (Recording.objects.get().status, statuses(interview)[0])
            assert (status, states) == (status, (Recording.Status.EXPECTED, Answer.ANSWERED))

    @pytest.mark.parametrize("status", ["absent", "failed"])
    def test_absent_recording_loses_answer(
        self, answered: ET.Element, phone: Phone, interview: Interview, status: str
    ) -> None:
        self.report(phone, answered, status)
        assert (Recording.objects.get().status, statuses(interview)[0]) == (Recording.Status.ABSENT, Answer.AUDIO_LOST)

    @pytest.mark.parametrize(("code", "says"), [("16101", "too short"), ("16102", "silent"), ("", "no recording")])
    def test_absent_recording_has_reason(
        self, answered: ET.Element, phone: Phone, interview: Interview, code: str, says: str
    ) -> None:
        self.report(phone, answered, "absent", duration="0", ErrorCode=code)
        answer = interview.responses.all()[0]
        assert answer.status == Answer.AUDIO_LOST
        assert says in answer.status_reason

    @pytest.mark.parametrize("order", [["absent", "completed"], ["completed", "absent"]])
    def test_completed_status_wins(
        self, answered: ET.Element, phone: Phone, interview: Interview, order: list[str]
    ) -> None:
        for status in order:
            self.report(phone, answered, status)
        phone.report_transcription(answered, "RE1", ANSWER)
        run_tasks()
        assert (Recording.objects.get().status, statuses(interview)[0]) == (Recording.Status.STORED, Answer.ASSESSED)

    def test_late_audio_reopens_result(self, answered: ET.Element, phone: Phone, interview: Interview) -> None:
        self.report(phone, answered, "absent")
        phone.last_response = phone.post(answered.attrib["action"], phone.params(**TAKE, Digits="#"))
        for _ in (1, 2):
            phone.record_answer(ANSWER)
        run_tasks()
        interview.refresh_from_db()
        assert interview.results.get(is_current=True).coverage < 1
        self.report(phone, answered, "completed")
        phone.report_transcription(answered, "RE1", ANSWER)
        run_tasks()
        assert interview.results.get(is_current=True).coverage == 1

    def test_repeated_status_fetches_nothing(
        self, answered: ET.Element, phone: Phone, interview: Interview, twilio: FakeTwilio
    ) -> None:
        twilio.audio = b"<html>no</html>"
        self.report(phone, answered, "completed")
        Recording.objects.update(tries=audio.NO_AUDIO_TRIES)
        run_tasks()
        self.report(phone, answered, "completed")
        assert (Recording.objects.get().status, statuses(interview)[0]) == (Recording.Status.ABSENT, Answer.AUDIO_LOST)


@pytest.mark.parametrize("duration", ["-1", "", "none", "99999999999", None])
def test_recording_without_duration_is_answer(
    twilio: FakeTwilio, phone: Phone, interview: Interview, duration: str | None
) -> None:
    give_consent(phone)
    first = record(phone)
    parameters = {"RecordingSid": "RE1", "Digits": "#"} | ({} if duration is None else {"RecordingDuration": duration})
    phone.post(first.attrib["action"], phone.params(**parameters))
    assert interview.responses.all()[1].question in phone.prompt_text()
    take = Recording.objects.get()
    assert (take.chosen, take.seconds, statuses(interview)[0]) == (True, None, Answer.ANSWERED)
    phone.report_recording(first, TAKE)
    assert Recording.objects.get().seconds == 20


@pytest.mark.parametrize("judged_meanwhile", [True, False])
def test_scoring_speed_keeps_outcome(
    twilio: FakeTwilio, phone: Phone, interview: Interview, judged_meanwhile: bool
) -> None:
    give_consent(phone)
    for _ in statuses(interview):
        phone.record_answer("Yes, I do.")
        if judged_meanwhile:
            run_tasks()
    run_tasks()
    interview.refresh_from_db()
    assert set(statuses(interview)) == {Answer.TOO_SHORT}
    assert (interview.outcome, interview.result_status) == (Interview.Outcome.COMPLETE, "incomplete")
    result = interview.results.get()
    assert (result.coverage, result.overall_score) == (Decimal(0), None)


@pytest.mark.parametrize("order", [["take", "recording"], ["recording", "take"]])
def test_trimmed_duration_counts(twilio: FakeTwilio, phone: Phone, interview: Interview, order: list[str]) -> None:
    give_consent(phone)
    first = record(phone)
    for news in order:
        if news == "take":
            phone.post(first.attrib["action"], phone.params(RecordingSid="RE1", RecordingDuration=25))
        else:
            phone.report_recording(first, TAKE)
    assert Recording.objects.get().seconds == 20


@pytest.mark.parametrize(("seconds", "becomes"), [(0, Answer.SKIPPED), (3, Answer.ANSWERED)])
def test_cut_off_recording_needs_sound(
    twilio: FakeTwilio, phone: Phone, interview: Interview, seconds: int, becomes: str
) -> None:
    give_consent(phone)
    first = record(phone)
    hung_up = TAKE | {"Digits": "hangup", "CallStatus": "completed"}
    phone.post(first.attrib["action"], phone.params(**hung_up))
    phone.report_recording(first, TAKE | {"RecordingDuration": str(seconds)})
    phone.report_status("completed")
    twilio.recordings = []
    run_tasks(include_later=True)
    assert statuses(interview)[0] == becomes


def test_input_without_recording_is_silence(phone: Phone, interview: Interview) -> None:
    give_consent(phone)
    phone.post(record(phone).attrib["action"], phone.params(RecordingDuration=-1))
    assert statuses(interview)[0] == Answer.ASKED


def test_recording_of_closed_turn_is_kept(phone: Phone, interview: Interview) -> None:
    give_consent(phone)
    action = record(phone).attrib["action"]
    asked_again = phone.post_turn(3, "silence").content
    for _ in range(2):
        assert phone.post(action, phone.params(**TAKE, Digits="#")).content == asked_again
    kept = TwilioEvent.objects.filter(turn=3).order_by("created_at").values_list("kind", "params__RecordingSid")
    assert list(kept) == [("silence", None), ("take", "RE1")]


def test_reported_recording_delays_no_call(twilio: FakeTwilio, client: Client) -> None:
    interview = make_interview()
    phone = Phone(place_attempt(interview), client)
    give_consent(phone)
    phone.record_answer("What I wanted to s", digits="hangup")
    phone.report_status("completed")
    retries.follow_up_attempt(phone.attempt.pk)
    interview.refresh_from_db()
    assert interview.next_attempt_at is not None
    assert not any("Recordings.json" in request for request in twilio.requests)
