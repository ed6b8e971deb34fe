"""Finds questions that are worth a review, from their usage."""

from jobs.models.bank_usage import BankUsage, Weakness

MIN_ASKED = 30
MIN_SCORED = 30
MIN_COMPARED = 50
MAX_SKIPPED_SHARE = 0.25
MIN_SPREAD = 0.8
"""In points of 10."""
MIN_SEPARATION = 0.1


def find_weaknesses(usage: BankUsage) -> list[Weakness]:
    """Return the reasons, from enough answers only."""
    is_skipped = usage.asked >= MIN_ASKED and usage.skipped > MAX_SKIPPED_SHARE * usage.asked
    is_flat = usage.scored >= MIN_SCORED and usage.score_spread is not None and usage.score_spread < MIN_SPREAD
    has_comparison = usage.compared >= MIN_COMPARED
    is_apart = has_comparison and usage.separation is not None and usage.separation < MIN_SEPARATION
    found = {
        Weakness.SKIPPED_OFTEN: is_skipped,
        Weakness.NO_SPREAD: is_flat,
        Weakness.NO_SEPARATION: is_apart and not is_flat,
    }
    return [weakness for weakness, is_found in found.items() if is_found]
