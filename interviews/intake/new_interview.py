"""From a candidate to an interview in one transaction: record, consent, resume, interview."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from candidates.merging.matches import Matches, find_matches, lock_contacts
from candidates.models import Candidate, Consent
from interviews.models import Interview
from interviews.planning import plan_interview
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.models import InvalidTransition


@dataclass(frozen=True)
class ConsentStatement:
    """Whether the candidate allowed being called, where that was said, and when."""

    given: bool
    source: str
    said_at: datetime


@dataclass(frozen=True)
class Intake:
    """The input of an intake. Either `candidate`, or the `contact` of a new one.

    `seen_matches`: the records with the same number or address that the user has seen and says are of other persons.
    """

    job: JobDescription
    candidate: Candidate | None = None
    contact: dict[str, str] | None = None
    seen_matches: str = ""
    consent: ConsentStatement | None = None
    resume: "File[Any] | None" = None
    scheduled_for: datetime | None = None
    repeat_reason: str = ""
    more_time: bool = False
    channel: str = ""


class KnownCandidate(InvalidTransition):
    """Records with the same number or address exist, and the user has not said that they are of other persons."""

    def __init__(self, matches: Matches) -> None:
        super().__init__("A candidate with this number or e-mail address exists.")
        self.matches = matches


@transaction.atomic
def plan_from_intake(intake: Intake, *, actor: str, viewer: Viewer) -> Interview:
    """Save the candidate with consent and resume, and plan the interview, in one transaction.

    Raises KnownCandidate, or NotPossible by the rules of `plan_interview`.
    """
    candidate = intake.candidate or _create_candidate(intake, viewer)
    if intake.consent:
        statement = intake.consent
        candidate.add_call_consent(
            statement.given, given_by=Consent.GivenBy.STAFF, source=statement.source, said_at=statement.said_at
        )
    interview = plan_interview(
        candidate=candidate,
        job=intake.job,
        actor=actor,
        scheduled_for=intake.scheduled_for,
        repeat_reason=intake.repeat_reason,
        more_time=intake.more_time,
        channel=intake.channel,
    )
    if intake.resume:  # last, because a stored file outlives a rollback
        candidate.store_resume(intake.resume)
    return interview


def _create_candidate(intake: Intake, viewer: Viewer) -> Candidate:
    contact = intake.contact or {}
    lock_contacts([contact["phone"], contact.get("email", "")])
    matches = find_matches(contact["phone"], contact.get("email", ""), viewer=viewer)
    if matches and matches.seen != intake.seen_matches:
        raise KnownCandidate(matches)
    return Candidate.objects.create(**contact)
