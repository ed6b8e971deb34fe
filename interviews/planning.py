"""Planning an interview: its conditions, and the rows that exist from then on."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from candidates.models import Candidate
from interviews.calling.capacity import wait_for_launch
from interviews.calling.person.rules import HAS_INTERVIEW
from interviews.calling.retries import postpone_call
from interviews.calling.rules import why_never_called, why_never_held
from interviews.calling.verdicts import DialRule
from interviews.invitations.inviting import invite_locked
from interviews.models import (
    Campaign,
    EligibilityAnswer,
    EventKind,
    Interview,
    InterviewResponse,
    PersonalQuestions,
    WaitReason,
    already_locked,
)
from interviews.models.campaign import CampaignCancelled
from interviews.models.interview import ONE_LIVE_INTERVIEW
from interviews.models.transitions.interview import ChannelNotAllowed
from jobs.channels import Channel
from jobs.models import JobDescription, QuestionSet, link_to_bank
from screener.db.constraints import violates_constraint
from screener.models import InvalidTransition
from screener.records import QuestionSpec
from screener.services.transcription.selection import configured_transcriber

NO_QUESTIONS = gettext_noop(
    "This job has no approved questions. Have them generated, read them and approve them first."
)


class Obstacle(models.TextChoices):
    """Why an interview can't be planned, apart from the dial rules."""

    QUESTIONS = "questions", _("No approved questions")
    TRANSCRIPTION = "transcription", _("No transcription of the language")
    UNKNOWN_CANDIDATE = "unknown_candidate", _("No such candidate")
    CHANNEL = "channel_not_allowed", _("Channel that the job does not allow")
    SAME_NUMBER = "same_number", _("Number of another candidate in the selection")
    NO_CANDIDATES = "no_candidates", _("No candidates")
    CAMPAIGN_CANCELLED = CampaignCancelled.code, _("Cancelled campaign")


NOT_POSSIBLE_CODES = [*DialRule.choices, *Obstacle.choices]


class NotPossible(InvalidTransition):
    """This interview can't be planned. The message gives the remedy, too; the code is a DialRule or an Obstacle."""

    def __init__(self, reason: str, code: DialRule | Obstacle | str) -> None:
        super().__init__(reason)
        self.code = code


def plan_interview(
    *,
    candidate: Candidate,
    job: JobDescription,
    actor: str,
    scheduled_for: datetime | None = None,
    campaign: Campaign | None = None,
    repeat_reason: str = "",
    more_time: bool = False,
    invite: bool = False,
    channel: str = "",
) -> Interview:
    """An interview with a response for each approved question. On the phone, called at once or when it is scheduled.

    `repeat_reason`: why this person, who has completed an interview for this job, is interviewed again. `invite`: it
    has an invitation from the start, and unless it is scheduled no call is placed before the candidate has chosen one.
    `channel`: by default the job's usual one.
    """
    question_set, channel = job.approved_questions, channel or job.usual_channel
    require_channel(job, channel)
    why_never = why_never_called if channel == Channel.PHONE else why_never_held
    if rule_verdict := why_never(candidate, job, is_repeat=bool(repeat_reason)):
        raise NotPossible(rule_verdict.verdict.reason, rule_verdict.rule)
    question_set = require_questions(question_set, channel)
    try:
        return insert_interview(
            Interview(
                candidate=candidate,
                job=job,
                question_set=question_set,
                campaign=campaign,
                repeat_reason=repeat_reason,
                more_time=more_time,
                scheduled_for=scheduled_for,
                channel=channel,
            ),
            actor=actor,
            invite=invite,
        )
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_INTERVIEW):
            raise
        raise NotPossible(gettext(HAS_INTERVIEW), DialRule.OTHER_INTERVIEW) from error


def require_channel(job: JobDescription, channel: str) -> None:
    """Raise NotPossible if the job does not allow the channel."""
    if channel not in job.channels:
        raise NotPossible(str(ChannelNotAllowed(channel)), Obstacle.CHANNEL)


def require_questions(question_set: QuestionSet | None, channel: str) -> QuestionSet:
    """Raise NotPossible without approved questions, or if a spoken interview has a language without transcription."""
    if question_set is None:
        raise NotPossible(gettext(NO_QUESTIONS), Obstacle.QUESTIONS)
    language_problem = configured_transcriber().why_unsupported(question_set.language)
    if language_problem and channel != Channel.TEXT:
        raise NotPossible(language_problem, Obstacle.TRANSCRIPTION)
    return question_set


@transaction.atomic
def insert_interview(interview: Interview, *, actor: str, invite: bool = False) -> Interview:
    """Save a planned interview and its other rows. The caller has checked its conditions; each call checks them again.

    Its language is that of its questions.
    """
    question_set, scheduled_for = interview.question_set, interview.scheduled_for
    interview.language = question_set.language
    interview.personal_questions = personal_sets_of([interview.candidate_id], question_set).get(interview.candidate_id)
    interview.save(force_insert=True)
    InterviewResponse.objects.bulk_create(planned_responses(interview, questions_of(question_set)))
    EligibilityAnswer.objects.bulk_create(planned_eligibility(interview))
    wait_reason = WaitReason.SCHEDULED if scheduled_for else ""
    with already_locked(interview) as locked_interview:
        locked_interview.add_event(EventKind.INTERVIEW_PLANNED, actor=actor, reason=interview.repeat_reason)
        if interview.channel == Channel.PHONE and (scheduled_for or not invite):
            if not scheduled_for and interview.campaign and interview.campaign.holds_call_of(interview):
                postpone_call(locked_interview, wait_for_launch(timezone.now()))
            else:
                locked_interview.schedule_next_attempt(scheduled_for or timezone.now(), wait_reason=wait_reason)
        if invite:
            invite_locked(locked_interview, actor=actor)
    return interview


def questions_of(question_set: QuestionSet) -> list[QuestionSpec]:
    """The questions, linked to the bank as it is now: one whose words changed there is another question since."""
    questions = question_set.questions
    has_link = any(question.bank_question for question in questions)
    return link_to_bank(questions, question_set.language) if has_link else questions


def planned_eligibility(interview: Interview) -> list[EligibilityAnswer]:
    """The rows for the answers to the eligibility questions, not saved yet."""
    return [
        EligibilityAnswer(interview=interview, position=position, question=question)
        for position, question in enumerate(interview.question_set.eligibility)
    ]


def personal_sets_of(candidate_ids: Iterable[UUID], question_set: QuestionSet) -> dict[UUID, PersonalQuestions]:
    """The approved personal questions for this version, by candidate."""
    approved = PersonalQuestions.objects.approved()
    rows = approved.filter(candidate__in=list(candidate_ids), question_set=question_set)
    return {row.candidate_id: row for row in rows}


def planned_responses(interview: Interview, questions: list[QuestionSpec]) -> list[InterviewResponse]:
    """Return the responses to the questions, in the words of the personal set if there is one, not saved yet."""
    personal = interview.personal_questions
    worded_questions = personal.applied_to(questions) if personal else questions
    return [
        _planned_response(interview, position, question, base=base)
        for position, (question, base) in enumerate(zip(worded_questions, questions, strict=True))
    ]


def _planned_response(
    interview: Interview, position: int, question: QuestionSpec, *, base: QuestionSpec
) -> InterviewResponse:
    """Conversation and score need its columns. `base`: the question of the job."""
    return InterviewResponse(
        interview=interview,
        position=position,
        question=question.text,
        base_question="" if question.text == base.text else base.text,
        bank_question_id=question.bank_question,
        competency=question.competency,
        weight=question.weight,
        max_seconds=question.max_seconds,
    )
