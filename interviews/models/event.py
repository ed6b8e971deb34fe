from django.db import models

from screener.models import AppendOnly


class EventKind(models.TextChoices):
    """The kinds of events, which clients rely on: a kind is never renamed.

    Events of a response have its position in `data`, and their labels begin with "Question".
    """

    INTERVIEW_PLANNED = "interview.planned", "Interview planned"
    INTERVIEW_WAITING = "interview.waiting", "Interview waiting"
    INTERVIEW_BEGUN = "interview.begun", "Interview begun"
    INTERVIEW_VOIDED = "interview.voided", "Interview voided"
    INTERVIEW_OPTED_OUT = "interview.opted_out", "Interview opted out"
    INTERVIEW_PERSON_REQUESTED = "interview.person_requested", "Interview person requested"
    INTERVIEW_COMPLETED = "interview.completed", "Interview completed"
    INTERVIEW_FAILED = "interview.failed", "Interview failed"
    INTERVIEW_CANCELLED = "interview.cancelled", "Interview cancelled"
    CANDIDATE_CALLED = "interview.candidate_called", "Interview over: the candidate called back"
    REFUSAL_LIFTED = "interview.refusal_lifted", "Interview refusal lifted"
    RECORDINGS_ERASED = "interview.recordings_erased", "Interview recordings erased"
    ANSWERS_ERASED = "interview.answers_erased", "Interview answers erased"

    ATTEMPT_PLANNED = "attempt.planned", "Attempt planned"
    ATTEMPT_RECEIVED = "attempt.received", "Attempt received: the candidate called"
    ATTEMPT_REOPENED = "attempt.reopened", "Attempt reopened"
    ATTEMPT_APOLOGISED = "attempt.apologised", "Attempt apologised"
    ATTEMPT_ANSWERED = "attempt.answered", "Attempt answered"
    ATTEMPT_NO_ANSWER = "attempt.no_answer", "Attempt no answer"
    ATTEMPT_BUSY = "attempt.busy", "Attempt busy"
    ATTEMPT_VOICEMAIL = "attempt.voicemail", "Attempt voicemail"
    ATTEMPT_HUNG_UP = "attempt.hung_up", "Attempt hung up"
    ATTEMPT_INVALID_NUMBER = "attempt.invalid_number", "Attempt invalid number"
    ATTEMPT_CARRIER_ERROR = "attempt.carrier_error", "Attempt carrier error"
    ATTEMPT_CALL_LATER = "attempt.call_later", "Attempt call later"
    ATTEMPT_NOT_HERE = "attempt.not_here", "Attempt not here"
    ATTEMPT_UNKNOWN = "attempt.unknown", "Attempt unknown"

    RESPONSE_PLANNED = "response.planned", "Question planned"
    RESPONSE_ASKED = "response.asked", "Question asked"
    RESPONSE_ANSWERED = "response.answered", "Question answered"
    RESPONSE_TRANSCRIBED = "response.transcribed", "Question transcribed"
    RESPONSE_ASSESSED = "response.assessed", "Question assessed"
    RESPONSE_SECOND_OPINION = "response.second_opinion", "Question given a second opinion"
    RESPONSE_SCORE_CHOSEN = "response.score_chosen", "Question given another score"
    RESPONSE_SILENT = "response.silent", "Question silent"
    RESPONSE_TOO_SHORT = "response.too_short", "Question too short"
    RESPONSE_SKIPPED = "response.skipped", "Question skipped"
    RESPONSE_AUDIO_LOST = "response.audio_lost", "Question audio lost"
    RESPONSE_UNINTELLIGIBLE = "response.unintelligible", "Question unintelligible"
    RESPONSE_MODEL_UNAVAILABLE = "response.model_unavailable", "Question model unavailable"
    RESPONSE_POSTPONED = "response.postponed", "Question postponed"
    RESPONSE_REQUEST = "response.request", "Question request"
    RESPONSE_WORDS_TYPED = "response.words_typed", "Question words typed"
    RECORDING_REJECTED = "response.recording_rejected", "Question recording rejected"

    RESULT_READY = "result.ready", "Result ready"
    RESULT_INCOMPLETE = "result.incomplete", "Result incomplete"
    RESULT_NEEDS_REVIEW = "result.needs_review", "Result needs review"
    RESULT_REOPENED = "result.reopened", "Result reopened"

    DECISION_HIRE = "decision.hire", "Decision hire"
    DECISION_CONSIDER = "decision.consider", "Decision consider"
    DECISION_REJECT = "decision.reject", "Decision reject"


def event_kind(subject: str, code: str) -> EventKind:
    """The kind of event that says which `code`, such as a status or an outcome, its subject has now."""
    return EventKind(f"{subject}.{code}")


class InterviewEvent(AppendOnly):
    """A history entry: what changed, from which status to which, by which actor, why. Also the outbox of deliveries."""

    interview = models.ForeignKey("interviews.Interview", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=60, choices=EventKind.choices)
    actor = models.CharField(max_length=150, default="screener")
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["interview", "created_at"], name="events_of_an_interview"),
            models.Index(
                fields=["interview"], condition=models.Q(kind=EventKind.CANDIDATE_CALLED), name="candidates_who_called"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
