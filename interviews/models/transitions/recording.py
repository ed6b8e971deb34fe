"""The transitions of a recording."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.models.response import InterviewResponse
from interviews.models.transitions.interview import LockedInterview
from interviews.models.transitions.response import LockedResponse
from interviews.models.turns.take import Take
from interviews.task_handles import FETCH_AUDIO, TRANSCRIBE
from screener.telemetry import traces


@dataclass
class LockedRecording:
    """A recording of a locked interview. Only it can be changed."""

    row: Recording
    interview: LockedInterview

    def has_lease(self, token: UUID) -> bool:
        return self.row.has_lease(token)

    @cached_property
    def response(self) -> LockedResponse:
        return LockedResponse(self.row.response, self.interview)

    def accept_as_answer(self) -> None:
        """Make this recording the answer of its response."""
        self.response.mark_answered()
        self._mark_chosen()
        self.enqueue_next_step()

    def _accept_late(self) -> None:
        """The recording is available, though it was reported lost, or the interview was closed without it."""
        response, status = self.response.row, self.interview.row.status
        was_lost = response.status == response.Status.AUDIO_LOST and self.row.chosen
        came_late = response.status == response.Status.SKIPPED and self.row.is_usable
        if (was_lost or came_late) and status not in (Interview.Status.FAILED, Interview.Status.CANCELLED):
            self._mark_chosen()
            self.response.mark_answered_late()

    def _mark_chosen(self) -> None:
        if not self.row.chosen:
            self.row.update_fields(chosen=True)

    def mark_available(self, *, seconds: int | None) -> None:
        """The carrier has the audio, even if it reported that there is none. A repeated report has no effect.

        `seconds`: the length without the silence at its ends, which is not known while the call lasts.
        """
        was_absent = self.row.was_reported_absent
        if self.row.status == self.row.Status.EXPECTED or was_absent:
            length_seconds = self.row.seconds if seconds is None else seconds
            self.row.update_fields(status=self.row.Status.AVAILABLE, seconds=length_seconds, error="")
            if self.row.ended != self.row.Ended.REPEAT:
                traces.continue_answer(self.row.response_id)
                FETCH_AUDIO.defer(self.row.pk)
                if was_absent or not self.row.chosen:
                    self._accept_late()

    def mark_absent_at_carrier(self, *, reason: str) -> None:
        """The carrier reports that it has no audio. Audio that it reported as available is fetched all the same."""
        if self.row.status == self.row.Status.EXPECTED:
            self.mark_lost(reason=reason)

    def mark_stored(self, file_name: str) -> None:
        """The audio is in private storage, under this name."""
        self.row.release(file=file_name, status=self.row.Status.STORED, error="")

    def mark_lost(self, *, reason: str) -> None:
        """There is no audio and there will be none."""
        if self.row.status in (self.row.Status.EXPECTED, self.row.Status.AVAILABLE):
            self.row.release(status=self.row.Status.ABSENT, error=reason, tries=self.row.tries)
            self.enqueue_next_step()

    def restart_work(self) -> None:
        """Fetch the audio again if it was given up; otherwise run the next step again."""
        if self.row.status == self.row.Status.ABSENT:
            self.row.release(status=self.row.Status.AVAILABLE, error="")
            FETCH_AUDIO.defer(self.row.pk)
        else:
            self.enqueue_next_step()

    def set_carrier_transcript(self, carrier_text: str, *, status: str) -> None:
        """Save the carrier's own transcript of this recording."""
        if self.row.carrier_transcript_status in self.row.NOT_TRANSCRIBED_YET:
            traces.continue_answer(self.row.response_id)
            self.row.update_fields(carrier_transcript=carrier_text, carrier_transcript_status=status)
            if self.row.chosen and self.row.status == self.row.Status.STORED:  # only then a step may wait for it
                self.response.skip_postponement()
            self.enqueue_next_step()

    def enqueue_next_step(self) -> None:
        """Run the next step of the response, if this recording is its answer and ready for it."""
        if not self.row.chosen:
            return
        if self.row.status == self.row.Status.STORED:
            TRANSCRIBE.defer(self.row.response_id)
        elif self.row.status == self.row.Status.ABSENT and not self._fall_back_on_start():
            self.response.close_unscored(InterviewResponse.Status.AUDIO_LOST, reason=self.row.error)

    def _fall_back_on_start(self) -> bool:
        """The end of an answer is lost: the recording that it continues is the answer, if there is one."""
        start = self.row.continues
        if start is None:
            return False
        self.row.update_fields(chosen=False)
        start.response = self.row.response
        locked_start = LockedRecording(start, self.interview)
        locked_start._mark_chosen()
        locked_start.enqueue_next_step()
        return True


def restart_work(response: LockedResponse) -> None:
    """Score the same transcript again, or restart the step that failed.

    Has no effect where there is no answer: a silent or a skipped question.
    """
    if response.restart_scoring():
        return
    recording = response.row.recordings.filter(chosen=True).first()
    if recording and response.row.status in response.row.SETTLED_BY_US:
        response.reopen_answer()
        LockedRecording(recording, response.interview).restart_work()


def adopt_open_take(response: LockedResponse) -> None:
    """Make the take that the candidate left open a recording that was cut off. One without sound is discarded."""
    take = response.row.takes.filter(status=Take.Status.OPEN).first()
    if take is None:
        return
    take.mark_sent(take.next_number, attempt=take.attempt, turn=take.turn)
    if not take.seconds:
        take.discard()
        return
    ended = Recording.Ended.HANGUP
    row = Recording(attempt=take.attempt, response=response.row, turn=take.turn, sid=take.sid, ended=ended)
    Recording.insert([row])
    LockedRecording(row, response.interview).mark_available(seconds=take.seconds)


def erase_recordings(interview: LockedInterview) -> int:
    """Forget the files of all recordings, and delete takes. A worker that holds one of them loses its lease.

    Returns how many recordings there were.
    """
    Take.objects.filter(attempt__interview=interview.row).delete()
    recordings = Recording.objects.filter(attempt__interview=interview.row).exclude(status=Recording.Status.ERASED)
    return recordings.update(
        status=Recording.Status.ERASED,
        file="",
        error="",
        lease=None,
        lease_until=None,
        retry_at=None,
        updated_at=timezone.now(),
    )
