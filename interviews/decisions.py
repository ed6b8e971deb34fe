"""Decisions of reviewers. The program only recommends."""

from enum import Enum

from django.contrib.auth.models import User
from django.db.models import Case, When
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from interviews.models import Decision, Interview, InterviewResult, lock_interview
from interviews.models.event import event_kind
from interviews.scoring.blind_review import may_see_scores
from screener.access.viewer import Viewer
from screener.labels import in_sentence
from screener.models import InvalidTransition

NOT_OVER = gettext_noop("This interview is not over. Decide when it is over, or cancel it first.")
BEING_ASSESSED = gettext_noop("The answers are being assessed. Decide when the result is ready.")
RESULT_CHANGED = gettext_noop("The result has changed since this page was opened. Read it again, then decide.")
DIFFERENT_DECISION = gettext_noop("Give a reason for a decision that differs from the recommendation.")
BLIND_DECISION = gettext_noop("Give a reason for the decision. The scores are shown to you when it is saved.")
HIDDEN_DECISION = gettext_noop(
    "A colleague decided since this page was opened. Their decision is shown to you after yours. Send yours again if "
    "it is to replace it."
)
NO_RECOMMENDATION = gettext_noop("There is no recommendation. Give a reason for the decision.")


class AnyDecision(Enum):
    """Stands for a last decision that the reviewer was not shown, as for clients of the API."""

    ANY = "any"


class DecidedMeanwhile(InvalidTransition):
    """Another reviewer has decided since the page was opened. `decision` is theirs, to be shown first.

    `is_hidden`: the reviewer may not see it before their own, and is told only that there is one.
    """

    code = "decided_meanwhile"

    def __init__(self, decision: Decision, *, is_hidden: bool) -> None:
        self.decision = decision
        if is_hidden:
            super().__init__(gettext(HIDDEN_DECISION))
            return
        names = {"name": decision.decided_by.get_username(), "verdict": in_sentence(decision.get_verdict_display())}
        sentences = [gettext("%(name)s decided “%(verdict)s” since this page was opened.") % names]
        if decision.reason:
            sentences.append(gettext("Their reason: “%(reason)s”") % {"reason": decision.reason})
        super().__init__(" ".join([*sentences, gettext("Send yours again if it is to replace it.")]))


def last_decision(interview: Interview) -> Decision | None:
    return interview.decisions.select_related("decided_by").first()


def next_to_decide(interview: Interview, viewer: Viewer) -> Interview | None:
    """The interview to decide after this one: of the same job first, then by the time of waiting, from this one on."""
    waiting = Interview.objects.visible_to(viewer).to_decide().exclude(pk=interview.pk)
    since = interview.undecided_since or interview.completed_at or timezone.now()
    other_jobs_last = Case(When(job=interview.job_id, then=0), default=1)
    later_first = Case(When(undecided_since__gt=since, then=0), default=1)
    first = waiting.order_by(other_jobs_last, later_first, "undecided_since").values("pk")[:1]
    return Interview.objects.filter(pk__in=first).select_related("candidate", "job").first()


def needs_reason(verdict: str, result: InterviewResult | None) -> bool:
    """Whether a decision on this result needs a reason, because it is not the recommended one."""
    return verdict != (result.recommendation if result else "")


def record_decision(
    interview: Interview,
    *,
    by: User,
    verdict: str,
    reason: str,
    seen: InterviewResult | None,
    previous: Decision | AnyDecision | None = AnyDecision.ANY,
    via: str = "",
) -> Decision:
    """Record a reviewer's decision. `seen` is the result that the reviewer has read, or None without a result.

    `previous` is the last decision that the reviewer was shown, or None if they were shown none. `via` is the client of
    the API that passed the decision on.

    Raises InvalidTransition if the interview is not over, if the result has changed, or if a reason is required: for a
    decision that differs from the recommendation, and for one by a reviewer who has not seen the scores. Raises
    DecidedMeanwhile if the last decision is not the one that was shown.
    """
    with lock_interview(interview) as locked_interview:
        if interview.is_live:
            raise InvalidTransition(gettext(NOT_OVER))
        locked_interview.require_answers()
        if interview.result_status == Interview.ResultStatus.PENDING:
            raise InvalidTransition(gettext(BEING_ASSESSED))
        current_result = interview.results.filter(is_current=True).first()
        if current_result != seen:
            raise InvalidTransition(gettext(RESULT_CHANGED))
        latest = last_decision(interview)
        if latest is not None and previous not in (AnyDecision.ANY, latest):
            raise DecidedMeanwhile(latest, is_hidden=not may_see_scores(by, interview))
        # A reason that was required only where the decision differs would give the recommendation away.
        if not reason.strip() and not may_see_scores(by, interview):
            raise InvalidTransition(gettext(BLIND_DECISION))
        if needs_reason(verdict, current_result) and not reason.strip():
            raise InvalidTransition(
                gettext(DIFFERENT_DECISION)
                if current_result and current_result.recommendation
                else gettext(NO_RECOMMENDATION)
            )
        decision = Decision.objects.create(
            interview=interview, result=current_result, decided_by=by, verdict=verdict, reason=reason.strip()
        )
        decision_event = event_kind("decision", verdict)
        passed_on = {"via": via} if via else {}
        locked_interview.add_event(
            decision_event, actor=by.get_username(), reason=decision.reason, decision=str(decision.pk), **passed_on
        )
    return decision
