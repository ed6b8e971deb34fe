"""The response to one question: columns and queries. Its transitions are in `transitions/answer.py`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Self, cast

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.models.assessment import Assessment
from interviews.models.interview import Interview, visible_records
from interviews.models.no_answer import NoAnswer
from interviews.models.recording import Recording
from interviews.records import SpeechMetrics
from screener.access.blind_mode import is_blind
from screener.access.viewer import Viewer
from screener.db.record_field import record_field
from screener.encryption.fields import EncryptedJSONField, EncryptedTextField
from screener.models import LeasableModel, LeasableQuerySet

LOCAL_SOURCE = "local"
"""Of a transcript that was made on this machine. A colon and the name of the model follow."""


class ResponseQuerySet(LeasableQuerySet["InterviewResponse"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The responses of the interviews that the viewer may see, without practice."""
        return cast(Self, visible_records(self, viewer))

    def waiting_for_person(self) -> Self:
        """Transcribed answers without a score, of results that need a person and have no decision."""
        return self.without_score().filter(interview__in=Interview.objects.with_unclear_result())

    def without_score(self) -> Self:
        """Transcribed answers that have no score.

        A union, so that the database finds both kinds by an index. With OR it would look up an assessment per answer.
        """
        unassessed = InterviewResponse.objects.filter(status__in=InterviewResponse.UNSCORED).order_by().values("pk")
        unscored = Assessment.objects.filter(is_current=True, score__isnull=True).order_by().values("response")
        statuses = (*InterviewResponse.UNSCORED, InterviewResponse.Status.ASSESSED)
        return self.filter(pk__in=unassessed.union(unscored, all=True), status__in=statuses).exclude(transcript="")

    def without_opinion_of(self, user: User) -> Self:
        """Answers of completed interviews that have a score, but not by this user."""
        scored_assessments = Assessment.objects.filter(response=OuterRef("pk"), is_current=True, score__isnull=False)
        own_assessments = Assessment.objects.filter(response=OuterRef("pk"), scored_by=user)
        completed_interviews = Interview.objects.filter(status=Interview.Status.COMPLETED)
        return self.filter(
            Exists(scored_assessments),
            ~Exists(own_assessments),
            status=InterviewResponse.Status.ASSESSED,
            interview__in=completed_interviews,
        ).exclude(transcript="")

    def next_after(self, response: "InterviewResponse") -> "InterviewResponse | None":
        """The next of these answers: of the same interview first, then of the one that has waited longest."""
        later_responses = self.filter(interview=response.interview_id, position__gt=response.position)
        other_responses = self.exclude(pk=response.pk).order_by("interview__completed_at", "interview", "position")
        return later_responses.order_by("position").first() or other_responses.first()

    def last_before(self, response: "InterviewResponse") -> "InterviewResponse | None":
        """The previous of these answers in the same interview."""
        earlier_responses = self.filter(interview=response.interview_id, position__lt=response.position)
        return earlier_responses.order_by("-position").first()


