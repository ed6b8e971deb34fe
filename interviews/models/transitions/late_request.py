"""A request that only the transcript shows: the recording had been kept as the answer to a question."""

from django.utils.translation import gettext_noop

from candidates.models import Consent
from interviews.conversation.phrases.intent import Intent
from interviews.conversation.questioning import STOP_ENDINGS
from interviews.models.event import EventKind
from interviews.models.interview import Interview
from interviews.models.no_answer import ASKED_AGAIN, OF_REQUEST, NoAnswer
from interviews.models.recording import Recording
from interviews.models.transitions.consent import ConsentReply, add_consent
from interviews.models.transitions.coverage import finish_by_coverage
from interviews.models.transitions.interview import LockedInterview
from interviews.models.transitions.response import LockedResponse

SAID_IN_RECORDING = gettext_noop("Said in the recording of an answer.")
TOO_LITTLE = {
    NoAnswer.ASKED_PERSON: Interview.Outcome.PERSON_REQUESTED,
    NoAnswer.REFUSED: Interview.Outcome.DECLINED,
}
"""How an interview with too few answers finishes after this request."""


def settle_request(response: LockedResponse, request: Intent, *, transcript: str, source: str) -> None:
    """Settle an answer that is a request: it is never scored. The request is honoured, late as it is.

    A question that is worth asking again is asked again, once, while the interview is live.
    """
    no_answer, interview = OF_REQUEST[request], response.interview
    recording = Recording.objects.select_related("attempt__interview").get(response=response.row, chosen=True)
    recording.update_fields(request=no_answer, chosen=False)
    position = response.row.position
    interview.add_event(EventKind.RESPONSE_REQUEST, actor="candidate", position=position, request=no_answer, late=True)
    if interview.row.is_live and no_answer in ASKED_AGAIN and not response.row.postponed:
        response.ask_again(reason=str(no_answer.label))
        return
    response.close_as_request(no_answer, transcript=transcript, source=source)
    if no_answer is NoAnswer.NEVER_AGAIN:
        add_consent(recording.attempt, Consent.Kind.CALL, given=False, reply=ConsentReply(Consent.GivenBy.VOICE))
        interview.opt_out(reason=SAID_IN_RECORDING)
    elif request in STOP_ENDINGS:
        _stop_interview(interview, no_answer, recording)


def _stop_interview(interview: LockedInterview, reason: NoAnswer, recording: Recording) -> None:
    """End an interview between two calls. In a call the candidate has gone on since, and can ask once more."""
    if reason is NoAnswer.ASKED_PERSON:
        event_data = {"attempt": str(recording.attempt_id), "why": reason.value, "language": ""}
        interview.record_person_request(reason=SAID_IN_RECORDING, data=event_data)
    if interview.row.is_live and not interview.row.attempts.live().exists():
        too_little = TOO_LITTLE[reason]
        finish_by_coverage(interview, reason=SAID_IN_RECORDING, too_little=too_little, actor="candidate")
