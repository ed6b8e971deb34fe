"""The form that makes a share link."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from interviews.models.sharing.share_link import DEFAULT_DAYS, MOST_DAYS
from screener.access.blind_mode import is_blind


class ShareForm(forms.Form):
    """`may_share_recordings`: whether the report has recordings that the user may listen to."""

    recipient = forms.CharField(
        label=_("For whom"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("A name or a team, so that you know later whose link this is. It is not sent anywhere."),
    )
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=DEFAULT_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    with_names = forms.BooleanField(
        label=_("With names"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Without, names are masked in all texts. Contact data is never shown."),
    )
    with_recordings = forms.BooleanField(
        label=_("With recordings"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("A voice may tell who it is, also where names are hidden."),
    )

    def __init__(self, data: Any = None, *, may_share_recordings: bool) -> None:
        super().__init__(data)
        if not may_share_recordings:
            del self.fields["with_recordings"]
        if is_blind():  # nobody shares a name that they do not see
            del self.fields["with_names"]

    def clean(self) -> dict[str, Any]:
        return {"with_names": False, "with_recordings": False} | (super().clean() or {})
