"""Keys for an installation on one machine."""

import base64
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def local_secret_key(var_dir: Path, *, allowed: bool) -> str:
    """Return the key in `var/secret_key`, creating it on first use. All processes of this folder get the same key."""
    if not allowed:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. All machines that share a database need the same key. Create one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return _stored_key(var_dir / "secret_key", secrets.token_urlsafe(50))


def local_do_not_call_key(var_dir: Path, secret_key: str, *, may_copy: bool) -> str:
    """Return the key in `var/do_not_call_key`, else the secret key, which earlier versions used for the list.

    `may_copy`: copy the secret key there on first use, so that the list outlives a new SECRET_KEY.
    """
    path = var_dir / "do_not_call_key"
    return _stored_key(path, secret_key) if may_copy or path.exists() else secret_key


def local_encryption_key_file(var_dir: Path) -> str:
    """Return the path of `var/encryption_key`, the master key of an installation on one machine. Made on first use."""
    path = var_dir / "encryption_key"
    _stored_key(path, base64.b64encode(secrets.token_bytes(32)).decode())
    return str(path)


def _stored_key(path: Path, new_key: str) -> str:
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(new_key)
        try:
            os.link(draft, path)  # the first process wins; the others read its key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
