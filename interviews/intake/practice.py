"""Practice interviews of members of staff, who try a job's questions before candidates are asked.

They follow the rules of all interviews. Lists, numbers, notices and exports leave out the purpose `practice`.
"""

from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils.translation import gettext, gettext_noop

from candidates.models import Candidate, Consent
from interviews.calling.person.confirmed_number import hash_confirmed_number
from interviews.calling.rules import why_never_called, why_never_held
from interviews.invitations.inviting import invite_locked
from interviews.models import Interview, lock_interview
from interviews.models.transitions.interview import ChannelNotAllowed
from interviews.planning import NotPossible, Obstacle, insert_interview
from jobs.channels import Channel
from jobs.models import JobDescription, QuestionSet
from screener.services.transcription.selection import configured_transcriber

CONSENT_SOURCE = "Practice interview; confirmed as the own number by %s"
PRACTICE_REASON = gettext_noop("Practice of a member of staff")
OWN_RECORDS = UUID("6d1d2f0e-7c1b-4f7e-9a37-2f3f1c6f9b51")
"""The namespace of the ids of staff records, so that they never equal an id of HR's own system."""


def plan_practice(job: JobDescription, question_set: QuestionSet, *, user: User, phone: str, channel: str) -> Interview:
    """Plan a practice interview of this user with these questions, which need no approval.

    `phone`: a number that the user has confirmed as their own; only this number is called. An earlier practice that has
    not begun is cancelled. In writing and in the room the practice has an invitation. Its link is not sent. Raises
    NotPossible.
    """
    if channel not in job.channels:
        raise NotPossible(str(ChannelNotAllowed(channel)), Obstacle.CHANNEL)
    actor = user.get_username()
    with transaction.atomic():
        candidate = _own_record(user, phone, question_set.language)
        candidate.add_call_consent(True, given_by=Consent.GivenBy.FORM, source=CONSENT_SOURCE % actor)
        why_never = why_never_called if channel == Channel.PHONE else why_never_held
        if rule_verdict := why_never(candidate, job, is_repeat=True):
            raise NotPossible(rule_verdict.verdict.reason, rule_verdict.rule)
        problem = configured_transcriber().why_unsupported(question_set.language)
        if problem and channel != Channel.TEXT:
            raise NotPossible(problem, Obstacle.TRANSCRIPTION)
        _cancel_waiting(job, user)
        planned = Interview(
            candidate=candidate,
            job=job,
            question_set=question_set,
            purpose=Interview.Purpose.PRACTICE,
            repeat_reason=PRACTICE_REASON,
            channel=channel,
        )
        planned.confirmed_number_hash = hash_confirmed_number(planned.pk, candidate.phone)
        interview = insert_interview(planned, actor=actor)
        if channel != Channel.PHONE:
            with lock_interview(interview) as locked_interview:
                invite_locked(locked_interview, actor=actor, send=False)
    return interview


def last_practice(job: JobDescription, user: User) -> Interview | None:
    """Return the last practice interview of the user for this job."""
    return _practice_of(job, user).order_by("-created_at").first()


def own_number(user: User) -> str:
    """Return the number of the user's last practice, or an empty string."""
    return Candidate.objects.filter(external_id=_own_id(user)).values_list("phone", flat=True).first() or ""


def _practice_of(job: JobDescription, user: User) -> models.QuerySet[Interview]:
    interviews = Interview.all_objects.filter(purpose=Interview.Purpose.PRACTICE, job=job)
    return interviews.filter(candidate__external_id=_own_id(user))


def _own_id(user: User) -> str:
    return f"staff-{uuid5(OWN_RECORDS, str(user.pk))}"


def _own_record(user: User, phone: str, language: str) -> Candidate:
    """Return the record under which this user is interviewed. Raises NotPossible for the number of a candidate."""
    others = Candidate.objects.filter(phone=phone).exclude(external_id=_own_id(user))
    if others.exists():
        raise NotPossible(
            gettext("A candidate has this number. A practice calls only a number of your own."), Obstacle.SAME_NUMBER
        )
    name = user.get_full_name() or user.get_username()
    fields = {"full_name": name, "phone": phone, "locale": language}
    return Candidate.objects.update_or_create(external_id=_own_id(user), defaults=fields)[0]


def _cancel_waiting(job: JobDescription, user: User) -> None:
    for interview in _practice_of(job, user).filter(status=Interview.Status.PENDING):
        with lock_interview(interview) as locked_interview:
            if locked_interview.row.is_live:
                locked_interview.cancel(Interview.Outcome.BY_HR, actor=user.get_username())
