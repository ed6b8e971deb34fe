"""The files about a candidate in private storage."""

from collections.abc import Iterator

from candidates.models import private_storage


def stored_files(folder: str) -> Iterator[str]:
    """Yield the names of all files below this folder."""
    try:
        folders, files = private_storage().listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files if name)
    for name in folders:
        yield from stored_files(f"{folder}/{name}")


def delete_file(name: str) -> None:
    private_storage().delete(name)
