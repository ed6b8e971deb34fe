"""The password and keys of this installation: made on the first run, kept for its owner alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from devtools.demo.preflight import Refused

FILE = "demo.json"


@dataclass(frozen=True)
class Logins:
    admin_password: str
    api_key: str
    twilio_token: str
    """Of the simulated account."""

    @classmethod
    def kept_in(cls, var: Path) -> "Logins":
        """Those that `var` holds, made now if there are none. Raises Refused where the file is not ours."""
        path = var / FILE
        if not path.exists():
            made = cls(secrets.token_urlsafe(12), secrets.token_urlsafe(24), secrets.token_hex(16))
            draft = path.with_suffix(".draft")
            draft.unlink(missing_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(asdict(made), file, indent=2)
            draft.rename(path)
        try:
            return cls(**json.loads(path.read_text()))
        except (TypeError, ValueError):
            raise Refused(f"{path} holds no logins of the demo. Move it away to have new ones made.") from None
