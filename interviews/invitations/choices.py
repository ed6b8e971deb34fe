"""The choices of a candidate in the forms of their invitation. Each choice has the effect that it has in a call.

After the end of the interview a choice has none, and raises InterviewOver; only a refusal of all contact still counts.
"""

from datetime import datetime

from django.utils.translation import gettext, gettext_noop

from candidates.models import Consent, DoNotCall
from interviews.models import EventKind, Interview, WaitReason, lock_interview
from interviews.models.transitions.coverage import finish_by_coverage, hand_over
from interviews.self_service.attempts import InterviewOver

MAX_WORDS = 1000
"""How many characters a candidate may write about another way."""

SOURCE, SMS_SOURCE = "in a form of the invitation", "in an SMS"
IS_OVER = gettext_noop("Your interview is over. Nothing was changed.")
DECLINED = gettext_noop("Declined in a form of the invitation.")
DECLINED_IN_SMS = gettext_noop("Declined in an SMS.")
ASKED_FOR_PERSON = gettext_noop("The candidate asked for a person. Get in touch, then decide.")
WRONG_PERSON = gettext_noop("The person who opened the invitation is not the candidate.")
OPTED_OUT = gettext_noop("Asked not to be contacted again.")
WAITS_FOR_ADJUSTMENT = gettext_noop(
    "The candidate asked for another way; their words are in the history. Get in touch, or plan the next call."
)


def agree(interview: Interview, *, wording_version: str, language: str) -> None:
    """The candidate consents to be interviewed by an AI and recorded. A second consent adds no row.

    `wording_version`: the hash of the text that the form showed.
    """
    with lock_interview(interview):
        require_live(interview)
        latest = latest_consent(interview)
        if latest is None or not latest.given or latest.wording_version != wording_version:
            add_form_consent(
                interview, Consent.Kind.RECORD, given=True, wording_version=wording_version, language=language
            )


def latest_consent(interview: Interview) -> Consent | None:
    """The last consent, or refusal, to be interviewed that the candidate gave in a form of an invitation."""
    consents = interview.candidate.consents.filter(kind=Consent.Kind.RECORD, given_by=Consent.GivenBy.FORM)
    return consents.order_by("said_at").last()


def decline(interview: Interview, *, language: str, given_by: Consent.GivenBy = Consent.GivenBy.FORM) -> None:
    """The candidate does not want the interview. Answers that they gave are kept, as when they stop in a call."""
    with lock_interview(interview) as locked_interview:
        require_live(interview)
        reason = DECLINED_IN_SMS if given_by == Consent.GivenBy.SMS else DECLINED
        add_form_consent(interview, Consent.Kind.RECORD, given=False, language=language, given_by=given_by)
        if interview.status == Interview.Status.PENDING:
            locked_interview.finish(Interview.Outcome.DECLINED, actor="candidate", reason=reason)
        else:
            too_little = Interview.Outcome.DECLINED
            finish_by_coverage(locked_interview, reason=reason, too_little=too_little, actor="candidate")
        locked_interview.end_live_attempt()


def request_person(interview: Interview) -> None:
    """The candidate wants a person in place of the assistant."""
    with lock_interview(interview) as locked_interview:
        require_live(interview)
        hand_over(locked_interview, reason=ASKED_FOR_PERSON, data={"why": "asked"})
        locked_interview.end_live_attempt()


def request_adjustment(interview: Interview, *, words: str, more_time: bool, until: datetime) -> None:
    """The candidate needs more time, which they get at once, or another way, for which a reviewer gets in touch.

    No call is placed before the reviewer has planned one. At `until` a person takes over. Raises InvalidTransition
    during a call.
    """
    with lock_interview(interview) as locked_interview:
        require_live(interview)
        if more_time:
            locked_interview.set_more_time(True, actor="candidate")
        if words:
            locked_interview.hold_calls(until, wait_reason=WaitReason.ADJUSTMENT, reason=WAITS_FOR_ADJUSTMENT)
            locked_interview.add_event(EventKind.ADJUSTMENT_REQUESTED, actor="candidate", reason=words[:MAX_WORDS])


def report_wrong_person(interview: Interview) -> None:
    """The holder of the link is not the candidate: neither their number nor their address is used again."""
    with lock_interview(interview) as locked_interview:
        require_live(interview)
        locked_interview.finish(Interview.Outcome.WRONG_PERSON, actor="candidate", reason=WRONG_PERSON)
        _cover_email(interview, DoNotCall.Kind.WRONG_PERSON)
        locked_interview.end_live_attempt()


def refuse_contact(interview: Interview, *, language: str) -> None:
    """The candidate is neither called nor written to again, for any job. Also after the end of the interview."""
    with lock_interview(interview) as locked_interview:
        if has_refused_contact(interview):
            return
        add_form_consent(interview, Consent.Kind.CALL, given=False, language=language)
        locked_interview.opt_out(reason=OPTED_OUT)
        locked_interview.end_live_attempt()


def has_refused_contact(interview: Interview) -> bool:
    """Whether the candidate asked not to be contacted, and no one has lifted that."""
    refusals = DoNotCall.objects.active().filter(candidate=interview.candidate_id)
    return refusals.filter(kind=DoNotCall.Kind.OPTED_OUT).exists()


def _cover_email(interview: Interview, kind: DoNotCall.Kind) -> None:
    entries = DoNotCall.objects.active().filter(interview=interview, kind=kind).select_related("key")
    for entry in entries:
        entry.cover_email(interview.candidate.email)


def require_live(interview: Interview) -> None:
    """Raise InterviewOver after the end of the interview."""
    if not interview.is_live:
        raise InterviewOver(gettext(IS_OVER))


def add_form_consent(
    interview: Interview,
    kind: Consent.Kind,
    *,
    given: bool,
    wording_version: str = "",
    language: str,
    given_by: Consent.GivenBy = Consent.GivenBy.FORM,
) -> None:
    """Add a consent, or a refusal, that the candidate gave in a form of the invitation, or in an SMS."""
    consent = Consent(
        candidate_id=interview.candidate_id,
        kind=kind,
        given=given,
        given_by=given_by,
        wording_version=wording_version,
        language=language,
        source=SMS_SOURCE if given_by == Consent.GivenBy.SMS else SOURCE,
    )
    Consent.insert([consent])
