from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.models import AppendOnly


class EventKind(models.TextChoices):
    """The kinds of events, which clients rely on: a kind is never renamed.

    Events of a response have its position in `data`, and their labels begin with "Question".
    """

    INTERVIEW_PLANNED = "interview.planned", _("Interview planned")
    INTERVIEW_WAITING = "interview.waiting", _("Interview waiting")
    INTERVIEW_RESCHEDULED = "interview.rescheduled", _("Interview rescheduled")
    INTERVIEW_MORE_TIME = "interview.more_time", _("Interview with more time")
    INTERVIEW_USUAL_TIME = "interview.usual_time", _("Interview with the usual time")
    INTERVIEW_CHANNEL_CHOSEN = "interview.channel_chosen", _("Interview moved to another channel")
    INTERVIEW_BEGUN = "interview.begun", _("Interview begun")
    INTERVIEW_VOIDED = "interview.voided", _("Interview voided")
    INTERVIEW_OPTED_OUT = "interview.opted_out", _("Interview opted out")
    INTERVIEW_PERSON_REQUESTED = "interview.person_requested", _("Interview person requested")
    INTERVIEW_COMPLETED = "interview.completed", _("Interview completed")
    INTERVIEW_FAILED = "interview.failed", _("Interview failed")
    INTERVIEW_CANCELLED = "interview.cancelled", _("Interview cancelled")
    ADJUSTMENT_REQUESTED = "interview.adjustment_requested", _("Interview: the candidate asked for another way")
    INTERVIEW_INVITED = "interview.invited", _("Interview: the candidate was invited")
    INVITATION_RENEWED = "interview.invitation_renewed", _("Interview invitation renewed")
    INVITATION_REVOKED = "interview.invitation_revoked", _("Interview invitation revoked")
    CANDIDATE_CALLED = "interview.candidate_called", _("Interview over: the candidate called back")
    CANDIDATE_TEXTED = "interview.candidate_texted", _("Interview: the candidate sent an SMS")
    CANDIDATE_MERGED = "interview.candidate_merged", _("Interview moved: two records of the candidate were merged")
    REFUSAL_LIFTED = "interview.refusal_lifted", _("Interview refusal lifted")
    RECORDINGS_ERASED = "interview.recordings_erased", _("Interview recordings erased")
    ANSWERS_ERASED = "interview.answers_erased", _("Interview answers erased")

    ATTEMPT_PLANNED = "attempt.planned", _("Attempt planned")
    ATTEMPT_RECEIVED = "attempt.received", _("Attempt received: the candidate called")
    ATTEMPT_OPENED = "attempt.opened", _("Attempt opened by the candidate")
    ATTEMPT_REOPENED = "attempt.reopened", _("Attempt reopened")
    ATTEMPT_APOLOGISED = "attempt.apologised", _("Attempt apologised")
    ATTEMPT_ANSWERED = "attempt.answered", _("Attempt answered")
    ATTEMPT_NO_ANSWER = "attempt.no_answer", _("Attempt no answer")
    ATTEMPT_BUSY = "attempt.busy", _("Attempt busy")
    ATTEMPT_VOICEMAIL = "attempt.voicemail", _("Attempt voicemail")
    ATTEMPT_MESSAGE_LEFT = "attempt.message_left", _("Attempt: message left on a voicemail")
    ATTEMPT_HUNG_UP = "attempt.hung_up", _("Attempt hung up")
    ATTEMPT_INVALID_NUMBER = "attempt.invalid_number", _("Attempt invalid number")
    ATTEMPT_CARRIER_ERROR = "attempt.carrier_error", _("Attempt carrier error")
    ATTEMPT_CALL_LATER = "attempt.call_later", _("Attempt call later")
    ATTEMPT_NOT_HERE = "attempt.not_here", _("Attempt not here")
    ATTEMPT_LEFT = "attempt.left", _("Attempt left")
    ATTEMPT_UNKNOWN = "attempt.unknown", _("Attempt unknown")

    RESPONSE_PLANNED = "response.planned", _("Question planned")
    RESPONSE_ASKED = "response.asked", _("Question asked")
    RESPONSE_ANSWERED = "response.answered", _("Question answered")
    RESPONSE_TRANSCRIBED = "response.transcribed", _("Question transcribed")
    RESPONSE_ASSESSED = "response.assessed", _("Question assessed")
    RESPONSE_SECOND_OPINION = "response.second_opinion", _("Question given a second opinion")
    RESPONSE_SCORE_CHOSEN = "response.score_chosen", _("Question given another score")
    RESPONSE_SILENT = "response.silent", _("Question silent")
    RESPONSE_TOO_SHORT = "response.too_short", _("Question too short")
    RESPONSE_SKIPPED = "response.skipped", _("Question skipped")
    RESPONSE_AUDIO_LOST = "response.audio_lost", _("Question audio lost")
    RESPONSE_UNINTELLIGIBLE = "response.unintelligible", _("Question unintelligible")
    RESPONSE_MODEL_UNAVAILABLE = "response.model_unavailable", _("Question model unavailable")
    RESPONSE_POSTPONED = "response.postponed", _("Question postponed")
    RESPONSE_REQUEST = "response.request", _("Question request")
    RESPONSE_WORDS_TYPED = "response.words_typed", _("Question words typed")
    RECORDING_REJECTED = "response.recording_rejected", _("Question recording rejected")

    ELIGIBILITY_ANSWERED = "eligibility.answered", _("Requirement answered")
    ELIGIBILITY_NOT_UNDERSTOOD = "eligibility.not_understood", _("Requirement: answer not understood")
    ELIGIBILITY_DECLINED = "eligibility.declined", _("Requirement: did not want to answer")
    ELIGIBILITY_NO_REPLY = "eligibility.no_reply", _("Requirement: no reply")
    ELIGIBILITY_CORRECTED = "eligibility.corrected", _("Requirement corrected")

    RESULT_READY = "result.ready", _("Result ready")
    RESULT_INCOMPLETE = "result.incomplete", _("Result incomplete")
    RESULT_NEEDS_REVIEW = "result.needs_review", _("Result needs review")
    RESULT_REOPENED = "result.reopened", _("Result reopened")

    DECISION_HIRE = "decision.hire", _("Decision hire")
    DECISION_CONSIDER = "decision.consider", _("Decision consider")
    DECISION_REJECT = "decision.reject", _("Decision reject")


