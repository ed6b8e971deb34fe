"""Puts the pieces of a page in reading order. Columns that the file writes line by line are read one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

MIN_ROWS = 4
"""The least lines with text in both columns."""
MIN_COLUMN_SHARE = 0.25
"""The share of a column in the width of both. A narrower column holds labels or dates of the text beside it."""
MAX_LINE_DISTANCE = 2.5
"""In heights of a line. After a wider distance another block begins."""


@dataclass(frozen=True)
class Segment:
    """A piece of a line without wide gaps, with its place in points from the bottom left corner of the page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float

    def is_beside(self, other: "Segment") -> bool:
        """Whether both are parts of one line."""
        overlap = min(self.top, other.top) - max(self.bottom, other.bottom)
        is_apart = self.left > other.right or other.left > self.right
        return is_apart and overlap > min(self.top - self.bottom, other.top - other.bottom) / 2

    @property
    def is_right_to_left(self) -> bool:
        return any(0x590 <= ord(char) <= 0x8FF for char in self.text)


def in_reading_order(segments: list[Segment]) -> Iterator[str]:
    """Yield the texts with spaces and line breaks, in the order of the file. Columns written by line are reordered."""
    start = 0
    while start < len(segments):
        block = _block_of_columns(segments[start:])
        if _is_read_by_column(block):
            for segment in [*block.first, *block.second]:
                yield f"\n{segment.text}"
            start += block.length
            continue
        follows_on_line = start > 0 and segments[start].is_beside(segments[start - 1])
        yield ("\t" if follows_on_line else "\n") + segments[start].text
        start += 1


@dataclass
class _Block:
    """Lines of two columns. `gutter`: the free space between them. `rows`: those with text in both."""

    left: list[Segment]
    right: list[Segment]
    gutter: tuple[float, float]
    rows: int = 0

    @property
    def length(self) -> int:
        return len(self.left) + len(self.right)

    @property
    def first(self) -> list[Segment]:
        return self.right if self._is_right_to_left else self.left

    @property
    def second(self) -> list[Segment]:
        return self.left if self._is_right_to_left else self.right

    @property
    def _is_right_to_left(self) -> bool:
        return sum(segment.is_right_to_left for segment in (*self.left, *self.right)) * 2 > self.length

    def add(self, segment: Segment) -> bool:
        """Add the next piece of the file to its column. False: it is in neither column, or does not follow."""
        lowest = min((*self.left[-1:], *self.right[-1:]), key=lambda earlier: earlier.bottom, default=segment)
        height = max(segment.top - segment.bottom, lowest.top - lowest.bottom)
        if not -MAX_LINE_DISTANCE * height < segment.top - lowest.top <= height:
            return False
        start, end = self.gutter
        least = segment.size / 2
        if segment.right <= end - least:
            self.left.append(segment)
            self.gutter = max(start, segment.right), end
        elif segment.left >= start + least:
            self.right.append(segment)
            self.gutter = start, min(end, segment.left)
        else:
            return False
        return True


def _block_of_columns(segments: list[Segment]) -> _Block:
    """The longest block of two columns that the file begins with, written line by line."""
    if len(segments) < 2 or not segments[0].is_beside(segments[1]):
        return _Block([], [], (0, 0))
    left, right = sorted(segments[:2], key=lambda segment: segment.left)
    block = _Block([], [], (left.right, right.left))
    previous: Segment | None = None
    for segment in segments:
        if not block.add(segment):
            break
        block.rows += previous is not None and segment.is_beside(previous)
        previous = segment
    return block


def _is_read_by_column(block: _Block) -> bool:
    """Whether both columns are running text. Labels or dates beside their descriptions are a table instead."""
    if block.rows < MIN_ROWS:
        return False
    widths = [_median([segment.right - segment.left for segment in column]) for column in (block.left, block.right)]
    return min(widths) >= MIN_COLUMN_SHARE * sum(widths)


def _median(numbers: list[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]
