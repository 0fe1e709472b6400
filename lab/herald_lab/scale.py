"""`lab/run scale`: 1000 addresses of one service go and come back: how soon, and how many UPDATEs does that take?

The start is timed until both route servers have all of them in their tables, as they say when asked again and again: the
answer that has all counts as the moment, so that what asking takes is part of it. A withdrawal is timed from HAProxy's log
datagram to the last UPDATE to the last neighbour leaving the node, both by the kernel's stamps.

Routes with the same attributes share an UPDATE (RFC 4271 §4.3), so the fewest possible is a matter of
arithmetic: 4096 octets, less header, lengths and attributes, at 5 octets for a /32.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path

from . import measured, routers
from .bgp_frames import fewest_updates
from .capture import Capture, Sight
from .course import SERVER
from .expect import Expectations
from .figures import median
from .lab import Lab
from .memory import resident_kib
from .say import Narrator, milliseconds
from .wait import until

TOPOLOGY = Path(__file__).parent.parent / "scale" / "scale.clab.yml"
ADDRESSES = 1000
PREFIX_OCTETS = 5
# Product bars, in seconds and KiB.
START_LIMIT, WITHDRAWN_LIMIT = 1.0, 0.050
RESIDENT_LIMIT_KIB = 16 << 10
STARTS = 3
# The route servers' addresses, and herald's towards them.
NEIGHBORS = {"rs-frr": "10.0.1.2", "rs-frr-2": "10.0.2.2"}
HERALD = {"rs-frr": "10.0.1.1", "rs-frr-2": "10.0.2.1"}
DOWN, UP = f"{SERVER} is DOWN", f"{SERVER} is UP"


def run(narrator: Narrator, expectations: Expectations | None = None) -> bool:
    """Measures, and returns whether the bars are met and the counts the fewest possible."""
    replaced = {("nva", measured.HERALD_TOML): herald_toml()}
    return measured.run("scale", narrator, _measure, TOPOLOGY, replaced, expectations=expectations)


def herald_toml() -> str:
    """The lab's herald.toml with 1000 addresses (198.18.0.0/15 is for measurements: RFC 2544) and two FRRs."""
    text = (measured.TOPOLOGY.parent / "nva" / "herald.toml").read_text()
    addresses = ", ".join(f'"198.18.{number // 250}.{number % 250 + 1}/32"' for number in range(ADDRESSES))
    return text.replace('["9.9.9.9/32"]', f"[{addresses}]").replace("[neighbor.gobgp]", "[neighbor.frr-2]")


def _measure(lab: Lab, narrator: Narrator, expectations: Expectations) -> None:
    with Capture(lab.nodes["nva"]) as capture:
        _starts(lab, expectations, capture)
        resident = resident_kib(lab.programs["nva", "herald"].pid)
        limit = f"at most {RESIDENT_LIMIT_KIB >> 10} MiB"
        expectations.expect(f"resident memory with {ADDRESSES} addresses", limit, f"{resident / 1024:.1f} MiB", resident <= RESIDENT_LIMIT_KIB)
        bound = lab.nodes["nva"].run("ip", "-oneline", "address", "show", "dev", "lo").count("198.18.")
        expectations.equal("addresses on lo", ADDRESSES, bound)
        narrator.chapter("The backend is killed: all of them go")
        measured.quiet(1)
        mark = capture.mark()
        measured.kill_backend(lab)
        gone = _told(lab, capture, mark, "withdrawn", 0) - _said(capture, mark, DOWN)
        _count(narrator, expectations, capture, mark, "withdrawn")
        expectations.at_most("withdrawn: DOWN → last withdrawal on the wire to both", WITHDRAWN_LIMIT, gone)
        narrator.chapter("The backend is back: all of them come")
        mark = capture.mark()
        lab.start("web", "web")
        back = _told(lab, capture, mark, "announced", ADDRESSES) - _said(capture, mark, UP)
        _count(narrator, expectations, capture, mark, "announced")
        expectations.note("announced: UP → last announcement on the wire to both", milliseconds(back))
    narrator.chapter("Summary")


