"""Admin pages for access and operations, and the base classes that all admin pages share."""

from screener.admin import organisation, technical
from screener.admin.access import api_keys, users

__all__ = ["api_keys", "organisation", "technical", "users"]
