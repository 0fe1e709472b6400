"""Those that `lab/run reaction` compares: herald in three settings, and ExaBGP's healthcheck.

One runs at a time, on the same node, with the same addresses and neighbours.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import images, measured
from .lab import Lab

EVENT_SOCKET = 'event-socket = "/run/herald/haproxy.sock"'
_EXABGP_CONF, _HEALTHCHECK_CONF = "/run/exabgp/exabgp.conf", "/run/exabgp/healthcheck.conf"
_RHYTHM = ("interval", "fast-interval", "timeout", "rise", "fall")
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
    # What runs beside it, and is started before.
    beside: tuple[images.Program, ...] = ()
    # What must be done in the node before.
    commands: tuple[tuple[str, ...], ...] = ()
    # How many changes it is put through at most, and how long each may take: some take their time.
    most: int = 1000
    patience: float = 15.0

    @property
    def programs(self) -> tuple[images.Program, ...]:
        """Everything that it is made of."""
        return (*self.beside, self.program)

    def start(self, lab: Lab) -> None:
        """Starts it on the NVA, and waits until both route servers have the route."""
        for path, text in self.files:
            lab.write("nva", path, text)
        for command in self.commands:
            lab.nodes["nva"].run(*command)
        measured.await_ready_peers(lab)
        for program in self.programs:
            lab.launch("nva", program)
        measured.await_sessions(lab)
        measured.await_routes(lab, 1, seconds=max(30.0, self.patience))

    def stop(self, lab: Lab) -> None:
        """Ends it, and waits until the route is gone."""
        for program in reversed(self.programs):
            running = lab.programs["nva", program.name]
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


def exabgp(name: str, rhythm: str = "", **more: float) -> Contender:
    """ExaBGP, whose healthcheck asks every 10 ms, or in the rhythm that it is given: lines of its configuration."""
    files: tuple[tuple[str, str], ...] = ()
    if rhythm:
        folder = measured.TOPOLOGY.parent / "nva"
        kept = [row for row in (folder / "healthcheck.conf").read_text().splitlines() if row.split(" ")[0] not in _RHYTHM]
        bgp = (folder / "exabgp.conf").read_text().replace("/etc/exabgp/healthcheck.conf", _HEALTHCHECK_CONF)
        files = ((_HEALTHCHECK_CONF, "\n".join((*kept, rhythm, ""))), (_EXABGP_CONF, bgp))
    settings = ("exabgp.daemon.user=root", "exabgp.daemon.drop=false", "exabgp.api.cli=false", "exabgp.log.level=WARNING")
    program = images.Program("exabgp", ("env", *settings, "exabgp", _EXABGP_CONF if files else "/etc/exabgp/exabgp.conf"))
    return Contender(name, program, files, **more)


HERALD = herald("herald, event stream", EVENT_SOCKET)
POLLING = (
    herald("herald, polling every 50 ms", 'poll-interval = "50ms"', 0.050),
    herald("herald, polling every 500 ms", 'poll-interval = "500ms"', 0.500),
)
EXABGP = exabgp("ExaBGP healthcheck, every 10 ms", interval=0.010)
EXABGP_DEFAULT = exabgp("ExaBGP healthcheck, default settings", "interval = 5\nfast-interval = 1\ntimeout = 5\nrise = 3\nfall = 3", interval=5.0, most=3, patience=40.0)


def cpu_seconds(pid: int) -> float:
    """The processor time that a process, its living descendants and those it has waited for have used.

    Of the living it is told to the nanosecond (clock_getcpuclockid(3)): who does next to nothing for ten seconds
    would come to nothing in the hundredths of proc(5). Of the dead, hundredths are all there is.
    """
    total = 0.0
    for process in (pid, *descendants(pid)):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += time.clock_gettime(_cpu_clock(process))
        except OSError:
            continue  # it has ended: its parent's count has it
        total += sum(map(int, fields[13:15])) / _TICKS
    return total


def _cpu_clock(pid: int) -> int:
    """The clock of the processor time of all threads of a process (linux/posix-timers.h: CPUCLOCK_SCHED)."""
    return ~pid << 3 | 2


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


def mib(pid: int, figure: Callable[[int], int]) -> float:
    """A figure of memory in KiB, of a process and of its living descendants together, in MiB."""
    total = 0
    for process in (pid, *descendants(pid)):
        try:
            total += figure(process)
        except (OSError, ProcessLookupError):
            continue  # it has ended
    return total / 1024
