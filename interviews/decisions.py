"""Decisions of reviewers. The program only recommends."""

from django.contrib.auth.models import User

from interviews.models import Decision, Interview, InterviewResult, lock_interview
from interviews.models.event import event_kind
from interviews.scoring.blind_review import may_see_scores
from screener.models import InvalidTransition

NOT_OVER = "This interview is not over. Decide when it is over, or cancel it first."
BEING_ASSESSED = "The answers are being assessed. Decide when the result is ready."
RESULT_CHANGED = "The result has changed since this page was opened. Read it again, then decide."
DIFFERENT_DECISION = "Give a reason for a decision that differs from the recommendation."
BLIND_DECISION = "Give a reason for the decision. The scores are shown to you when it is saved."
NO_RECOMMENDATION = "There is no recommendation. Give a reason for the decision."


def record_decision(
    interview: Interview, *, by: User, verdict: str, reason: str, seen: InterviewResult | None
) -> Decision:
    """Record a reviewer's decision. `seen` is the result that the reviewer has read, or None without a result.

    Raises InvalidTransition if the interview is not over, if the result has changed, or if a reason is required: for a
    decision that differs from the recommendation, and for one by a reviewer who has not seen the scores.
    """
    with lock_interview(interview) as locked:
        if interview.is_live:
            raise InvalidTransition(NOT_OVER)
        locked.require_answers()
        if interview.result_status == Interview.ResultStatus.PENDING:
            raise InvalidTransition(BEING_ASSESSED)
        current = interview.results.filter(is_current=True).first()
        if current != seen:
            raise InvalidTransition(RESULT_CHANGED)
        recommended = current.recommendation if current else ""
        # A reason that was required only where the decision differs would give the recommendation away.
        if not reason.strip() and not may_see_scores(by, interview):
            raise InvalidTransition(BLIND_DECISION)
        if verdict != recommended and not reason.strip():
            raise InvalidTransition(DIFFERENT_DECISION if recommended else NO_RECOMMENDATION)
        decision = Decision.objects.create(
            interview=interview, result=current, decided_by=by, verdict=verdict, reason=reason.strip()
        )
        kind = event_kind("decision", verdict)
        locked.add_event(kind, actor=by.get_username(), reason=decision.reason, decision=str(decision.pk))
    return decision
