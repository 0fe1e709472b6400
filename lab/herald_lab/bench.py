"""`lab/run bench`: what herald must reach, and what it does reach, beside those that people use today; in one run.

Each figure comes from the story that measures it: this runs them all, and draws one table. Contenders are compared in one
lab, one after the other, on the same node with the same neighbours.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Sequence

from . import bridge, flaps, flood, maintenance, page, peers, reaction, rivals, scale
from .contenders import EXABGP, EXABGP_DEFAULT, HERALD, POLLING, Contender
from .expect import Expectations
from .figures import median, percentile
from .reaction import KINDS, POLLED_SHARE, Result
from .say import Narrator, milliseconds
from .versions import versions

# Changes of each contender, deaths with and without the bridge, kills and cuts.
FULL, QUICK = (100, 5, 3), (5, 2, 1)
# Of so many changes, those of herald when it polls, which are judged by their p95, and those of the others.
POLLED, OTHERS = 40, 20
RESIDENT_MIB, CPU_SHARE = 8.0, 0.002


@dataclass(frozen=True)
class Bar:
    """A row of what must be reached: what, how much, and the expectations that say so, by how they begin."""

    what: str
    bar: str
    shown_by: tuple[str, ...]


BARS = (
    Bar("HAProxy marks the last server DOWN → withdrawal to all neighbours, event stream", "median ≤ 2 ms, p99 ≤ 10 ms", (f"{HERALD.name}: DOWN",)),
    Bar("the same by polling alone", f"p{POLLED_SHARE} ≤ poll interval + 2 ms", tuple(f"{herald.name}: DOWN" for herald in POLLING)),
    Bar("HAProxy killed → withdrawal", "median ≤ 5 ms", (f"{HERALD.name}: HAProxy killed",)),
    Bar("HAProxy marks a server UP → announcement", "median ≤ 2 ms", (f"{HERALD.name}: UP",)),
    Bar("agent killed -9 → session closed at the peers", "≤ 5 ms", ("agent killed -9",)),
    Bar("last backend dies under 200 requests/s, with the bridge", "0 requests lost", ("with the bridge: requests lost",)),
    Bar("… without it", "measured", ("without the bridge: requests lost",)),
    Bar("planned drain under 200 requests/s", "0 requests lost", ("herald drain web --wait: requests lost", "drain: requests lost")),
    Bar("flapping every 300 ms for 10 s", "damping on: ≤ 6 UPDATEs; off: ≤ the changes", ("flapping",)),
    Bar("1000 addresses: start → all received by two FRR route servers", "≤ 1 s", ("start → all 1000",)),
    Bar("… all withdrawn", "≤ 50 ms, fewest UPDATEs", ("withdrawn: UPDATEs", "withdrawn: DOWN")),
    Bar("link down, BFD 100 ms × 3", "≤ 0.5 s", ("BFD 100 ms × 3",)),
    Bar("link down, hold 3 s", "≤ 3.2 s", ("hold 3 s",)),
    Bar("agent start → announced", "≤ 100 ms", ("agent start",)),
    Bar("memory at rest, 1 service, 2 neighbours", "≤ 8 MiB", ("resident memory at rest",)),
    Bar("… with 1000 addresses", "≤ 16 MiB", ("resident memory with 1000",)),
    Bar("CPU at rest, event stream and poll", "≤ 0.2 % of a core", ("CPU at rest",)),
    Bar("a peer sends 1,000,000 routes", f"session stays, < 32 MiB more, withdrawals ≤ 10 ms (p{flood.SHARE} of {flood.WITHDRAWALS})", ("800 routes an UPDATE", "one route an UPDATE")),
)


def run(narrator: Narrator, quick: bool, write: bool) -> bool:
    """Measures everything, and returns whether every bar is met."""
    started = time.monotonic()
    changes, deaths, times = QUICK if quick else FULL
    others, left_out = rivals.contenders()
    seen = Expectations()
    compared = (HERALD, *_at_most(POLLED, POLLING), *_at_most(OTHERS, (EXABGP, EXABGP_DEFAULT, *others)))
    results, _ = reaction.compare(narrator, compared, changes, seen)
    if results:
        _at_rest(seen, results[0])
    for story in (
        lambda: bridge.run(narrator, deaths, seen),
        lambda: maintenance.run(narrator, seen),
        lambda: peers.run(narrator, times, seen),
        lambda: scale.run(narrator, seen),
        lambda: flaps.run(narrator, seen),
    ):
        story()
    rows = judged(seen)
    narrator.chapter("What must be reached, and what is")
    narrator.table([("", "bar", "seen", ""), *((bar.what, bar.bar, text, word) for bar, text, word in rows)])
    narrator.chapter("Side by side: median (5th to 95th of a hundred), and how many times herald's")
    narrator.table(side_by_side(results))
    if left_out:
        narrator.line(left_out, "yellow")
    narrator.line(f"{(time.monotonic() - started) / 60:.1f} minutes")
    if write and results:
        page.write(document(results, rows, left_out, changes, (*versions(), *rivals.versions())), page.sentence(results))
        narrator.line(f"written to {page.DOCUMENT.name}, and its one sentence to {page.README.name}")
    return all(word in ("met", "measured") for _, _, word in rows)


def judged(seen: Expectations) -> list[tuple[Bar, str, str]]:
    """Each bar, what was seen of it, and `met`, `NOT MET`, `measured` or `not measured`."""
    rows = []
    for bar in BARS:
        own = [row for row in seen.rows if row[0].startswith(bar.shown_by)]
        rows.append((bar, "; ".join(": ".join(filter(None, (_rest(row[0], bar), row[2]))) for row in own), _word(own)))
    return rows


def _word(own: Sequence[tuple[str, str, str, bool | None]]) -> str:
    judged = [row[3] for row in own if row[3] is not None]
    if not own:
        return "not measured"
    if not judged:
        return "measured"
    return "met" if all(judged) else "NOT MET"


def side_by_side(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row for each contender, the first being the one whom others are measured by."""
    rows: list[tuple[str, ...]] = [("", *KINDS, "CPU of a core at rest", "memory")]
    for result in results:
        cells = [spread(result.reactions[kind], results[0].reactions[kind]) for kind in KINDS]
        rows.append((result.contender.name, *cells, f"{result.cpu / 60:.2%}", f"{result.resident:.1f} MiB"))
    return rows


