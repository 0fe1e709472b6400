"""docs/benchmarks.md, and the one sentence of it that the README repeats."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Sequence

from .contenders import EXABGP, HERALD, POLLING, Contender
from .figures import median
from .reaction import DOWN, Result
from .rivals import FAST
from .say import milliseconds

ROOT = Path(__file__).parent.parent.parent
DOCUMENT, README = ROOT / "docs" / "benchmarks.md", ROOT / "README.md"
# What stands before the sentence: on the page, and in the README.
ON_PAGE, IN_README = "In one sentence: ", "In the lab, side by side in one run: "
_WIDTH = 110
# A share of a core is not told more closely.
_LEAST_SHARE = 0.001

Row = Sequence[str]


def write(text: str, said: str) -> None:
    """Writes the page, and gives the README the sentence of this run."""
    DOCUMENT.write_text(text)
    README.write_text(repeated(README.read_text(), said))


def repeated(readme: str, said: str) -> str:
    """The README with another sentence in its place."""
    return re.sub(rf"^{IN_README}.*?\n\n", lambda _: f"{_wrapped(IN_README + said)}\n\n", readme, count=1, flags=re.MULTILINE | re.DOTALL)


def sentence(results: Sequence[Result]) -> str:
    """The comparison in one sentence, with those that have taken part; empty without herald."""
    known = {result.contender.name: result for result in results}
    own = known.get(HERALD.name)
    if own is None:
        return ""
    others = [f"{words} {_down(known[name])} and {share(known[name])}" for name, words in _RIVALS if name in known]
    polling = known.get(POLLING[-1].name)
    if polling:
        others.append(f"herald polling every {_interval(polling.contender)} alone takes {_down(polling)}")
    told = "from HAProxy's word that the last server is down to the withdrawal on the wire, herald takes a median of"
    return "; ".join((f"{told} {_down(own)}, and {share(own)} of a core at rest", *others)) + "."


_RIVALS = (
    (EXABGP.name, "ExaBGP's healthcheck every 10 ms takes"),
    (FAST, "anycast_healthchecker with BIRD every 10 ms takes"),
)


def share(result: Result) -> str:
    """The processor time at rest as a share of one core, for people."""
    seen = result.cpu / 60
    return f"less than {_LEAST_SHARE * 100:g} %" if seen < _LEAST_SHARE else f"{seen * 100:.1f} %"


def document(bars: Sequence[Row], side: Sequence[Row], said: str, remarks: str, notes: str, programs: Sequence[str]) -> str:
    """The page, in Markdown. `bars` and `side` are tables with their heads; `remarks` stands above the second."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `lab/run bench --write`; run it for the figures of your machine. {'; '.join(programs)}.",
        "",
        _wrapped(ON_PAGE + said),
        "",
        "Ratios count, absolute times are those of a small virtual machine. The start is HAProxy's log datagram about the",
        "change, or the moment of the kill; the end is the UPDATE to the slower of both neighbours leaving the node. The",
        "kernel stamps both. What HAProxy needs to notice a death (`inter 200ms fall 1`) is not part of it.",
        "",
        "## What must be reached",
        "",
        *_table(bars),
        "",
        "`pN of M`: so many percent of M values are not above it; what is judged by it has its longest value beside it, as",
        "measured. `measured`: nothing is demanded of the figure. Received: the route server is asked about its table again",
        "and again, and what asking takes is part of the figure.",
        "",
        "## Side by side",
        "",
        remarks,
        "",
        *_table(side),
        "",
        "ExaBGP's and anycast_healthchecker's check is the same line of shell that asks HAProxy's stats socket. Both",
        "are asked to do so every 10 ms; each time they start it anew, and anycast_healthchecker starts `ip` before.",
        "Default settings: ExaBGP `interval 5, fast-interval 1, rise 3, fall 3`; anycast_healthchecker `check_interval 10,",
        "check_rise 2, check_fail 2`.",
        "",
        "`cargo bench` measures codec, tables, sessions and engine alone: [CONTRIBUTING.md](../CONTRIBUTING.md#benches).",
    ]
    return "\n".join([*lines, *(["", f"{notes}."] if notes else []), ""])


def _table(rows: Sequence[Row]) -> list[str]:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return [head, "|" + "---|" * len(rows[0]), *body]


def _down(result: Result) -> str:
    return milliseconds(median(result.reactions[DOWN]))


def _interval(contender: Contender) -> str:
    return milliseconds(contender.interval)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
