"""Dial rules about the person: their refusals, their consent, their data and their earlier interviews."""

from collections.abc import Callable
from datetime import timedelta

from candidates.checks import MISSING_KEY_HINT
from candidates.models import DoNotCall
from interviews.calling.person.call_request import CallRequest, EarlierInterview
from interviews.calling.verdicts import DialRule, Later, Never, NotEvaluated, Passed, Verdict
from interviews.models import Interview, WaitReason

KEY_RECHECK = timedelta(minutes=5)
UNREADABLE_LIST = (
    "Entries of the do-not-call list cannot be read, because their key is not configured. All calls wait for the key. "
    f"{MISSING_KEY_HINT}"
)
HAS_INTERVIEW = "This candidate already has an interview for this job that is not over. Wait for it or cancel it."
LIFT = "Lift the entry of the do-not-call list, with a reason, if"


def _list_is_readable(request: CallRequest) -> Verdict:
    if request.history.missing_keys:
        return Later(request.now + KEY_RECHECK, WaitReason.DO_NOT_CALL_KEY, UNREADABLE_LIST)
    return Passed("All entries of the list can be read.")


def _refusal_rule(kind: DoNotCall.Kind, refusal: str, passed: str) -> Callable[[CallRequest], Verdict]:
    def rule(request: CallRequest) -> Verdict:
        return Never(refusal) if kind in request.history.refusals else Passed(passed)

    return rule


_is_not_do_not_call = _refusal_rule(
    DoNotCall.Kind.OPTED_OUT,
    f"This number is on the do-not-call list: its owner asked not to be called again. {LIFT} they changed their mind.",
    "Not on the do-not-call list.",
)
_did_not_decline = _refusal_rule(
    DoNotCall.Kind.DECLINED,
    f"This person declined an interview. {LIFT} they changed their mind.",
    "No interview was declined.",
)
_did_not_ask_for_person = _refusal_rule(
    DoNotCall.Kind.PERSON_REQUESTED,
    f"This person asked to speak with a person instead of an automated call. Call them yourself. {LIFT} they agreed to "
    "another automated call.",
    "No request for a person.",
)
_is_not_wrong_person = _refusal_rule(
    DoNotCall.Kind.WRONG_PERSON,
    f"Another person answered this number. Correct it on the candidate. {LIFT} it is the candidate's after all.",
    "No report of another person at this number.",
)
_is_in_service = _refusal_rule(
    DoNotCall.Kind.OUT_OF_SERVICE,
    f"The carrier reported that this number is not in service. Correct it on the candidate. {LIFT} it works again.",
    "No call found the number out of service.",
)


def _data_is_not_erased(request: CallRequest) -> Verdict:
    if request.candidate is None:
        return NotEvaluated("No candidate has this number.")
    if request.candidate.erased_at:
        return Never("This candidate's data was erased.")
    return Passed("The candidate's data was not erased.")


def _has_consent(request: CallRequest) -> Verdict:
    """Require consent, unless the job waives it. No job waives a refusal. Without a job, consent is required."""
    if request.history.withdrew_consent:
        return Never(
            "Consent to be called was refused or withdrawn, by this candidate or by another one with the same number. "
            "If it was given again, record it on the candidate."
        )
    if request.job and not request.job.consent_required:
        return Passed("This job requires no consent.")
    if request.candidate is None:
        return NotEvaluated("No candidate has this number, so no consent is on record. It will be required.")
    if not request.history.gave_consent:
        return Never("There is no consent to be called on record. Record it on the candidate, with its source.")
    return Passed("Consent to be called is on record.")


def _has_no_other_interview(request: CallRequest) -> Verdict:
    """Allow one live interview per job and person. Candidates with the same number count as one person."""
    if request.job is None:
        return NotEvaluated("No job was chosen.")
    others = [earlier for earlier in request.history.interviews if earlier.is_live and _comes_before(earlier, request)]
    if not others:
        return Passed("No other interview for this job is planned.")
    if request.candidate and others[0].candidate_id == request.candidate.pk:
        return Never(HAS_INTERVIEW)
    return Never(
        "Another candidate with this number already has an interview for this job that is not over. A number counts as "
        "one person. Wait for that interview or cancel it."
    )


def _comes_before(earlier: EarlierInterview, request: CallRequest) -> bool:
    """Whether the earlier interview is to be held rather than the requested one: it has begun, or was planned first."""
    interview = request.interview
    if interview is None:
        return True
    if earlier.pk == interview.pk or interview.status == Interview.Status.IN_PROGRESS:
        return False
    has_begun = earlier.status == Interview.Status.IN_PROGRESS
    return has_begun or (earlier.created_at, earlier.pk) < (interview.created_at, interview.pk)


def _was_not_interviewed(request: CallRequest) -> Verdict:
    if request.job is None:
        return NotEvaluated("No job was chosen.")
    if all(earlier.is_live for earlier in request.history.interviews):
        return Passed("No interview for this job was completed.")
    if request.is_repeat:
        return Passed("A reviewer planned a repeat for this candidate, with a reason.")
    return Never(
        "This candidate, or another one with the same number, has completed or called off an interview for this job. "
        "To interview them again, plan an interview for this candidate alone and give a reason."
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
