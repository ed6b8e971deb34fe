"""The admin pages of interviews and of all that hangs on them."""

from interviews.admin import campaign, interview, records

__all__ = ["campaign", "interview", "records"]
