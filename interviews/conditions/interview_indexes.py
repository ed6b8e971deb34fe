"""The indexes of interviews: which columns they hold, for which queries."""

from django.db import models
from django.db.models import F, Q

from interviews.wait_reason import CAPACITY_REASONS, WaitReason

MILESTONES = (
    *("job", "purpose", "status", "outcome", "postponements", "person_requested_at"),
    *("started_at", "completed_at", "recommended_at", "decided_at"),
)
"""The columns that statistics need. An index holds them, because the table is too wide to be read for them."""
LISTED = ("id", "purpose")
"""The columns that the counts of waiting interviews need."""
OF_A_JOB = (*MILESTONES[1:], "id", "result_status", "answers_erased_at")
"""The columns that a job's desk counts and that choose the last interview of a candidate."""
FILTERED = (
    *("candidate", "created_at", "id", "purpose", "status"),
    *("result_status", "decided_at", "answers_erased_at", "recommended"),
)
"""The columns by which a job's desk is filtered, and that choose the last interview of a candidate."""

INDEXES = [
    models.Index(fields=["id"], condition=Q(purpose="practice"), name="practice_interviews"),
    models.Index(
        fields=["personal_questions"],
        condition=Q(personal_questions__isnull=False),
        name="interviews_with_personal_words",
    ),
    models.Index(
        fields=["next_attempt_at"],
        condition=Q(status__in=["pending", "in_progress"], next_attempt_at__isnull=False),
        name="interviews_due",
    ),
    models.Index(
        fields=["created_at"],
        condition=Q(status__in=["pending", "in_progress"], next_attempt_at__isnull=True),
        name="interviews_in_a_call",
    ),
    models.Index(
        fields=["campaign", "created_at"],
        condition=Q(status__in=["pending", "in_progress"], wait_reason__in=(*CAPACITY_REASONS, WaitReason.CAMPAIGN)),
        name="waiting_by_campaign",
    ),
    models.Index(
        fields=["created_at"],
        condition=Q(status__in=["pending", "in_progress"], wait_reason=WaitReason.ADJUSTMENT),
        name="interviews_to_adjust",
    ),
    models.Index(fields=["completed_at"], condition=Q(outcome__in=["unreached", "expired"]), name="given_up_by_end"),
    models.Index(fields=["completed_at"], condition=Q(result_status="pending"), name="interviews_to_conclude"),
    models.Index(fields=["completed_at"], condition=Q(answers_erased_at__isnull=True), name="kept_answers_by_end"),
    models.Index(fields=["created_at"], include=MILESTONES, name="interviews_by_milestone"),
    models.Index(fields=["job", "candidate", "created_at"], include=OF_A_JOB, name="interviews_by_job"),
    models.Index(F("job"), F("overall_score").desc(nulls_last=True), *map(F, FILTERED), name="interviews_by_score"),
    models.Index(
        fields=["job"],
        condition=Q(status__in=["pending", "in_progress"]),
        include=(*LISTED, "next_attempt_at"),
        name="live_interviews_by_job",
    ),
    models.Index(
        fields=["undecided_since", "job"],
        condition=Q(
            result_status="ready",
            undecided_since__isnull=False,
            decided_at__isnull=True,
            answers_erased_at__isnull=True,
        ),
        include=LISTED,
        name="interviews_to_decide",
    ),
    models.Index(
        fields=["undecided_since", "job"],
        condition=Q(
            result_status__in=["incomplete", "needs_review"],
            undecided_since__isnull=False,
            answers_erased_at__isnull=True,
        ),
        include=LISTED,
        name="interviews_to_review",
    ),
    models.Index(
        fields=["completed_at", "job"],
        condition=Q(
            outcome__in=["person_requested", "not_eligible"],
            decided_at__isnull=True,
            answers_erased_at__isnull=True,
        ),
        include=LISTED,
        name="interviews_to_take_over",
    ),
]
