"""Private storage, on local disk and on S3: encrypted files, files of earlier versions, keys that are lost."""

import secrets
from base64 import b64encode
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from screener.encryption import data_keys
from screener.encryption.data_keys import MasterKeyMissing
from screener.encryption.file_format import CHUNK_BYTES, MAGIC, ByteSource, UnreadableFile
from screener.encryption.storage import EncryptedStorage
from screener.models import DataKey, MasterKeyRecord

pytestmark = pytest.mark.django_db
NAME, OTHER_NAME = "candidates/1/1/take.wav", "candidates/2/2/take.wav"
CONTENT = secrets.token_bytes(2 * CHUNK_BYTES + 7)


def new_master_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def stored_bytes(storage: Any, name: str) -> bytes:
    source: ByteSource = storage.open_source(name)
    try:
        return source.read_at(0, source.size)
    finally:
        source.close()


def store_plain(storage: Any, name: str, content: bytes) -> None:
    """Store a file as an earlier version did."""
    super(EncryptedStorage, storage)._save(name, ContentFile(content))


def read(storage: Any, name: str) -> bytes:
    with storage.open(name) as file:
        return bytes(file.read())


class TestFiles:
    def test_content_is_encrypted(self, storage: Any) -> None:
        assert storage.save(NAME, ContentFile(CONTENT)) == NAME
        stored = stored_bytes(storage, NAME)
        assert stored.startswith(MAGIC)
        assert CONTENT[:20] not in stored
        assert (read(storage, NAME), storage.size(NAME)) == (CONTENT, len(CONTENT))

    def test_upload_is_encrypted(self, storage: Any) -> None:
        storage.save(NAME, SimpleUploadedFile("cv.pdf", CONTENT))
        assert read(storage, NAME) == CONTENT

    def test_part_is_read(self, storage: Any) -> None:
        storage.save(NAME, ContentFile(CONTENT))
        with storage.open(NAME) as file:
            assert file.size == len(CONTENT)
            file.seek(CHUNK_BYTES + 3)
            assert file.read(10) == CONTENT[CHUNK_BYTES + 3 :][:10]
            file.seek(3)
            assert file.read(10) == CONTENT[3:13]

    def test_empty_file_is_read(self, storage: Any) -> None:
        storage.save(NAME, ContentFile(b""))
        assert (read(storage, NAME), storage.size(NAME)) == (b"", 0)

    def test_missing_file_is_not_found(self, storage: Any) -> None:
        for access in (storage.open, storage.size):
            with pytest.raises(FileNotFoundError):
                access(NAME)

    def test_file_of_earlier_version_is_read(self, storage: Any, settings: Any) -> None:
        for content in (CONTENT, b""):
            store_plain(storage, NAME, content)
            assert (read(storage, NAME), storage.size(NAME)) == (content, len(content))
            storage.delete(NAME)

    def test_plain_file_can_be_refused(self, settings: Any) -> None:
        """So that a plain file put into the storage is not taken for one of an earlier version."""
        settings.ENCRYPTED_FILES_ONLY = True
        store_plain(storages["private"], NAME, CONTENT)
        with pytest.raises(UnreadableFile):
            storages["private"].open(NAME)

    def test_file_of_another_candidate_is_not_read(self, storage: Any) -> None:
        for name in (NAME, OTHER_NAME):
            storage.save(name, ContentFile(CONTENT))
        stored = stored_bytes(storage, OTHER_NAME)
        storage.delete(NAME)
        store_plain(storage, NAME, stored)
        with pytest.raises(UnreadableFile):
            storage.open(NAME)

    def test_truncated_file_is_not_read(self, storage: Any) -> None:
        storage.save(NAME, ContentFile(CONTENT))
        stored = stored_bytes(storage, NAME)
        storage.delete(NAME)
        store_plain(storage, NAME, stored[:-CHUNK_BYTES])
        with pytest.raises(UnreadableFile):
            storage.open(NAME)


