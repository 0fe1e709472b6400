"""A peer that sends a million routes, again and again, while the other neighbours wait for withdrawals.

A withdrawal is timed from HAProxy's log datagram (herald's event stream carries the same line) to the UPDATE to the
slower of the two other neighbours leaving the node. Memory is the highest resident set that herald has had, less
what was resident before the peer came.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from . import measured
from .capture import Capture
from .course import Course
from .expect import Expectations
from .figures import median, percentile
from .lab import Lab
from .memory import highest_kib, resident_kib
from .node import NodeError
from .say import Narrator, milliseconds
from .wait import until

ROUTES = 1_000_000
# Default of max-received.
KEPT = 10_000
# Routes that share an UPDATE: as many as fit, and each by itself.
TOGETHER = (800, 1)
# Deaths of the server during each flood, and of the waits for their withdrawals the share that must be within the
# limit. With 40, two may take longer: this machine has other things to do as well. The longest is shown.
WITHDRAWALS, SHARE = 40, 95
# Without a flood, to compare with.
BEFORE = 10
GROWTH_LIMIT_KIB = 32 * 1024
WITHDRAWAL_LIMIT = 0.010
_CLIENT = Path(__file__).with_name("flood_client.py")


def measure(lab: Lab, narrator: Narrator, expectations: Expectations, capture: Capture) -> None:
    """Floods herald, which runs already."""
    herald = lab.programs["nva", "herald"].pid
    course = Course(lab, capture, measured.NEIGHBORS.values())
    narrator.chapter(f"A peer sends {ROUTES:,} routes; meanwhile the server dies and comes back")
    resident = resident_kib(herald)
    narrator.line(f"VmRSS {resident} KiB; withdrawals without the flood: {_said(_withdrawals(course, BEFORE))}")
    flaps = neighbor(lab, "flood")["flaps"]
    for together in TOGETHER:
        what = f"{together} routes an UPDATE" if together > 1 else "one route an UPDATE"
        with Flood(lab, together) as flood:
            withdrawals = _withdrawals(course, WITHDRAWALS)
            rounds = flood.stop()
            shown = _all_read(lab)
        lost, flaps = shown["flaps"] - flaps, shown["flaps"] + 1  # the sender's own end counts too
        growth = highest_kib(herald) - resident
        narrator.line(f"{what}, {rounds} times all of them: withdrawals meanwhile: {_said(withdrawals)}; memory grew by {growth} KiB")
        state = f"{shown['state']}, {shown['received']} kept, lost {lost} times"
        expectations.equal(f"{what}: the peer's session", f"established, {KEPT} kept, lost 0 times", state)
        expectations.expect(f"{what}: growth", f"under {GROWTH_LIMIT_KIB >> 10} MiB", f"{growth / 1024:.1f} MiB", growth < GROWTH_LIMIT_KIB)
        judge(expectations, what, withdrawals)
        until("the session with the sender to end", lambda: neighbor(lab, "flood")["state"] != "established", nodes=("nva",))


def judge(expectations: Expectations, what: str, withdrawals: list[float]) -> None:
    """Says how long withdrawals took during a flood, and expects it of all but the slowest few."""
    title = f"{what}: withdrawal to the others"
    expectations.note(f"{title}, median of {len(withdrawals)}", milliseconds(median(withdrawals)))
    expectations.at_most(f"{title}, p{SHARE} of {len(withdrawals)}", WITHDRAWAL_LIMIT, percentile(withdrawals, SHARE))
    expectations.note(f"{title}, longest", milliseconds(max(withdrawals)))


class Flood:
    """The sender, until the context is left. It is at work when this has been made."""

    def __init__(self, lab: Lab, together: int) -> None:
        arguments = ("10.0.4.1", "65515", str(ROUTES), str(together))
        self._process = lab.nodes["flood"].open(sys.executable, "-I", str(_CLIENT), *arguments)
        self._next()

    def __enter__(self) -> Flood:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait(timeout=10)

    def stop(self) -> int:
        """Lets it finish the round that it is in, and returns how many it has sent. The session stays."""
        assert self._process.stdin is not None
        self._process.stdin.write("stop\n")
        self._process.stdin.flush()
        while (said := self._next())["event"] != "stopped":
            pass
        return int(said["rounds"])

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise NodeError("flood: the sender ended, because its connection did; herald's log says why")
        return json.loads(line)


def neighbor(lab: Lab, name: str) -> dict[str, Any]:
    """What `herald status --json` says of a neighbour."""
    answer = json.loads(lab.nodes["nva"].run("herald", "status", "--json"))
    return next(neighbor for neighbor in answer["neighbors"] if neighbor["name"] == name)


def _withdrawals(course: Course, times: int) -> list[float]:
    rng, seen = random.Random(4271), []
    for _ in range(times):
        measured.quiet(rng.uniform(0.02, 0.1))
        seen.append(course.death())
        course.recovery()
    return seen


def _all_read(lab: Lab) -> dict[str, Any]:
    """What herald says of the sender once it has read everything: until then its counts grow."""
    before: list[dict[str, Any]] = [{}]

    def settled() -> dict[str, Any] | None:
        seen, last = neighbor(lab, "flood"), before[0]
        before[0] = seen
        return seen if seen == last else None

    return until("herald to have read everything", settled, seconds=60, every=0.2, nodes=("nva",))


def _said(seconds: list[float]) -> str:
    return f"median {milliseconds(median(seconds))}, p{SHARE} {milliseconds(percentile(seconds, SHARE))}, longest {milliseconds(max(seconds))}"
