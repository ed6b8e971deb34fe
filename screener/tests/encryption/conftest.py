import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from screener.encryption import data_keys
from screener.encryption.s3_storage import EncryptedS3Storage


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a simulated S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_storage(s3_server: str) -> Iterator[Any]:
    """An empty bucket."""
    storage = EncryptedS3Storage(
        bucket_name="private", endpoint_url=s3_server, access_key="a", secret_key="b", file_overwrite=False
    )
    storage.bucket.create()
    yield storage
    storage.bucket.objects.all().delete()
    storage.bucket.delete()
    storage.connection.meta.client.close()


@pytest.fixture(autouse=True)
def own_shared_key() -> Iterator[None]:
    """The process reads the shared key again, before and after: these tests change it."""
    data_keys._shared.forget()
    yield
    data_keys._shared.forget()


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest) -> Any:
    return storages["private"] if request.param == "local" else request.getfixturevalue("s3_storage")
