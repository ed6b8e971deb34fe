"""Whatever the order in which a call's events arrive, and however often each of them does, it ends the same."""

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


BEFORE_IT = -1
"""News of a call may come before somebody's picking it up does."""


@dataclass(frozen=True)
class Event:
    """A request that Twilio makes. `after`: how many inputs of the conversation it certainly comes after."""

    send: Callable[[], Any]
    after: int


# How callers answer three questions: the keys that end each take, or "" for a pause, or None for silence.
CALLERS = [["", "#", ""], ["*", "", "*", "#", ""], [None, "", None, None, "#"], ["", "", "hangup"]]


def events_of(
    phone: Phone, caller: list[str | None], *, answered_by: str = "human", **reply: str
) -> tuple[list[Event], list[Event]]:
    """The inputs of the conversation, each of which exists only once the one before it was answered; and the news."""
    inputs = [Event(phone.pick_up, 0)]
    inputs += [Event(partial(phone.post_turn, turn, "reply", **(reply or {"Digits": "1"})), turn) for turn in (1, 2)]
    news = [Event(partial(phone.report_machine, answered_by), 0)]
    for turn, keys in enumerate(caller, start=3):
        if keys is None:
            inputs.append(Event(partial(phone.post_turn, turn, "silence"), turn))
            continue
        take = {"RecordingSid": f"RE{turn}", "RecordingDuration": "20"}
        heard = take | {"Digits": keys}
        said = {"TranscriptionSid": f"TR{turn}", "TranscriptionText": ANSWER, "TranscriptionStatus": "completed"}
        for kind, params, to in (
            ("take", heard, inputs),
            ("recording", take | {"RecordingStatus": "completed"}, news),
            ("transcription", take | said, news),
        ):
            to.append(Event(partial(phone.post_turn, turn, kind, **params), turn))
    for sequence, status in enumerate(("initiated", "ringing", "in-progress", "completed")):
        told = {"CallDuration": "90"} if status == "completed" else {}
        news.append(Event(partial(phone.report_status, status, sequence, **told), BEFORE_IT))
    return inputs, news


@st.composite
def deliveries(draw: st.DrawFn, inputs: list[Event], news: list[Event]) -> list[Event]:
    """All inputs in their order, news at any time since it can exist, and any of them again later."""
    end = len(inputs)
    moments = st.floats(0, 1, exclude_max=True)

    def some_time(event: Event) -> float:
        return event.after + draw(moments) * (end + 1 - event.after)

    arrivals = [(float(event.after), event) for event in inputs]
    arrivals += [(some_time(event), event) for event in news]
    again = draw(st.lists(st.sampled_from([*inputs, *news]), max_size=10))
    arrivals += [(some_time(event), event) for event in again]
    return [event for _, event in sorted(arrivals, key=lambda one: one[0])]


def what_became_of_it() -> list[Any]:
    """Everything but identities and times. Who was first to report the end of an attempt is part of its history."""
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
    return what_became_of_it()


@pytest.mark.parametrize("caller", CALLERS, ids=["plain", "repeats", "silences", "hangs up"])
def test_every_order_of_events_ends_in_the_same_state(settings: Any, client: Client, caller: list[str | None]) -> None:
    with run_fake_twilio() as twilio:
        settings.TWILIO_API_URL, twilio.audio = twilio.url, WAV
        phone = Phone(place_attempt(make_interview()), client)
        inputs, news = events_of(phone, caller)
        with rolled_back():
            usual = deliver([*inputs, *news])
        (held,) = usual[0]
        assert held[0] == Interview.Status.COMPLETED
        assert held[2] in (Interview.ResultStatus.READY, Interview.ResultStatus.NEEDS_REVIEW)

        @hypothesis_settings(max_examples=6, deadline=None, database=None)
        @given(deliveries(inputs, news))
        def ends_so(events: list[Event]) -> None:
            with rolled_back():
                assert deliver(events) == usual

        ends_so()


@pytest.mark.parametrize("answered_by", ["human", "machine_start"])
def test_wish_for_later_call_ends_in_the_same_state(settings: Any, client: Client, answered_by: str) -> None:
    with run_fake_twilio() as twilio:
        settings.TWILIO_API_URL = twilio.url
        interview = make_interview()
        phone = Phone(place_attempt(interview), client)
        twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "in-progress"})
        inputs, news = events_of(phone, [], answered_by=answered_by, SpeechResult="Call me tomorrow at ten.")

        @hypothesis_settings(max_examples=8, deadline=None, database=None)
        @given(deliveries(inputs[:2], news))
        def ends_so(events: list[Event]) -> None:
            with rolled_back():
                for event in events:
                    assert event.send().status_code in (200, 204)
                run_tasks(only=FOLLOW_UP.name, include_later=True)
                interview.refresh_from_db()
                if answered_by == "human":
                    assert (interview.postponements, interview.wait_reason) == (1, WaitReason.REQUESTED_TIME)
                else:
                    assert (interview.postponements, interview.wait_reason) == (0, WaitReason.ATTEMPT_SPACING)

        ends_so()


def test_a_machine_is_one_whenever_that_is_learned(settings: Any, client: Client) -> None:
    """What it seemed to say depends on the moment; what is left of that does not."""
    with run_fake_twilio() as twilio:
        settings.TWILIO_API_URL, twilio.audio = twilio.url, WAV
        interview = make_interview()
        phone = Phone(place_attempt(interview), client)
        twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "in-progress"})
        inputs, news = events_of(phone, ["", ""], answered_by="machine_end_beep", SpeechResult="Yes.")

        @hypothesis_settings(max_examples=6, deadline=None, database=None)
        @given(deliveries(inputs, news))
        def ends_so(events: list[Event]) -> None:
            with rolled_back():
                became = deliver(events)
                assert became[0] == [(Interview.Status.PENDING, "", Interview.ResultStatus.NONE)]
                assert [one[3] for one in became[1]] == [Attempt.Outcome.VOICEMAIL]
                assert {status for _, status, *_ in became[3]} == {InterviewResponse.Status.PLANNED}
                assert not Recording.objects.filter(chosen=True).exists()
                assert not interview.candidate.consents_to(Consent.Kind.RECORD)

        ends_so()
