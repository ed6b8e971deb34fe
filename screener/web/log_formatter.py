"""What is written to the log: never what stands in the rows that an error is about."""

import logging
import re
from typing import Any

_ROW = re.compile(r"^DETAIL: .*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL | re.MULTILINE)


class Line(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        """Without the details that PostgreSQL adds, which are a row's values: names, numbers, transcripts."""
        return _ROW.sub("DETAIL: (not logged)", super().formatException(ei))
