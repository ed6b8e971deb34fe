"""The final state of a call does not depend on the order of its webhooks, nor on repetitions."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from candidates.models import Consent
from interviews.models import Attempt, Call, Interview, InterviewResponse, InterviewResult, Recording, WaitReason
from interviews.task_handles import FOLLOW_UP
from tests.support.factories import ANSWER, make_interview, run_tasks
from tests.support.fake_twilio import run_fake_twilio
from tests.support.rollback import rolled_back
from tests.support.twilio_driver import Phone, place_attempt
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db
WAV = b"RIFF\x00\x00\x00\x00WAVE" + bytes(100)


BEFORE_PICKUP = -1
"""A status callback may arrive before the pickup."""


@dataclass(frozen=True)
class Event:
    """A webhook. `after`: the number of inputs of the conversation that always precede it."""

    send: Callable[[], Any]
    after: int


# How callers answer three questions: the keys that end each take, or "" for a pause, or None for silence.
CALLERS = [["", "#", ""], ["*", "", "*", "#", ""], [None, "", None, None, "#"], ["", "", "hangup"]]


def events_of(
    phone: Phone, caller: list[str | None], *, answered_by: str = "human", **reply: str
) -> tuple[list[Event], list[Event]]:
    """Return the inputs of the conversation, which arrive in this order, and the callbacks."""
    inputs = [Event(phone.pick_up, 0)]
    inputs += [Event(partial(phone.post_turn, turn, "reply", **(reply or {"Digits": "1"})), turn) for turn in (1, 2)]
    callbacks = [Event(partial(phone.report_machine, answered_by), 0)]
    for turn, keys in enumerate(caller, start=3):
        if keys is None:
            inputs.append(Event(partial(phone.post_turn, turn, "silence"), turn))
            continue
        take = {"RecordingSid": f"RE{turn}", "RecordingDuration": "20"}
        take_params = take | {"Digits": keys}
        transcription = {
            "TranscriptionSid": f"TR{turn}",
            "TranscriptionText": ANSWER,
            "TranscriptionStatus": "completed",
        }
        for kind, params, to in (
            ("take", take_params, inputs),
            ("recording", take | {"RecordingStatus": "completed"}, callbacks),
            ("transcription", take | transcription, callbacks),
        ):
            to.append(Event(partial(phone.post_turn, turn, kind, **params), turn))
    for sequence, status in enumerate(("initiated", "ringing", "in-progress", "completed")):
        duration = {"CallDuration": "90"} if status == "completed" else {}
        callbacks.append(Event(partial(phone.report_status, status, sequence, **duration), BEFORE_PICKUP))
    return inputs, callbacks


@st.composite
def deliveries(draw: st.DrawFn, inputs: list[Event], callbacks: list[Event]) -> list[Event]:
    """Draw an order: inputs in theirs, each callback at any possible time, and some events repeated later."""
    end = len(inputs)
    moments = st.floats(0, 1, exclude_max=True)

    def some_time(event: Event) -> float:
        return event.after + draw(moments) * (end + 1 - event.after)

    arrivals = [(float(event.after), event) for event in inputs]
    arrivals += [(some_time(event), event) for event in callbacks]
    again = draw(st.lists(st.sampled_from([*inputs, *callbacks]), max_size=10))
    arrivals += [(some_time(event), event) for event in again]
    return [event for _, event in sorted(arrivals, key=lambda arrival: arrival[0])]


def snapshot_results() -> list[Any]:
    """Return all rows without ids and times. The history is left out: it depends on the order of the webhooks."""
    return [
        list(Interview.objects.values_list("status", "outcome", "result_status")),
        list(Attempt.objects.values_list("number", "stage", "turn", "outcome", "apologised_at")),
        list(Call.objects.values_list("twilio_sid", "status", "answered_by", "duration_seconds")),
        list(InterviewResponse.objects.values_list("position", "status", "transcript", "assessments__is_current")),
        list(Recording.objects.order_by("turn").values_list("turn", "sid", "status", "ended", "seconds", "chosen")),
        list(InterviewResult.objects.values_list("is_current", "coverage", "overall_score", "recommendation")),
        sorted(TwilioEvent.objects.values_list("kind", "turn")),
    ]


def deliver(events: list[Event]) -> list[Any]:
    for event in events:
        assert event.send().status_code in (200, 204)
    run_tasks(include_later=True)
    return snapshot_results()


@pytest.mark.parametrize("caller", CALLERS, ids=["plain", "repeats", "silences", "hangs up"])
def test_event_order_keeps_final_state(settings: Any, client: Client, caller: list[str | None]) -> None:
    with run_fake_twilio() as twilio:
        settings.TWILIO_API_URL, twilio.audio = twilio.url, WAV
        phone = Phone(place_attempt(make_interview()), client)
        inputs, callbacks = events_of(phone, caller)
        with rolled_back():
            usual = deliver([*inputs, *callbacks])
        (held,) = usual[0]
        assert held[0] == Interview.Status.COMPLETED
        assert held[2] in (Interview.ResultStatus.READY, Interview.ResultStatus.NEEDS_REVIEW)

        @hypothesis_settings(max_examples=3, database=None)
        @given(deliveries(inputs, callbacks))
        def check_delivery(events: list[Event]) -> None:
            with rolled_back():
                assert deliver(events) == usual

        check_delivery()


@pytest.mark.parametrize("answered_by", ["human", "machine_start"])
def test_event_order_keeps_requested_time(settings: Any, client: Client, answered_by: str) -> None:
    with run_fake_twilio() as twilio:
        settings.TWILIO_API_URL = twilio.url
        interview = make_interview()
        phone = Phone(place_attempt(interview), client)
        twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "in-progress"})
        inputs, callbacks = events_of(phone, [], answered_by=answered_by, SpeechResult="Call me tomorrow at ten.")

        @hypothesis_settings(max_examples=4, database=None)
        @given(deliveries(inputs[:2], callbacks))
        def check_delivery(events: list[Event]) -> None:
            with rolled_back():
                for event in events:
                    assert event.send().status_code in (200, 204)
                run_tasks(only=FOLLOW_UP.name, include_later=True)
                interview.refresh_from_db()
                if answered_by == "human":
                    assert (interview.postponements, interview.wait_reason) == (1, WaitReason.REQUESTED_TIME)
                else:
                    assert (interview.postponements, interview.wait_reason) == (0, WaitReason.ATTEMPT_SPACING)

        check_delivery()


def test_late_machine_detection_counts(settings: Any, client: Client) -> None:
    """The inputs of a machine leave no trace, also when it is detected late."""
    with run_fake_twilio() as twilio:
        settings.TWILIO_API_URL, twilio.audio = twilio.url, WAV
        interview = make_interview()
        phone = Phone(place_attempt(interview), client)
        twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "in-progress"})
        inputs, callbacks = events_of(phone, ["", ""], answered_by="machine_end_beep", SpeechResult="Yes.")

        @hypothesis_settings(max_examples=3, database=None)
        @given(deliveries(inputs, callbacks))
        def check_delivery(events: list[Event]) -> None:
            with rolled_back():
                became = deliver(events)
                assert became[0] == [(Interview.Status.PENDING, "", Interview.ResultStatus.NONE)]
                assert [row[3] for row in became[1]] == [Attempt.Outcome.VOICEMAIL]
                assert {status for _, status, *_ in became[3]} == {InterviewResponse.Status.PLANNED}
                assert not Recording.objects.filter(chosen=True).exists()
                assert not interview.candidate.consents_to(Consent.Kind.RECORD)

        check_delivery()
