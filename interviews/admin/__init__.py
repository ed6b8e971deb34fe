"""The admin pages of interviews and of all that hangs on them."""

from interviews.admin import interview, records

__all__ = ["interview", "records"]