class TestKeys:
    def test_each_candidate_has_a_key(self) -> None:
        names = (NAME, "candidates/1/resume.pdf", OTHER_NAME, "speech/prompt.mp3", "uploads/1")
        for name in names:
            storages["private"].save(name, ContentFile(b"content"))
        owners = set(DataKey.objects.values_list("owner", flat=True))
        assert owners == {"candidates/1", "candidates/2", DataKey.SHARED}

    def test_file_of_dropped_key_is_gone(self) -> None:
        storage = storages["private"]
        for name in (NAME, OTHER_NAME):
            storage.save(name, ContentFile(CONTENT))
        assert data_keys.drop_keys(["candidates/1"]) == 1
        with pytest.raises(UnreadableFile):
            storage.open(NAME)
        assert read(storage, OTHER_NAME) == CONTENT

    def test_shared_key_is_never_dropped(self) -> None:
        assert data_keys.drop_keys([DataKey.SHARED]) == 0

    def test_nothing_is_encrypted_before_the_switch(self) -> None:
        """A key alone switches nothing on: other processes may not have it yet."""
        DataKey.objects.all().delete()
        storages["private"].save(NAME, ContentFile(CONTENT))
        assert stored_bytes(storages["private"], NAME) == CONTENT
        data_keys.make_shared_key(None)
        storages["private"].save(OTHER_NAME, ContentFile(CONTENT))
        assert stored_bytes(storages["private"], OTHER_NAME).startswith(MAGIC)

    def test_file_of_former_key_is_read(self, settings: Any) -> None:
        storages["private"].save(NAME, ContentFile(CONTENT))
        former, settings.ENCRYPTION_KEY = settings.ENCRYPTION_KEY, new_master_key()
        settings.ENCRYPTION_KEY_FALLBACKS = [former]
        assert read(storages["private"], NAME) == CONTENT

    def test_key_comes_from_a_file(self, settings: Any, tmp_path: Any) -> None:
        storages["private"].save(NAME, ContentFile(CONTENT))
        path = tmp_path / "keys"
        path.write_text(f"# the present one\n{new_master_key()}\n\n{settings.ENCRYPTION_KEY}\n")
        settings.ENCRYPTION_KEY, settings.ENCRYPTION_KEY_FILE = "", str(path)
        assert read(storages["private"], NAME) == CONTENT


class TestLostKey:
    @pytest.fixture(params=["another key", "no key"])
    def lost_key(self, request: pytest.FixtureRequest, settings: Any) -> str:
        """The master key of a stored file, which is not configured any more."""
        storages["private"].save(NAME, ContentFile(CONTENT))
        key: str = settings.ENCRYPTION_KEY
        settings.ENCRYPTION_KEY = new_master_key() if request.param == "another key" else ""
        data_keys._shared.forget()
        return key

    def test_nothing_is_stored_or_overwritten(self, lost_key: str, settings: Any) -> None:
        storage = storages["private"]
        before = (stored_bytes(storage, NAME), *DataKey.objects.values_list("pk", "wrapped_key"))
        data_keys.make_shared_key(None)  # a migration
        for name in (NAME, OTHER_NAME, "uploads/1"):
            with pytest.raises(MasterKeyMissing):
                storage.save(name, ContentFile(b"new"))
        with pytest.raises(MasterKeyMissing):
            storage.open(NAME)
        assert (stored_bytes(storage, NAME), *DataKey.objects.values_list("pk", "wrapped_key")) == before
        settings.ENCRYPTION_KEY = lost_key
        assert read(storage, NAME) == CONTENT

    def test_readiness_names_key(self, lost_key: str, client: Client) -> None:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert MasterKeyRecord.objects.get().fingerprint[:12] in response.json()["encryption"]

    def test_check_reports_key(self, lost_key: str) -> None:
        assert {message.id for message in run_checks(tags=["encryption"])} == {"screener.E019"}


class TestChecks:
    def test_readable_data_is_no_problem(self, client: Client) -> None:
        assert run_checks(tags=["encryption"]) == []
        assert client.get("/readyz").json()["encryption"] == "ok"

    def test_invalid_key_is_an_error(self, settings: Any, tmp_path: Any) -> None:
        (tmp_path / "empty").touch()
        invalid = (
            {"ENCRYPTION_KEY": "secret"},
            {"ENCRYPTION_KEY": b64encode(b"short").decode()},
            {"ENCRYPTION_KEY": "", "ENCRYPTION_KEY_FALLBACKS": [new_master_key()]},
            {"ENCRYPTION_KEY_FILE": str(tmp_path / "missing")},
            {"ENCRYPTION_KEY_FILE": str(tmp_path / "empty")},
            {"ENCRYPTION_KEY_PROVIDER": "no.such.module"},
        )
        usual = {name: getattr(settings, name) for values in invalid for name in values}
        for values in invalid:
            for name, setting in {**usual, **values}.items():
                setattr(settings, name, setting)
            problems = [message for message in run_checks(tags=["screener"]) if message.id == "screener.E018"]
            assert problems, values
            assert "secret" not in problems[0].msg

    def test_missing_key_is_a_warning_of_a_deployment(self, settings: Any) -> None:
        settings.ENCRYPTION_KEY = ""
        checked = run_checks(tags=["screener"], include_deployment_checks=True)
        assert "screener.W015" in {message.id for message in checked}

    def test_key_without_migration_is_a_warning(self) -> None:
        DataKey.objects.all().delete()
        assert {message.id for message in run_checks(tags=["encryption"])} == {"screener.W014"}
