"""Duplicates by meaning: two questions that have most of their content words in common.

The measure is Dice's: twice the shared stems, divided by the stems of both. Questions from `DUPLICATE_FROM` on count as
the same. It was set with `jobs/tests/bank/pairs/build.tsv` and is measured with `held_out.tsv`. The measure sees words
and no sense: a question in quite other words is not found.
"""

from collections.abc import Collection
from math import ceil, floor

from jobs.bank.words import content_stems

DUPLICATE_FROM = 0.6
MIN_SHARED = 2
"""With fewer, "How do you sell?" would be the same as "Why do you sell?"."""


def similarity(first: Collection[str], second: Collection[str]) -> float:
    """Return how alike two sets of stems are, from 0 to 1."""
    shared = len(set(first) & set(second))
    return 2 * shared / (len(first) + len(second)) if shared >= MIN_SHARED else 0.0


def asks_the_same(first: str, second: str, language: str) -> bool:
    """Whether two questions are the same, in words or by meaning."""
    if first.strip().casefold() == second.strip().casefold():
        return True
    return similarity(content_stems(first, language), content_stems(second, language)) >= DUPLICATE_FROM


def telling_stems(stems: Collection[str]) -> list[str]:
    """Return stems of which every duplicate has at least one, the longest first, because long words are rare.

    A duplicate shares at least `DUPLICATE_FROM / (2 - DUPLICATE_FROM)` of the stems. So it can't lack all of these.
    """
    least_shared = ceil(len(stems) * DUPLICATE_FROM / (2 - DUPLICATE_FROM))
    by_length = sorted(stems, key=lambda stem: (-len(stem), stem))
    return by_length[: len(stems) - least_shared + 1]


def most_stems_of_duplicate(stems: Collection[str]) -> int:
    """A question with more stems shares too few of them."""
    return floor(len(stems) * (2 - DUPLICATE_FROM) / DUPLICATE_FROM)
