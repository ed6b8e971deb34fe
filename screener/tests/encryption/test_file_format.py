"""Encrypted files: what is read is what was stored, and nothing else is read at all."""

import io
import secrets
from collections.abc import Callable
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.encryption.file_format import (
    CHUNK_BYTES,
    HEADER,
    TAG_BYTES,
    DataKeySecret,
    DecryptingReader,
    Header,
    UnreadableFile,
    encrypt_content,
)

KEY = DataKeySecret(uuid4(), secrets.token_bytes(32))
NAME = "candidates/1/recording.wav"
CONTENT = secrets.token_bytes(3 * CHUNK_BYTES + 100)
STORED_CHUNK = CHUNK_BYTES + TAG_BYTES


class Bytes:
    """A source in memory."""

    def __init__(self, content: bytes) -> None:
        self.content, self.size, self.is_closed = content, len(content), False
        self.places: list[int] = []

    def read_at(self, start: int, length: int) -> bytes:
        self.places.append(start)
        return self.content[start : start + length]

    def close(self) -> None:
        self.is_closed = True


def encrypt(content: bytes, *, key: DataKeySecret = KEY, name: str = NAME) -> bytes:
    return b"".join(encrypt_content(io.BytesIO(content), len(content), key=key, name=name))


def open_reader(stored: bytes, *, key: DataKeySecret = KEY, name: str = NAME) -> DecryptingReader:
    header = Header.parse(stored[: HEADER.size])
    assert header
    return DecryptingReader(Bytes(stored), header, key=key, name=name)


def decrypt(stored: bytes, *, key: DataKeySecret = KEY, name: str = NAME) -> bytes:
    return io.BufferedReader(open_reader(stored, key=key, name=name)).read()


def test_content_of_any_size_is_read_back() -> None:
    for size in (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES):
        content = CONTENT[:size]
        stored = encrypt(content)
        assert (decrypt(stored), open_reader(stored).size) == (content, size)


@given(st.integers(0, len(CONTENT)), st.integers(0, len(CONTENT)))
def test_any_range_is_read(start: int, length: int) -> None:
    reader = io.BufferedReader(open_reader(STORED))
    reader.seek(start)
    assert reader.read(length) == CONTENT[start : start + length]


STORED = encrypt(CONTENT)


def test_range_reads_its_chunks_alone() -> None:
    source, header = Bytes(STORED), Header.parse(STORED[: HEADER.size])
    assert header
    reader = DecryptingReader(source, header, key=KEY, name=NAME)
    reader.seek(2 * CHUNK_BYTES + 5)
    reader.read(10)
    assert source.places == [HEADER.size, HEADER.size + 2 * STORED_CHUNK]


def test_same_content_is_stored_differently() -> None:
    assert encrypt(b"yes")[HEADER.size :] != encrypt(b"yes")[HEADER.size :]


def test_content_of_another_size_is_refused() -> None:
    for size in (2, 4):
        with pytest.raises(ValueError, match="size"):
            list(encrypt_content(io.BytesIO(b"abc"), size, key=KEY, name=NAME))


def chunk(number: int) -> bytes:
    start = HEADER.size + number * STORED_CHUNK
    return STORED[start : start + STORED_CHUNK]


def with_size(stored: bytes, size: int) -> bytes:
    header = Header.parse(stored[: HEADER.size])
    assert header
    return Header(header.key_id, header.salt, size).pack() + stored[HEADER.size :]


HEAD, LAST = STORED[: HEADER.size], chunk(3)
CHANGED: dict[str, Callable[[], bytes]] = {
    "truncated in a chunk": lambda: STORED[:-1],
    "truncated at a chunk": lambda: STORED[: -len(LAST)],
    "truncated, with the size of its rest": lambda: with_size(STORED[: -len(LAST)], 3 * CHUNK_BYTES),
    "extended": lambda: STORED + b"x",
    "two chunks swapped": lambda: HEAD + chunk(0) + chunk(2) + chunk(1) + LAST,
    "a chunk repeated": lambda: HEAD + chunk(0) + chunk(0) + chunk(2) + LAST,
    "a chunk of another file of this key": lambda: HEAD + chunk(0) + encrypt(CONTENT)[HEADER.size + STORED_CHUNK :],
    "a bit flipped in the last chunk": lambda: STORED[:-20] + bytes([STORED[-20] ^ 1]) + STORED[-19:],
    "another salt": lambda: HEAD[:24] + secrets.token_bytes(32) + STORED[56:],
}


def test_changed_file_is_not_read() -> None:
    read = {}
    for case, change in CHANGED.items():
        try:
            read[case] = decrypt(change())
        except UnreadableFile:
            continue
    assert not read


def test_file_under_another_name_is_not_read() -> None:
    with pytest.raises(UnreadableFile):
        open_reader(STORED, name="candidates/2/recording.wav")


def test_file_of_another_key_is_not_read() -> None:
    with pytest.raises(UnreadableFile):
        open_reader(STORED, key=DataKeySecret(KEY.id, secrets.token_bytes(32)))


def test_other_content_has_no_header() -> None:
    for content in (b"", b"RIFF", HEAD[:-1], b"x" * 100):
        assert Header.parse(content) is None
