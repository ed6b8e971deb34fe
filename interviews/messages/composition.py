"""Composes the mails to candidates, in the language of their interview."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from math import ceil
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from interviews.conversation.script import usual_seconds
from interviews.conversation.sentences import end_once
from interviews.invitations.links import invitation_url
from interviews.messages.calendar import Appointment, Method, agreed_time, make_calendar_file
from interviews.messages.parts import parts_of
from interviews.messages.rules import message_zones
from interviews.messages.text_direction import isolate, one_line
from interviews.messages.texts import load_wording, wording_language
from interviews.models import CandidateMessage, Interview, Invitation, MessageKind
from interviews.reception.employer import name_employer, written_name
from screener.models import Organisation
from screener.services.mail import CalendarFile, OutgoingMail
from screener.services.mail_providers import tracking_headers

MAX_NAME, MAX_TITLE = 80, 80


@dataclass(frozen=True)
class MailText:
    """The content of a mail, without its form. `link`: the address of the button. Empty: there is none."""

    language: str
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    link: str
    link_text: str
    after_link: tuple[str, ...]
    footer: tuple[str, ...]

    def as_context(self) -> dict[str, object]:
        return {"mail": self, "is_right_to_left": translation.get_language_info(self.language)["bidi"]}


def compose_message(message: CandidateMessage, invitation: Invitation | None) -> OutgoingMail:
    """Compose the mail of a message. Its Message-ID is the same for every try."""
    interview = message.interview
    text = compose_text(message, invitation)
    return OutgoingMail(
        calendar=_calendar_file(message),
        recipient=interview.candidate.email,
        subject=text.subject,
        text=render_to_string("messages/mail.txt", text.as_context()),
        html=render_to_string("messages/mail.html", text.as_context()),
        message_id=f"<{message.pk}@{settings.PUBLIC_HOST}>",
        headers={**_headers(text, invitation), **tracking_headers(str(message.pk))},
        sender_name=_sender_name(interview),
    )


def compose_text(message: CandidateMessage, invitation: Invitation | None) -> MailText:
    """The message in words. `invitation`: the open one of the interview; without one there is no link."""
    interview, parts = message.interview, parts_of(message)
    language = wording_language(interview.language)
    texts, places = load_wording()[language], _places(message, invitation, language)

    def say(*names: str) -> tuple[str, ...]:
        return tuple(end_once(texts[name].format_map(places), places["employer"]) for name in names)

    return MailText(
        language=language,
        subject=say(parts.subject)[0],
        greeting=say("greeting" if interview.candidate.full_name.strip() else "greeting_without_name")[0],
        paragraphs=say(*parts.before, *(["planned_for"] if _says_time(message, places) else [])),
        link=invitation_url(invitation) if invitation and parts.link else "",
        link_text=say(parts.link)[0] if parts.link else "",
        after_link=say(*parts.after, "questions"),
        footer=say("why", *(["privacy"] if places["address"] else [])),
    )


def _says_time(message: CandidateMessage, places: Mapping[str, str]) -> bool:
    return message.kind in (MessageKind.INVITATION, MessageKind.REMINDER) and bool(places["when"])


def _calendar_file(message: CandidateMessage) -> CalendarFile | None:
    """The file of the call, where the message has one: see `calendar_entry`."""
    if message.calendar_sequence is None or message.appointment_at is None:
        return None
    interview, organisation = message.interview, Organisation.current()
    language = wording_language(interview.language)
    employer = one_line(written_name(interview.job, organisation))
    places = {"employer": employer, "title": one_line(interview.job.title)}
    appointment = Appointment(
        interview=interview,
        starts_at=message.appointment_at,
        minutes=usual_minutes(interview),
        title=load_wording()[language]["invitation.subject"].format_map(places),
        employer=employer,
        sequence=message.calendar_sequence,
    )
    is_cancelled = message.kind == MessageKind.CANCELLATION
    return make_calendar_file(appointment, Method.CANCEL if is_cancelled else Method.PUBLISH, message.created_at)


def usual_minutes(interview: Interview) -> int:
    """How long the interview usually takes."""
    return ceil(usual_seconds(question.max_seconds for question in interview.question_set.questions) / 60)


def _headers(text: MailText, invitation: Invitation | None) -> Mapping[str, str]:
    """The headers. The link of `List-Unsubscribe` asks first: its answer ends all contact, calls as well."""
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": text.language}
    if invitation:
        headers["List-Unsubscribe"] = f"<{invitation_url(invitation, page='portal-never')}>"
    return headers


def _places(message: CandidateMessage, invitation: Invitation | None, language: str) -> Mapping[str, str]:
    """The values of places in texts. Those of other people are bounded, and cannot reverse the text around them."""
    interview, organisation = message.interview, Organisation.current()
    is_cancelled = message.kind == MessageKind.CANCELLATION
    planned_for = message.appointment_at if is_cancelled else agreed_time(interview, timezone.now())
    zone = ZoneInfo(message_zones(interview.candidate, timezone.now())[0])
    return {
        "name": isolate(interview.candidate.full_name, MAX_NAME),
        "employer": isolate(written_name(interview.job, organisation), MAX_NAME),
        "title": isolate(interview.job.title, MAX_TITLE),
        "count": str(len(interview.question_set.questions)),
        "minutes": str(usual_minutes(interview)),
        "number": name_employer(interview.job, organisation).callback_number.replace(" ", "\N{NO-BREAK SPACE}"),
        "address": organisation.privacy_notice_url if organisation else "",
        "expires": _format_day(invitation.expires_at.astimezone(zone), language) if invitation else "",
        "when": _format_time(planned_for.astimezone(zone), language) if planned_for else "",
    }


def _format_time(moment: datetime, language: str) -> str:
    """Day and time in the zone of the candidate, which is named: two people may read it in two zones."""
    with translation.override(language):
        day, hour = date_format(moment, "DATE_FORMAT"), date_format(moment, "TIME_FORMAT")
    zone = str(moment.tzinfo).replace("_", " ")
    return f"{day}, {hour} ({zone})"


def _format_day(moment: datetime, language: str) -> str:
    with translation.override(language):
        return date_format(moment, "DATE_FORMAT")


def _sender_name(interview: Interview) -> str:
    """The employer, in whose name the mail is sent. Mail programs show it beside the address of EMAIL_FROM."""
    return one_line(written_name(interview.job, Organisation.current())) or parseaddr(settings.DEFAULT_FROM_EMAIL)[0]
