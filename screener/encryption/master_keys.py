"""Master keys, which wrap the data keys: from a file, from the environment, or from a KMS."""

import base64
import binascii
import hmac
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_FORMAT = "A key is 32 random bytes in base64. Create one with: openssl rand -base64 32"


class MasterKey(Protocol):
    """One master key. A KMS is plugged in by a function that returns such objects: see docs/encryption.md."""

    @property
    def fingerprint(self) -> str:
        """Names the key in the database, in at most 200 characters. It never changes and is no secret."""

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Encrypt a data key. `context` is authenticated with it."""

    def unwrap(self, wrapped_key: bytes, context: bytes) -> bytes:
        """Decrypt a data key. Raises InvalidTag if it was wrapped by another key or with another context."""


class LocalMasterKey:
    """A master key in the memory of this process."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.fingerprint = hmac.digest(key, b"screener master key", "sha256").hex()[:32]

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data_key, context)

    def unwrap(self, wrapped_key: bytes, context: bytes) -> bytes:
        if len(wrapped_key) < NONCE_BYTES:
            raise InvalidTag
        return self._cipher.decrypt(wrapped_key[:NONCE_BYTES], wrapped_key[NONCE_BYTES:], context)


def configured_master_keys() -> tuple[MasterKey, ...]:
    """The key that wraps new data keys, followed by former ones. Empty: nothing is encrypted.

    Raises ImproperlyConfigured. A changed file is read after a restart.
    """
    return _load_keys(
        settings.ENCRYPTION_KEY,
        tuple(settings.ENCRYPTION_KEY_FALLBACKS),
        settings.ENCRYPTION_KEY_FILE,
        settings.ENCRYPTION_KEY_PROVIDER,
    )


@lru_cache(maxsize=4)
def _load_keys(key: str, fallbacks: tuple[str, ...], file: str, provider: str) -> tuple[MasterKey, ...]:
    if provider:
        return _keys_of_provider(provider)
    texts = _key_texts(key, fallbacks, file)
    if fallbacks and len(texts) == len(fallbacks):
        raise ImproperlyConfigured("ENCRYPTION_KEY_FALLBACKS is set without ENCRYPTION_KEY or ENCRYPTION_KEY_FILE.")
    return tuple(LocalMasterKey(parse_key(text)) for text in dict.fromkeys(texts))


def configured_key_texts() -> list[str]:
    """The master keys as they are configured, the present one first. Empty with a KMS. Raises ImproperlyConfigured."""
    if settings.ENCRYPTION_KEY_PROVIDER:
        return []
    fallbacks = tuple(settings.ENCRYPTION_KEY_FALLBACKS)
    return list(dict.fromkeys(_key_texts(settings.ENCRYPTION_KEY, fallbacks, settings.ENCRYPTION_KEY_FILE)))


def _key_texts(key: str, fallbacks: tuple[str, ...], file: str) -> list[str]:
    return [*([key] if key else []), *(_lines_of(file) if file else []), *fallbacks]


def _keys_of_provider(provider: str) -> tuple[MasterKey, ...]:
    try:
        return tuple(import_string(provider)())
    except ImportError as error:
        raise ImproperlyConfigured(f"ENCRYPTION_KEY_PROVIDER is {provider!r}, which can't be imported.") from error


def _lines_of(file: str) -> list[str]:
    try:
        lines = [line.strip() for line in Path(file).read_text().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"ENCRYPTION_KEY_FILE {file} can't be read ({type(error).__name__}).") from error
    keys = [line for line in lines if line and not line.startswith("#")]
    if not keys:
        raise ImproperlyConfigured(f"ENCRYPTION_KEY_FILE {file} has no key. {KEY_FORMAT}")
    return keys


def parse_key(text: str) -> bytes:
    """The error names no part of the text, which is a secret."""
    try:
        key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"A key of ENCRYPTION_KEY, its file or its fallbacks is not a key. {KEY_FORMAT}")
    return key
