"""The place of backups: a folder, or a prefix in an S3 bucket. An object is there as a whole or not at all."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.utils.module_loading import import_string

from screener.encryption.file_format import ByteSource, LocalSource

DRAFT_SUFFIX = ".draft"


class BackupTarget(Protocol):
    """Names have parts between slashes."""

    def write(self, name: str, content: Iterable[bytes]) -> None:
        """Store the object. One of this name is replaced."""

    def open(self, name: str) -> ByteSource:
        """Raises FileNotFoundError."""

    def names(self, prefix: str) -> Iterator[str]:
        """The names below this folder, in any order."""

    def delete(self, name: str) -> None:
        """Delete the object if it is there."""

    def flush(self) -> None:
        """Return when all that was written outlives a power failure."""


class FolderTarget:
    """A folder on this machine, or one that is mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: Iterable[bytes]) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(path.name + DRAFT_SUFFIX)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for part in content:
                file.write(part)
        os.replace(draft, path)

    def open(self, name: str) -> ByteSource:
        return LocalSource(str(self._folder / name))

    def names(self, prefix: str) -> Iterator[str]:
        for folder, _, files in os.walk(self._folder / prefix):
            relative = os.path.relpath(folder, self._folder).replace(os.sep, "/")
            yield from (f"{relative}/{name}" for name in files if not name.endswith(DRAFT_SUFFIX))

    def delete(self, name: str) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        path.with_name(path.name + DRAFT_SUFFIX).unlink(missing_ok=True)
        if path.parent != self._folder and not any(path.parent.iterdir()):
            path.parent.rmdir()

    def flush(self) -> None:
        os.sync()


def open_target(address: str) -> BackupTarget:
    """`address`: a folder, or s3://bucket/prefix. Raises ImportError if boto3 is not installed."""
    parts = urlsplit(address)
    if parts.scheme == "s3":
        open_bucket: Callable[[str, str], BackupTarget] = import_string("screener.backup.s3_target.open_bucket")
        return open_bucket(parts.netloc, parts.path.strip("/"))
    return FolderTarget(Path(address).expanduser().resolve())
