"""Texts that are encrypted in the database, with the shared key.

Texts of earlier versions, and those that were stored before encryption was switched on, are read as they are.
"""

from screener.encryption.data_keys import shared_key
from screener.encryption.text_format import PREFIX, open_text, seal_text


def encrypt_text(text: str, column: str) -> str:
    """Return the text as it is stored. Unchanged if it is empty, or if encryption is not switched on.

    Raises MasterKeyMissing.
    """
    key = shared_key() if text else None
    return seal_text(text, column, key) if key else text


def decrypt_text(stored: str, column: str) -> str:
    """Raises MasterKeyMissing and UnreadableText."""
    key = shared_key() if stored.startswith(PREFIX) else None
    return open_text(stored, column, key) if key else stored
