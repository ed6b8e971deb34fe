"""The format of an encrypted file: a header, then chunks of AES-256-GCM that can be read in any order.

Header: the magic bytes, the id of the data key, a random salt, and the size of the plain content. Each file has a key
of its own, derived from the data key and the salt, so that the number of a chunk can be its nonce. With each chunk the
header, the name of the file, the number of the chunk and whether it is the last one are authenticated. Chunks can't be
swapped, left out, or moved into another file, and no file can take the place of another. See ADR 36.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_bytes
from struct import Struct
from typing import IO, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"SCREENC\x01"
SALT_BYTES = 32
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
NONCE_BYTES = 12
HEADER = Struct(f">8s16s{SALT_BYTES}sQ")
PLACE = Struct(">Q?")


class UnreadableFile(FileNotFoundError):
    """What is stored under this name is not the file that was stored, or its key was erased.

    Callers treat it as a file that is gone. The log says why.
    """


@dataclass(frozen=True)
class DataKeySecret:
    """A data key that is not wrapped."""

    id: UUID
    secret: bytes


class ByteSource(Protocol):
    """Encrypted bytes that can be read at any place. `size` is their number."""

    size: int

    def read_at(self, start: int, length: int) -> bytes:
        """Return these bytes, fewer at the end of the file."""

    def close(self) -> None: ...


class LocalSource:
    """A file on local disk."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self.size = os.fstat(self._descriptor).st_size

    def read_at(self, start: int, length: int) -> bytes:
        return os.pread(self._descriptor, length, start)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@dataclass(frozen=True)
class Header:
    key_id: UUID
    salt: bytes
    size: int

    @classmethod
    def parse(cls, content: bytes) -> "Header | None":
        """Return the header that the content begins with. None: it is not encrypted."""
        if len(content) < HEADER.size or not content.startswith(MAGIC):
            return None
        _, key_id, salt, size = HEADER.unpack(content[: HEADER.size])
        return cls(UUID(bytes=key_id), salt, size)

    def pack(self) -> bytes:
        return HEADER.pack(MAGIC, self.key_id.bytes, self.salt, self.size)

    @property
    def chunk_count(self) -> int:
        """An empty file has one chunk, whose tag shows that it is empty."""
        return max(1, -(-self.size // CHUNK_BYTES))

    @property
    def stored_size(self) -> int:
        return HEADER.size + self.size + self.chunk_count * TAG_BYTES


class ChunkCipher:
    """Encrypts and decrypts the chunks of one file."""

    def __init__(self, key: DataKeySecret, header: Header, name: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=header.salt, info=b"screener file").derive(key.secret)
        self._cipher, self._header = AESGCM(derived), header
        self._context = header.pack() + name.encode()

    def encrypt(self, number: int, chunk: bytes) -> bytes:
        return self._cipher.encrypt(*self._nonce_first(number, chunk))

    def decrypt(self, number: int, chunk: bytes) -> bytes:
        """Raises InvalidTag."""
        return self._cipher.decrypt(*self._nonce_first(number, chunk))

    def _nonce_first(self, number: int, chunk: bytes) -> tuple[bytes, bytes, bytes]:
        place = PLACE.pack(number, number == self._header.chunk_count - 1)
        return number.to_bytes(NONCE_BYTES), chunk, self._context + place


def encrypt_content(content: IO[bytes], size: int, *, key: DataKeySecret, name: str) -> Iterator[bytes]:
    """Yield the encrypted file. Raises ValueError if the content has another size."""
    header = Header(key.id, token_bytes(SALT_BYTES), size)
    cipher = ChunkCipher(key, header, name)
    yield header.pack()
    left = size
    for number in range(header.chunk_count):
        chunk = _read_fully(content, min(CHUNK_BYTES, left))
        left -= len(chunk)
        yield cipher.encrypt(number, chunk)
    if left or content.read(1):
        raise ValueError("The content has another size than it says.")


def _read_fully(content: IO[bytes], length: int) -> bytes:
    parts: list[bytes] = []
    while length and (part := content.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


class DecryptingReader(io.RawIOBase):
    """Reads the plain content of an encrypted file, from any place, with the chunks around it alone.

    The first chunk is read at once, so that a wrong key, name or file fails here. Raises UnreadableFile.
    """

    def __init__(self, source: ByteSource, header: Header, *, key: DataKeySecret, name: str) -> None:
        super().__init__()
        self._source, self._header, self._name = source, header, name
        self._cipher = ChunkCipher(key, header, name)
        self._place = 0
        if source.size != header.stored_size:
            raise UnreadableFile(f"{name} is truncated or was extended.")
        self._number, self._chunk = 0, self._decrypt(0)

    @property
    def size(self) -> int:
        return self._header.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        if self._place >= self.size:
            return 0
        number, offset = divmod(self._place, CHUNK_BYTES)
        if number != self._number:
            self._number, self._chunk = number, self._decrypt(number)
        part = self._chunk[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _decrypt(self, number: int) -> bytes:
        start = HEADER.size + number * (CHUNK_BYTES + TAG_BYTES)
        try:
            return self._cipher.decrypt(number, self._source.read_at(start, CHUNK_BYTES + TAG_BYTES))
        except InvalidTag:
            raise UnreadableFile(f"{self._name} was changed, or is another file.") from None
