"""What a reader of the lab's output sees: plain lines with the seconds since the start."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import Iterable, Sequence

_COLOURS = {"bold": "1", "green": "32", "red": "31", "yellow": "33", "dim": "2"}


@dataclass(frozen=True)
class Event:
    """Something that happened at a moment of the monotonic clock."""

    moment: float
    text: str
    style: str = ""


class Narrator:
    """Writes the story, one line per event."""

    def __init__(self, colour: bool | None = None) -> None:
        self._start = time.monotonic()
        self._colour = _wants_colour() if colour is None else colour

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        print(f"\n{self._paint('bold', title)}", flush=True)

    def line(self, text: str, style: str = "") -> None:
        """Something that happened now."""
        self.line_at(time.monotonic(), text, style)

    def line_at(self, moment: float, text: str, style: str = "") -> None:
        """Something that happened at `moment` (seconds of the monotonic clock)."""
        stamp = self._paint("dim", f"{moment - self._start:8.3f}")
        print(f"{stamp}  {self._paint(style, text)}", flush=True)

    def quote(self, prompt: str, text: Iterable[str]) -> None:
        """What a program said."""
        print(f"{'':10}{self._paint('bold', prompt)}")
        for row in text:
            print(f"{'':10}{row}")
        sys.stdout.flush()

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Columns, the first row being the head."""
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for number, row in enumerate(rows):
            text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
            print(f"  {self._paint('bold', text) if number == 0 else text}")
        sys.stdout.flush()

    def _paint(self, style: str, text: str) -> str:
        if not self._colour or style not in _COLOURS:
            return text
        return f"\033[{_COLOURS[style]}m{text}\033[0m"


def milliseconds(seconds: float) -> str:
    """A duration for people: `12 ms`, `1.4 ms` or `2.31 s`."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
