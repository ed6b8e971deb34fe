"""Forms of the actions on interviews."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from candidates.models import Candidate
from interviews.campaigns.adding import why_no_campaign
from interviews.decisions import DecidedMeanwhile, last_decision
from interviews.models import Campaign, Decision, Interview, InterviewResult
from interviews.models.campaign import MAX_CALLS_PER_HOUR
from interviews.models.result import Recommendation
from interviews.scoring.blind_review import may_see_scores
from jobs.channels import Channel
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.admin.actions import ObjectActionForm
from screener.admin.widgets import SafeAutocomplete
from screener.labels import in_sentence
from screener.models import InvalidTransition
from screener.phone_format import MAX_LENGTH


def _chosen_by_search(name: str) -> SafeAutocomplete:
    return SafeAutocomplete(Interview._meta.get_field(name), admin.site)


class ScopedForm(ObjectActionForm):
    """Offers the candidates and jobs that the viewer may see."""

    def __init__(self, data: Any = None, *, viewer: Viewer, **options: Any) -> None:
        super().__init__(data, **options)
        for name in {"candidate", "job"} & self.fields.keys():
            choice: Any = self.fields[name]
            choice.queryset = choice.queryset.visible_to(viewer)


class CampaignForm(ScopedForm):
    """`candidates` are those that the preview listed, so that no other candidate is called."""

    job = forms.ModelChoiceField(
        JobDescription.objects.filter(is_open=True),
        label=_("Job"),
        widget=_chosen_by_search("job"),
        help_text=_("Open jobs only."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("To find these interviews by: “May, first round”."),
    )
    calls_per_hour = forms.IntegerField(
        label=_("Calls per hour"),
        required=False,
        min_value=1,
        max_value=MAX_CALLS_PER_HOUR,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=Campaign._meta.get_field("calls_per_hour").help_text,
    )
    candidates = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_job(self) -> JobDescription:
        job: JobDescription = self.cleaned_data["job"]
        if reason := why_no_campaign(job):
            raise forms.ValidationError(reason)
        return job

    def clean_candidates(self) -> list[UUID]:
        try:
            return [UUID(candidate_id) for candidate_id in self.cleaned_data["candidates"].split()]
        except ValueError:
            raise forms.ValidationError(gettext("Select the candidates in their list again.")) from None


class MayCallForm(ScopedForm):
    number = forms.CharField(
        label=_("Number"),
        required=False,
        max_length=MAX_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("With its country code. Without a number, that of the candidate is checked."),
    )
    candidate = forms.ModelChoiceField(
        Candidate.objects.all(),
        label=_("Candidate"),
        required=False,
        widget=_chosen_by_search("candidate"),
        help_text=_("Whose consent and time zone count. Without one, the newest candidate with this number."),
    )
    job = forms.ModelChoiceField(
        JobDescription.objects.all(),
        label=_("Job"),
        required=False,
        widget=_chosen_by_search("job"),
        help_text=_("Whose rules and limits count. Without a job, those of all jobs."),
    )

    def __init__(self, data: Any, *, viewer: Viewer, with_jobs: bool) -> None:
        super().__init__(data, viewer=viewer)
        if not with_jobs:
            del self.fields["job"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not (data["number"] or data["candidate"]):
            raise forms.ValidationError(gettext("Write a number, or choose a candidate."))
        return data


class ChannelForm(ObjectActionForm):
    """Offers the channels that the job allows. The subject is an interview."""

    channel = forms.ChoiceField(label=_("Channel"), widget=UnfoldAdminRadioSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        interview = self.subject
        others = [channel for channel in Channel if channel in interview.job.channels and channel != interview.channel]
        choice: Any = self.fields["channel"]
        choice.choices = [(channel.value, channel.label) for channel in others]


class CancelForm(ObjectActionForm):
    outcome = forms.ChoiceField(
        label=_("Cancelled by"),
        choices=[(Interview.Outcome.BY_HR, "HR"), (Interview.Outcome.BY_CANDIDATE, _("The candidate"))],
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=_("Kept in the interview's history."),
    )


BLIND_HELP = gettext_noop("Scores and recommendation are shown to you after your decision.")


class VerdictForm(ObjectActionForm):
    """A decision on one or several interviews."""

    verdict = forms.ChoiceField(
        label=_("Your decision"), choices=Recommendation.choices, widget=UnfoldAdminRadioSelectWidget
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text=_("Required if you decide otherwise than recommended, or without a recommendation."),
    )


class DecideForm(VerdictForm):
    """`seen` is the result on the page: a decision on a newer result is rejected. `previous` is the last decision.

    `subject` has its `viewer`. `recommended`: the verdict that needs no reason; empty if each one does.
    """

    recommended = ""
    seen = forms.ModelChoiceField(InterviewResult.objects.all(), required=False, widget=forms.HiddenInput)
    previous = forms.ModelChoiceField(Decision.objects.all(), required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, subject: Any) -> None:
        current = subject.results.filter(is_current=True).first()
        super().__init__(data, subject=subject, initial={"seen": current, "previous": last_decision(subject)})
        if may_see_scores(subject.viewer, subject):
            self.fields["verdict"].help_text = _describe_recommendation(current)
            self.recommended = current.recommendation if current else ""
        else:
            self.fields["verdict"].help_text = gettext(BLIND_HELP)
            self.fields["reason"].required, self.fields["reason"].help_text = True, gettext("Required.")

    def show_refusal(self, problem: InvalidTransition) -> None:
        """The page shows the decision of a colleague, so the next one replaces that."""
        if isinstance(problem, DecidedMeanwhile):
            self.data = dict(self.data.items()) | {"previous": str(problem.decision.pk)}


def _describe_recommendation(result: InterviewResult | None) -> str:
    if result is None or result.overall_score is None:
        return gettext("There is no recommendation.")
    return gettext("Recommended: %(recommendation)s, at %(score)s of 10, by %(label)s.") % {
        "recommendation": in_sentence(result.get_recommendation_display()),
        "score": floatformat(result.overall_score, 1),
        "label": gettext(result.label),
    }
