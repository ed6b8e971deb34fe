"""When to call again: as soon as calls are allowed, or at a time in the reader's zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candidates.timezones import iana_time_zones, local_moment

NOW, LATER = "now", "at"


class CallTimeForm(forms.Form):
    """The cleaned `scheduled_for` is the chosen time, or None for a call as soon as calls are allowed."""

    when = forms.ChoiceField(
        label=_("When to call"),
        choices=[(NOW, _("As soon as calls are allowed")), (LATER, _("At a time"))],
        required=False,
        initial=NOW,
        widget=forms.RadioSelect,
    )
    call_at = forms.DateTimeField(
        label=_("Date and time"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput({"class": "d-input", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reader_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput({"data-reader-zone": ""}))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the reader; UTC where the browser names none."""
        zone_name = self.cleaned_data.get("reader_zone", "")
        return ZoneInfo(zone_name if zone_name in iana_time_zones() else "UTC")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["scheduled_for"] = self._chosen_moment(cleaned)
        return cleaned

    def _chosen_moment(self, cleaned: dict[str, Any]) -> datetime | None:
        """Read the time in the reader's zone."""
        if cleaned.get("when") != LATER or "call_at" in self.errors:
            return None
        if not cleaned.get("call_at"):
            self.add_error("call_at", _("Choose the date and the time of the call."))
            return None
        moment = local_moment(cleaned["call_at"].replace(tzinfo=None), self.zone)
        if moment is None:
            self.add_error("call_at", _("The clocks skip this time. Choose another one."))
        elif moment < timezone.now():
            self.add_error("call_at", _("This time is past. Choose a later one."))
        else:
            return moment
        return None
