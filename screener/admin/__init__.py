"""Admin pages for access and operations, and the base classes that all admin pages share."""

from screener.admin import organisation, technical, users_and_keys

__all__ = ["organisation", "technical", "users_and_keys"]
