"""The interview: columns, constraints and queries. Its transitions are in `transitions/interview.py`."""

from typing import Any, Self, TypeVar, cast

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.conditions.interview_indexes import INDEXES
from interviews.conditions.undelivered import is_undelivered_invitation, may_have_arrived
from interviews.models.event import EventKind, InterviewEvent
from interviews.wait_reason import HELD_WITHOUT_CALL, PROMISED, WaitReason
from jobs.channels import Channel
from jobs.models import with_visible_job
from screener.access.viewer import VIEW_ALL_JOBS, Viewer
from screener.language_tag import primary_tag
from screener.models import LeasableModel, LeasableQuerySet

RowT = TypeVar("RowT", bound=models.Model)

ONE_LIVE_INTERVIEW = "one_live_interview_per_candidate_and_job"


class InterviewQuerySet(LeasableQuerySet["Interview"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The interviews for the jobs that the viewer may see."""
        return with_visible_job(self, viewer)

    def with_unclear_result(self) -> Self:
        """Interviews whose result needs a reviewer, until a decision is made with the current result."""
        unclear_interviews = self.with_answers().filter(result_status__in=Interview.NEEDS_A_PERSON)
        return unclear_interviews.filter(undecided_since__isnull=False)

    def needing_attention(self) -> Self:
        """Interviews that wait for a reviewer: to look at the result, or to get in touch with the candidate."""
        return self.filter(pk__in=self.ids_needing_attention())

    def ids_needing_attention(self) -> models.QuerySet[Any, Any]:
        """Their ids, some twice. A union, because with OR the database would read every interview."""
        kinds = (self.with_unclear_result(), self.handed_over(), self.called_back(), self.to_adjust(), self.uninvited())
        unclear, *others = (rows.order_by().values("pk") for rows in kinds)
        return unclear.union(*others, all=True)

    def handed_over(self) -> Self:
        """Interviews that ended because the candidate asked for a person, or does not meet a requirement.

        Those with a decision are left out.
        """
        return self.with_answers().filter(outcome__in=Interview.HANDED_OVER, decided_at__isnull=True)

    def to_adjust(self) -> Self:
        """Live interviews whose candidates asked for another way, and wait for a reviewer."""
        return self.live().filter(wait_reason=WaitReason.ADJUSTMENT)

    def uninvited(self) -> Self:
        """Interviews that wait for their candidates, whom no invitation has reached."""
        is_waiting = Q(wait_reason=WaitReason.INVITED) | Q(wait_reason="") & ~Q(channel=Channel.PHONE)
        failed = Interview.all_objects.filter(is_undelivered_invitation("messages__")).order_by().values("pk")
        arrived = Interview.all_objects.filter(may_have_arrived("messages__"), pk=OuterRef("pk"))
        waiting = self.filter(is_waiting, status=Interview.Status.PENDING, pk__in=failed)
        return waiting.filter(~Exists(arrived))

    def called_back(self) -> Self:
        """Interviews whose candidate was not reached, and called afterwards."""
        inbound_calls = InterviewEvent.objects.filter(interview=OuterRef("pk"), kind=EventKind.CANDIDATE_CALLED)
        return self.unreached().filter(Exists(inbound_calls))

    def unreached(self) -> Self:
        """Interviews whose candidate was not reached, without a decision and without a later interview for the job."""
        unreached_interviews = self.with_answers().last_for_job().filter(outcome=Interview.Outcome.UNREACHED)
        return unreached_interviews.filter(decided_at__isnull=True)

    def last_for_job(self) -> Self:
        """The last interview of each candidate for each job."""
        later_interviews = Interview.objects.filter(
            candidate=OuterRef("candidate"), job=OuterRef("job"), created_at__gt=OuterRef("created_at")
        )
        return self.filter(~Exists(later_interviews))

    def given_up(self) -> Self:
        """Interviews that ended because no attempt reached the candidate, or the carrier took no call."""
        ended = self.with_answers().filter(outcome__in=Interview.GIVEN_UP)
        return ended.last_for_job().exclude(decisions__isnull=False)

    def still_tried(self) -> Self:
        """Live interviews of which an attempt has failed. The next one is planned or under way."""
        return self.filter(status__in=Interview.LIVE, attempts__number=1, attempts__ended_at__isnull=False)

    def to_decide(self) -> Self:
        """Interviews with a recommendation and without a decision."""
        undecided = self.with_answers().filter(undecided_since__isnull=False, decided_at__isnull=True)
        return undecided.filter(result_status=Interview.ResultStatus.READY)

    def live(self) -> Self:
        return self.filter(status__in=Interview.LIVE)

    def with_promised_call(self) -> Self:
        """Interviews whose next call has a time that a person chose or was promised."""
        is_promised = Q(keeps_promise=True) | Q(wait_reason__in=PROMISED)
        return self.live().filter(is_promised, next_attempt_at__isnull=False)

    def on_the_phone(self) -> Self:
        """Interviews with a call now."""
        return self.live().filter(attempts__isnull=False, attempts__ended_at__isnull=True)

    def waiting_for_call(self) -> Self:
        return self.live().exclude(pk__in=Interview.all_objects.on_the_phone().order_by().values("pk"))

    def being_assessed(self) -> Self:
        return self.filter(result_status=Interview.ResultStatus.PENDING)

    def with_answers(self) -> Self:
        """Interviews that a reviewer can still read: their answers were not erased."""
        return self.filter(answers_erased_at__isnull=True)


def visible_records(rows: models.QuerySet[RowT], viewer: Viewer, *, path: str = "interview") -> models.QuerySet[RowT]:
    """Those of the rows whose interview, at this path, the viewer may see. Rows of practice interviews are left out."""
    if viewer.has_perm(VIEW_ALL_JOBS):
        return rows.exclude(**{f"{path}__purpose": Interview.Purpose.PRACTICE})
    return rows.filter(**{f"{path}__in": Interview.objects.visible_to(viewer)})


InterviewManager = models.Manager.from_queryset(InterviewQuerySet)


class ScreeningManager(InterviewManager["Interview"]):
    """Leaves out practice interviews, which only their candidates see.

    Related managers, such as `candidate.interviews`, inherit this; a foreign key leads to practice all the same.
    """

    def get_queryset(self) -> InterviewQuerySet:
        return cast(InterviewQuerySet, super().get_queryset().exclude(purpose=Interview.Purpose.PRACTICE))


class Interview(LeasableModel):
    class Purpose(models.TextChoices):
        SCREENING = "screening", _("Screening")
        PRACTICE = "practice", _("Practice")

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        IN_PROGRESS = "in_progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Outcome(models.TextChoices):
        COMPLETE = "complete", _("Complete")
        PARTIAL = "partial", _("Partial")
        UNREACHED = "unreached", _("Not reached")
        DECLINED = "declined", _("Declined")
        OPTED_OUT = "opted_out", _("Asked not to be called again")
        WRONG_PERSON = "wrong_person", _("Wrong person")
        NOT_PERMITTED = "not_permitted", _("Not permitted")
        TOO_LITTLE = "too_little", _("Too few answers")
        EXPIRED = "expired", _("Expired")
        PERSON_REQUESTED = "person_requested", _("Asked for a person")
        NOT_ELIGIBLE = "not_eligible", _("Does not meet a requirement")
        BY_HR = "by_hr", _("Cancelled by HR")
        BY_CANDIDATE = "by_candidate", _("Cancelled by the candidate")
        BY_CLIENT = "by_client", _("Cancelled over the API")

    class ResultStatus(models.TextChoices):
        NONE = "none", _("None")
        PENDING = "pending", _("Being assessed")
        READY = "ready", _("Ready")
        INCOMPLETE = "incomplete", _("Incomplete")
        NEEDS_REVIEW = "needs_review", _("Needs review")

    LIVE = (Status.PENDING, Status.IN_PROGRESS)
    ENDED_BY_CANDIDATE = (Outcome.COMPLETE, Outcome.PARTIAL, Outcome.BY_CANDIDATE)
    """The candidate has done with the job: they are called for it again only by name, with a reason."""
    GIVEN_UP = (Outcome.UNREACHED, Outcome.EXPIRED)
    HANDED_OVER = (Outcome.PERSON_REQUESTED, Outcome.NOT_ELIGIBLE)
    """The conversation ended before the questions were asked, and a person decides."""
    NEEDS_A_PERSON = (ResultStatus.INCOMPLETE, ResultStatus.NEEDS_REVIEW)
    OUTCOMES_OF = {
        Status.COMPLETED: {Outcome.COMPLETE, Outcome.PARTIAL},
        Status.FAILED: {
            Outcome.UNREACHED,
            Outcome.DECLINED,
            Outcome.OPTED_OUT,
            Outcome.WRONG_PERSON,
            Outcome.NOT_PERMITTED,
            Outcome.TOO_LITTLE,
            Outcome.EXPIRED,
            Outcome.PERSON_REQUESTED,
            Outcome.NOT_ELIGIBLE,
        },
        Status.CANCELLED: {Outcome.BY_HR, Outcome.BY_CANDIDATE, Outcome.BY_CLIENT},
    }

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="interviews")
    job = models.ForeignKey("jobs.JobDescription", on_delete=models.PROTECT, related_name="interviews", db_index=False)
    """Its index is `interviews_by_job`."""
    question_set = models.ForeignKey("jobs.QuestionSet", on_delete=models.PROTECT, related_name="interviews")
    personal_questions = models.ForeignKey(
        "interviews.PersonalQuestions",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="interviews",
        db_index=False,
        help_text=_("The personal set whose words were planned; empty: the questions of the job, word for word"),
    )
    """Its index is `interviews_with_personal_words`."""
    campaign = models.ForeignKey(
        "interviews.Campaign", on_delete=models.SET_NULL, null=True, blank=True, related_name="interviews"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.SCREENING)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PENDING, db_index=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    outcome_reason = models.TextField(blank=True)
    result_status = models.CharField(max_length=12, choices=ResultStatus.choices, default=ResultStatus.NONE)
    language = models.CharField(max_length=10, default="en")
    more_time = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("The candidate needs more time: slower speech, longer pauses, twice the time for an answer"),
    )
    channel = models.CharField(
        max_length=10,
        choices=Channel.choices,
        default=Channel.PHONE,
        db_default=Channel.PHONE,
        help_text=_("How it is to be held. Calls are placed only where this is the phone"),
    )
    repeat_reason = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text=_("Why someone is interviewed for the job again; empty: this is their first interview for it"),
    )
    confirmed_number_hash = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Of a practice: the keyed hash of the number that its user confirmed as their own",
    )
    scheduled_for = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_index=True)
    dial_slot_at = models.DateTimeField(null=True, blank=True, editable=False, db_column="turn_at")
    waiting_for = models.TextField(blank=True, help_text=_("Why the next call is not made now"))
    wait_reason = models.CharField(
        max_length=20, choices=WaitReason.choices, blank=True, default="", db_default="", editable=False
    )
    keeps_promise = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="The next call was promised for an earlier time, and waits for another reason since",
    )
    postponements = models.PositiveSmallIntegerField(
        default=0, db_default=0, editable=False, help_text=_("How often the candidate asked to be called later")
    )
    person_requested_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the candidate asked for a person instead of the assistant")
    )
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    recommended_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the program first had a recommendation"
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When a reviewer first decided")
    undecided_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the current result was made, until a reviewer decides on it",
    )
    """Written with `recommended_at` and `decided_at` by triggers of results and decisions (migration 0037)."""
    overall_score = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, blank=True, editable=False, help_text="That of the current result"
    )
    recommended = models.CharField(max_length=10, blank=True, default="", db_default="", editable=False)
    """Computed, with `overall_score`, by triggers (migration 0066). Lists show them by `blind_review.py` alone."""
    answers_erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When what was said was erased. States and scores stay")
    )

    objects = ScreeningManager()
    all_objects = InterviewManager()
    """For the work on interviews of every purpose: calls, answers and results."""

    class Meta:
        ordering = ["-created_at"]
        permissions = [("view_scores_at_once", "Can view scores before scoring or deciding, also for blind reviews")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "job"],
                condition=Q(status__in=["pending", "in_progress"], purpose="screening"),
                name=ONE_LIVE_INTERVIEW,
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=["pending", "in_progress"], outcome="")
                    | Q(status="completed", outcome__in=["complete", "partial"])
                    | Q(status="cancelled", outcome__in=["by_hr", "by_candidate", "by_client"])
                    | Q(
                        status="failed",
                        outcome__in=[
                            *("unreached", "declined", "opted_out", "wrong_person"),
                            *("not_permitted", "too_little", "expired", "person_requested", "not_eligible"),
                        ],
                    )
                ),
                name="interview_outcome_fits_its_status",
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.PHONE) | Q(next_attempt_at__isnull=True), name="calls_are_for_the_phone"
            ),
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return gettext("%(candidate)s for %(job)s") % {"candidate": self.candidate, "job": self.job}

    @property
    def is_in_other_language(self) -> bool:
        """Whether it is not held in the candidate's language."""
        return primary_tag(self.language) != primary_tag(self.candidate.locale)

    @property
    def pause_seconds(self) -> int:
        """The silence that ends an answer."""
        return self.job.answer_pause_seconds * self._time_factor

    def answer_seconds(self, max_seconds: int) -> int:
        """Return the longest answer to a question that gives `max_seconds`."""
        return max_seconds * self._time_factor

    @property
    def _time_factor(self) -> int:
        return 2 if self.more_time else 1

    @property
    def is_held_without_call(self) -> bool:
        """Whether `next_attempt_at` ends a wait for a choice of the candidate or a reviewer. No call comes then."""
        return self.wait_reason in HELD_WITHOUT_CALL

    @property
    def has_promised_call(self) -> bool:
        """Whether a person chose the time of the next call, or was promised the call."""
        return self.keeps_promise or self.wait_reason in PROMISED

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def can_be_decided(self) -> bool:
        """Whether it is over and assessed as far as it can be, with answers that a reviewer can still read."""
        is_settled = self.result_status != self.ResultStatus.PENDING
        return not self.is_live and is_settled and not self.answers_erased_at