class PublicEventType(models.TextChoices):
    """The types of events that other systems are told. Receivers rely on them: a type is never renamed."""

    INTERVIEW_CREATED = "interview.created", _("Interview created")
    INTERVIEW_BEGUN = "interview.begun", _("Interview begun")
    INTERVIEW_COMPLETED = "interview.completed", _("Interview completed")
    INTERVIEW_FAILED = "interview.failed", _("Interview failed")
    INTERVIEW_CANCELLED = "interview.cancelled", _("Interview cancelled")
    RESULT_READY = "result.ready", _("Result ready")
    RESULT_INCOMPLETE = "result.incomplete", _("Result incomplete")
    RESULT_NEEDS_REVIEW = "result.needs_review", _("Result needs review")
    RESULT_REOPENED = "result.reopened", _("Result reopened")
    DECISION_MADE = "decision.made", _("Decision made")
    CANDIDATE_ERASED = "candidate.erased", _("Candidate erased")
    CAMPAIGN_FINISHED = "campaign.finished", _("Campaign finished")


PUBLIC_TYPE_OF_KIND: dict[str, PublicEventType] = {
    EventKind.INTERVIEW_PLANNED: PublicEventType.INTERVIEW_CREATED,
    EventKind.INTERVIEW_BEGUN: PublicEventType.INTERVIEW_BEGUN,
    EventKind.INTERVIEW_COMPLETED: PublicEventType.INTERVIEW_COMPLETED,
    EventKind.INTERVIEW_FAILED: PublicEventType.INTERVIEW_FAILED,
    EventKind.INTERVIEW_CANCELLED: PublicEventType.INTERVIEW_CANCELLED,
    EventKind.RESULT_READY: PublicEventType.RESULT_READY,
    EventKind.RESULT_INCOMPLETE: PublicEventType.RESULT_INCOMPLETE,
    EventKind.RESULT_NEEDS_REVIEW: PublicEventType.RESULT_NEEDS_REVIEW,
    EventKind.RESULT_REOPENED: PublicEventType.RESULT_REOPENED,
    EventKind.DECISION_HIRE: PublicEventType.DECISION_MADE,
    EventKind.DECISION_CONSIDER: PublicEventType.DECISION_MADE,
    EventKind.DECISION_REJECT: PublicEventType.DECISION_MADE,
}
"""The events of interviews that other systems are told."""


def event_kind(subject: str, code: str) -> EventKind:
    """The kind of event that says which `code`, such as a status or an outcome, its subject has now."""
    return EventKind(f"{subject}.{code}")


class InterviewEvent(AppendOnly):
    """A history entry: what changed, from which status to which, by which actor, why. Also the outbox of deliveries.

    `awaits_notices`: the watchers of the job have not got their notices of it. `awaits_publication`: it has no place
    among the public events yet.
    """

    interview = models.ForeignKey("interviews.Interview", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=60, choices=EventKind.choices)
    actor = models.CharField(max_length=150, default="screener")
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    awaits_notices = models.BooleanField(default=False, db_default=False, editable=False)

    awaits_publication = models.BooleanField(default=False, db_default=False, editable=False)

    MUTABLE_FIELDS = frozenset({"awaits_notices", "awaits_publication"})

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["interview", "created_at"], name="events_of_an_interview"),
            models.Index(
                fields=["interview"], condition=models.Q(kind=EventKind.CANDIDATE_CALLED), name="candidates_who_called"
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(awaits_notices=True), name="events_that_await_notices"
            ),
            models.Index(fields=["created_at"], condition=models.Q(awaits_publication=True), name="events_to_publish"),
        ]

    def __str__(self) -> str:
        return self.kind