def spread(values: Sequence[float], unit: Sequence[float]) -> str:
    """A median with its spread, and how many times another's."""
    ends = " to ".join(milliseconds(percentile(values, share)) for share in (5, 95))
    return f"{milliseconds(median(values))} ({ends}) x{median(values) / median(unit):.1f}"


def document(results: Sequence[Result], rows: Sequence[tuple[Bar, str, str]], left_out: str, changes: int, programs: Sequence[str]) -> str:
    """The page, in Markdown."""
    bars = [("what", "bar", "seen", ""), *((bar.what, bar.bar, text, word) for bar, text, word in rows)]
    remarks = (
        f"Median (5th to 95th percentile), and how many times herald's median; {changes} changes of herald with its event stream,\n"
        f"at most {POLLED} when it polls, {OTHERS} of the others, and 2 or 3 of those with default settings, which take their time."
    )
    return page.document(bars, side_by_side(results), page.sentence(results), remarks, left_out, programs)


def _at_most(most: int, contenders: Sequence[Contender]) -> tuple[Contender, ...]:
    return tuple(replace(contender, most=min(contender.most, most)) for contender in contenders)


def _at_rest(seen: Expectations, own: Result) -> None:
    seen.expect("resident memory at rest", f"at most {RESIDENT_MIB:g} MiB", f"{own.resident:.1f} MiB", own.resident <= RESIDENT_MIB)
    seen.note("resident memory at rest: of it, its data (RssAnon)", f"{own.anonymous:.1f} MiB")
    seen.expect("CPU at rest", f"at most {CPU_SHARE:.1%}", f"{own.cpu / 60:.2%}", own.cpu / 60 <= CPU_SHARE)


def _rest(what: str, bar: Bar) -> str:
    """What an expectation says beyond the words by which it was found."""
    found = next(words for words in bar.shown_by if what.startswith(words))
    return what[len(found) :].strip(" →:,") if len(bar.shown_by) == 1 else what
