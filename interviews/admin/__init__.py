"""The admin pages of interviews and of all that hangs on them."""

from interviews.admin import campaign, do_not_call, interview, notices, read_only
from interviews.admin.sharing import share_links

__all__ = ["campaign", "do_not_call", "interview", "notices", "read_only", "share_links"]
