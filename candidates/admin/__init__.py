"""The admin pages of candidates, consents and do-not-call numbers."""

from candidates.admin import candidate, data_rights, imports

__all__ = ["candidate", "data_rights", "imports"]
