"""SMS that come in. A no is a no: it ends all automated contact, calls as well as messages.

Only where an SMS was sent to a number, its owner gets words about an interview; others hear the same whether or not a
candidate has the number.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from candidates.models import Consent, DoNotCall
from interviews.invitations.choices import decline, request_person
from interviews.messages.rules import open_invitation
from interviews.messages.sms.composition import say, say_to_anyone
from interviews.models import CandidateMessage, EventKind, Interview, lock_interview
from interviews.reception.opt_out import live_interviews_of, opt_out_number
from interviews.reception.sms.understanding import SmsIntent, is_confirmed_by_carrier, understand_sms
from jobs.channels import Channel

WRONG_PERSON = gettext_noop("The owner of the number is not the candidate, as an SMS says.")
OPT_OUT_SOURCE = gettext_noop("asked for in an SMS to us")
MAX_LETTERS = 1000
"""How many letters of an SMS are kept for a person to read."""
MOST_EVENTS, MOST_REPLIES = 20, 3
"""Of an interview in a day. Two machines that reply to each other would never stop."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class IncomingSms:
    """`number`: the sender's in E.164. `is_answered`: the carrier says that it has replied to a keyword itself."""

    number: str
    words: str
    sid: str
    is_answered: bool


def receive_sms(sms: IncomingSms) -> str:
    """Apply an SMS, and return the text to reply; empty: none. The caller ensures that it is received once."""
    interview = _texted_interview(sms.number)
    language, name = (interview.language, interview.candidate.full_name) if interview else ("", "")
    intent = understand_sms(sms.words, language, name)
    reply = _apply(sms, intent, interview)
    is_silent = sms.is_answered or (intent is SmsIntent.STOP and is_confirmed_by_carrier(sms.words))
    return "" if is_silent else reply


def _apply(sms: IncomingSms, intent: SmsIntent, interview: Interview | None) -> str:
    match intent:
        case SmsIntent.STOP:
            _refuse_contact(sms.number, interview)
            return _say("stopped", interview)
        case SmsIntent.WRONG_PERSON:
            return _say("wrong_person", interview) if _report_wrong_person(sms.number, interview) else ""
        case SmsIntent.HELP:
            return _help(interview)
        case _ if interview is None:
            return ""
        case SmsIntent.START:
            _tell_reader(sms, intent, interview)
            return _say("started", interview) if DoNotCall.objects.covers_number(sms.number) else _help(interview)
        case SmsIntent.DECLINE if _is_only_live(interview, sms.number):
            decline(interview, language=interview.language, given_by=Consent.GivenBy.SMS)
            return _say("declined", interview)
        case SmsIntent.PERSON if _is_only_live(interview, sms.number):
            request_person(interview)
            return _say("person", interview)
        case _:
            return _note(sms, intent, interview)


def _texted_interview(number: str) -> Interview | None:
    """The interview that SMS to this number were about: a live one if possible, then the latest."""
    interviews = Interview.objects.filter(
        candidate__phone=number, messages__channel=CandidateMessage.Channel.SMS, messages__sent_at__isnull=False
    ).exclude(candidate__phone="")
    latest = interviews.select_related("candidate", "job").order_by(
        F("completed_at").desc(nulls_first=True), "-messages__sent_at"
    )
    return latest.first()


def _refuse_contact(number: str, interview: Interview | None) -> None:
    opt_out_number(number, given_by=Consent.GivenBy.SMS, source=OPT_OUT_SOURCE)
    if interview:
        with lock_interview(interview) as locked_interview:
            has_event = interview.events.filter(kind=EventKind.INTERVIEW_OPTED_OUT).exists()
            if not has_event and interview.outcome != Interview.Outcome.OPTED_OUT:
                locked_interview.opt_out(reason=OPT_OUT_SOURCE)


def _report_wrong_person(number: str, interview: Interview | None) -> bool:
    """The number is not the candidate's: it is neither called nor texted again. False: no candidate was meant."""
    live_interviews = list(live_interviews_of(number))
    for live_interview in live_interviews:
        with lock_interview(live_interview) as locked_interview:
            locked_interview.finish(Interview.Outcome.WRONG_PERSON, actor="candidate", reason=WRONG_PERSON)
            locked_interview.end_live_attempt()
    if not live_interviews and interview:
        kind = DoNotCall.Kind.WRONG_PERSON
        DoNotCall.objects.add_number(number, kind=kind, source=OPT_OUT_SOURCE, interview_id=interview.pk)
    return bool(live_interviews or interview)


def _is_only_live(interview: Interview, number: str) -> bool:
    """Whether it is clear which interview is meant."""
    return [row.pk for row in live_interviews_of(number)] == [interview.pk]


def _note(sms: IncomingSms, intent: SmsIntent, interview: Interview) -> str:
    """Have a person read the SMS, and point to the page of the interview."""
    count = _tell_reader(sms, intent, interview)
    if count > MOST_REPLIES:
        return ""
    invitation = open_invitation(interview) if interview.is_live else None
    if invitation is None:
        return say("noted_without_link", interview)
    has_calls = Channel.PHONE in interview.job.channels
    return say("other_time" if intent is SmsIntent.OTHER_TIME and has_calls else "noted", interview, invitation)


def _tell_reader(sms: IncomingSms, intent: SmsIntent, interview: Interview) -> int:
    """Add the SMS to the history, of which the watchers of the job get notices. Returns how many came in a day."""
    with lock_interview(interview) as locked_interview:
        since = timezone.now() - A_DAY
        count = interview.events.filter(kind=EventKind.CANDIDATE_TEXTED, created_at__gt=since).count() + 1
        if count <= MOST_EVENTS:
            words = "" if interview.answers_erased_at else sms.words[:MAX_LETTERS]
            locked_interview.add_event(EventKind.CANDIDATE_TEXTED, actor="candidate", reason=words, code=intent)
    return count


def _help(interview: Interview | None) -> str:
    invitation = open_invitation(interview) if interview and interview.is_live else None
    return say("help", interview, invitation) if interview and invitation else _say("help_for_anyone", interview)


def _say(name: str, interview: Interview | None) -> str:
    return say(name, interview) if interview else say_to_anyone(name)
