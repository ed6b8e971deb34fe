"""The ids that an address or a form selects."""

from collections.abc import Iterable
from uuid import UUID


def parse_ids(values: Iterable[str]) -> list[UUID]:
    """Return the ids in their order, each once. Texts that are no ids are ignored."""
    ids = (_parse_id(value) for value in values)
    return list(dict.fromkeys(entry for entry in ids if entry is not None))


def _parse_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
