"""The transitions of a response."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from interviews.models.assessment import Assessment
from interviews.models.event import EventKind
from interviews.models.interview import Interview
from interviews.models.no_answer import NoAnswer
from interviews.models.response import InterviewResponse
from interviews.models.transitions.interview import LockedInterview
from interviews.records import SpeechMetrics
from interviews.task_handles import ASSESS, CONCLUDE
from screener.models import InvalidTransition
from screener.telemetry import traces

ANSWER_CAME_LATE = gettext_noop("The answer came late.")
WORDS_TYPED = gettext_noop("A person typed what was said.")
TYPED_BY_PERSON = "person"
WRITTEN_BY_CANDIDATE = "written"
"""Sources of a transcript."""

LAST_ANSWER_SETTLED = gettext_noop("The last answer that waited is settled.")
NO_TRANSCRIPT: dict[str, Any] = {
    "transcript": "",
    "transcript_source": "",
    "transcript_confidence": None,
    "transcript_times": None,
    "measures": None,
}
NEVER_ASKED: dict[str, Any] = NO_TRANSCRIPT | {"postponed": False}


@dataclass
class LockedResponse:
    """A response of a locked interview. Only it can be changed."""

    row: InterviewResponse
    interview: LockedInterview

    def has_lease(self, token: UUID) -> bool:
        return self.row.has_lease(token)

    def mark_asked(self) -> None:
        if self.row.status == self.row.Status.PLANNED:
            self._move_response(self.row.Status.ASKED)

    def mark_answered(self) -> None:
        """A recording is accepted as the answer."""
        if self.row.status not in self.row.OPEN:
            raise InvalidTransition(
                gettext("Question %(number)s already has its answer.") % {"number": self.row.position + 1}
            )
        self._move_response(self.row.Status.ANSWERED)
        traces.begin_answer(self.row.pk)

    def save_written_answer(self, text: str) -> None:
        """The candidate wrote the answer. It is scored like a transcript."""
        self.mark_answered()
        self.save_transcript(text, source=WRITTEN_BY_CANDIDATE, confidence=None, times=None)
        ASSESS.defer(self.row.pk)

    def mark_answered_late(self) -> None:
        """A recording is accepted after the response was closed without one. The result is made again."""
        self._move_response(self.row.Status.ANSWERED, reason=ANSWER_CAME_LATE)
        traces.begin_answer(self.row.pk)
        if not self.interview.row.is_live:
            self.interview.reopen_result(actor="carrier", reason=ANSWER_CAME_LATE)

    def reset_to_planned(self, *, reason: str) -> None:
        """A machine was asked, not the candidate: the question is asked again, without its transcript and scores."""
        if self.row.status != self.row.Status.PLANNED:
            self.row.recordings.filter(chosen=True).update(chosen=False)
            self.row.assessments.filter(is_current=True).update(is_current=False)
            self._move_response(self.row.Status.PLANNED, reason=reason, **NEVER_ASKED)

    def postpone_question(self) -> None:
        """The candidate wants to come back to this question: it is asked after all others."""
        self.row.update_fields(postponed=True)
        self.interview.add_event(EventKind.RESPONSE_POSTPONED, actor="candidate", position=self.row.position)

    def ask_again(self, *, reason: str) -> None:
        """The recording was not an answer. The question is asked once more, after all others."""
        self._move_response(self.row.Status.PLANNED, reason=reason, **NO_TRANSCRIPT | {"postponed": True})

    def close_as_request(self, no_answer: NoAnswer, *, transcript: str, source: str) -> None:
        """The transcript is no answer but a request. It is kept, and never scored."""
        kept_fields = {"transcript": transcript, "transcript_source": source, "no_answer": no_answer}
        self._move_response(self.row.Status.SKIPPED, reason=str(no_answer.label), **kept_fields)

    def type_words(self, typed_text: str, *, actor: str) -> None:
        """Take the words of a person who listened, where there are none. The answer is then scored like any other."""
        self.interview.require_answers()
        has_recording = self.row.recordings.filter(chosen=True).exists()
        if not self.row.is_without_words or not has_recording:
            raise InvalidTransition(
                gettext("Question %(number)s has words already, or no recording.") % {"number": self.row.position + 1}
            )
        self.interview.add_event(EventKind.RESPONSE_WORDS_TYPED, actor=actor, position=self.row.position)
        typed_fields = NO_TRANSCRIPT | {"transcript": typed_text, "transcript_source": TYPED_BY_PERSON}
        self._move_response(self.row.Status.TRANSCRIBED, actor=actor, **typed_fields)
        if self.interview.row.status == Interview.Status.COMPLETED:
            self.interview.reopen_result(actor=actor, reason=WORDS_TYPED)
        ASSESS.defer(self.row.pk)

    def save_transcript(
        self,
        transcript_text: str,
        *,
        source: str,
        confidence: float | None,
        times: Any,
        measures: SpeechMetrics | None = None,
    ) -> None:
        self._require_status(self.row.Status.ANSWERED)
        self._move_response(
            self.row.Status.TRANSCRIBED,
            transcript=transcript_text,
            transcript_source=source,
            transcript_confidence=confidence,
            transcript_times=times,
            measures=measures,
        )

    def add_assessment(self, *, actor: str = "screener", **assessment: Any) -> Assessment:
        """Add the assessment that counts from now on."""
        self._require_status(self.row.Status.TRANSCRIBED)
        return self._replace_assessment(actor, **assessment)

    def add_person_assessment(self, *, actor: str, **assessment: Any) -> Assessment:
        """Add a person's assessment. It counts where there is no score, and is a second opinion elsewhere."""
        if not self.row.is_scorable:
            raise InvalidTransition(
                gettext("Question %(number)s has no transcript that can be scored.") % {"number": self.row.position + 1}
            )
        if not self.row.has_score:
            return self._replace_assessment(actor, **assessment)
        second_opinion = self.row.assessments.create(
            is_current=False, role=Assessment.Role.SECOND_OPINION, **assessment
        )
        self._queue_score_event(EventKind.RESPONSE_SECOND_OPINION, second_opinion, actor=actor, reason="")
        return second_opinion

    def choose_assessment(self, chosen_assessment: Assessment, *, actor: str, reason: str) -> None:
        """Let another assessment of this response count from now on."""
        self._require_status(self.row.Status.ASSESSED)
        if chosen_assessment.score is None or chosen_assessment.is_current:
            raise InvalidTransition(
                gettext("The score of question %(number)s can't be replaced by this one.")
                % {"number": self.row.position + 1}
            )
        self.row.assessments.filter(is_current=True).update(is_current=False)
        chosen_assessment.update_fields(is_current=True)
        self._queue_score_event(EventKind.RESPONSE_SCORE_CHOSEN, chosen_assessment, actor=actor, reason=reason)
        self.interview.reopen_result(actor=actor, reason=reason)

    def close_unscored(self, status: str, *, reason: str, no_answer: str = "") -> None:
        """The answer gets no score, by the candidate's doing or by ours. A settled response stays as it is.

        `no_answer`: the kind of request that the candidate made in place of an answer.
        """
        if not self.row.is_settled:
            self._move_response(status, reason=reason, no_answer=no_answer)

    def skip_postponement(self) -> None:
        """Let the step that was postponed run now."""
        InterviewResponse.objects.filter(pk=self.row.pk, retry_at__isnull=False).update(retry_at=None)

    def reopen_answer(self) -> None:
        """The recording is worked on again from the start."""
        self.interview.require_answers()
        self._move_response(self.row.Status.ANSWERED)

    def restart_scoring(self) -> bool:
        """Score the transcript again, if there is one. Returns whether there is. Earlier assessments stay visible."""
        if not self.row.is_scorable:
            return False
        if self.row.status == self.row.Status.TRANSCRIBED:
            self.skip_postponement()
        else:
            self._move_response(self.row.Status.TRANSCRIBED)
        ASSESS.defer(self.row.pk)
        return True

    def _replace_assessment(self, actor: str, **assessment: Any) -> Assessment:
        self.row.assessments.filter(is_current=True).update(is_current=False)
        new_assessment = self.row.assessments.create(**assessment)
        self._move_response(self.row.Status.ASSESSED, actor=actor)
        return new_assessment

    def _queue_score_event(self, kind: EventKind, assessment: Assessment, *, actor: str, reason: str) -> None:
        position = self.row.position
        self.interview.add_event(kind, actor=actor, reason=reason, position=position, assessment=str(assessment.pk))

    def _require_status(self, status: str) -> None:
        if self.row.status != status:
            raise InvalidTransition(
                gettext("Question %(number)s is %(status)s, not %(expected)s.")
                % {"number": self.row.position + 1, "status": self.row.status, "expected": status}
            )

    def _move_response(self, status: str, *, actor: str = "screener", reason: str = "", **changes: Any) -> None:
        self.interview.queue_response_event(self.row, after=status, actor=actor, reason=reason)
        self.row.release(status=status, status_reason=reason, **{"no_answer": ""} | changes)
        if self.row.is_settled and not self.interview.row.is_live and not self._has_unsettled_siblings():
            self._conclude_interview()

    def _conclude_interview(self) -> None:
        if self.interview.row.result_status in Interview.NEEDS_A_PERSON:
            self.interview.reopen_result(actor="screener", reason=LAST_ANSWER_SETTLED)
        else:
            CONCLUDE.defer(self.interview.row.pk)

    def _has_unsettled_siblings(self) -> bool:
        """Whether other responses of the interview keep it from being concluded."""
        unsettled_responses = self.interview.row.responses.filter(status__in=self.row.OPEN + self.row.IN_WORK)
        return unsettled_responses.exclude(pk=self.row.pk).exists()


def settle_without_answer(interview: LockedInterview) -> None:
    """Settle the answers in work whose words are being erased. A worker that holds one of them loses its lease."""
    unsettled = InterviewResponse.OPEN + InterviewResponse.IN_WORK
    interview.row.responses.update(lease=None, lease_until=None, retry_at=None)
    interview.row.responses.filter(status__in=unsettled).update(
        status=InterviewResponse.Status.MODEL_UNAVAILABLE, tries=0
    )
