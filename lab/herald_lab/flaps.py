"""A server that flaps every 300 ms: how many UPDATEs that makes, with damping and without."""

from __future__ import annotations

import signal

from . import measured
from .capture import Capture
from .course import SERVER
from .expect import Expectations
from .lab import Lab
from .say import Narrator

SECONDS, EVERY = 10.0, 0.3
# With damping, to each neighbour.
MOST = 6
_CONFIGURATION = "/run/herald/flaps.toml"


def run(narrator: Narrator, expectations: Expectations | None = None) -> bool:
    """Flaps, and returns whether no neighbour was told more than allowed."""
    return measured.run("flaps", narrator, _measure, expectations=expectations)


def _measure(lab: Lab, narrator: Narrator, expectations: Expectations) -> None:
    text = (measured.TOPOLOGY.parent / "nva" / "herald.toml").read_text().replace("[agent]\n", '[agent]\ngrace = "0s"\n')
    with Capture(lab.nodes["nva"]) as capture:
        for damped in (True, False):
            lab.write("nva", _CONFIGURATION, text + ("\n[service.web.health.damping]\n" if damped else ""))
            measured.await_ready_peers(lab)
            herald = lab.launch("nva", measured.herald_program(_CONFIGURATION))
            measured.await_sessions(lab)
            measured.await_routes(lab, 1)
            said, told = _flap(lab, capture)
            what = "damping on" if damped else "damping off"
            narrator.line(f"{what}: HAProxy said DOWN or UP {said} times, each neighbour was sent {told} UPDATEs")
            limit = MOST if damped else said
            expectations.expect(f"flapping, {what}: UPDATEs to a neighbour", f"at most {limit}", f"{told}, of {said} changes", 0 < told <= limit)
            herald.send(signal.SIGTERM)
            herald.wait(10)
            measured.await_routes(lab, -1)
    narrator.chapter("Summary")


def _flap(lab: Lab, capture: Capture) -> tuple[int, int]:
    """Closes and opens the server's port, and returns how often HAProxy changed its mind and the most UPDATEs to a neighbour."""
    mark = capture.mark()
    for number in range(int(SECONDS / EVERY)):
        lab.programs["web", "web"].send(signal.SIGUSR2 if number % 2 else signal.SIGUSR1)
        measured.quiet(EVERY)
    lab.programs["web", "web"].send(signal.SIGUSR2)
    measured.quiet(1)
    said = sum(sight.kind == "log" and f"Server {SERVER} is " in sight.text for sight in capture.since(mark))
    return said, max(len(sent) for sent in capture.updates(mark).values())
