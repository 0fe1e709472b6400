"""`lab/run scale`: 1000 addresses of one service go and come back: how many UPDATEs does that take?

Routes with the same attributes share an UPDATE (RFC 4271 §4.3), so the fewest possible is a matter of
arithmetic: 4096 octets, less header, lengths and attributes, at 5 octets for a /32.
"""

from __future__ import annotations

import signal
import time

from . import measured
from .bgp_frames import fewest_updates
from .capture import Capture, Sight
from .expect import Expectations
from .lab import Lab
from .memory import resident_kib
from .say import Narrator, milliseconds
from .wait import until

ADDRESSES = 1000
PREFIX_OCTETS = 5
# Product bars, in seconds and KiB.
START_LIMIT, WITHDRAWN_LIMIT = 1.0, 0.050
RESIDENT_LIMIT_KIB = 16 << 10


def run(narrator: Narrator, expectations: Expectations | None = None) -> bool:
    """Measures, and returns whether the counts are the fewest possible."""
    return measured.run("scale", narrator, _measure, replaced={("nva", measured.HERALD_TOML): _configuration()}, expectations=expectations)


def _configuration() -> str:
    """The lab's herald.toml with 1000 addresses (198.18.0.0/15 is for measurements: RFC 2544)."""
    text = (measured.TOPOLOGY.parent / "nva" / "herald.toml").read_text()
    addresses = ", ".join(f'"198.18.{number // 250}.{number % 250 + 1}/32"' for number in range(ADDRESSES))
    return text.replace('["9.9.9.9/32"]', f"[{addresses}]")


def _measure(lab: Lab, narrator: Narrator, expectations: Expectations) -> None:
    with Capture(lab.nodes["nva"]) as capture:
        _start_once(lab)
        mark, started = capture.mark(), time.time()
        lab.start("nva", "herald")
        _await(lab, capture, mark, "announced", ADDRESSES)
        last = max(update.at for sent in capture.updates(mark).values() for update in sent)
        expectations.at_most(f"start → all {ADDRESSES} addresses announced to both", START_LIMIT, last - started)
        resident = resident_kib(lab.programs["nva", "herald"].pid)
        limit = f"at most {RESIDENT_LIMIT_KIB >> 10} MiB"
        expectations.expect(f"resident memory with {ADDRESSES} addresses", limit, f"{resident / 1024:.1f} MiB", resident <= RESIDENT_LIMIT_KIB)
        bound = lab.nodes["nva"].run("ip", "-oneline", "address", "show", "dev", "lo").count("198.18.")
        expectations.equal("addresses on lo", ADDRESSES, bound)
        narrator.chapter("The backend is killed: all of them go")
        measured.quiet(1)
        mark = capture.mark()
        measured.kill_backend(lab)
        _await(lab, capture, mark, "withdrawn", 0)
        _report(narrator, expectations, capture, mark, "withdrawn")
        narrator.chapter("The backend is back: all of them come")
        mark = capture.mark()
        lab.start("web", "web")
        _await(lab, capture, mark, "announced", ADDRESSES)
        _report(narrator, expectations, capture, mark, "announced")
    narrator.chapter("Summary")


def _start_once(lab: Lab) -> None:
    """Peers and HAProxy have only just started, and herald believes no server that HAProxy has not checked: not counted."""
    measured.start_herald(lab, routes=ADDRESSES)
    herald = lab.programs["nva", "herald"]
    herald.send(signal.SIGKILL)
    herald.wait(5)
    lab.nodes["nva"].run("ip", "address", "flush", "dev", "lo", "to", "198.18.0.0/15")  # a crash leaves them bound
    measured.await_routes(lab, -1)
    measured.await_ready_peers(lab)


def _await(lab: Lab, capture: Capture, mark: int, what: str, routes: int) -> None:
    def all_told() -> bool:
        updates = capture.updates(mark)
        return all(_total(updates.get(address, []), what) >= ADDRESSES for address in measured.NEIGHBORS.values())

    until(f"{ADDRESSES} addresses {what} on the wire to both neighbours", all_told, seconds=30, nodes=("nva",))
    measured.await_routes(lab, routes)
    measured.quiet(1)  # whatever is sent too much comes now


def _report(narrator: Narrator, expectations: Expectations, capture: Capture, mark: int, what: str) -> None:
    for name, address in measured.NEIGHBORS.items():
        updates = capture.updates(mark)[address]
        took = updates[-1].at - updates[0].at
        attributes = max(update.attributes for update in updates)
        fewest = fewest_updates(ADDRESSES, PREFIX_OCTETS, attributes)
        sizes = ", ".join(f"{getattr(update, what)} in {update.octets} octets" for update in updates[:6])
        narrator.line(f"{name}: {len(updates)} UPDATEs ({sizes}{', …' if len(updates) > 6 else ''})")
        narrator.line(f"{'':{len(name)}}  fewest possible {fewest}; first to last {milliseconds(took)}")
        expectations.equal(f"{what}: UPDATEs to {name}", fewest, len(updates))
        if what == "withdrawn":
            expectations.at_most(f"withdrawn: first to last UPDATE to {name}", WITHDRAWN_LIMIT, took)
        expectations.equal(f"{what}: addresses told {name}", ADDRESSES, _total(updates, what))


def _total(updates: list[Sight], what: str) -> int:
    return sum(getattr(update, what) for update in updates)
