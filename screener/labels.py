"""Labels of states and choices, and their form inside a sentence."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise  # the type checker's name for lazy translations
else:
    from django.utils.functional import Promise

Label = str | Promise
"""A text that may be translated only when it is shown."""

KEEPS_CAPITALS = ("de",)
"""Languages in which a noun has a capital letter within a sentence, too."""


def in_sentence(label: Any) -> str:
    """Return a label as it stands within a sentence."""
    text = str(label)
    return text if (get_language() or "").startswith(KEEPS_CAPITALS) else text.lower()
