"""The form that invites a candidate."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanWidget

from interviews.models.invitations.invitation import DEFAULT_DAYS, MOST_DAYS


class InvitationForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=DEFAULT_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    send = forms.BooleanField(
        label=_("Mail the link to the candidate"), required=False, initial=True, widget=UnfoldBooleanWidget
    )
