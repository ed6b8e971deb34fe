"""Log formatter that leaves out the values of database rows."""

import logging
import re
from typing import Any

_ROW_DETAILS = re.compile(r"^DETAIL: .*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL | re.MULTILINE)


class RedactingFormatter(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        """Remove PostgreSQL's DETAIL, which quotes values of the row: names, phone numbers, transcripts."""
        return _ROW_DETAILS.sub("DETAIL: (not logged)", super().formatException(ei))
