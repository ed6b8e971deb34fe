"""The admin pages of candidates, consents and do-not-call numbers."""

from candidates.admin import candidate

__all__ = ["candidate"]
