"""Secret key for an installation on one machine."""

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
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(exist_ok=True)
        draft = var_dir / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # the first process wins; the others read its key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
