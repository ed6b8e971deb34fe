"""Why an interview's next call is not placed now."""

from django.db import models


class WaitReason(models.TextChoices):
    """The code decides what happens. The sentence beside it, `Interview.waiting_for`, is for people only."""

    SCHEDULED = "scheduled", "Scheduled for later"
    NO_EMPLOYER = "no_employer", "The employer has no name yet"
    DO_NOT_CALL_KEY = "do_not_call_key", "The key of the do-not-call list is missing"
    CALLING_HOURS = "calling_hours", "Outside the calling hours"
    NUMBER_BUSY = "number_busy", "Another call to the number is running"
    COOL_DOWN = "cool_down", "Pause after a call to the number"
    NUMBER_DAILY_LIMIT = "number_daily_limit", "Daily limit of calls to the number"
    NO_CAPACITY = "no_capacity", "All capacity is in use"
    NO_JOB_CAPACITY = "no_job_capacity", "The job's capacity is in use"
    JOB_DAILY_LIMIT = "job_daily_limit", "The job's daily limit of calls"
    SPEND_LIMIT = "spend_limit", "Spend limit for calls"
    MODEL_BUDGET = "model_budget", "Monthly budget for models"
    DIAL_RATE = "dial_rate", "Waiting for its dial slot"
    CARRIER_PAUSED = "carrier_paused", "Calls are paused for all"
    CARRIER_ERROR = "carrier_error", "The carrier did not take the call"
    NO_TRANSCRIPTION = "no_transcription", "Transcription is not configured"
    ATTEMPT_SPACING = "attempt_spacing", "Time between two attempts"
    REQUESTED_TIME = "requested_time", "The candidate asked for this time"
    CALL_BACK = "call_back", "A call back was promised"


CAPACITY_REASONS = (WaitReason.NO_CAPACITY, WaitReason.NO_JOB_CAPACITY, WaitReason.JOB_DAILY_LIMIT)
"""An interview that waits for one of these is called as soon as capacity becomes free. Its due time is an estimate."""
