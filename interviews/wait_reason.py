"""Why an interview's next call is not placed now."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WaitReason(models.TextChoices):
    """The code decides what happens. The sentence beside it, `Interview.waiting_for`, is for people only."""

    SCHEDULED = "scheduled", _("Scheduled for later")
    NO_EMPLOYER = "no_employer", _("The employer has no name yet")
    NO_COUNTRIES = "no_countries", _("No country is named that may be called")
    DO_NOT_CALL_KEY = "do_not_call_key", _("The key of the do-not-call list is missing")
    CALLING_HOURS = "calling_hours", _("Outside the calling hours")
    NUMBER_BUSY = "number_busy", _("Another call to the number is running")
    COOL_DOWN = "cool_down", _("Pause after a call to the number")
    NUMBER_DAILY_LIMIT = "number_daily_limit", _("Daily limit of calls to the number")
    NO_CAPACITY = "no_capacity", _("All capacity is in use")
    NO_JOB_CAPACITY = "no_job_capacity", _("The job's capacity is in use")
    JOB_DAILY_LIMIT = "job_daily_limit", _("The job's daily limit of calls")
    CAMPAIGN = "campaign", _("The campaign is not running")
    CAMPAIGN_RATE = "campaign_rate", _("The campaign's calls per hour")
    SPEND_LIMIT = "spend_limit", _("Spend limit for calls")
    MODEL_BUDGET = "model_budget", _("Monthly budget for models")
    DIAL_RATE = "dial_rate", _("Waiting for its dial slot")
    CARRIER_PAUSED = "carrier_paused", _("Calls are paused for all")
    CARRIER_ERROR = "carrier_error", _("The carrier did not take the call")
    NO_TRANSCRIPTION = "no_transcription", _("Transcription is not configured")
    ATTEMPT_SPACING = "attempt_spacing", _("Time between two attempts")
    REQUESTED_TIME = "requested_time", _("The candidate asked for this time")
    LEFT_OPEN = "left_open", _("Left open by the candidate")
    CALL_BACK = "call_back", _("A call back was promised")
    INVITED = "invited", _("The candidate has not chosen yet")
    CALL_CANCELLED = "call_cancelled", _("The candidate cancelled the planned call")
    ADJUSTMENT = "adjustment", _("The candidate asked for another way")


AGREED = (WaitReason.SCHEDULED, WaitReason.REQUESTED_TIME)
"""A person chose the time of the call."""

PROMISED = (*AGREED, WaitReason.CALL_BACK)
"""A person chose the time of the call, or was told that it comes."""

CAPACITY_REASONS = (
    WaitReason.NO_CAPACITY,
    WaitReason.NO_JOB_CAPACITY,
    WaitReason.JOB_DAILY_LIMIT,
    WaitReason.CAMPAIGN_RATE,
)
"""An interview that waits for one of these is called as soon as capacity becomes free. Its due time is an estimate."""

HELD_WITHOUT_CALL = (WaitReason.INVITED, WaitReason.CALL_CANCELLED, WaitReason.ADJUSTMENT)
"""The candidate, or a reviewer for them, has to choose first. The end of the wait brings no call."""
