"""Dial rules about the person: their refusals, their consent, their data and their earlier interviews."""

from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from candidates.checks import MISSING_KEY_HINT
from candidates.models import DoNotCall
from interviews.calling.person.call_request import CallRequest, EarlierInterview
from interviews.calling.verdicts import DialRule, Later, Never, NotEvaluated, Passed, Verdict
from interviews.models import Interview, WaitReason
from screener.labels import Label

KEY_RECHECK = timedelta(minutes=5)
UNREADABLE_LIST = gettext_noop(
    "Entries of the do-not-call list cannot be read, because their key is not configured. All calls wait for the key."
)
HAS_INTERVIEW = gettext_noop(
    "This candidate already has an interview for this job that is not over. Wait for it or cancel it."
)
NO_CONSENT = gettext_noop("There is no consent to be called on record. Record it on the candidate, with its source.")


def _list_is_readable(call_request: CallRequest) -> Verdict:
    if call_request.person_history.missing_keys:
        return Later(
            call_request.now + KEY_RECHECK,
            WaitReason.DO_NOT_CALL_KEY,
            f"{gettext(UNREADABLE_LIST)} {gettext(MISSING_KEY_HINT)}",
        )
    return Passed(gettext("All entries of the list can be read."))


def _refusal_rule(
    entry_kind: DoNotCall.Kind, refusal_reason: Label, passed_reason: Label
) -> Callable[[CallRequest], Verdict]:
    def rule(request: CallRequest) -> Verdict:
        if entry_kind in request.person_history.refusals:
            return Never(str(refusal_reason))
        return Passed(str(passed_reason))

    return rule


_is_not_do_not_call = _refusal_rule(
    DoNotCall.Kind.OPTED_OUT,
    _(
        "This number is on the do-not-call list: its owner asked not to be called again. Lift the entry, with a "
        "reason, if they changed their mind."
    ),
    _("Not on the do-not-call list."),
)
_did_not_decline = _refusal_rule(
    DoNotCall.Kind.DECLINED,
    _(
        "This person declined an interview. Lift the entry of the do-not-call list, with a reason, if they changed "
        "their mind."
    ),
    _("No interview was declined."),
)
_did_not_ask_for_person = _refusal_rule(
    DoNotCall.Kind.PERSON_REQUESTED,
    _(
        "This person asked to speak with a person instead of an automated call. Call them yourself. Lift the entry of "
        "the do-not-call list, with a reason, if they agreed to another automated call."
    ),
    _("No request for a person."),
)
_is_not_wrong_person = _refusal_rule(
    DoNotCall.Kind.WRONG_PERSON,
    _(
        "Another person answered this number. Correct it on the candidate. Lift the entry of the do-not-call list, "
        "with a reason, if it is the candidate's after all."
    ),
    _("No report of another person at this number."),
)
_is_in_service = _refusal_rule(
    DoNotCall.Kind.OUT_OF_SERVICE,
    _(
        "The carrier reported that this number is not in service. Correct it on the candidate. Lift the entry of the "
        "do-not-call list, with a reason, if it works again."
    ),
    _("No call found the number out of service."),
)


def _data_is_not_erased(call_request: CallRequest) -> Verdict:
    if call_request.candidate is None:
        return NotEvaluated(gettext("No candidate has this number."))
    if call_request.candidate.erased_at:
        return Never(gettext("This candidate's data was erased."))
    return Passed(gettext("The candidate's data was not erased."))


def _has_consent(call_request: CallRequest) -> Verdict:
    """Require consent, unless the job waives it. No job waives a refusal. Without a job, consent is required."""
    if call_request.person_history.withdrew_consent:
        return Never(
            gettext(
                "Consent to be called was refused or withdrawn, by this candidate or by another one with the same "
                "number. If it was given again, record it on the candidate."
            )
        )
    if call_request.job and not call_request.job.consent_required:
        return Passed(gettext("This job requires no consent."))
    if call_request.candidate is None:
        return NotEvaluated(gettext("No candidate has this number, so no consent is on record. It will be required."))
    if not call_request.person_history.gave_consent:
        return Never(gettext(NO_CONSENT))
    return Passed(gettext("Consent to be called is on record."))


def _has_no_other_interview(call_request: CallRequest) -> Verdict:
    """Allow one live interview per job and person. Candidates with the same number count as one person."""
    if call_request.job is None:
        return NotEvaluated(gettext("No job was chosen."))
    other_interviews = [
        earlier
        for earlier in call_request.person_history.interviews
        if earlier.is_live and _comes_before(earlier, call_request)
    ]
    if not other_interviews:
        return Passed(gettext("No other interview for this job is planned."))
    if call_request.candidate and other_interviews[0].candidate_id == call_request.candidate.pk:
        return Never(gettext(HAS_INTERVIEW))
    return Never(
        gettext(
            "Another candidate with this number already has an interview for this job that is not over. A number "
            "counts as one person. Wait for that interview or cancel it."
        )
    )


def _comes_before(earlier_interview: EarlierInterview, call_request: CallRequest) -> bool:
    """Whether the earlier interview is to be held rather than the requested one: it has begun, or was planned first."""
    interview = call_request.interview
    if interview is None:
        return True
    if earlier_interview.pk == interview.pk or interview.status == Interview.Status.IN_PROGRESS:
        return False
    has_begun = earlier_interview.status == Interview.Status.IN_PROGRESS
    return has_begun or (earlier_interview.created_at, earlier_interview.pk) < (interview.created_at, interview.pk)


def _was_not_interviewed(call_request: CallRequest) -> Verdict:
    if call_request.job is None:
        return NotEvaluated(gettext("No job was chosen."))
    if all(earlier_interview.is_live for earlier_interview in call_request.person_history.interviews):
        return Passed(gettext("No interview for this job was completed."))
    if call_request.is_repeat:
        return Passed(gettext("A reviewer planned a repeat for this candidate, with a reason."))
    return Never(
        gettext(
            "This candidate, or another one with the same number, has completed or called off an interview for this "
            "job. To interview them again, plan an interview for this candidate alone and give a reason."
        )
    )


PERSON_RULES: dict[DialRule, Callable[[CallRequest], Verdict]] = {
    DialRule.DO_NOT_CALL_KEY: _list_is_readable,
    DialRule.DO_NOT_CALL: _is_not_do_not_call,
    DialRule.DECLINED: _did_not_decline,
    DialRule.PERSON_REQUESTED: _did_not_ask_for_person,
    DialRule.WRONG_PERSON: _is_not_wrong_person,
    DialRule.OUT_OF_SERVICE: _is_in_service,
    DialRule.CANDIDATE_DATA: _data_is_not_erased,
    DialRule.CONSENT: _has_consent,
    DialRule.OTHER_INTERVIEW: _has_no_other_interview,
    DialRule.INTERVIEWED: _was_not_interviewed,
}
