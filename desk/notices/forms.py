"""The form with a user's choices for their notices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candidates.timezones import iana_time_zones
from interviews.models import MailPace, NoticeKind, NoticeSettings
from interviews.notices.schedule import default_zone

SELECT = {"class": "d-input"}
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class NoticeSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    morning_hour = forms.TypedChoiceField(
        label=_("Hour of daily and weekly mails"), choices=HOURS, coerce=int, widget=forms.Select(SELECT)
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=forms.Select(SELECT))

    class Meta:
        model = NoticeSettings
        fields = [*NoticeKind.values, "morning_hour", "time_zone"]
        widgets = {kind: forms.Select(SELECT, choices=MailPace.choices) for kind in NoticeKind.values}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        default = (_("As the employer: %(zone)s") % {"zone": default_zone()}).replace("_", " ")
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(iana_time_zones())]
        self.fields["time_zone"].choices = [("", default), *zones]  # type: ignore[attr-defined]

    @property
    def schedule_fields(self) -> list[Any]:
        return [self["morning_hour"], self["time_zone"]]

    @property
    def pace_fields(self) -> list[Any]:
        return [self[kind] for kind in NoticeKind.values]
