"""A person decides. The program only recommends, and remembers what the person had before them."""

from django.contrib.auth.models import User

from interviews.models import Decision, Interview, InterviewResult
from interviews.models.event import event_kind
from interviews.models.result import Recommendation
from screener.models import InvalidTransition


def decide(interview: Interview, *, by: User, verdict: str, reason: str, seen: InterviewResult | None) -> Decision:
    """Record what this person decides on the result that they have `seen`; None: there was none to see."""
    with interview.locked():
        if interview.is_live:
            raise InvalidTransition("This interview is not over yet. Decide once it is, or cancel it first.")
        if interview.result_status == Interview.ResultStatus.PENDING:
            raise InvalidTransition("The answers are being assessed. Decide once the result is there.")
        current = interview.results.filter(is_current=True).first()
        if current != seen:
            raise InvalidTransition("The result has changed since you opened this page. Read it again, then decide.")
        recommended = current.recommendation if current else ""
        if verdict != recommended and not reason.strip():
            raise InvalidTransition(
                f"The program recommends {Recommendation(recommended).label.lower()}. Say why you decide otherwise."
                if recommended
                else "There is no recommendation to follow. Say what your decision rests on."
            )
        decision = Decision.objects.create(
            interview=interview, result=current, decided_by=by, verdict=verdict, reason=reason.strip()
        )
        kind = event_kind("decision", verdict)
        interview.add_event(kind, actor=by.get_username(), reason=decision.reason, decision=str(decision.pk))
    return decision
