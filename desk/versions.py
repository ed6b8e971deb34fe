"""Versions of what pages show: equal for two pages, or parts of them, that look the same."""

from hashlib import sha256
from typing import Any

LENGTH = 16


def version_of(content: Any) -> str:
    """`content`: the values shown, of types whose `repr` tells them apart."""
    return sha256(repr(content).encode()).hexdigest()[:LENGTH]
