"""How an interview finishes by what was answered."""

from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.models.response import InterviewResponse, weighted_coverage

TOO_FEW_ANSWERS = "Too few of the questions were answered."


def finish_by_coverage(interview: Interview, *, reason: str) -> None:
    """Finish an interview that gets no more answers: complete, partial or too little, by the answered weight.

    Answers that were cut off count. Scores do not: some answers may have one by now and others not.
    """
    with interview.locked():
        if not interview.is_live:
            return
        responses = list(interview.responses.all())
        for response in responses:
            response.interview = interview
            if response.status in response.OPEN:
                accept_partial_recording(response)
        answered = [response for response in responses if response.status not in response.UNSAID]
        total = sum(response.weight for response in responses)
        if responses and answered == responses:
            interview.finish(Interview.Outcome.COMPLETE, reason=reason)
        elif responses and weighted_coverage(answered, total) >= interview.job.minimum_coverage:
            interview.finish(Interview.Outcome.PARTIAL, reason=reason)
        else:
            interview.finish(Interview.Outcome.TOO_LITTLE, reason=reason or TOO_FEW_ANSWERS)


def accept_partial_recording(response: InterviewResponse) -> bool:
    """Accept the longest usable recording of an answer that was cut off. Returns whether there was one."""
    recordings = response.takes.exclude(status=Recording.Status.ABSENT).select_related("attempt")
    usable = (recording for recording in recordings if recording.is_usable)
    longest = max(usable, key=lambda recording: recording.seconds or 0, default=None)
    if longest is not None:
        response.accept_recording(longest)
    return longest is not None