def _starts(lab: Lab, expectations: Expectations, capture: Capture) -> None:
    """Times starts until both tables have everything; the last herald goes on."""
    # Peers and HAProxy have only just started, and herald believes no server that HAProxy has not checked: not counted.
    _start(lab)
    received, announced = [], []
    for _ in range(STARTS):
        _crash(lab)
        mark, started = capture.mark(), time.time()
        received.append(_start(lab) - started)
        announced.append(_told(lab, capture, mark, "announced", ADDRESSES) - started)
    asked = time.monotonic()
    _received(lab, "rs-frr")
    question = time.monotonic() - asked
    # A median: FRR now and then refuses the first connection after a crash, and a second one comes a second later.
    label = f"start → all {ADDRESSES} addresses"
    expectations.at_most(f"{label} received by both, median of {STARTS}", START_LIMIT, median(received))
    expectations.note(f"{label} received by both, longest", milliseconds(max(received)))
    expectations.note(f"{label} announced on the wire to both, median of {STARTS}", milliseconds(median(announced)))
    expectations.note(f"{label}: one question about a table", milliseconds(question))


def _start(lab: Lab) -> float:
    """Starts herald; when both tables have everything, by the wall clock."""
    lab.start("nva", "herald")
    return max(_await_table(lab, name, ADDRESSES) for name in NEIGHBORS)


def _crash(lab: Lab) -> None:
    """Ends herald at once, removes what it leaves bound, and waits until the route servers take a connection."""
    herald = lab.programs["nva", "herald"]
    herald.send(signal.SIGKILL)
    herald.wait(5)
    lab.nodes["nva"].run("ip", "address", "flush", "dev", "lo", "to", "198.18.0.0/15")
    for name in NEIGHBORS:
        _await_table(lab, name, -1)
        until(f"{name} to wait for a connection", lambda: routers.frr_ready(lab.nodes[name], HERALD[name]), seconds=30, nodes=(name,))


def _await_table(lab: Lab, name: str, routes: int) -> float:
    """When a route server says that it has exactly so many routes from herald (-1: no session), by the wall clock."""

    def complete() -> float | None:
        return time.time() if _received(lab, name) == routes else None

    return until(f"{routes} routes at {name}" if routes >= 0 else f"the end of the session of {name}", complete, seconds=30, every=0.002, nodes=("nva", name))


def _received(lab: Lab, name: str) -> int:
    return routers.frr_received(lab.nodes[name], HERALD[name])


def _told(lab: Lab, capture: Capture, mark: int, what: str, routes: int) -> float:
    """When the last UPDATE of all that are needed left for the last neighbour; waits until their tables agree, too."""

    def all_told() -> float | None:
        updates = [capture.updates(mark).get(address, []) for address in NEIGHBORS.values()]
        complete = all(_total(sent, what) >= ADDRESSES for sent in updates)
        return max(update.at for sent in updates for update in sent) if complete else None

    last = until(f"{ADDRESSES} addresses {what} on the wire to both neighbours", all_told, seconds=30, nodes=("nva",))
    for name in NEIGHBORS:
        _await_table(lab, name, routes)
    measured.quiet(1)  # whatever is sent too much comes now
    return last


def _said(capture: Capture, mark: int, words: str) -> float:
    """When HAProxy said it, after a mark of the capture."""

    def found() -> float | None:
        return next((sight.at for sight in capture.since(mark) if sight.kind == "log" and words in sight.text), None)

    return until(f"HAProxy's word: {words}", found, seconds=2, nodes=("nva",))


def _count(narrator: Narrator, expectations: Expectations, capture: Capture, mark: int, what: str) -> None:
    for name, address in NEIGHBORS.items():
        updates = capture.updates(mark)[address]
        attributes = max(update.attributes for update in updates)
        fewest = fewest_updates(ADDRESSES, PREFIX_OCTETS, attributes)
        sizes = ", ".join(f"{getattr(update, what)} in {update.octets} octets" for update in updates[:6])
        narrator.line(f"{name}: {len(updates)} UPDATEs ({sizes}{', …' if len(updates) > 6 else ''})")
        narrator.line(f"{'':{len(name)}}  fewest possible {fewest}")
        expectations.equal(f"{what}: UPDATEs to {name}", fewest, len(updates))
        expectations.equal(f"{what}: addresses told {name}", ADDRESSES, _total(updates, what))


def _total(updates: list[Sight], what: str) -> int:
    return sum(getattr(update, what) for update in updates)
