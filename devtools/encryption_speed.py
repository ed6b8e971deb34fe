"""Speed of encryption at rest: `python -m devtools.encryption_speed`. No database and no server is needed.

Encrypted and plain files are read in turns, so that other load on the machine meets both.
"""

import io
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

from screener.encryption.file_format import (
    HEADER,
    DataKeySecret,
    DecryptingReader,
    Header,
    LocalSource,
    encrypt_content,
)
from screener.encryption.text_format import open_text, seal_text

NAME = "candidates/1/1/take.wav"
RECORDING_BYTES = 10 * 60 * 16_000
"""Ten minutes of a call, which is the longest answer."""
FIRST_BYTES = 64 * 1024
ROUNDS = 300
TEXT = "In my last job I led the migration of twelve services. " * 20
TEXTS = 5_000


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _show(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _read_plain(path: Path, start: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(FIRST_BYTES)


def _read_encrypted(path: Path, key: DataKeySecret, start: int) -> bytes:
    source = LocalSource(str(path))
    header = Header.parse(source.read_at(0, HEADER.size))
    if header is None:
        raise ValueError("The file is not encrypted.")
    with io.BufferedReader(DecryptingReader(source, header, key=key, name=NAME), FIRST_BYTES) as file:
        file.seek(start)
        return file.read(FIRST_BYTES)


def _print_first_bytes(folder: Path, key: DataKeySecret) -> None:
    content = secrets.token_bytes(RECORDING_BYTES)
    plain, encrypted = folder / "plain", folder / "encrypted"
    plain.write_bytes(content)
    parts: list[bytes] = []
    took = _milliseconds(lambda: parts.extend(encrypt_content(io.BytesIO(content), len(content), key=key, name=NAME)))
    _show(f"encrypting: {RECORDING_BYTES / took / 1000:.0f} MB/s")
    encrypted.write_bytes(b"".join(parts))
    for place, start in (("start", 0), ("middle", RECORDING_BYTES // 2)):
        times: dict[str, list[float]] = {"plain": [], "encrypted": []}
        for _ in range(ROUNDS):
            times["plain"].append(_milliseconds(lambda start=start: _read_plain(plain, start)))  # type: ignore[misc]
            times["encrypted"].append(_milliseconds(lambda start=start: _read_encrypted(encrypted, key, start)))  # type: ignore[misc]
        medians = ", ".join(f"{kind} {median(values):.2f} ms" for kind, values in times.items())
        _show(f"first 64 KiB from the {place}: {medians}")


def _print_texts(key: DataKeySecret) -> None:
    sealed = seal_text(TEXT, "a column", key)
    for kind, work in (
        ("sealing", lambda: seal_text(TEXT, "a column", key)),
        ("opening", lambda: open_text(sealed, "a column", key)),
    ):
        times = [_milliseconds(work) * 1000 for _ in range(TEXTS)]
        _show(f"{kind} a text of {len(TEXT)} characters: {median(times):.1f} µs")


def main() -> None:
    key = DataKeySecret(uuid4(), secrets.token_bytes(32))
    with tempfile.TemporaryDirectory() as folder:
        _print_first_bytes(Path(folder), key)
    _print_texts(key)


if __name__ == "__main__":
    main()
