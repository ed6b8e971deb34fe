"""The catalogues: `locale/<language>/LC_MESSAGES/django.po`, and the compiled `django.mo` beside each."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def compiled_path(language: str) -> Path:
    return catalogue_path(language).with_suffix(".mo")


def read_catalogue(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def merge_texts(catalogue: Catalog, texts: Catalog) -> None:
    """Add new texts, without a translation, and remove those that the product no longer has."""
    texts.creation_date = catalogue.creation_date  # no difference where no text changed
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()


def catalogue_bytes(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=120, sort_output=True, include_lineno=False)
    return file.getvalue()


def compiled_bytes(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def find_problems(catalogue: Catalog) -> Iterator[str]:
    """Describe each text without a complete translation, or whose translation has other placeholders."""
    for message in catalogue:
        if message.id and not _is_translated(message):
            yield f"No translation: {message.id!r}"
        elif message.id:
            yield from (f"{error} {message.id!r}" for error in message.check(catalogue))


def _is_translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms) and not message.fuzzy
