"""`lab/run reaction`: from HAProxy's DOWN to the withdrawal on the wire.

HAProxy logs a change as it makes it; the datagram's arrival, stamped by the kernel, is the start. The end is the
UPDATE with the withdrawal leaving the node, stamped by the kernel too. herald only polls here, so its
answer may take as long as its poll interval, plus what it needs itself.
"""

from __future__ import annotations

import statistics

from . import measured
from .capture import Capture, Sight
from .expect import Expectations
from .lab import Lab
from .say import Narrator, milliseconds
from .wait import until

DOWNS = 12
POLL_INTERVAL = 0.050
# What herald itself may take on top of the wait for its next poll.
ALLOWANCE = 0.005


def run(narrator: Narrator) -> bool:
    """Measures, and returns whether the median is within the poll interval and the allowance."""
    return measured.run("reaction", narrator, _measure)


def _measure(lab: Lab, narrator: Narrator, expectations: Expectations) -> None:
    with Capture(lab.nodes["nva"]) as capture:
        measured.start_herald(lab, routes=1)
        narrator.chapter(f"{DOWNS} times: the backend is killed; HAProxy checks every 200 ms, herald asks every {milliseconds(POLL_INTERVAL)}")
        reactions = [_one(lab, narrator, capture, number) for number in range(1, DOWNS + 1)]
    slowest = [max(reaction.values()) for reaction in reactions]
    median = statistics.median(slowest)
    narrator.chapter("From HAProxy's DOWN to the withdrawal on the wire, to the slower of both neighbours")
    wanted = f"at most {milliseconds(POLL_INTERVAL + ALLOWANCE)} (poll interval + {milliseconds(ALLOWANCE)})"
    expectations.expect(f"median of {DOWNS}", wanted, milliseconds(median), median <= POLL_INTERVAL + ALLOWANCE)
    expectations.expect("longest", "measured", milliseconds(max(slowest)), True)


def _one(lab: Lab, narrator: Narrator, capture: Capture, number: int) -> dict[str, float]:
    """Kills the backend once, brings it back, and returns the reaction per neighbour in seconds."""
    # A different place in HAProxy's and herald's rhythm each time, yet the same in every run.
    measured.quiet(0.3 + 0.037 * number)
    mark = capture.mark()
    measured.kill_backend(lab)
    withdrawn = until("the withdrawal to both neighbours", lambda: _withdrawals(capture, mark), seconds=10, every=0.01, nodes=("nva",))
    down = until("HAProxy's word that the server is DOWN", lambda: _down(capture, mark), seconds=2, every=0.01, nodes=("nva",))
    reaction = {neighbor: sight.at - down.at for neighbor, sight in withdrawn.items()}
    told = ", ".join(f"{name} {milliseconds(reaction[address])}" for name, address in measured.NEIGHBORS.items())
    narrator.line(f"{number:2}  DOWN → withdrawal: {told}")
    lab.start("web", "web")
    measured.await_routes(lab, 1)
    return reaction


def _withdrawals(capture: Capture, mark: int) -> dict[str, Sight] | None:
    """The first withdrawal to each neighbour, once both have one."""
    found = {address: next((sight for sight in sights if sight.withdrawn), None) for address, sights in capture.updates(mark).items()}
    seen = {address: sight for address, sight in found.items() if sight}
    return seen if set(seen) == set(measured.NEIGHBORS.values()) else None


def _down(capture: Capture, mark: int) -> Sight | None:
    return next((sight for sight in capture.since(mark) if sight.kind == "log" and "http_back/backend01 is DOWN" in sight.text), None)
