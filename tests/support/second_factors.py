"""Codes of authenticator apps, and users who have one."""

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User

SECRET = base64.b32encode(b"twenty bytes of test").decode()
STEP = 30


def totp_code(secret: str = SECRET, *, steps: int = 0) -> str:
    """The code of an app (RFC 6238) now, or that of so many steps later."""
    counter = struct.pack(">Q", int(time.time()) // STEP + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def add_authenticator_app(user: User) -> Authenticator:
    authenticator: Authenticator = TOTP.activate(user, SECRET).instance
    return authenticator


def recovery_codes(user: User) -> list[str]:
    codes: Any = RecoveryCodes.activate(user)
    return list(codes.get_unused_codes())
