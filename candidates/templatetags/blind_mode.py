"""Blind mode in templates: texts as the reader may see them, and whether names are masked."""

from typing import Any

from django import template

from candidates.masked_text import mask_text
from candidates.models import Candidate
from screener.access.blind_mode import is_blind, may_see_names

register = template.Library()


@register.filter
def masked(text: Any, candidate: Candidate | str) -> Any:
    """The text, in blind mode without the candidate's name and contact data. Without a candidate it stays as it is."""
    return mask_text(str(text), candidate) if text and isinstance(candidate, Candidate) else text


@register.simple_tag
def names_are_masked() -> bool:
    return is_blind()


@register.simple_tag(takes_context=True)
def may_leave_blind_mode(context: Any) -> bool:
    return may_see_names(context["user"])
