"""The data keys: made, wrapped, found and dropped."""

import time
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from secrets import token_bytes
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.apps import apps as installed_apps
from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from screener.encryption.file_format import DataKeySecret
from screener.encryption.master_keys import KEY_BYTES, MasterKey, configured_master_keys
from screener.models.data_key import DataKey, MasterKeyRecord
from screener.services.errors import NotSent

TRY_AGAIN_AFTER = timedelta(minutes=5)
LOOK_AGAIN_SECONDS = 30
MISSING_KEY_HINT = gettext_noop(
    "Set ENCRYPTION_KEY, ENCRYPTION_KEY_FALLBACKS or the file of ENCRYPTION_KEY_FILE to the key that was in use before."
)


class MasterKeyMissing(NotSent):
    """No configured master key is the one that wrapped a data key. Work waits until it is; nothing is given up."""

    def __init__(self, message: str) -> None:
        super().__init__(message, wait=TRY_AGAIN_AFTER)


class DataKeyErased(Exception):
    """The row of the data key is gone: what was encrypted with it is erased."""


class _SharedKey:
    """The shared key of this process, once it was read: it is never erased, and it is in every text.

    It is made after migrations, so that it is always committed: no text can outlive it. Without it nothing is
    encrypted.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        self._secret: DataKeySecret | None = None
        self._look_at = 0.0

    def find(self) -> DataKeySecret | None:
        with self._lock:
            if self._secret is None and time.monotonic() >= self._look_at:
                self._secret = self._read()
                # With a key configured, the row may come at any moment: the machine is being switched over.
                self._look_at = 0 if configured_master_keys() else time.monotonic() + LOOK_AGAIN_SECONDS
            return self._secret

    def _read(self) -> DataKeySecret | None:
        row = DataKey.objects.select_related("master_key").filter(owner=DataKey.SHARED).first()
        return unwrap(row) if row else None


_shared = _SharedKey()


def shared_key() -> DataKeySecret | None:
    """The key of texts, and of files outside the folders of candidates. None: encryption is not switched on.

    Raises MasterKeyMissing.
    """
    return _shared.find()


def forget_shared_key() -> None:
    """Read it again when it is next needed: the database was replaced."""
    _shared.forget()


def make_shared_key(sender: object, apps: object = installed_apps, **signal: object) -> None:
    """Switch encryption on where a master key is configured. Receiver of `post_migrate`, so it is made once."""
    _shared.forget()
    models = getattr(apps, "all_models", {}).get("screener", {})
    if "datakey" not in models or not configured_master_keys():  # migrated back
        return
    if not DataKey.objects.exists():  # else a lost key would be replaced silently
        get_or_create_key(DataKey.SHARED)


def owner_of_file(name: str) -> str:
    """The owner of the key of this file: the folder of a candidate, whose key is dropped when they are erased."""
    folders = name.split("/")[:-1]
    return "/".join(folders[:2]) if len(folders) > 1 else DataKey.SHARED


def key_for_file(name: str) -> DataKeySecret | None:
    """The key for a new file of this name. None: encryption is not switched on. Raises MasterKeyMissing."""
    shared, owner = shared_key(), owner_of_file(name)
    return shared if shared is None or owner == DataKey.SHARED else get_or_create_key(owner)


def get_or_create_key(owner: str) -> DataKeySecret:
    row = DataKey.objects.select_related("master_key").filter(owner=owner).first()
    return unwrap(row or _create_key(owner))


def _create_key(owner: str) -> DataKey:
    """Another process may be first: then its key is returned."""
    master_key, *_ = configured_master_keys()
    record = MasterKeyRecord.objects.get_or_create(fingerprint=master_key.fingerprint)[0]
    row = DataKey(owner=owner, master_key=record)
    row.wrapped_key = master_key.wrap(token_bytes(KEY_BYTES), row.context)
    DataKey.objects.bulk_create([row], ignore_conflicts=True)
    return DataKey.objects.select_related("master_key").get(owner=owner)


def find_key(key_id: UUID) -> DataKeySecret:
    """Raises DataKeyErased and MasterKeyMissing."""
    if (shared := _shared.find()) and shared.id == key_id:
        return shared
    row = DataKey.objects.select_related("master_key").filter(pk=key_id).first()
    if row is None:
        raise DataKeyErased(f"The data key {key_id} was erased.")
    return unwrap(row)


def unwrap(row: DataKey) -> DataKeySecret:
    """Raises MasterKeyMissing."""
    fingerprint = row.master_key.fingerprint
    try:
        secret = _unwrap(fingerprint, configured_master_keys(), bytes(row.wrapped_key), row.context)
    except InvalidTag:
        raise MasterKeyMissing(f"Master key {fingerprint[:12]} does not open the data key of {row.owner}.") from None
    return DataKeySecret(row.pk, secret)


@lru_cache(maxsize=1024)
def _unwrap(fingerprint: str, master_keys: tuple[MasterKey, ...], wrapped_key: bytes, context: bytes) -> bytes:
    """Cached, because a KMS is asked by the network. Raises MasterKeyMissing and InvalidTag."""
    for master_key in master_keys:
        if master_key.fingerprint == fingerprint:
            return master_key.unwrap(wrapped_key, context)
    raise MasterKeyMissing(f"The master key {fingerprint[:12]} is not configured. {gettext(MISSING_KEY_HINT)}")


def drop_keys(owners: Iterable[str]) -> int:
    """Erase the data keys of these folders. Copies of their files can never be read again, wherever they are."""
    return DataKey.objects.filter(owner__in=set(owners) - {DataKey.SHARED}).delete()[0]


def rewrap_keys(limit: int) -> int:
    """Wrap some data keys with the present master key that a former one wraps. Returns their number; 0: none is left.

    Raises MasterKeyMissing.
    """
    master_key, *_ = configured_master_keys()
    with transaction.atomic():
        record = MasterKeyRecord.objects.get_or_create(fingerprint=master_key.fingerprint)[0]
        former = DataKey.objects.exclude(master_key=record).select_related("master_key").order_by("pk")
        rows = list(former.select_for_update(of=("self",))[:limit])
        for row in rows:
            row.wrapped_key = master_key.wrap(unwrap(row).secret, row.context)
            row.master_key = record
        DataKey.objects.bulk_update(rows, ["wrapped_key", "master_key"])
    return len(rows)


def forget_unused_master_keys() -> None:
    """Delete the records of former master keys that wrap nothing any more."""
    fingerprints = [master_key.fingerprint for master_key in configured_master_keys()[:1]]
    MasterKeyRecord.objects.exclude(fingerprint__in=fingerprints).filter(data_keys__isnull=True).delete()
