"""The password and keys of this installation: created on the first run, in a file that only its owner may read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from devtools.demo.errors import DemoError, ErrorCode

FILE_NAME = "demo.json"


@dataclass(frozen=True)
class Credentials:
    admin_password: str
    api_key: str
    twilio_token: str
    """Of the simulated account."""

    @classmethod
    def load_or_create(cls, var_dir: Path) -> "Credentials":
        """Return the credentials in the folder; create them if there are none. Raises DemoError for an invalid file."""
        path = var_dir / FILE_NAME
        if not path.exists():
            _write_private(path, cls(secrets.token_urlsafe(12), secrets.token_urlsafe(24), secrets.token_hex(16)))
        try:
            return cls(**json.loads(path.read_text()))
        except (TypeError, ValueError):
            message = f"{path} does not hold the demo's credentials. Move it away; the next start creates new ones."
            raise DemoError(ErrorCode.INVALID_CREDENTIALS, message) from None


def _write_private(path: Path, credentials: Credentials) -> None:
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(credentials), file, indent=2)
    draft.rename(path)
