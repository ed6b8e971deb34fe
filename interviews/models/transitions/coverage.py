"""How an interview finishes by its answered questions."""

from django.utils.translation import gettext_noop

from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.models.response import weighted_coverage
from interviews.models.transitions.interview import LockedInterview
from interviews.models.transitions.recording import LockedRecording, adopt_open_take
from interviews.models.transitions.response import LockedResponse

TOO_FEW_ANSWERS = gettext_noop("Too few of the questions were answered.")


def finish_by_coverage(
    interview: LockedInterview,
    *,
    reason: str,
    too_little: Interview.Outcome = Interview.Outcome.TOO_LITTLE,
    actor: str = "screener",
) -> None:
    """Finish an interview that gets no more answers: complete, partial or `too_little`, by the answered weight.

    Answers that were cut off count. Scores do not: some answers may have one by now and others not.
    """
    if not interview.row.is_live:
        return
    responses = list(interview.row.responses.all())
    for response in responses:
        if response.status in response.OPEN:
            accept_partial_recording(LockedResponse(response, interview))
    answered_responses = [response for response in responses if response.status not in response.UNSAID]
    total_weight = sum(response.weight for response in responses)
    if responses and answered_responses == responses:
        interview.finish(Interview.Outcome.COMPLETE, reason=reason, actor=actor)
    elif responses and weighted_coverage(answered_responses, total_weight) >= interview.row.job.minimum_coverage:
        interview.finish(Interview.Outcome.PARTIAL, reason=reason, actor=actor)
    else:
        interview.finish(too_little, reason=reason or TOO_FEW_ANSWERS, actor=actor)


def hand_over(interview: LockedInterview, *, reason: str, data: dict[str, str]) -> None:
    """A person takes over: no more calls. The answers are kept, and scored where they are enough."""
    interview.record_person_request(reason=reason, data=data)
    if interview.row.status == Interview.Status.PENDING:
        interview.finish(Interview.Outcome.PERSON_REQUESTED, actor="candidate", reason=reason)
    else:
        finish_by_coverage(interview, reason=reason, too_little=Interview.Outcome.PERSON_REQUESTED)


def accept_partial_recording(response: LockedResponse) -> bool:
    """Accept the longest usable recording of an answer that was cut off. Returns whether there was one."""
    adopt_open_take(response)
    recordings = response.row.recordings.exclude(status=Recording.Status.ABSENT).select_related("attempt")
    usable_recordings = (recording for recording in recordings if recording.is_usable)
    longest_recording = max(usable_recordings, key=lambda recording: recording.seconds or 0, default=None)
    if longest_recording is not None:
        LockedRecording(longest_recording, response.interview).accept_as_answer()
    return longest_recording is not None
