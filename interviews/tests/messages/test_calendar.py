"""The calendar file of an agreed call: with the invitation, at a new time, and when it is called off."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from icalendar import Calendar

from interviews.invitations.choices import request_adjustment, request_person
from interviews.invitations.links import invitation_url
from interviews.invitations.scheduling import cancel_call, request_call
from interviews.messages.calendar import Method
from interviews.models import CandidateMessage, Interview, MessageKind, MessageProblem, WaitReason, lock_interview
from interviews.models.invitations.candidate_message import MOST_APPOINTMENTS
from interviews.wait_reason import AGREED
from jobs.channels import Channel
from jobs.models import JobDescription
from tests.support.candidate_messages import NOON, invite, send_messages
from tests.support.factories import make_interview

pytestmark = pytest.mark.django_db
CALL_AT = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def daytime(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def interview() -> Interview:
    interview = make_interview()
    move_call(interview, CALL_AT)
    return interview


def move_call(interview: Interview, at: datetime) -> None:
    with lock_interview(interview) as locked:
        locked.move_next_attempt(at, actor="hanna", wait_reason=WaitReason.SCHEDULED)


def cancel(interview: Interview, outcome: str = Interview.Outcome.BY_HR) -> None:
    with lock_interview(interview) as locked:
        locked.cancel(outcome, actor="hanna")


def send_all() -> list[Any]:
    """Send, and return the events of all calendar files so far, each with the method of its file."""
    send_messages()
    files = [attached for mail in outbox.outbox for attached in mail.attachments]
    calendars = [(attached, Calendar.from_ical(attached.get_payload(decode=True))) for attached in files]
    assert all(attached.get_param("method") == calendar["method"] for attached, calendar in calendars)
    return [(str(calendar["method"]), calendar.walk("VEVENT")[0]) for _, calendar in calendars]


def test_invitation_holds_agreed_call(interview: Interview) -> None:
    invitation = invite(interview)
    ((method, event),) = send_all()
    assert method == Method.PUBLISH
    assert event["dtstart"].dt == CALL_AT
    assert event["sequence"] == 0
    assert invitation.token not in event.to_ical().decode()
    assert "Los Angeles" in str(outbox.outbox[0].body)


def test_call_at_once_has_no_file() -> None:
    invite(make_interview())
    assert send_all() == []
    assert len(outbox.outbox) == 1


def test_new_time_replaces_entry(interview: Interview) -> None:
    invite(interview)
    send_all()
    later = CALL_AT + timedelta(hours=3)
    move_call(interview, later)
    first, second = (event for _, event in send_all())
    assert first["uid"] == second["uid"]
    assert (second["dtstart"].dt, second["sequence"]) == (later, 1)


def test_time_that_is_changed_back_is_not_told(interview: Interview) -> None:
    invite(interview)
    send_all()
    move_call(interview, CALL_AT + timedelta(hours=3))
    move_call(interview, CALL_AT)
    assert len(send_all()) == 1
    assert interview.messages.get(kind=MessageKind.APPOINTMENT).problem == MessageProblem.NOT_NEEDED


def test_time_that_no_person_chose_is_not_told(interview: Interview) -> None:
    interview.update_fields(wait_reason=WaitReason.ATTEMPT_SPACING)
    invite(interview)
    assert send_all() == []


def test_time_that_candidate_chooses_is_confirmed() -> None:
    interview = make_interview()
    invite(interview)
    send_all()
    with lock_interview(interview) as locked:
        locked.move_next_attempt(CALL_AT, actor="candidate", wait_reason=WaitReason.REQUESTED_TIME)
    ((method, event),) = send_all()
    assert (method, event["dtstart"].dt, event["sequence"]) == (Method.PUBLISH, CALL_AT, 0)


def test_cancellation_takes_entry_out(interview: Interview) -> None:
    invite(interview)
    send_all()
    cancel(interview)
    (_, first), (method, last) = send_all()
    assert method == Method.CANCEL
    assert (last["uid"], last["sequence"], last["status"]) == (first["uid"], 1, "CANCELLED")


def test_cancellation_without_entry_is_silent(interview: Interview) -> None:
    invite(interview, send=False)
    cancel(interview)
    assert not CandidateMessage.objects.exists()


def call_at(interview: Interview, at: datetime | None) -> None:
    request_call(interview, at, wording_version="x" * 64, language="en")


def stop_at_own_wish(interview: Interview) -> None:
    cancel(interview, Interview.Outcome.BY_CANDIDATE)


def move_to_room(interview: Interview) -> None:
    JobDescription.objects.update(channels=[Channel.PHONE, Channel.ROOM])
    with lock_interview(interview) as locked:
        locked.choose_channel(Channel.ROOM, actor="hanna")


@pytest.mark.parametrize(
    "call_off",
    [
        lambda interview: cancel_call(interview, until=CALL_AT + timedelta(days=9)),
        lambda interview: request_adjustment(interview, words="In sign language", more_time=False, until=CALL_AT),
        request_person,
        lambda interview: call_at(interview, None),
        stop_at_own_wish,
        move_to_room,
    ],
)
def test_call_that_is_not_placed_leaves_calendar(interview: Interview, call_off: Any) -> None:
    invite(interview)
    send_all()
    call_off(Interview.objects.get())
    changed = Interview.objects.get()
    assert changed.wait_reason not in AGREED
    (_, first), (method, last) = send_all()
    assert method == Method.CANCEL
    assert (last["uid"], last["dtstart"].dt, last["sequence"]) == (first["uid"], CALL_AT, 1)
    has_link = invitation_url(interview.invitations.get()) in str(outbox.outbox[1].body)
    assert has_link == changed.is_live


def test_new_choice_replaces_waiting_cancellation(interview: Interview) -> None:
    invite(interview)
    send_all()
    cancel_call(interview, until=CALL_AT + timedelta(days=9))
    call_at(interview, CALL_AT + timedelta(hours=2))
    assert [(method, event["sequence"]) for method, event in send_all()] == [(Method.PUBLISH, 0), (Method.PUBLISH, 1)]
    assert interview.messages.get(kind=MessageKind.CANCELLATION).problem == MessageProblem.NOT_NEEDED


def test_same_time_is_told_after_cancellation(interview: Interview) -> None:
    invite(interview)
    send_all()
    cancel_call(interview, until=CALL_AT + timedelta(days=9))
    send_all()
    call_at(interview, CALL_AT)
    methods = [Method.PUBLISH, Method.CANCEL, Method.PUBLISH]
    assert [(method, event["sequence"]) for method, event in send_all()] == list(zip(methods, range(3), strict=True))


def test_times_leave_room_for_outcome(interview: Interview) -> None:
    """Times are bounded among themselves, and each that was told can be taken back."""
    invite(interview)
    for number in range(MOST_APPOINTMENTS + 2):
        send_all()
        cancel_call(interview, until=CALL_AT + timedelta(days=9))
        send_all()
        call_at(interview, CALL_AT + timedelta(hours=number + 1))
    send_all()
    told = interview.messages.counted()
    assert told.filter(kind=MessageKind.APPOINTMENT).count() == MOST_APPOINTMENTS
    assert told.filter(kind=MessageKind.CANCELLATION).count() == MOST_APPOINTMENTS + 1
    assert CandidateMessage.objects.has_room(interview, MessageKind.THANK_YOU)
    assert CandidateMessage.objects.has_room(interview, MessageKind.OUTCOME)
