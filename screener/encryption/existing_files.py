"""Encrypts the files that earlier versions stored, in place and while they are served."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.files.base import File

from screener.encryption.data_keys import key_for_file
from screener.encryption.storage import EncryptedStorage, StoredFile

log = logging.getLogger(__name__)

DRAFT_SUFFIX = ".encrypting"
BLOCK_BYTES = 1024 * 1024


class NotTheSame(Exception):
    """The encrypted draft does not decrypt to the plain file."""


@dataclass
class Counts:
    encrypted: int = 0
    already_encrypted: int = 0
    failed: int = 0


def encrypt_existing_files(storage: Any, folder: str = "") -> Iterator[Counts]:
    """Encrypt all plain files below this folder. Yields the counts so far after each file.

    Idempotent: encrypted files are skipped, so that after a crash it is started again. The plain file is replaced at
    once, after its encrypted draft was read back. A file that fails stays as it is.
    """
    counts = Counts()
    for name in _names_below(storage, folder):
        try:
            if name.endswith(DRAFT_SUFFIX):
                storage.delete(name)  # a process died
                continue
            if storage.read_header(name):
                counts.already_encrypted += 1
            else:
                _encrypt_file(storage, name)
                counts.encrypted += 1
        except FileNotFoundError:
            continue  # deleted meanwhile
        except Exception:
            log.exception("%s was not encrypted", name)
            counts.failed += 1
        yield counts


def _names_below(storage: Any, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(files) if name)
    for name in sorted(folders):
        yield from _names_below(storage, prefix + name)


def _encrypt_file(storage: EncryptedStorage, name: str) -> None:
    draft = _save_draft(storage, name)
    try:
        with storage.open_as(draft, name) as encrypted, storage.open_plain(name) as plain:
            if (encrypted.size, _digest(encrypted)) != (plain.size, _digest(plain)):
                raise NotTheSame(name)
        storage.replace(name, draft)
    except BaseException:
        storage.delete(draft)  # type: ignore[attr-defined] # of the storage that the class is mixed into
        raise


def _save_draft(storage: EncryptedStorage, name: str) -> str:
    key = key_for_file(name)
    if key is None:
        raise RuntimeError("Encryption is not switched on.")
    with storage.open_plain(name) as plain:
        return storage.save_encrypted(name + DRAFT_SUFFIX, plain, key=key, bound_name=name)


def _digest(file: "StoredFile | File[bytes]") -> bytes:
    digest = sha256()
    file.seek(0)
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
    return digest.digest()
