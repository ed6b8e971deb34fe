"""Sealed objects of a backup: encrypted with the backup key, which the operator keeps apart from the backups.

The format is that of private files, and the name of the object in the target is authenticated with it. A stream of
unknown length is compressed and cut into parts, so that memory stays bounded.
"""

import hmac
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from screener.backup.target import BackupTarget
from screener.encryption.file_format import (
    CHUNK_BYTES,
    HEADER,
    ByteSource,
    DataKeySecret,
    DecryptingReader,
    Header,
    UnreadableFile,
    encrypt_content,
)
from screener.encryption.master_keys import KEY_FORMAT, parse_key

PART_BYTES = 8 * 1024 * 1024
READ_BYTES = 1024 * 1024


class BackupError(Exception):
    """A backup can't be made, read or restored. The message says why, and what to do."""


@dataclass(frozen=True)
class StreamDigest:
    """`sha256` and `size` are those of the content before compression."""

    sha256: str
    size: int
    parts: int


class Archive:
    """A target and the key of its objects."""

    def __init__(self, target: BackupTarget, key: bytes) -> None:
        self.target, self._secret = target, key
        self._key = DataKeySecret(UUID(bytes=hmac.digest(key, b"screener backup key", "sha256")[:16]), key)

    def keyed_name(self, *parts: object) -> str:
        """A name that tells nothing of these parts and is the same for the same ones."""
        text = "\0".join(map(str, parts))
        return hmac.digest(self._secret, b"screener backup name\0" + text.encode(), "sha256").hex()[:32]

    def write(self, name: str, content: io.RawIOBase | io.BytesIO, size: int) -> None:
        self.target.write(name, encrypt_content(content, size, key=self._key, name=name))  # type: ignore[arg-type]

    def read(self, name: str) -> io.BufferedReader:
        """Open an object for reading. Raises BackupError if it is missing, changed or of another key."""
        try:
            source = self.target.open(name)
        except FileNotFoundError:
            raise BackupError(f"{name} is missing in the backup.") from None
        try:
            return io.BufferedReader(self._decrypt(source, name), CHUNK_BYTES)
        except BaseException:
            source.close()
            raise

    def _decrypt(self, source: ByteSource, name: str) -> DecryptingReader:
        header = Header.parse(source.read_at(0, HEADER.size))
        if header is None:
            raise BackupError(f"{name} is no object of a backup.")
        if header.key_id != self._key.id:
            raise BackupError(f"{name} was encrypted with another BACKUP_KEY. Set the one that was in use then.")
        try:
            return DecryptingReader(source, header, key=self._key, name=name)
        except UnreadableFile as error:
            raise BackupError(str(error)) from None

    def write_json(self, name: str, value: Any) -> None:
        content = json.dumps(value, indent=1).encode()
        self.write(name, io.BytesIO(content), len(content))

    def read_json(self, name: str) -> Any:
        with self.read(name) as content:
            return json.loads(content.read())

    def write_stream(self, name: str, content: Iterable[bytes]) -> StreamDigest:
        """Write the content in numbered parts."""
        digest, compressor, buffer, size, parts = sha256(), zlib.compressobj(1), bytearray(), 0, 0
        for piece in content:
            digest.update(piece)
            size += len(piece)
            buffer += compressor.compress(piece)
            if len(buffer) >= PART_BYTES:
                self._write_part(name, parts, buffer)
                parts += 1
                buffer.clear()
        buffer += compressor.flush()
        self._write_part(name, parts, buffer)
        return StreamDigest(digest.hexdigest(), size, parts + 1)

    def _write_part(self, name: str, number: int, buffer: bytearray) -> None:
        self.write(part_name(name, number), io.BytesIO(buffer), len(buffer))

    def read_stream(self, name: str, expected: StreamDigest) -> Iterator[bytes]:
        """Yield the content. Raises BackupError, at the end at the latest, if it is not what was written."""
        digest, decompressor, size = sha256(), zlib.decompressobj(), 0
        for number in range(expected.parts):
            for piece in read_pieces(self.read(part_name(name, number))):
                content = decompressor.decompress(piece)
                digest.update(content)
                size += len(content)
                yield content
        if not decompressor.eof or StreamDigest(digest.hexdigest(), size, expected.parts) != expected:
            raise BackupError(f"{name} is not what was written to the backup.")

    def read_lines(self, name: str, expected: StreamDigest) -> Iterator[str]:
        rest = b""
        for piece in self.read_stream(name, expected):
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line.decode() for line in lines)


def part_name(name: str, number: int) -> str:
    return f"{name}.{number:05}"


def read_pieces(content: io.BufferedReader) -> Iterator[bytes]:
    """Yield the plain content of an object. Raises BackupError if a part of it was changed."""
    with content:
        try:
            while piece := content.read(READ_BYTES):
                yield piece
        except UnreadableFile as error:
            raise BackupError(str(error)) from None


def digest_to_json(digest: StreamDigest) -> dict[str, Any]:
    return asdict(digest)


def open_archive(target: BackupTarget) -> Archive:
    """Raises BackupError without a usable BACKUP_KEY."""
    if not settings.BACKUP_KEY:
        raise BackupError(f"BACKUP_KEY is not set. {KEY_FORMAT}. Keep a copy of it apart from the backups.")
    try:
        return Archive(target, parse_key(settings.BACKUP_KEY))
    except ImproperlyConfigured:
        raise BackupError(f"BACKUP_KEY is not a key. {KEY_FORMAT}") from None
