"""Private storage: each file is encrypted when it is stored, and decrypted chunk by chunk when it is read."""

import io
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from screener.encryption.data_keys import DataKeyErased, find_key, key_for_file
from screener.encryption.file_format import (
    CHUNK_BYTES,
    HEADER,
    ByteSource,
    DataKeySecret,
    DecryptingReader,
    Header,
    LocalSource,
    UnreadableFile,
    encrypt_content,
)

log = logging.getLogger(__name__)

SPOOLED_BYTES = 4 * 1024 * 1024


class StoredFile(File):  # type: ignore[type-arg] # not subscriptable at run time
    """A file of private storage that is open for reading."""

    def __init__(self, content: IO[bytes], name: str, size: int) -> None:
        super().__init__(content, name)
        self.mode = "rb"
        self._size = size

    @property
    def size(self) -> int:
        return self._size


@dataclass(frozen=True)
class StoredObject:
    """A file as it is stored: its size includes the encryption. `modified_at`: seconds since 1970."""

    name: str
    size: int
    modified_at: float


class PlainReader(io.RawIOBase):
    """Reads a file that an earlier version stored."""

    def __init__(self, source: ByteSource) -> None:
        super().__init__()
        self._source, self._place = source, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._source.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        part = self._source.read_at(self._place, len(buffer))
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


class EncryptedStorage:
    """Mixin before a storage. Raises MasterKeyMissing where a file can be neither stored nor read for now."""

    def open_source(self, name: str) -> ByteSource:
        """Open the bytes as they are stored. Raises FileNotFoundError."""
        raise NotImplementedError

    def replace(self, name: str, by: str) -> None:
        """Put the file `by` in the place of an existing one, at once."""
        raise NotImplementedError

    def list_stored(self) -> Iterator[StoredObject]:
        """All files, in any order."""
        raise NotImplementedError

    def save_as_stored(self, name: str, content: "File[Any]") -> str:
        """Put the bytes of a backup back, encrypted as they were. Returns another name if there is such a file."""
        return str(super()._save(name, content))  # type: ignore[misc] # of the storage after it

    def read_header(self, name: str) -> Header | None:
        """The header of an encrypted file. None: an earlier version stored it, and it is not encrypted."""
        source = self.open_source(name)
        try:
            return Header.parse(source.read_at(0, HEADER.size))
        finally:
            source.close()

    def open_as(self, name: str, original: str) -> StoredFile:
        """Open this file, which was encrypted under the name `original`."""
        source = self.open_source(name)
        try:
            return _open_source(source, original)
        except UnreadableFile as error:
            source.close()
            log.error("private storage: %s", error)
            raise
        except BaseException:
            source.close()
            raise

    def open_plain(self, name: str) -> StoredFile:
        """Open a file that is not encrypted."""
        return _plain_file(self.open_source(name), name)

    def size(self, name: str) -> int:
        header = self.read_header(name)
        return header.size if header else int(super().size(name))  # type: ignore[misc] # of the storage after it

    def save_encrypted(self, name: str, content: "File[Any]", *, key: DataKeySecret, bound_name: str) -> str:
        """Store the file encrypted, to be read under `bound_name`."""
        with _encrypted_copy(content, key, bound_name) as encrypted:
            return str(super()._save(name, encrypted))  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> StoredFile:
        if mode != "rb":
            raise ValueError("Files of private storage are only read as bytes, and stored by save().")
        return self.open_as(name, name)

    def _save(self, name: str, content: "File[Any]") -> str:
        key = key_for_file(name)
        if key is None:
            return str(super()._save(name, content))  # type: ignore[misc]
        stored_name = self.save_encrypted(name, content, key=key, bound_name=name)
        if stored_name != name:  # another process was first to store a file of this name
            self.delete(stored_name)  # type: ignore[attr-defined]
            raise SuspiciousFileOperation(f"There is a file {name} already.")
        return stored_name


def _open_source(source: ByteSource, name: str) -> StoredFile:
    header = Header.parse(source.read_at(0, HEADER.size))
    if header is None:
        if settings.ENCRYPTED_FILES_ONLY:
            raise UnreadableFile(f"{name} is not encrypted, and ENCRYPTED_FILES_ONLY is set.")
        return _plain_file(source, name)
    try:
        key = find_key(header.key_id)
    except DataKeyErased as error:
        raise UnreadableFile(f"{name} can't be read any more. {error}") from None
    reader = DecryptingReader(source, header, key=key, name=name)
    return StoredFile(io.BufferedReader(reader, CHUNK_BYTES), name, header.size)


def _plain_file(source: ByteSource, name: str) -> StoredFile:
    return StoredFile(io.BufferedReader(PlainReader(source), CHUNK_BYTES), name, source.size)


@contextmanager
def _encrypted_copy(content: "File[Any]", key: DataKeySecret, name: str) -> "Iterator[File[bytes]]":
    """A temporary file. What of it is on disk is encrypted."""
    with SpooledTemporaryFile(max_size=SPOOLED_BYTES) as spooled:
        content.seek(0)
        for part in encrypt_content(content, content.size, key=key, name=name):
            spooled.write(part)
        spooled.seek(0)
        encrypted: Any = File(spooled, name)
        encrypted.content_type = "application/octet-stream"
        yield encrypted


class EncryptedFileSystemStorage(EncryptedStorage, FileSystemStorage):
    """Private files on local disk."""

    def open_source(self, name: str) -> LocalSource:
        return LocalSource(self.path(name))

    def list_stored(self) -> Iterator[StoredObject]:
        root = self.path("")
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                with suppress(FileNotFoundError):  # deleted meanwhile
                    status = os.stat(path)
                    relative = os.path.relpath(path, root).replace(os.sep, "/")
                    yield StoredObject(relative, status.st_size, status.st_mtime)

    def replace(self, name: str, by: str) -> None:
        path = self.path(name)
        if not os.path.exists(path):
            raise FileNotFoundError(f"{name} was deleted meanwhile.")
        os.replace(self.path(by), path)
