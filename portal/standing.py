"""Where an interview stands, as its candidate is told."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models

from interviews.calling.person.call_request import CallRequest
from interviews.invitations.choices import has_refused_contact
from interviews.invitations.feedback import HELD, feedback_of
from interviews.models import Interview, VideoChoice, WaitReason
from interviews.room.video_consent import video_choice
from jobs.channels import Channel


class Stage(models.TextChoices):
    IN_CALL = "in_call"
    CALL_DUE = "call_due"
    CALL_PLANNED = "call_planned"
    ADJUSTMENT = "adjustment"
    PERSON = "person"
    DECLINED = "declined"
    WRONG_PERSON = "wrong_person"
    ANSWERED = "answered"
    ENDED = "ended"
    CHOICE = "choice"
    ONLINE = "online"

    @classmethod
    def over(cls) -> "tuple[Stage, ...]":
        """The stages after the end of the interview."""
        return (cls.PERSON, cls.DECLINED, cls.WRONG_PERSON, cls.ANSWERED, cls.ENDED)


STAGE_OF_OUTCOME = {
    Interview.Outcome.COMPLETE: Stage.ANSWERED,
    Interview.Outcome.PARTIAL: Stage.ANSWERED,
    Interview.Outcome.TOO_LITTLE: Stage.ANSWERED,
    Interview.Outcome.PERSON_REQUESTED: Stage.PERSON,
    Interview.Outcome.NOT_ELIGIBLE: Stage.ANSWERED,
    Interview.Outcome.DECLINED: Stage.DECLINED,
    Interview.Outcome.BY_CANDIDATE: Stage.DECLINED,
    Interview.Outcome.WRONG_PERSON: Stage.WRONG_PERSON,
}


@dataclass(frozen=True)
class Standing:
    """`call_at`: the planned call, in the time zone of the candidate. `phone_end`: the last digits of their number."""

    stage: Stage
    call_at: datetime | None
    time_zone: str
    phone_end: str
    is_over: bool
    has_refused_contact: bool
    may_choose_time: bool
    """Whether the candidate can be called, and no call is under way."""

    may_give_feedback: bool
    has_given_feedback: bool
    is_filmed: bool
    """Whether the candidate agreed to video, and may withdraw that."""

    @classmethod
    def of(cls, interview: Interview, now: datetime) -> "Standing":
        zone, due = candidate_zone(interview, now), interview.next_attempt_at
        stage, may_give_feedback = _stage(interview, now), interview.outcome in HELD
        return cls(
            stage=stage,
            call_at=due.astimezone(ZoneInfo(zone)) if due and due > now else None,
            time_zone=zone,
            phone_end=interview.candidate.phone[-4:],
            is_over=not interview.is_live,
            has_refused_contact=has_refused_contact(interview),
            may_choose_time=stage not in (Stage.IN_CALL, *Stage.over()) and may_be_called(interview),
            may_give_feedback=may_give_feedback,
            has_given_feedback=may_give_feedback and feedback_of(interview) is not None,
            is_filmed=video_choice(interview) == VideoChoice.Choice.AGREED,
        )


def may_be_called(interview: Interview) -> bool:
    """Whether the interview is held on the phone, or its job allows it to move there."""
    return Channel.PHONE in (interview.channel, *interview.job.channels)


def candidate_zone(interview: Interview, now: datetime) -> str:
    """The time zone that the candidate is in. If the number may be in several, the first one; if in none, UTC."""
    candidate = interview.candidate
    zones = CallRequest(candidate.phone, now, candidate, interview.job).zone_names
    return zones[0] if zones else "UTC"


def _stage(interview: Interview, now: datetime) -> Stage:
    if not interview.is_live:
        return STAGE_OF_OUTCOME.get(Interview.Outcome(interview.outcome), Stage.ENDED)
    if interview.attempts.in_a_call().exists():
        return Stage.IN_CALL
    if interview.wait_reason == WaitReason.ADJUSTMENT:
        return Stage.ADJUSTMENT
    if interview.wait_reason == WaitReason.LEFT_OPEN:
        return Stage.ONLINE
    if interview.channel != Channel.PHONE or interview.attempts.opened_by_candidates().exists():
        return Stage.ONLINE
    if interview.wait_reason in (WaitReason.INVITED, WaitReason.CALL_CANCELLED):
        return Stage.CHOICE
    due = interview.next_attempt_at
    return Stage.CALL_PLANNED if due and due > now else Stage.CALL_DUE
