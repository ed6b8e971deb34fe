"""Webhooks that arrive twice, late, or before their turn."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from interviews.models import Interview, InterviewResponse, Recording
from tests.support.factories import run_tasks
from tests.support.twilio_driver import Phone, give_consent, snapshot_rows
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db


class TestRepeatedEvent:
    def test_turn_gets_stored_reply(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        record = phone.twiml().find("Record")
        assert record is not None
        params = phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#")
        first = phone.post(record.attrib["action"], params)
        before = (Recording.objects.count(), interview.events.count(), TwilioEvent.objects.count())
        again = phone.post(record.attrib["action"], params)
        assert again.content == first.content
        assert (Recording.objects.count(), interview.events.count(), TwilioEvent.objects.count()) == before

    def test_turn_is_repeatable_next_day(self, phone: Phone, interview: Interview, time_machine: Any) -> None:
        give_consent(phone)
        record = phone.twiml().find("Record")
        assert record is not None
        params = phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#")
        first = phone.post(record.attrib["action"], params)
        phone.report_status("completed", 5)
        run_tasks()
        before = snapshot_rows()
        time_machine.move_to(timezone.now() + timedelta(days=1))
        assert phone.post(record.attrib["action"], params).content == first.content
        assert phone.report_status("completed", 5).status_code == 204
        assert snapshot_rows() == before

    def test_callback_is_stored_once(self, phone: Phone, interview: Interview) -> None:
        phone.report_status("ringing", 1)
        phone.report_status("ringing", 1)
        assert TwilioEvent.objects.filter(kind="status").count() == 1


class TestEventsOutOfOrder:
    def test_early_answer_is_ignored(self, phone: Phone, interview: Interview) -> None:
        """The URL of the third question is not known before the second answer, so this request is not an answer."""
        give_consent(phone)
        phone.record_answer("The first.")
        here = phone.last_response
        record = phone.twiml().find("Record")
        assert record is not None
        before = [response.status for response in interview.responses.all()]
        ahead = record.attrib["action"].replace("/turns/4/", "/turns/5/")
        assert ahead != record.attrib["action"]
        assert phone.post(ahead, phone.params(RecordingSid="RE3", RecordingDuration=20)).status_code == 200
        assert [response.status for response in interview.responses.all()] == before
        phone.last_response = here
        phone.record_answer("The second.")
        phone.record_answer("The third.")
        assert {response.status for response in interview.responses.all()} == {InterviewResponse.Status.ANSWERED}

    def test_overtaking_audio_finds_its_answer(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        takes = []
        for number in (2, 3):
            record = phone.twiml().find("Record")
            assert record is not None
            takes.append((record, {"RecordingSid": f"RE{number}", "RecordingDuration": f"{number}0"}))
            phone.post(record.attrib["action"], phone.params(**takes[-1][1]))
        for record, take in reversed(takes):
            phone.report_recording(record, take)
        recordings = Recording.objects.order_by("turn").values_list("sid", "seconds", "status", "response__position")
        assert list(recordings) == [("RE2", 20, "available", 0), ("RE3", 30, "available", 1)]

    def test_early_audio_is_kept(self, phone: Phone, interview: Interview) -> None:
        give_consent(phone)
        record = phone.twiml().find("Record")
        assert record is not None
        question = phone.last_response
        phone.report_recording(record, {"RecordingSid": "RE1", "RecordingDuration": "20"})
        phone.last_response = question
        phone.post(record.attrib["action"], phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#"))
        take = Recording.objects.get()
        assert (take.status, take.chosen, take.ended) == (Recording.Status.AVAILABLE, True, "key")

    def test_audio_of_other_sid_is_ignored(self, phone: Phone) -> None:
        give_consent(phone)
        record = phone.twiml().find("Record")
        assert record is not None
        phone.post(record.attrib["action"], phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#"))
        assert phone.report_recording(record, {"RecordingSid": "RE2", "RecordingDuration": "90"}).status_code < 300
        take = Recording.objects.get()
        assert (take.sid, take.seconds, take.status) == ("RE1", 20, Recording.Status.EXPECTED)

    def test_ended_call_stays_ended(self, phone: Phone, interview: Interview) -> None:
        phone.report_status("completed", 3)
        phone.report_status("in-progress", 2)
        phone.report_status("ringing", 4)
        assert interview.attempts.get().call.status == "completed"

    @pytest.mark.parametrize(
        ("code", "meaning"),
        [
            ("13224", " Twilio can't reach this phone number."),
            ("32205", " Our Twilio account is not allowed to call this country."),
            ("99999", " Twilio's error 99999: see twilio.com/docs/api/errors/99999."),
            ("0", ""),
            ("", ""),
            ("<b>１²", ""),
        ],
    )
    def test_failed_call_has_reason(self, phone: Phone, interview: Interview, code: str, meaning: str) -> None:
        phone.report_status("failed", 3, ErrorCode=code)
        reason = interview.attempts.get().reason
        cause = "The carrier could not put the call through."
        assert reason.startswith(f"{cause}{meaning}")
        assert bool(meaning) == (reason != cause)
