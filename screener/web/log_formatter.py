"""Log formatter that leaves out the values of database rows, and the tokens in paths."""

import logging
import re
from typing import Any

from screener.web.secret_paths import mask_tokens

_ROW_DETAILS = re.compile(r"^DETAIL: .*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL | re.MULTILINE)


class RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Mask tokens: Django logs the path of each request that fails."""
        return mask_tokens(super().format(record))

    def formatException(self, ei: Any) -> str:
        """Remove PostgreSQL's DETAIL, which quotes values of the row: names, phone numbers, transcripts."""
        return _ROW_DETAILS.sub("DETAIL: (not logged)", super().formatException(ei))
