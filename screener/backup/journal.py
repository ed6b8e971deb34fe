"""What a restored backup must not forget: refusals and erasures after it was made.

The journal lies beside the backups of a target, and is small. It is written with each backup, and by itself as often as
an operator wants. Apps register what it holds.
"""

import io
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from screener.backup.archive import Archive

JOURNAL = "journal"

Entry = dict[str, Any]


@dataclass(frozen=True)
class JournalPart:
    """`collect` returns all entries there are. `apply` carries out those that the database lacks.

    `apply` returns how many those were, and sentences about those that a person must look at.
    """

    collect: Callable[[], list[Entry]]
    apply: Callable[[list[Entry]], tuple[int, list[str]]]


@dataclass(frozen=True)
class AppliedJournal:
    written_at: datetime
    counts: dict[str, int]
    problems: list[str]


JOURNAL_PARTS: dict[str, JournalPart] = {}
"""By the name in the journal, in the order in which they are applied."""


def write_journal(archive: Archive) -> dict[str, int]:
    """Returns the number of entries by part."""
    parts = {name: part.collect() for name, part in JOURNAL_PARTS.items()}
    text = json.dumps({"written_at": timezone.now(), "parts": parts}, cls=DjangoJSONEncoder)
    content = zlib.compress(text.encode(), 1)
    archive.write(JOURNAL, io.BytesIO(content), len(content))
    archive.target.flush()
    return {name: len(entries) for name, entries in parts.items()}


def apply_journal(archive: Archive) -> AppliedJournal:
    """Idempotent. Raises BackupError if the target has no readable journal."""
    with archive.read(JOURNAL) as content:
        journal = json.loads(zlib.decompress(content.read()))
    counts, problems = {}, []
    for name, part in JOURNAL_PARTS.items():
        counts[name], found = part.apply(journal["parts"].get(name, []))
        problems += found
    return AppliedJournal(datetime.fromisoformat(journal["written_at"]), counts, problems)
