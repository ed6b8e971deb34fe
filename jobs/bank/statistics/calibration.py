"""Measures the difficulty of a question: its scores are compared with the other answers of the same interviews.

Each candidate is compared with themselves. So a question that weak candidates were asked does not seem hard.
"""

from math import sqrt

from jobs.models import BankQuestion
from jobs.models.bank_usage import BankUsage

MIN_ANSWERS = 30
EASY_FROM, HARD_TO = 0.75, -0.75
"""In points of 10: how much better or worse than the other answers of the same candidates."""
CONFIDENCE = 1.96
"""Standard errors on each side: the interval that holds the true mean in 95 of 100 cases."""


def measured_difficulty(usage: BankUsage) -> BankQuestion.Difficulty | None:
    """Return the difficulty, or None if there are too few answers or their mean is too uncertain."""
    if usage.compared < MIN_ANSWERS or usage.mean_difference is None or usage.difference_spread is None:
        return None
    margin = CONFIDENCE * usage.difference_spread / sqrt(usage.compared)
    lowest, highest = usage.mean_difference - margin, usage.mean_difference + margin
    if lowest >= EASY_FROM:
        return BankQuestion.Difficulty.EASY
    if highest <= HARD_TO:
        return BankQuestion.Difficulty.HARD
    if lowest > HARD_TO and highest < EASY_FROM:
        return BankQuestion.Difficulty.MEDIUM
    return None


def recalibrate(usage: BankUsage) -> bool:
    """Give the question its measured difficulty, unless a person decided on it. Returns whether it changed."""
    difficulty = measured_difficulty(usage)
    return difficulty is not None and usage.question.recalibrate(difficulty, answers=usage.compared)
