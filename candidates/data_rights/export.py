"""The export of a person's data: a zip that is written while it is sent, so that its size does not matter."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from candidates.data_rights.parts import PARTS, Document
from candidates.models import Candidate, CandidateEvent
from screener.models import Organisation

CHUNK_BYTES = 256 * 1024
INDEX = "index.html"
RECORDS_SHOWN = 500
"""Of each document, in the index. The JSON files hold all."""


def export_candidate(candidate: Candidate, *, actor: str) -> StreamingHttpResponse:
    """Note the export in the history of the record, and stream the zip as an attachment that no browser renders."""
    candidate.add_event(CandidateEvent.Kind.EXPORTED, actor=actor)
    return StreamingHttpResponse(
        _zip_pieces(candidate),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="candidate-{candidate.pk}.zip"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


class _Outbox:
    """A file that cannot seek: collects the bytes of the zip until they are sent."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Required of a file. No bytes are buffered elsewhere."""

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


@dataclass(frozen=True)
class IndexEntry:
    """A document in the index. `records`: for documents of records, their fields as texts."""

    path: str
    description: str
    records: list[dict[str, str]]
    left_out: int
    is_missing: bool = False


def _zip_pieces(candidate: Candidate) -> Iterator[bytes]:
    outbox, entries = _Outbox(), list[IndexEntry]()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for part in PARTS:
            for document in part.export(candidate):
                yield from _write_document(archive, outbox, document, entries)
        archive.writestr(INDEX, _index(candidate, entries))
    yield outbox.take()


def _write_document(
    archive: zipfile.ZipFile, outbox: _Outbox, document: Document, entries: list[IndexEntry]
) -> Iterator[bytes]:
    if isinstance(document.content, list):
        text = json.dumps(document.content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        archive.writestr(document.path, text)
        entries.append(_entry(document, json.loads(text)))
        yield outbox.take()
        return
    try:
        file = document.content()
    except FileNotFoundError:
        entries.append(IndexEntry(document.path, document.description, [], 0, is_missing=True))
        return
    entries.append(IndexEntry(document.path, document.description, [], 0))
    with file, archive.open(document.path, "w", force_zip64=True) as target:
        while data := file.read(CHUNK_BYTES):
            target.write(data)
            yield outbox.take()


def _entry(document: Document, records: list[dict[str, Any]]) -> IndexEntry:
    shown = [_texts(record) for record in records[:RECORDS_SHOWN]]
    return IndexEntry(document.path, document.description, shown, max(0, len(records) - RECORDS_SHOWN))


def _texts(record: dict[str, Any]) -> dict[str, str]:
    """The fields of a record that are not empty, in words."""
    return {name.replace("_", " "): _text(value) for name, value in record.items() if value not in (None, "", [], {})}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(value)


def _index(candidate: Candidate, entries: list[IndexEntry]) -> str:
    organisation = Organisation.current()
    context = {"candidate": candidate, "entries": entries, "at": timezone.now(), "organisation": organisation}
    return render_to_string("candidates/export_index.html", context)
