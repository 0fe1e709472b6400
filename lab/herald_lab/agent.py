"""The agent's own end and start, as its peers see them.

Killed: from `kill -9` to the segment that closes each connection leaving the node (the kernel sends it), and to FRR's own
log line. Started: from the start of the process, which a fork and a change of namespaces precede, to the
announcement leaving the node towards the slower of both peers, which wait for a connection.
"""

from __future__ import annotations

import signal
import time

from . import logs, measured
from .capture import Capture
from .course import Course
from .expect import Expectations
from .figures import median
from .lab import Lab
from .say import Narrator, milliseconds
from .wait import until

CLOSED, SEEN, ANNOUNCED = "killed -9 → closed on the wire", "killed -9 → FRR's session down", "start → announced to both"
BARS = {CLOSED: 0.005, SEEN: 0.005, ANNOUNCED: 0.100}


def measure(lab: Lab, narrator: Narrator, expectations: Expectations, capture: Capture, times: int) -> None:
    """Starts and kills herald, and leaves it running."""
    narrator.chapter(f"herald is killed and started, {times} times; its peers wait for a connection")
    seen: dict[str, list[float]] = {name: [] for name in BARS}
    course = Course(lab, capture, measured.NEIGHBORS.values())
    _start(lab, capture, course)  # the peers, too, have only just started: not counted
    for _ in range(times):
        measured.quiet(0.2)
        for name, took in zip((CLOSED, SEEN), _kill(lab, capture)):
            seen[name].append(took)
        seen[ANNOUNCED].append(_start(lab, capture, course))
    for name, bar in BARS.items():
        values = seen[name]
        narrator.line(f"{name}: {', '.join(map(milliseconds, values))}")
        expectations.at_most(f"agent {name}, median of {len(values)}", bar, median(values))


def _start(lab: Lab, capture: Capture, course: Course) -> float:
    measured.await_ready_peers(lab)
    mark, started = capture.mark(), time.time()
    lab.start("nva", "herald")
    return course.told("announced", mark) - started


def _kill(lab: Lab, capture: Capture) -> tuple[float, float]:
    mark, killed = capture.mark(), time.time()
    herald = lab.programs["nva", "herald"]
    herald.send(signal.SIGKILL)
    herald.wait(5)
    neighbors = set(measured.NEIGHBORS.values())

    def closed() -> dict[str, float] | None:
        seen = {sight.neighbor: sight.at for sight in reversed(capture.since(mark)) if sight.kind == "closed"}
        return seen if set(seen) >= neighbors else None

    ends = until("the connections to both peers to close", closed, seconds=5, every=0.01, nodes=("nva",))
    log = lab.programs["rs-frr", "bgpd"].log
    down = until("FRR's word that the session is down", lambda: logs.first(log, killed, measured.HERALD["rs-frr"], "Down"), seconds=5, nodes=("rs-frr",))
    return max(ends[neighbor] for neighbor in neighbors) - killed, down - killed
