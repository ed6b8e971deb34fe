"""The format of an encrypted text: a prefix, and base64 of the id of the key, a nonce and the sealed text.

The column is authenticated with the text. Nothing of Django is used, so that the crash tests can read texts, too.
"""

import base64
import binascii
from functools import lru_cache
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from screener.encryption.file_format import NONCE_BYTES, TAG_BYTES, DataKeySecret

PREFIX = "enc:1:"
KEY_ID_BYTES = 16


class UnreadableText(Exception):
    """What is stored in this column is not what was stored there."""


def seal_text(text: str, column: str, key: DataKeySecret) -> str:
    nonce = token_bytes(NONCE_BYTES)
    sealed = _cipher(key.secret).encrypt(nonce, text.encode("utf-8", "surrogatepass"), column.encode())
    return PREFIX + base64.b64encode(key.id.bytes + nonce + sealed).decode()


def open_text(stored: str, column: str, key: DataKeySecret) -> str:
    """Return the text. One that was not sealed with this key is returned as it is. Raises UnreadableText."""
    sealed = _decode(stored)
    if sealed[:KEY_ID_BYTES] != key.id.bytes:
        return stored  # of an earlier version
    nonce, sealed = sealed[KEY_ID_BYTES:][:NONCE_BYTES], sealed[KEY_ID_BYTES + NONCE_BYTES :]
    try:
        return _cipher(key.secret).decrypt(nonce, sealed, column.encode()).decode("utf-8", "surrogatepass")
    except InvalidTag:
        raise UnreadableText(f"A text of {column} was changed, or is of another column.") from None


def _decode(stored: str) -> bytes:
    """Return what follows the prefix; empty if it was not sealed by this module."""
    if not stored.startswith(PREFIX):
        return b""
    try:
        sealed = base64.b64decode(stored.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return sealed if len(sealed) >= KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES else b""


@lru_cache(maxsize=4)
def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"screener text").derive(secret))
