"""What a reader of the lab's output sees: plain lines with the seconds since the start.

On a terminal a picture may stand below the last line and change while lines go by above it; a recording gets the
same as a terminal would.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, Sequence

_COLOURS = {"bold": "1", "green": "32", "red": "31", "yellow": "33", "dim": "2"}
_SGR = re.compile(r"\033\[\d+m")
_REFRESH_SECONDS = 0.25


class Screen:
    """Somewhere that output goes to, and whether it takes colours, and a picture below the lines."""

    def __init__(self, write: Callable[[str], object], colour: bool, picture: bool) -> None:
        self._write = write
        self._colour = colour
        self._takes_picture = picture
        self._drawn: list[str] = []

    def show(self, text: str, picture: Sequence[str]) -> None:
        """Writes text above the picture, and the picture as it is now."""
        if not self._takes_picture:
            picture = ()
        if not text and list(picture) == self._drawn:
            return
        # ECMA-48 §8.3.29 CPL, §8.3.39 ED: back over the old picture, which goes
        erase = f"\033[{len(self._drawn)}F\033[J" if self._drawn else ""
        below = "".join(f"{row}\n" for row in picture)
        self._drawn = list(picture)
        shown = text + below if self._colour else _SGR.sub("", text + below)
        if erase or shown:
            self._write(erase + shown)


@dataclass(frozen=True)
class Event:
    """Something that happened at a moment of the monotonic clock."""

    moment: float
    text: str
    style: str = ""


class Narrator:
    """Writes the story, one line per event."""

    def __init__(self, screens: Sequence[Screen] | None = None) -> None:
        self._start = time.monotonic()
        self._screens = (terminal(),) if screens is None else tuple(screens)
        self._picture: Sequence[str] = ()
        # The picture is refreshed beside the story.
        self._lock = threading.Lock()

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        self._say(f"\n{paint('bold', title)}\n")

    def line(self, text: str, style: str = "") -> None:
        """Something that happened now."""
        self.line_at(time.monotonic(), text, style)

    def line_at(self, moment: float, text: str, style: str = "") -> None:
        """Something that happened at `moment` (seconds of the monotonic clock)."""
        stamp = paint("dim", f"{moment - self._start:8.3f}")
        self._say(f"{stamp}  {paint(style, text)}\n")

    def quote(self, prompt: str, text: Iterable[str]) -> None:
        """What a program said."""
        rows = [paint("bold", prompt), *text]
        self._say("".join(f"{'':10}{row}\n" for row in rows))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Columns, the first row being the head."""
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        texts = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        self._say("".join(f"  {paint('bold', text) if number == 0 else text}\n" for number, text in enumerate(texts)))

    @contextmanager
    def picture(self, draw: Callable[[], Sequence[str]]) -> Iterator[None]:
        """Shows what `draw` gives below the lines, a few times a second, until the context is left."""
        ended = threading.Event()

        def refresh() -> None:
            while not ended.wait(_REFRESH_SECONDS):
                self._draw(draw())

        painter = threading.Thread(target=refresh, daemon=True)
        painter.start()
        try:
            yield
        finally:
            ended.set()
            painter.join(timeout=5)
            self._draw(())

    def _draw(self, rows: Sequence[str]) -> None:
        with self._lock:
            self._picture = rows
            self._show("")

    def _say(self, text: str) -> None:
        with self._lock:
            self._show(text)

    def _show(self, text: str) -> None:
        for screen in self._screens:
            screen.show(text, self._picture)


def terminal() -> Screen:
    """Standard output: colours and a picture if it is a terminal that can show them."""

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    able = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    size = shutil.get_terminal_size()
    return Screen(write, colour=able and not os.environ.get("NO_COLOR"), picture=able and size.columns >= 100 and size.lines >= 24)


def paint(style: str, text: str) -> str:
    """Text in a colour; a screen without colours leaves it out."""
    code = _COLOURS.get(style)
    return f"\033[{code}m{text}\033[0m" if code else text


def milliseconds(seconds: float) -> str:
    """A duration for people: `12 ms`, `1.4 ms` or `2.31 s`."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"
