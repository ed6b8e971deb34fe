"""Labels and sentences of the program in templates."""

from typing import Any

from django import template
from django.utils.translation import gettext

from screener.labels import in_sentence

register = template.Library()
register.filter("in_sentence", in_sentence)


@register.filter
def translated(sentence: Any) -> str:
    """Return a sentence that the program has stored in English in the language of the reader, if it has no parameters.

    Other texts stay as they are: sentences with names or numbers, and texts of users.
    """
    return gettext(str(sentence)) if sentence else ""
