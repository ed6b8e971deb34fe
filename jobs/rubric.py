"""What a rubric must be: the same rule for every door that one comes in by."""

from collections import Counter
from typing import Any

MOST_CRITERIA = 10
HEAVIEST = 100
LEVELS = ("2", "5", "9")
"""The scores of which each criterion says what they look like."""


class NotARubric(ValueError):
    """The message names the criterion and says what to change."""


def checked_rubric(rubric: Any) -> list[dict[str, Any]]:
    """The rubric with exactly what belongs in it: {key, name, weight, anchors} for each criterion."""
    if not isinstance(rubric, list) or not rubric:
        raise NotARubric("A rubric is a list of at least one criterion. Add one.")
    if len(rubric) > MOST_CRITERIA:
        raise NotARubric(f"A rubric has at most {MOST_CRITERIA} criteria; this one has {len(rubric)}. Leave some out.")
    criteria = [_checked_criterion(number, one) for number, one in enumerate(rubric, start=1)]
    for key, times in Counter(one["key"] for one in criteria).items():
        if times > 1:
            raise NotARubric(f"{times} criteria have the key {key!r}. Give each its own.")
    return criteria


def _checked_criterion(number: int, criterion: Any) -> dict[str, Any]:
    where = f"Criterion {number}"
    if not isinstance(criterion, dict):
        raise NotARubric(f"{where} must be an object with key, name, weight and anchors.")
    if unknown := sorted(set(criterion) - {"key", "name", "weight", "anchors"}):
        raise NotARubric(f"{where}: {unknown[0]!r} is not part of a criterion. Leave it out.")
    weight = criterion.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= HEAVIEST:
        raise NotARubric(f"{where}: the weight must be a number above 0 and not above {HEAVIEST}.")
    return {
        "key": _text(where, "key", criterion.get("key"), 50),
        "name": _text(where, "name", criterion.get("name"), 100),
        "weight": weight,
        "anchors": _checked_anchors(where, criterion.get("anchors")),
    }


def _checked_anchors(where: str, anchors: Any) -> dict[str, str]:
    if not isinstance(anchors, dict) or set(anchors) != set(LEVELS):
        raise NotARubric(f"{where}: anchors must say what a {', '.join(LEVELS[:-1])} and {LEVELS[-1]} look like.")
    return {level: _text(where, f"anchor for {level}", anchors[level], 500) for level in LEVELS}


def _text(where: str, what: str, value: Any, longest: int) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > longest or "\0" in text:
        raise NotARubric(f"{where}: the {what} must be text of 1 to {longest} characters.")
    return text
