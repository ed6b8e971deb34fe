"""Backups in an S3 bucket. Address, region and credentials come from the environment, as AWS's tools read them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from screener.encryption.file_format import ByteSource
from screener.encryption.s3_storage import S3Source, missing_as_file_not_found

SPOOLED_BYTES = 8 * 1024 * 1024


@contextmanager
def _errors_of_storage() -> Iterator[None]:
    """A bucket that is away or refuses is to callers what a disk is that does so."""
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise OSError(f"S3: {error}") from error


class S3Target:
    """A prefix in a bucket."""

    def __init__(self, bucket: Any, prefix: str) -> None:
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""

    def write(self, name: str, content: Iterable[bytes]) -> None:
        with SpooledTemporaryFile(max_size=SPOOLED_BYTES) as spooled:
            for part in content:
                spooled.write(part)
            spooled.seek(0)
            with _errors_of_storage():
                self._bucket.upload_fileobj(spooled, self._prefix + name)

    def open(self, name: str) -> ByteSource:
        with _errors_of_storage(), missing_as_file_not_found(name):
            return S3Source(self._bucket.Object(self._prefix + name), name)

    def names(self, prefix: str) -> Iterator[str]:
        with _errors_of_storage():
            for item in self._bucket.objects.filter(Prefix=f"{self._prefix}{prefix}"):
                yield item.key.removeprefix(self._prefix)

    def delete(self, name: str) -> None:
        with _errors_of_storage():
            self._bucket.Object(self._prefix + name).delete()

    def flush(self) -> None:
        """S3 confirms what is stored."""


def open_bucket(name: str, prefix: str) -> S3Target:
    return S3Target(boto3.resource("s3").Bucket(name), prefix)
