"""`manage.py rotate_keys` wraps the data keys with a new master key. The data stays as it is."""

from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from screener.encryption import data_keys
from screener.encryption.master_keys import LocalMasterKey
from screener.management.commands import rotate_keys
from screener.models import DataKey, MasterKeyRecord
from screener.tests.encryption.test_storage import CONTENT, new_master_key, read, stored_bytes

pytestmark = pytest.mark.django_db
NAMES = [f"candidates/{number}/{number}/take.wav" for number in range(5)]


@pytest.fixture
def former_key(settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of stored files, which is a fallback of a new one. The command works in batches of two."""
    monkeypatch.setattr(rotate_keys, "BATCH", 2)
    for name in NAMES:
        storages["private"].save(name, ContentFile(CONTENT))
    key: str = settings.ENCRYPTION_KEY
    settings.ENCRYPTION_KEY, settings.ENCRYPTION_KEY_FALLBACKS = new_master_key(), [key]
    return key


def rotate() -> None:
    call_command("rotate_keys", stdout=StringIO())


def wrapped_keys() -> dict[str, bytes]:
    return {owner: bytes(key) for owner, key in DataKey.objects.values_list("owner", "wrapped_key")}


def test_former_key_is_not_needed_afterwards(former_key: str, settings: Any) -> None:
    before = {name: stored_bytes(storages["private"], name) for name in NAMES}
    rotate()
    settings.ENCRYPTION_KEY_FALLBACKS = []
    data_keys._shared.forget()
    assert {name: stored_bytes(storages["private"], name) for name in NAMES} == before
    assert {read(storages["private"], name) for name in NAMES} == {CONTENT}
    assert data_keys.shared_key()
    assert MasterKeyRecord.objects.count() == 1


def test_rotation_goes_on_after_a_crash(former_key: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped: list[bytes] = []
    usual = LocalMasterKey.wrap

    def die(self: LocalMasterKey, data_key: bytes, context: bytes) -> bytes:
        wrapped.append(data_key)
        if len(wrapped) == 4:
            raise SystemExit
        return usual(self, data_key, context)

    with monkeypatch.context() as patch:
        patch.setattr(LocalMasterKey, "wrap", die)
        with pytest.raises(SystemExit):
            rotate()
    assert MasterKeyRecord.objects.count() == 2
    assert {read(storages["private"], name) for name in NAMES} == {CONTENT}  # half of them with each key
    rotate()
    settings.ENCRYPTION_KEY_FALLBACKS = []
    assert {read(storages["private"], name) for name in NAMES} == {CONTENT}


def test_unknown_key_stops_it(former_key: str, settings: Any) -> None:
    settings.ENCRYPTION_KEY_FALLBACKS = []
    before = wrapped_keys()
    with pytest.raises(CommandError):
        rotate()
    assert wrapped_keys() == before


def test_wrapped_key_of_another_row_is_refused(former_key: str, settings: Any) -> None:
    """A data key can't be moved to another candidate."""
    one, other = DataKey.objects.filter(owner__startswith="candidates/")[:2]
    other.update_fields(wrapped_key=one.wrapped_key)
    with pytest.raises(data_keys.MasterKeyMissing):
        data_keys.get_or_create_key(other.owner)


class RemoteKey:
    """A master key of a KMS, by the documented protocol."""

    fingerprint = "arn:aws:kms:eu-central-1:1:key/1"

    def __init__(self) -> None:
        self.requests = 0
        self._key = LocalMasterKey(b"k" * 32)

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        return self._key.wrap(data_key, context)

    def unwrap(self, wrapped_key: bytes, context: bytes) -> bytes:
        self.requests += 1
        return self._key.unwrap(wrapped_key, context)


REMOTE_KEY = RemoteKey()


def remote_keys() -> list[Any]:
    """The present key, then the former one of this process, from which it moves to the KMS."""
    return [REMOTE_KEY, LocalMasterKey(b"The master key of tests, no secr")]


def test_keys_move_to_a_kms(former_key: str, settings: Any) -> None:
    settings.ENCRYPTION_KEY_PROVIDER = f"{__name__}.remote_keys"
    rotate()
    assert MasterKeyRecord.objects.get().fingerprint == RemoteKey.fingerprint
    for _ in range(3):
        assert read(storages["private"], NAMES[0]) == CONTENT
    assert REMOTE_KEY.requests == 1
