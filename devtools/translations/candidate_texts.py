"""Which texts candidates read: those of the portal, and the refusals that it shows."""

from babel.messages.catalog import Catalog
from django.conf import settings

SOURCES = (
    "portal",
    "templates/portal",
    "interviews/invitations/choices.py",
    "interviews/invitations/feedback.py",
    "interviews/invitations/scheduling.py",
    "interviews/models/transitions/interview.py",
    "interviews/self_service",
    "interviews/writing",
)
"""Files and folders. All texts of a file are translated, though candidates may not read each of them."""


def texts_for(language: str, texts: Catalog) -> Catalog:
    """Return the texts of a catalogue: all if the admin is offered in its language, else those that candidates read."""
    return texts if language in dict(settings.LANGUAGES) else _select_candidate_texts(texts)


def _select_candidate_texts(texts: Catalog) -> Catalog:
    selected = Catalog(charset="utf-8")
    for message in texts:
        locations = [location for location in message.locations if _is_source(location[0])]
        if message.id and locations:
            selected.add(message.id, locations=locations, auto_comments=message.auto_comments, context=message.context)
    return selected


def _is_source(path: str) -> bool:
    return any(path == source or path.startswith(f"{source}/") for source in SOURCES)
