"""Admin pages for access and operations, and the base classes that all admin pages share."""

from screener.admin import technical

__all__ = ["technical"]
