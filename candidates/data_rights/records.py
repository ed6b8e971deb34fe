"""Texts of an export without the names of other persons."""

import re

SYSTEM_ACTORS = frozenset({"", "screener", "candidate", "carrier"})
ADDED_BY = re.compile(r"\((recorded|added) by [^()]*\)$")
API_CLIENT = "api key"
STAFF = "staff"


def staff_label(actor: str) -> str:
    """Return the actor without the name of a member of staff or of a client."""
    if actor in SYSTEM_ACTORS:
        return actor
    return "API client" if actor.startswith(API_CLIENT) else STAFF


def without_staff(source: str) -> str:
    """Return where a consent or an entry came from, without the name of the member of staff who added it."""
    return ADDED_BY.sub(rf"(\1 by {STAFF})", source)
