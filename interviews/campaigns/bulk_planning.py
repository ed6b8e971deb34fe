"""Planning interviews of many candidates, in a number of queries that does not depend on their number."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from candidates.models import Candidate
from interviews.calling.capacity import wait_for_launch
from interviews.calling.rules import why_never_called_each, why_never_held_each
from interviews.models import Campaign, EligibilityAnswer, EventKind, Interview, InterviewEvent, InterviewResponse
from interviews.models.interview import ONE_LIVE_INTERVIEW
from interviews.models.notices.notice import new_event
from interviews.planning import (
    NotPossible,
    personal_sets_of,
    plan_interview,
    planned_eligibility,
    planned_responses,
    questions_of,
    require_channel,
    require_questions,
)
from interviews.task_handles import DIAL
from jobs.channels import Channel
from jobs.models import JobDescription, QuestionSet
from screener.db.constraints import violates_constraint

Planned = dict[UUID, Interview | NotPossible]
"""By the id of the candidate: the interview, or why it was not planned."""


def plan_interviews(candidates: Sequence[Candidate], *, job: JobDescription, campaign: Campaign, actor: str) -> Planned:
    """Plan as `plan_interview` does for each candidate in turn. An impossible interview does not stop the others.

    Candidates with one number count as one person, so each of them is planned when those before are saved.
    """
    planned: Planned = {}
    waiting = list(candidates)
    while waiting:
        first_of_number = {candidate.phone: candidate for candidate in reversed(waiting)}
        batch = list(reversed(first_of_number.values()))
        planned |= _plan_batch(batch, job=job, campaign=campaign, actor=actor)
        waiting = [candidate for candidate in waiting if candidate.pk not in planned]
    return planned


def _plan_batch(candidates: list[Candidate], *, job: JobDescription, campaign: Campaign, actor: str) -> Planned:
    """Plan interviews of candidates who all have different numbers."""
    question_set, channel = job.approved_questions, job.usual_channel
    find_obstacles = why_never_called_each if channel == Channel.PHONE else why_never_held_each
    obstacles = find_obstacles(candidates, job)
    planned: Planned = {
        candidate.pk: NotPossible(obstacle.verdict.reason, obstacle.rule)
        for candidate, obstacle in zip(candidates, obstacles, strict=True)
        if obstacle
    }
    possible = [candidate for candidate in candidates if candidate.pk not in planned]
    try:
        require_channel(job, channel)
        question_set = require_questions(question_set, channel)
    except NotPossible as error:
        return planned | dict.fromkeys((candidate.pk for candidate in possible), error)
    interviews = [
        Interview(
            candidate=candidate,
            job=job,
            question_set=question_set,
            campaign=campaign,
            channel=channel,
            language=question_set.language,
        )
        for candidate in possible
    ]
    try:
        with transaction.atomic():
            _insert_interviews(interviews, question_set, actor=actor)
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_INTERVIEW):
            raise
        # Another transaction has planned one of them meanwhile.
        return planned | {
            candidate.pk: _plan_one(candidate, job=job, campaign=campaign, actor=actor) for candidate in possible
        }
    return planned | {interview.candidate_id: interview for interview in interviews}


def _insert_interviews(interviews: list[Interview], question_set: QuestionSet, *, actor: str) -> None:
    """Save planned interviews with their other rows, as `insert_interview` does for one."""
    questions = questions_of(question_set)
    called = [interview for interview in interviews if interview.channel == Channel.PHONE]
    due = [interview for interview in called if not _hold_call(interview)]
    for interview in due:
        interview.next_attempt_at = timezone.now()
    personal_sets = personal_sets_of([interview.candidate_id for interview in interviews], question_set)
    for interview in interviews:
        interview.personal_questions = personal_sets.get(interview.candidate_id)
    Interview.copy(interviews)
    InterviewResponse.copy(
        [response for interview in interviews for response in planned_responses(interview, questions)]
    )
    EligibilityAnswer.copy([answer for interview in interviews for answer in planned_eligibility(interview)])
    InterviewEvent.copy(
        [new_event(interview, kind=EventKind.INTERVIEW_PLANNED, actor=actor) for interview in interviews]
    )
    DIAL.defer_each(interview.pk for interview in due)


def _hold_call(interview: Interview) -> bool:
    """Let the call wait for the campaign, if that is not running. False: it is running."""
    campaign = interview.campaign
    if campaign is None or not campaign.holds_call_of(interview):
        return False
    wait = wait_for_launch(timezone.now())
    interview.next_attempt_at, interview.wait_reason, interview.waiting_for = (
        wait.not_before,
        wait.wait_reason,
        wait.reason,
    )
    return True


def _plan_one(candidate: Candidate, *, job: JobDescription, campaign: Campaign, actor: str) -> Interview | NotPossible:
    try:
        with transaction.atomic():
            return plan_interview(candidate=candidate, job=job, actor=actor, campaign=campaign)
    except NotPossible as error:
        return error
