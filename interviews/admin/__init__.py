"""The admin pages of interviews and of all that hangs on them."""

from interviews.admin import campaign, do_not_call, interview, read_only

__all__ = ["campaign", "do_not_call", "interview", "read_only"]
