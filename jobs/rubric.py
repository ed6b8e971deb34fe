"""The rubric of new jobs, and the validation of rubrics, shared by the API and the admin."""

from collections import Counter
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext

MAX_CRITERIA = 10
MAX_CRITERION_WEIGHT = 100
ANCHOR_LEVELS = ("2", "5", "9")
"""The scores that each criterion describes by an anchor."""

DEFAULT_RUBRIC: list[dict[str, Any]] = [
    {
        "key": "relevance",
        "name": "Relevance",
        "weight": 3,
        "anchors": {
            "2": "Talks about something else, or repeats the question.",
            "5": "Answers part of the question in general terms.",
            "9": "Answers exactly what was asked, from their own work.",
        },
    },
    {
        "key": "specificity",
        "name": "Specificity",
        "weight": 3,
        "anchors": {
            "2": "No example, no detail.",
            "5": "An example without figures or result.",
            "9": "A concrete situation, what they did, and a result that can be checked.",
        },
    },
    {
        "key": "clarity",
        "name": "Clarity",
        "weight": 2,
        "anchors": {
            "2": "Hard to follow.",
            "5": "Understandable with some effort.",
            "9": "Ordered and easy to follow.",
        },
    },
    {
        "key": "professionalism",
        "name": "Professionalism",
        "weight": 1,
        "anchors": {
            "2": "Disrespectful or careless.",
            "5": "Neutral.",
            "9": "Respectful, takes responsibility, speaks well of others.",
        },
    },
]


def default_rubric() -> list[dict[str, Any]]:
    return [dict(criterion) for criterion in DEFAULT_RUBRIC]


class InvalidRubric(ValueError):
    """The message names the criterion and the remedy."""


def validate_rubric(rubric: Any) -> list[dict[str, Any]]:
    """Return the criteria as {key, name, weight, anchors}. Raises InvalidRubric if the rubric is malformed."""
    if not isinstance(rubric, list) or not rubric:
        raise InvalidRubric(gettext("A rubric is a list of at least one criterion. Add one."))
    if len(rubric) > MAX_CRITERIA:
        raise InvalidRubric(
            gettext("A rubric has at most %(max_criteria)s criteria; this one has %(count)s. Remove some.")
            % {"max_criteria": MAX_CRITERIA, "count": len(rubric)}
        )
    criteria = [_validate_criterion(number, criterion) for number, criterion in enumerate(rubric, start=1)]
    for key, count in Counter(criterion["key"] for criterion in criteria).items():
        if count > 1:
            raise InvalidRubric(
                gettext("%(count)s criteria have the key %(key)s. Keys must be unique.")
                % {"count": count, "key": repr(key)}
            )
    return criteria


def _validate_criterion(number: int, criterion: Any) -> dict[str, Any]:
    error_prefix = gettext("Criterion %(number)s") % {"number": number}
    if not isinstance(criterion, dict):
        raise InvalidRubric(
            gettext("%(error_prefix)s must be an object with key, name, weight and anchors.")
            % {"error_prefix": error_prefix}
        )
    if unknown_keys := sorted(set(criterion) - {"key", "name", "weight", "anchors"}):
        raise InvalidRubric(
            gettext("%(error_prefix)s: unknown field %(field)s. Remove it.")
            % {"error_prefix": error_prefix, "field": repr(unknown_keys[0])}
        )
    weight = criterion.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= MAX_CRITERION_WEIGHT:
        raise InvalidRubric(
            gettext("%(error_prefix)s: the weight must be a number above 0 and at most %(limit)s.")
            % {"error_prefix": error_prefix, "limit": MAX_CRITERION_WEIGHT}
        )
    return {
        "key": _validate_text(error_prefix, "key", criterion.get("key"), 50),
        "name": _validate_text(error_prefix, "name", criterion.get("name"), 100),
        "weight": weight,
        "anchors": _validate_anchors(error_prefix, criterion.get("anchors")),
    }


def _validate_anchors(error_prefix: str, anchors: Any) -> dict[str, str]:
    if not isinstance(anchors, dict) or set(anchors) != set(ANCHOR_LEVELS):
        raise InvalidRubric(
            gettext("%(error_prefix)s: anchors must describe the scores %(scores)s.")
            % {"error_prefix": error_prefix, "scores": get_text_list(list(ANCHOR_LEVELS), gettext("and"))}
        )
    return {
        level: _validate_text(error_prefix, gettext("anchor for %(level)s") % {"level": level}, anchors[level], 500)
        for level in ANCHOR_LEVELS
    }


def _validate_text(error_prefix: str, field_name: str, value: Any, max_length: int) -> str:
    stripped_text = value.strip() if isinstance(value, str) else ""
    if not stripped_text or len(stripped_text) > max_length or "\0" in stripped_text:
        raise InvalidRubric(
            gettext("%(error_prefix)s: the %(field_name)s must be text of 1 to %(max_length)s characters.")
            % {"error_prefix": error_prefix, "field_name": field_name, "max_length": max_length}
        )
    return stripped_text
