"""Where lines go: with colours and a bar that stays in place on a terminal, as plain lines anywhere else."""

import os
import shutil
from collections.abc import Iterable
from typing import TextIO

NARROWEST, WIDEST = 40, 100


class Ink:
    """Colours and weights for a piece of text, or nothing where they are not wanted."""

    def __init__(self, *, on: bool) -> None:
        self._on = on

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._on else text

    def bold(self, text: str) -> str:
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        return self._paint("2", text)

    def italic(self, text: str) -> str:
        return self._paint("3", text)

    def red(self, text: str) -> str:
        return self._paint("31", text)

    def green(self, text: str) -> str:
        return self._paint("32", text)

    def yellow(self, text: str) -> str:
        return self._paint("33", text)

    def blue(self, text: str) -> str:
        return self._paint("34", text)


class Screen:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._in_place = out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._bar = ""
        self.ink = Ink(on=self._in_place and not os.environ.get("NO_COLOR"))
        self.width = max(NARROWEST, min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST))

    def lines(self, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        if text:
            self._out.write(f"{self._erase()}{text}{self._bar if self._in_place else ''}")
            self._out.flush()

    def line(self, text: str = "") -> None:
        self.lines([text])

    def bar(self, text: str) -> None:
        """Show this below everything else, in place of what was shown there. Empty: nothing is shown there any more."""
        text = text[: self.width - 1]
        if text == self._bar:
            return
        erase, self._bar = self._erase(), text
        if self._in_place:
            self._out.write(f"{erase}{text}")
            self._out.flush()
        elif text:
            self.line(text)

    def _erase(self) -> str:
        return "\r\x1b[K" if self._in_place and self._bar else ""
