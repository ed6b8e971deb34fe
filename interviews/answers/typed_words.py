"""The words of a person who listened to an answer that no transcriber could put into words."""

from interviews.conversation.questioning import request_in
from interviews.models import InterviewResponse, LockedResponse, lock_interview
from interviews.models.transitions.late_request import settle_request
from interviews.models.transitions.response import TYPED_BY_PERSON


def save_typed_words(response: InterviewResponse, typed_text: str, *, actor: str) -> None:
    """Take these words as the transcript. They are scored like any other, unless they are a request and no answer.

    Raises InvalidTransition where the answer has words already, or no recording.
    """
    with lock_interview(response.interview) as interview:
        response.refresh_from_db()
        locked_response = LockedResponse(response, interview)
        locked_response.type_words(typed_text, actor=actor)
        request = request_in(typed_text, interview.row.language)
        if request and not request.is_guess:
            settle_request(locked_response, request.intent, transcript=typed_text, source=TYPED_BY_PERSON)
