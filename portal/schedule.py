"""The page on which a candidate chooses when they are called, in their own time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext_lazy as _

from candidates.timezones import iana_time_zones, local_moment
from interviews.calling.hours import CallingHours
from interviews.invitations import scheduling
from interviews.models import Invitation
from portal.access import opened_by_invitation
from portal.actions import refused_page
from portal.introduction import call_wording_version
from portal.pages import go_to, page_tag, render_page
from portal.standing import Standing
from screener.models import InvalidTransition

DAYS_SHOWN = 14
STEP, NOTICE = timedelta(minutes=15), timedelta(hours=1)
NOW, LATER = "now", "at"
ZONE = "zone"


@dataclass(frozen=True)
class Slots:
    """The days and times that are offered, in one time zone."""

    zone: ZoneInfo
    since: datetime
    until: datetime

    @cached_property
    def days(self) -> list[tuple[str, str]]:
        first, last = (moment.astimezone(self.zone).date() for moment in (self.since, self.until))
        days = (first + timedelta(days=ahead) for ahead in range(DAYS_SHOWN))
        return [(f"{day:%Y-%m-%d}", day_label(day)) for day in days if day <= last]

    @cached_property
    def times(self) -> list[tuple[str, str]]:
        """The steps of a day that are inside the calling hours."""
        hours = CallingHours.parse_hours(settings.CALLING_HOURS)
        midnight = datetime.combine(date.min, time(0))
        steps = (midnight + number * STEP for number in range(timedelta(days=1) // STEP))
        return [(f"{step:%H:%M}", time_format(step.time())) for step in steps if hours.are_open_at(step)]

    @property
    def first(self) -> dict[str, str]:
        """The first time that is offered, an hour from now or later."""
        soon = (self.since + NOTICE).astimezone(self.zone)
        clock = next((value for value, _label in self.times if value >= f"{soon:%H:%M}"), "")
        return {"day": f"{soon if clock else soon + timedelta(days=1):%Y-%m-%d}", "time": clock}

    def moment(self, day: str, clock: str) -> datetime | None:
        """The moment in UTC, or None where the clocks skip this local time."""
        return local_moment(datetime.fromisoformat(f"{day}T{clock}"), self.zone)


def day_label(day: date) -> str:
    """Short enough for the narrowest phones."""
    return f"{date_format(day, 'D')}, {date_format(day, 'MONTH_DAY_FORMAT')}"


class ScheduleForm(forms.Form):
    """The cleaned `moment` is None for a call as soon as possible."""

    when = forms.ChoiceField(choices=[(NOW, _("Now, as soon as possible")), (LATER, _("At this time:"))])
    day = forms.ChoiceField(label=_("Day"), required=False)
    time = forms.ChoiceField(label=_("Time"), required=False)
    agree = forms.BooleanField(error_messages={"required": _("Without your consent we do not call you.")})

    def __init__(self, data: Any, *, slots: Slots) -> None:
        super().__init__(data, initial=slots.first)
        self.slots = slots
        day_field: Any = self.fields["day"]
        time_field: Any = self.fields["time"]
        day_field.choices, time_field.choices = slots.days, slots.times

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["moment"] = None
        if cleaned.get("when") == LATER and not self.errors:
            cleaned["moment"] = self._chosen_moment(cleaned)
        return cleaned

    def _chosen_moment(self, cleaned: dict[str, Any]) -> datetime | None:
        if not cleaned["day"] or not cleaned["time"]:
            self.add_error("day", _("Choose a day and a time."))
            return None
        moment = self.slots.moment(cleaned["day"], cleaned["time"])
        if moment is None:
            self.add_error("time", _("The clocks skip this time. Choose another one."))
        elif moment <= self.slots.since:
            self.add_error("time", _("This time has passed. Choose a later one."))
        elif moment > self.slots.until:
            self.add_error("day", _("Your invitation ends before this time. Choose an earlier one."))
        return moment


@opened_by_invitation
def schedule_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """GET shows the form, in the time zone that the candidate says they are in. POST has the call planned."""
    interview, now = invitation.interview, timezone.now()
    standing = Standing.of(interview, now)
    if request.method != "POST" and not standing.may_choose_time:
        return go_to(request, invitation)
    chosen_zone = _chosen_zone(request)
    slots = Slots(ZoneInfo(chosen_zone or standing.time_zone), now, invitation.expires_at)
    form = ScheduleForm(request.POST if request.method == "POST" else None, slots=slots)
    if form.is_bound and form.is_valid():
        try:
            scheduling.request_call(
                interview,
                form.cleaned_data["moment"],
                wording_version=call_wording_version(),
                language=page_tag(),
                time_zone=chosen_zone,
            )
        except scheduling.TimeNotAllowed as error:
            return _show_form(request, invitation, form, standing, first_allowed=error.first_allowed)
        except scheduling.NotCallable:
            return render_page(request, invitation, "portal/not_callable.html", status=HTTPStatus.CONFLICT)
        except InvalidTransition as error:
            return refused_page(request, invitation, error)
        return go_to(request, invitation)
    return _show_form(request, invitation, form, standing)


def _chosen_zone(request: HttpRequest) -> str:
    """The time zone that the candidate has chosen. Empty: they have not."""
    zone = request.POST.get(ZONE) or request.GET.get(ZONE, "")
    return zone if zone in iana_time_zones() else ""


def _show_form(
    request: HttpRequest,
    invitation: Invitation,
    form: ScheduleForm,
    standing: Standing,
    first_allowed: datetime | None = None,
) -> HttpResponse:
    zone = form.slots.zone
    context = {
        "form": form,
        "standing": standing,
        "slots": form.slots,
        "zone": zone.key,
        "chosen_zone": _chosen_zone(request),
        "zones": sorted(name for name in iana_time_zones() if "/" in name and not name.startswith("Etc/")),
        "first_allowed": first_allowed.astimezone(zone) if first_allowed else None,
    }
    is_wrong = form.errors or first_allowed
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return render_page(request, invitation, "portal/schedule.html", context, status=status)
