"""Those that `lab/run reaction` compares: herald in three settings, and ExaBGP's healthcheck.

One runs at a time, on the same node, with the same addresses and neighbours.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from . import images, measured
from .lab import Lab

EVENT_SOCKET = 'event-socket = "/run/herald/haproxy.sock"'
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Contender:
    """Something that announces while HAProxy is healthy."""

    name: str
    program: images.Program
    # Its configuration, when the topology binds none: path in the node → text.
    files: tuple[tuple[str, str], ...] = ()
    # How often it asks when nothing wakes it; 0: it is woken.
    interval: float = 0.0

    def start(self, lab: Lab) -> None:
        """Starts it on the NVA, and waits until both route servers have the route."""
        for path, text in self.files:
            lab.write("nva", path, text)
        measured.await_ready_peers(lab)
        lab.launch("nva", self.program)
        measured.await_sessions(lab)
        measured.await_routes(lab, 1)

    def stop(self, lab: Lab) -> None:
        """Ends it, and waits until the route is gone."""
        running = lab.programs["nva", self.program.name]
        running.send(signal.SIGTERM)
        if running.wait(10) is None:
            running.send(signal.SIGKILL)
            running.wait(5)
        measured.await_routes(lab, -1)


def herald(name: str, setting: str, interval: float = 0.0) -> Contender:
    """herald with another line in the place of its event socket."""
    path = "/run/herald/herald.toml"
    text = (measured.TOPOLOGY.parent / "nva" / "herald.toml").read_text()
    # A drain before it ends would only take time.
    text = text.replace(EVENT_SOCKET, setting).replace("[agent]", '[agent]\ngrace = "0s"')
    return Contender(name, measured.herald_program(path), ((path, text),), interval)


def exabgp() -> Contender:
    """ExaBGP, whose healthcheck asks every 10 ms."""
    settings = ("exabgp.daemon.user=root", "exabgp.daemon.drop=false", "exabgp.api.cli=false", "exabgp.log.level=WARNING")
    program = images.Program("exabgp", ("env", *settings, "exabgp", "/etc/exabgp/exabgp.conf"))
    return Contender("ExaBGP healthcheck, every 10 ms", program, interval=0.010)


HERALD = herald("herald, event stream", EVENT_SOCKET)
POLLING = (
    herald("herald, polling every 50 ms", 'poll-interval = "50ms"', 0.050),
    herald("herald, polling every 500 ms", 'poll-interval = "500ms"', 0.500),
)
EXABGP = exabgp()


def cpu_seconds(pid: int) -> float:
    """The processor time that a process, its living descendants and those it has waited for have used (proc(5): stat)."""
    total = 0.0
    for process in (pid, *descendants(pid)):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended: its parent's count has it
        total += sum(map(int, fields[11:15])) / _TICKS
    return total


def descendants(pid: int) -> list[int]:
    """The living children of a process, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found
