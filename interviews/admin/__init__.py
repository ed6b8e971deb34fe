"""The admin pages of interviews and of all that hangs on them."""

from interviews.admin import campaign, interview, read_only

__all__ = ["campaign", "interview", "read_only"]
