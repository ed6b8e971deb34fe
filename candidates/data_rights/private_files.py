"""The files about a candidate in private storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from candidates.models import private_storage
from screener.services.errors import TransientError


class StorageDown(TransientError):
    """The private storage failed."""


@contextmanager
def _map_storage_errors() -> Iterator[None]:
    """Raise StorageDown for any error: each kind of storage has errors of its own."""
    try:
        yield
    except Exception as error:
        raise StorageDown(f"The storage of private files failed ({type(error).__name__}).") from error


def stored_files(folder: str) -> Iterator[str]:
    """Yield the names of all files below this folder. Raises StorageDown."""
    folders, files = _list(folder)
    yield from (f"{folder}/{name}" for name in files if name)
    for name in folders:
        yield from stored_files(f"{folder}/{name}")


def stored_folders(folder: str) -> list[str]:
    """The names of the folders in this folder. Raises StorageDown."""
    return _list(folder)[0]


def _list(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in this folder."""
    with _map_storage_errors():
        try:
            folders, files = private_storage().listdir(folder)
        except FileNotFoundError:
            return [], []
    return list(folders), list(files)


def was_stored_before(name: str, moment: datetime) -> bool:
    """Whether the file is older. Raises StorageDown."""
    with _map_storage_errors():
        return bool(private_storage().get_modified_time(name) < moment)


def delete_file(name: str) -> None:
    """Delete the file. A file that does not exist is no error. Raises StorageDown."""
    with _map_storage_errors():
        private_storage().delete(name)
