"""Who gets SMS: an SMS needs the same basis as a call, and a number that gets some."""

from datetime import datetime

import phonenumbers
from phonenumbers import PhoneNumberType

from interviews.calling.person.call_request import CallRequest
from interviews.calling.rules import PERMANENT_RULES, evaluate_request
from interviews.calling.verdicts import DialRule
from interviews.models import CandidateMessage, Interview, MessageProblem

MOBILE_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
"""In North America numbers of both kinds look alike. Twilio tells the others apart."""

PROBLEM_OF_RULE: dict[DialRule, MessageProblem] = {
    DialRule.CANDIDATE_DATA: MessageProblem.ERASED,
    DialRule.DO_NOT_CALL: MessageProblem.DO_NOT_CONTACT,
    DialRule.DECLINED: MessageProblem.DO_NOT_CONTACT,
    DialRule.PERSON_REQUESTED: MessageProblem.DO_NOT_CONTACT,
    DialRule.WRONG_PERSON: MessageProblem.DO_NOT_CONTACT,
    DialRule.OUT_OF_SERVICE: MessageProblem.NUMBER_UNREACHABLE,
    DialRule.NUMBER: MessageProblem.NUMBER_NOT_ALLOWED,
    DialRule.COUNTRY: MessageProblem.NUMBER_NOT_ALLOWED,
    DialRule.WHITELIST: MessageProblem.NUMBER_NOT_ALLOWED,
    DialRule.CONSENT: MessageProblem.NO_CONSENT,
}
"""The dial rules that hold for SMS, and why none is sent where one says never."""


def find_sms_problem(interview: Interview, now: datetime) -> MessageProblem | None:
    """Why this candidate gets no SMS. None: they may get one."""
    candidate = interview.candidate
    if not candidate.phone:
        return MessageProblem.NO_MOBILE
    rules = {rule: PERMANENT_RULES[rule] for rule in PROBLEM_OF_RULE}
    report = evaluate_request(CallRequest(candidate.phone, now, candidate, interview.job, interview), rules)
    if refused_by := report.refused_by:
        return PROBLEM_OF_RULE[refused_by]
    if phonenumbers.number_type(phonenumbers.parse(candidate.phone)) not in MOBILE_TYPES:
        return MessageProblem.NO_MOBILE
    return MessageProblem.NUMBER_UNREACHABLE if CandidateMessage.objects.is_unreachable(candidate.phone) else None
