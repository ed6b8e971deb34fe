"""A secret key for an installation that keeps its data in its own folder."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def local_secret(var: Path, *, allowed: bool) -> str:
    """The key kept in `var/secret_key`, made on first use. Every process of this folder gets the same one."""
    if not allowed:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. All machines that share a database need the same one; make it with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(exist_ok=True)
        draft = var / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # whoever comes first wins; the others read what that one wrote
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
