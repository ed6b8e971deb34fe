"""The links above a report: not printed, and not in the PDF."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class BarLink:
    label: Any
    href: str


@dataclass(frozen=True)
class ReportBar:
    """`note`: a sentence for the reader of the page."""

    back: str = ""
    note: Any = ""
    links: list[BarLink] = field(default_factory=list)
