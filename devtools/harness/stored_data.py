"""Reads the encrypted files and texts of a deployment from outside of its processes."""

import base64
from io import BufferedReader
from typing import IO
from uuid import UUID

from devtools.harness.database import ENCRYPTION_KEY
from devtools.harness.deployment import Deployment
from screener.encryption.file_format import HEADER, DataKeySecret, DecryptingReader, Header, LocalSource
from screener.encryption.master_keys import LocalMasterKey
from screener.encryption.text_format import open_text

KEYS_SQL = "SELECT id, owner, wrapped_key FROM screener_datakey"
TRANSCRIPT_COLUMN = "interviews.interviewresponse.transcript"


class StoredData:
    def __init__(self, deployment: Deployment) -> None:
        master_key = LocalMasterKey(base64.b64decode(ENCRYPTION_KEY))
        self._folder = deployment.files_dir
        self._keys: dict[UUID, DataKeySecret] = {}
        for key_id, owner, wrapped_key in deployment.query_rows(KEYS_SQL):
            secret = master_key.unwrap(bytes(wrapped_key), f"{key_id}/{owner}".encode())
            self._keys[key_id] = DataKeySecret(key_id, secret)
            if owner == "shared":
                self._shared = self._keys[key_id]

    def read_transcript(self, stored: str) -> str:
        return open_text(stored, TRANSCRIPT_COLUMN, self._shared)

    def open_file(self, name: str) -> IO[bytes]:
        """Open a file of private storage. Raises FileNotFoundError."""
        source = LocalSource(str(self._folder / name))
        header = Header.parse(source.read_at(0, HEADER.size))
        if header is None:
            raise ValueError(f"{name} is not encrypted.")
        # Without a buffer, one read ends with the encrypted chunk.
        return BufferedReader(DecryptingReader(source, header, key=self._keys[header.key_id], name=name))
