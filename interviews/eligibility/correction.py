"""A person corrects the understood value of an eligibility answer. The candidate's words stay as they were."""

from datetime import date

from django.utils.translation import gettext, gettext_noop

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion
from interviews.models import EligibilityAnswer, EventKind, lock_interview
from interviews.models.eligibility.answer import MAX_VALUE_LENGTH
from jobs.eligibility.question import LARGEST_NUMBER
from screener.models import InvalidTransition

NOT_ASKED = gettext_noop("This question has not been asked yet. Correct it after the interview.")
NO_VALUE = {
    EligibilityKind.YES_NO: gettext_noop("The answer must be yes or no."),
    EligibilityKind.NUMBER: gettext_noop("The answer must be a number, such as 4 or 2.5."),
    EligibilityKind.DATE: gettext_noop("The answer must be a day, such as 2027-01-31."),
    EligibilityKind.CHOICE: gettext_noop("The answer must be one of the options."),
}
REASON_MISSING = gettext_noop("State why the answer is corrected.")


def correct_answer(answer: EligibilityAnswer, value: str, *, by: str, reason: str) -> EligibilityAnswer:
    """Set the value of an answer, with the reason. The history keeps both values.

    Raises InvalidTransition. The interview stays as it ended: whether the candidate is called again is decided apart.
    """
    if not reason.strip():
        raise InvalidTransition(gettext(REASON_MISSING))
    with lock_interview(answer.interview) as interview:
        interview.require_answers()
        answer.refresh_from_db()
        question = answer.spoken_question
        if answer.status in EligibilityAnswer.OPEN:
            raise InvalidTransition(gettext(NOT_ASKED))
        corrected_value = _parse_value(value, question)
        changes = {"value_before": answer.value, "value_after": corrected_value}
        answer.correct(corrected_value, is_met=question.is_met_by(corrected_value), by=by, reason=reason.strip())
        interview.add_event(
            EventKind.ELIGIBILITY_CORRECTED, actor=by, reason=reason.strip(), position=answer.position, **changes
        )
    return answer


def _parse_value(text: str, question: EligibilityQuestion) -> str:
    text = text.strip()[:MAX_VALUE_LENGTH]
    try:
        match question.kind:
            case EligibilityKind.NUMBER:
                number = float(text.replace(",", "."))
                if not 0 <= number <= LARGEST_NUMBER:
                    raise ValueError(text)
                return f"{number:.2f}".rstrip("0").rstrip(".")
            case EligibilityKind.DATE:
                return date.fromisoformat(text).isoformat()
            case _:
                question.is_met_by(text)
                return text
    except ValueError:
        raise InvalidTransition(gettext(NO_VALUE[question.kind])) from None
