"""The keys that travel with a backup, without which its data can't be read or its do-not-call list means nothing.

They are in the backup, encrypted with the backup key. A KMS keeps its own.
"""

import os
from pathlib import Path

from django.conf import settings

from screener.backup.archive import BackupError
from screener.encryption.master_keys import configured_key_texts, configured_master_keys

Keys = dict[str, list[str]]
"""By setting: its keys, one for a setting that has one."""


def collect_keys() -> Keys:
    """Raises ImproperlyConfigured."""
    master_keys = configured_key_texts()
    return {
        "SECRET_KEY": [settings.SECRET_KEY],
        "SECRET_KEY_FALLBACKS": list(settings.SECRET_KEY_FALLBACKS),
        "DO_NOT_CALL_KEY": [settings.DO_NOT_CALL_KEY],
        "DO_NOT_CALL_KEY_FALLBACKS": list(settings.DO_NOT_CALL_KEY_FALLBACKS),
        "ENCRYPTION_KEY": master_keys[:1],
        "ENCRYPTION_KEY_FALLBACKS": master_keys[1:],
    }


def fingerprints() -> list[str]:
    return [master_key.fingerprint for master_key in configured_master_keys()]


def refuse_missing_keys(keys: Keys, needed_fingerprints: list[str], *, remedy: str) -> None:
    """Raises BackupError unless all keys of the backup are configured. The error names settings, and no key."""
    present = collect_keys()
    secret = {*present["SECRET_KEY"], *present["SECRET_KEY_FALLBACKS"]}
    do_not_call = secret | {*present["DO_NOT_CALL_KEY"], *present["DO_NOT_CALL_KEY_FALLBACKS"]}
    missing = [
        name
        for name, available in (
            ("SECRET_KEY", secret),
            ("SECRET_KEY_FALLBACKS", secret),
            ("DO_NOT_CALL_KEY", do_not_call),
            ("DO_NOT_CALL_KEY_FALLBACKS", do_not_call),
        )
        if not available.issuperset(keys[name])
    ]
    if not set(needed_fingerprints) <= set(fingerprints()):
        missing.append("ENCRYPTION_KEY")
    if missing:
        raise BackupError(f"These settings lack keys of the backup: {', '.join(missing)}. {remedy}")


def write_keys(keys: Keys, path: Path) -> None:
    """Write the keys as lines for `.env`, into a new file that its owner alone can read. Raises BackupError."""
    lines = [f"{name}={','.join(values)}\n" for name, values in keys.items() if values]
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(lines)
    except FileExistsError:
        raise BackupError(f"{path} exists already.") from None
