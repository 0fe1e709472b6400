"""What was shown, kept: a recording in asciinema's format, version 2, and a still picture of a screen as SVG.

A recording is one line of JSON for the head and one for each piece of output, `[seconds, "o", text]`
(https://docs.asciinema.org/manual/asciicast/v2/). The still picture knows the colours that the lab paints with and
nothing else of a terminal.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Iterable
from xml.sax.saxutils import escape

# Of the pictures, and of the terminal that a recording asks for.
COLUMNS, ROWS = 100, 40
# Characters and lines of the picture's font, in its units.
_ADVANCE, _LINE, _MARGIN = 8.4, 18, 14
# SGR codes (ECMA-48 §8.3.117) → how the picture shows them, on its dark ground.
_STYLES = {"1": "font-weight:bold", "2": "fill:#8b949e", "31": "fill:#ff7b72", "32": "fill:#7ee787", "33": "fill:#e3b341"}
_SGR = re.compile(r"\033\[(\d+)m")
# Words with single spaces between them: renderers make one of several.
_RUN = re.compile(r"\S+(?: \S+)*")


class Recording:
    """An asciinema file that grows by what is written to it."""

    def __init__(self, path: Path, title: str) -> None:
        self._began = time.monotonic()
        self._file = path.open("w", encoding="utf-8")
        self._line({"version": 2, "width": COLUMNS, "height": ROWS, "title": title, "env": {"TERM": "xterm-256color"}})

    def write(self, text: str) -> None:
        """Keeps a piece of output with the time at which it came."""
        at = round(time.monotonic() - self._began, 3)
        # A terminal needs the carriage to return by itself: there is no line discipline in between.
        self._line([at, "o", text.replace("\n", "\r\n")])

    def close(self) -> None:
        """The file is whole."""
        self._file.close()

    def _line(self, value: object) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False) + "\n")


def svg(lines: Iterable[str]) -> str:
    """A screen with these lines as a picture, in the colours that they are painted with."""
    rows = list(lines)
    widest = max((len(_SGR.sub("", row)) for row in rows), default=0)
    width, height = round(widest * _ADVANCE) + 2 * _MARGIN, len(rows) * _LINE + 2 * _MARGIN
    texts = [_text(number, row) for number, row in enumerate(rows) if row.strip()]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="#e6edf3">',
            *texts,
            "</g>",
            "</svg>",
            "",
        )
    )


def _text(number: int, row: str) -> str:
    """One line; each run of words stands where it belongs, whatever the width of the font that is found."""
    pieces, column = [], 0
    style = ""
    for index, part in enumerate(_SGR.split(row)):
        if index % 2:
            style = _STYLES.get(part, "")
            continue
        pieces += [_run(column + run.start(), run[0], style) for run in _RUN.finditer(part)]
        column += len(part)
    return f'<text y="{_MARGIN + (number + 1) * _LINE - 5}">{"".join(pieces)}</text>'


def _run(column: int, words: str, style: str) -> str:
    at, length = _MARGIN + column * _ADVANCE, len(words) * _ADVANCE
    painted = f' style="{style}"' if style else ""
    return f'<tspan x="{at:.1f}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{painted}>{escape(words)}</tspan>'
