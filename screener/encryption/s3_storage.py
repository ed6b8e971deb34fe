"""Private storage on S3. Only what is asked for is fetched from the bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from screener.background.queue import release_db_connection
from screener.encryption.storage import EncryptedStorage, StoredObject

NOT_FOUND = ("404", "NoSuchKey", "NotFound")
EMPTY = "InvalidRange"
SKIPPED_BYTES = 512 * 1024
"""A place so far ahead is reached by reading on, which is faster than another request."""


class S3Source:
    """An object of a bucket. One request streams it from a place to its end, for as long as it is read in order."""

    def __init__(self, s3_object: Any, name: str) -> None:
        self._object, self._name = s3_object, name
        self._body, self._place = None, 0
        self.size = 0
        self._request(0)

    def read_at(self, start: int, length: int) -> bytes:
        if start >= self.size:
            return b""
        if not self._place <= start <= self._place + SKIPPED_BYTES:
            self._request(start)
        self._read(start - self._place)
        return self._read(min(length, self.size - start))

    def close(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def _request(self, start: int) -> None:
        self.close()
        with missing_as_file_not_found(self._name):
            try:
                response = self._object.get(Range=f"bytes={start}-")
            except ClientError as error:
                if error.response["Error"]["Code"] != EMPTY:
                    raise
                return
        self.size = int(response["ContentRange"].rpartition("/")[2])
        self._body, self._place = response["Body"], start

    def _read(self, length: int) -> bytes:
        """Return so many bytes: a body gives fewer only where it ends too early, which botocore reports."""
        content = self._body.read(length) if self._body is not None and length else b""
        self._place += len(content)
        return bytes(content)


class EncryptedS3Storage(EncryptedStorage, S3Storage):  # type: ignore[misc] # S3Storage has no types
    """Private files in a bucket."""

    def open_source(self, name: str) -> S3Source:
        return S3Source(self._object(name), name)

    def replace(self, name: str, by: str) -> None:
        with missing_as_file_not_found(name):
            self._object(name).load()
        self._object(name).copy_from(CopySource={"Bucket": self.bucket_name, "Key": self._object(by).key})
        self.delete(by)

    def list_stored(self) -> Iterator[StoredObject]:
        prefix = f"{self.location.strip('/')}/".lstrip("/")
        for item in self.bucket.objects.filter(Prefix=prefix):
            if not item.key.endswith("/"):
                yield StoredObject(item.key.removeprefix(prefix), item.size, item.last_modified.timestamp())

    def save_encrypted(self, name: str, content: Any, **encryption: Any) -> str:
        release_db_connection()  # the key was read, and the upload may take long
        return super().save_encrypted(name, content, **encryption)

    def _object(self, name: str) -> Any:
        return self.bucket.Object(self._normalize_name(clean_name(name)))


@contextmanager
def missing_as_file_not_found(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_FOUND:
            raise FileNotFoundError(f"File does not exist: {name}") from None
        raise
