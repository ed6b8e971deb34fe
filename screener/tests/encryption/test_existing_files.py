"""`manage.py encrypt_files` encrypts files of earlier versions in place, and loses none if it dies."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from screener.encryption import existing_files
from screener.encryption.existing_files import DRAFT_SUFFIX, Counts, encrypt_existing_files
from screener.models import DataKey
from screener.tests.encryption.test_storage import CONTENT, read, store_plain

pytestmark = pytest.mark.django_db
FILES = {
    "candidates/1/resume-1.pdf": CONTENT,
    "candidates/1/1/take.wav": b"one",
    "candidates/1/1/video/clip.webm": b"",
    "candidates/2/2/take.wav": b"two",
    "speech/prompt.mp3": b"three",
}


@pytest.fixture
def plain_files(storage: Any) -> Any:
    """The storage with files of an earlier version."""
    for name, content in FILES.items():
        store_plain(storage, name, content)
    return storage


def contents(storage: Any) -> dict[str, bytes]:
    return {name: read(storage, name) for name in existing_files._names_below(storage, "")}


def encrypted(storage: Any) -> set[str]:
    return {name for name in existing_files._names_below(storage, "") if storage.read_header(name)}


def run(storage: Any) -> Counts:
    return list(encrypt_existing_files(storage))[-1]


def test_all_files_are_encrypted(plain_files: Any) -> None:
    assert run(plain_files) == Counts(encrypted=len(FILES))
    assert encrypted(plain_files) == set(FILES)
    assert contents(plain_files) == FILES
    assert DataKey.objects.count() == 3


def test_second_run_changes_nothing(plain_files: Any) -> None:
    run(plain_files)
    assert run(plain_files) == Counts(already_encrypted=len(FILES))
    assert contents(plain_files) == FILES


def test_open_file_is_read_to_its_end(plain_files: Any) -> None:
    name = "candidates/1/resume-1.pdf"
    with plain_files.open(name) as file:
        start = file.read(1000)
        run(plain_files)
        assert start + file.read() == CONTENT


@pytest.mark.parametrize("dies_before", ["open_as", "replace"])
def test_run_after_a_crash_ends_the_work(plain_files: Any, dies_before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies at the third file, with a draft, and finds its own draft later."""
    usual: Callable[..., Any] = getattr(type(plain_files), dies_before)
    calls: list[str] = []

    def die(self: Any, name: str, *arguments: Any) -> Any:
        calls.append(name)
        if len(calls) == 3:
            raise SystemExit
        return usual(self, name, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(type(plain_files), dies_before, die)
        patch.setattr(type(plain_files), "delete", lambda *_: None)  # a dead process cleans nothing up
        with pytest.raises(SystemExit):
            run(plain_files)
    left = contents_of_names(plain_files)
    assert left == FILES
    run(plain_files)
    assert contents(plain_files) == FILES
    assert encrypted(plain_files) == set(FILES)


def contents_of_names(storage: Any) -> dict[str, bytes]:
    """The files under their own names, besides what a dead process left."""
    names = [name for name in existing_files._names_below(storage, "") if not name.endswith(DRAFT_SUFFIX)]
    return {name: read(storage, name) for name in names}


def test_draft_that_differs_replaces_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    store_plain(storages["private"], "candidates/1/1/take.wav", CONTENT)
    digests = iter([b"one", b"another"])
    monkeypatch.setattr(existing_files, "_digest", lambda _: next(digests))
    with pytest.raises(CommandError):
        call_command("encrypt_files", stdout=StringIO())
    assert contents(storages["private"]) == {"candidates/1/1/take.wav": CONTENT}
    assert not encrypted(storages["private"])


def test_file_deleted_meanwhile_stays_deleted(plain_files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, name = existing_files._save_draft, "candidates/1/1/take.wav"

    def delete_then_save(storage: Any, file_name: str) -> str:
        draft = usual(storage, file_name)
        if file_name == name:
            storage.delete(name)
        return draft

    monkeypatch.setattr(existing_files, "_save_draft", delete_then_save)
    run(plain_files)
    assert set(contents(plain_files)) == set(FILES) - {name}


def test_command_needs_a_key() -> None:
    DataKey.objects.all().delete()
    with pytest.raises(CommandError):
        call_command("encrypt_files", stdout=StringIO())


def test_command_encrypts_private_storage() -> None:
    storages["private"].save("candidates/1/new.wav", ContentFile(b"new"))
    store_plain(storages["private"], "candidates/1/old.wav", b"old")
    call_command("encrypt_files", stdout=StringIO())
    assert encrypted(storages["private"]) == {"candidates/1/new.wav", "candidates/1/old.wav"}
