"""Composes SMS to candidates, in the language of their interview: short, the employer's name first."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format

from interviews.conversation.sentences import end_once
from interviews.invitations.links import short_invitation_url
from interviews.messages.calendar import agreed_time
from interviews.messages.rules import message_zones
from interviews.messages.text_direction import isolate
from interviews.messages.texts import DEFAULT_LANGUAGE, load_wording, wording_language
from interviews.models import CandidateMessage, Interview, Invitation, MessageKind
from interviews.reception.employer import employer_language, name_employer, written_name
from jobs.models import JobDescription
from screener.models import Organisation

MAX_NAME, MAX_TITLE = 30, 30
CANCELLED = (Interview.Outcome.BY_HR, Interview.Outcome.BY_CLIENT)
WITH_TIME = frozenset({MessageKind.INVITATION, MessageKind.REMINDER})
"""Kinds that say when a call is planned, if one is."""


def compose_sms(message: CandidateMessage, invitation: Invitation | None, when: datetime | None) -> str:
    """The text of a message. `when`: the time of the call that it tells. Twilio is asked for the SMS by its text."""
    return say(_text_name(message, when, invitation), message.interview, invitation, when)


def told_time(message: CandidateMessage, now: datetime) -> datetime | None:
    """The time of the call that this message tells, or takes back."""
    if message.kind == MessageKind.CANCELLATION:
        last_message = CandidateMessage.objects.exclude(pk=message.pk).last_with_time(message.interview)
        return last_message.appointment_at if last_message else None
    return agreed_time(message.interview, now) if message.kind in WITH_TIME | {MessageKind.APPOINTMENT} else None


def _text_name(message: CandidateMessage, when: datetime | None, invitation: Invitation | None) -> str:
    interview = message.interview
    if message.kind == MessageKind.CANCELLATION and interview.outcome not in CANCELLED:
        return f"call_{message.kind}_with_link" if interview.is_live and invitation else f"call_{message.kind}"
    return f"{message.kind}_with_time" if message.kind in WITH_TIME and when else message.kind


def say(name: str, interview: Interview, invitation: Invitation | None = None, when: datetime | None = None) -> str:
    """A text of the wording for SMS, in the language of the interview."""
    language = wording_language(interview.language)
    zone = ZoneInfo(message_zones(interview.candidate, timezone.now())[0])
    places = _places_of_employer(interview.job) | {
        "title": isolate(interview.job.title, MAX_TITLE),
        "link": short_invitation_url(invitation) if invitation else "",
        "when": _format_time(when.astimezone(zone), language) if when else "",
    }
    return end_once(load_wording()[language][f"sms.{name}"].format_map(places), places["employer"])


def say_to_anyone(name: str) -> str:
    """A text that names no interview, in the language of most questions. Empty while the employer has no name."""
    texts = load_wording()[wording_language(employer_language() or DEFAULT_LANGUAGE)]
    places = _places_of_employer(None)
    return end_once(texts[f"sms.{name}"].format_map(places), places["employer"]) if Organisation.current() else ""


def _places_of_employer(job: JobDescription | None) -> dict[str, str]:
    organisation = Organisation.current()
    return {
        "employer": isolate(written_name(job, organisation), MAX_NAME),
        "number": name_employer(job, organisation).callback_number,
    }


def _format_time(moment: datetime, language: str) -> str:
    """Day and time in the zone of the candidate, which is named as briefly as it can be."""
    with translation.override(language):
        day, hour = date_format(moment, "MONTH_DAY_FORMAT"), date_format(moment, "TIME_FORMAT")
    abbreviation = moment.tzname() or ""
    zone = abbreviation if abbreviation.isalpha() else str(moment.tzinfo).rpartition("/")[2].replace("_", " ")
    return f"{day}, {hour} ({zone})"