class InterviewResponse(LeasableModel):
    class Status(models.TextChoices):
        PLANNED = "planned", _("Not asked yet")
        ASKED = "asked", _("Asked")
        ANSWERED = "answered", _("Answered")
        TRANSCRIBED = "transcribed", _("Transcribed")
        ASSESSED = "assessed", _("Assessed")
        SILENT = "silent", _("Silent")
        TOO_SHORT = "too_short", _("Too short")
        SKIPPED = "skipped", _("Skipped")
        AUDIO_LOST = "audio_lost", _("Audio lost")
        UNINTELLIGIBLE = "unintelligible", _("Unintelligible")
        MODEL_UNAVAILABLE = "model_unavailable", _("Could not be scored")

    OPEN = (Status.PLANNED, Status.ASKED)
    IN_WORK = (Status.ANSWERED, Status.TRANSCRIBED)
    UNSAID = (*OPEN, Status.SILENT, Status.SKIPPED)
    SETTLED_BY_US = (Status.AUDIO_LOST, Status.UNINTELLIGIBLE, Status.MODEL_UNAVAILABLE)
    WITHOUT_WORDS = (Status.TOO_SHORT, Status.UNINTELLIGIBLE, Status.MODEL_UNAVAILABLE)
    UNSCORED = (Status.TRANSCRIBED, Status.MODEL_UNAVAILABLE)
    SCORABLE = (Status.TRANSCRIBED, Status.ASSESSED, Status.MODEL_UNAVAILABLE)

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField()
    question = models.TextField()
    base_question = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text=_("The question of the job, where the candidate is asked it in other words; empty: word for word"),
    )
    competency = models.CharField(max_length=200, blank=True)
    weight = models.FloatField(default=1)
    max_seconds = models.PositiveSmallIntegerField(default=120)
    bank_question = models.ForeignKey(
        "jobs.BankQuestion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
        db_index=False,
        help_text=_("The question of the bank that was asked"),
    )
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="follow_ups")
    status = models.CharField(max_length=18, choices=Status.choices, default=Status.PLANNED)
    status_reason = models.TextField(blank=True)
    no_answer = models.CharField(
        max_length=20,
        choices=NoAnswer.choices,
        blank=True,
        db_default="",
        default="",
        help_text=_("Why there is no answer, where the candidate said why"),
    )
    postponed = models.BooleanField(
        default=False, db_default=False, help_text=_("Whether the candidate wanted to come back to it at the end")
    )
    transcript = EncryptedTextField(blank=True)
    transcript_source = models.CharField(max_length=40, blank=True)
    transcript_confidence = models.FloatField(null=True, blank=True)
    transcript_times = EncryptedJSONField(null=True, blank=True)
    measures = record_field(SpeechMetrics, help_text=_("How it was spoken: information, never part of a score"))

    objects = models.Manager.from_queryset(ResponseQuerySet)()

    class Meta:
        ordering = ["interview", "position"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "position"], name="one_response_per_position"),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"], condition=Q(status__in=["answered", "transcribed"]), name="responses_in_work"
            ),
            models.Index(
                fields=["interview"],
                condition=Q(status__in=["transcribed", "model_unavailable"]),
                name="responses_without_score",
            ),
            models.Index(
                fields=["bank_question", "created_at"],
                condition=Q(bank_question__isnull=False),
                include=["status", "no_answer", "interview"],
                name="responses_by_bank_question",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Question %(number)s") % {"number": self.position + 1}

    @property
    def is_personal(self) -> bool:
        """Whether the question was planned in words for this candidate. They may be erased by now."""
        return bool(self.base_question)

    @property
    def job_question(self) -> str:
        """The question of the job. Statistics and comparisons know it by these words."""
        return self.base_question or self.question

    @property
    def shown_question(self) -> str:
        """The question as the reader of the page may see it: words from a resume tell who the candidate is."""
        return self.job_question if is_blind() else self.question

    @property
    def good_answer_points(self) -> list[str]:
        """The points of a good answer, from the question set. For reviewers; candidates never hear them."""
        questions = self.interview.question_set.questions
        if self.is_personal and self.interview.personal_questions and not is_blind():
            questions = self.interview.personal_questions.applied_to(questions)
        return questions[self.position].good_answer_points if self.position < len(questions) else []

    @property
    def local_model(self) -> str:
        """The model on this machine that made the transcript. Empty where another source did."""
        prefix, _, model = self.transcript_source.partition(":")
        return model if prefix == LOCAL_SOURCE else ""

    @property
    def is_without_words(self) -> bool:
        """Whether the candidate spoke and there is no transcript."""
        return not self.transcript and self.status in self.WITHOUT_WORDS

    @property
    def is_scorable(self) -> bool:
        """Whether there are words to score, in a model's place or beside the score that the response has."""
        return bool(self.transcript) and self.status in self.SCORABLE

    @property
    def is_settled(self) -> bool:
        return self.status not in self.OPEN + self.IN_WORK

    @property
    def chosen_recording(self) -> Recording | None:
        return next((recording for recording in self.recordings.all() if recording.chosen), None)

    @property
    def current_assessment(self) -> Assessment | None:
        """None while the response is scored again, or where that failed. Uses prefetched assessments."""
        if self.status != self.Status.ASSESSED:
            return None
        return next((assessment for assessment in self.assessments.all() if assessment.is_current), None)

    @property
    def second_opinions(self) -> list[Assessment]:
        """Second opinions that do not count, newest first."""
        return [entry for entry in self._other_assessments if entry.role == Assessment.Role.SECOND_OPINION]

    @property
    def earlier_assessments(self) -> list[Assessment]:
        """Assessments that were replaced or rejected, newest first."""
        return [entry for entry in self._other_assessments if entry.role == Assessment.Role.SCORE]

    @property
    def _other_assessments(self) -> list[Assessment]:
        return [entry for entry in self.assessments.all() if entry != self.current_assessment]

    @property
    def has_score(self) -> bool:
        current_assessment = self.current_assessment
        return current_assessment is not None and current_assessment.score is not None

    @property
    def has_failed(self) -> bool:
        """Whether the missing score is our failure: a step failed, or the interviewer's scores were rejected."""
        assessment = self.current_assessment
        return self.status in self.SETTLED_BY_US or (assessment is not None and assessment.score is None)


def weighted_coverage(responses: Iterable[InterviewResponse], total_weight: float) -> Decimal:
    """Return the weight of these responses as a fraction of `total`. A decimal, because 3/5 is below 0.6 in floats."""
    return (
        Decimal(str(round(sum(response.weight for response in responses) / total_weight, 3)))
        if total_weight
        else Decimal(0)
    )
