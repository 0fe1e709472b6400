"""The changes that whoever announces is put through, and how soon all neighbours know of each."""

from __future__ import annotations

import signal
import time
from typing import Callable, Iterable

from . import measured
from .capture import Capture, Sight
from .lab import Lab
from .wait import until

SERVER = "http_back/backend01"


class Course:
    """Changes of the one server and of HAProxy. Each method returns seconds: from the cause to the last neighbour's UPDATE.

    The cause is HAProxy's log datagram as it arrives, or the moment of a kill; the end is the UPDATE as it leaves the
    node. The kernel stamps both.
    """

    def __init__(self, lab: Lab, capture: Capture, neighbors: Iterable[str], patience: float = 15.0) -> None:
        """`patience` is how long a change may take, in seconds, before it counts as missed."""
        self._patience = patience
        self.lab = lab
        self.capture = capture
        self.neighbors = frozenset(neighbors)
        self._dead = False

    def death(self, real: bool = False) -> float:
        """The last server dies: its port closes, or, if `real`, its process is killed."""
        mark = self.capture.mark()
        if real:
            measured.kill_backend(self.lab)
        else:
            self.lab.programs["web", "web"].send(signal.SIGUSR1)
        self._dead = real
        return self._took("withdrawn", mark, lambda: self._said(mark, f"{SERVER} is DOWN"))

    def recovery(self) -> float:
        """It is back."""
        mark = self.capture.mark()
        if self._dead:
            self.lab.start("web", "web")
        else:
            self.lab.programs["web", "web"].send(signal.SIGUSR2)
        return self._took("announced", mark, lambda: self._said(mark, f"{SERVER} is UP"))

    def haproxy_killed(self) -> float:
        """HAProxy is killed. Afterwards it is started again, and the route is back."""
        mark, haproxy = self.capture.mark(), self.lab.programs["nva", "haproxy"]
        killed = time.time()
        haproxy.send(signal.SIGKILL)
        took = self._took("withdrawn", mark, lambda: killed)
        haproxy.wait(5)
        mark = self.capture.mark()
        self.lab.start("nva", "haproxy")
        self.told("announced", mark)
        return took

    def told(self, what: str, mark: int) -> float:
        """When the last neighbour was told, after a mark of the capture: its UPDATE that has something `what`."""
        seen = until(
            f"an UPDATE to {', '.join(sorted(self.neighbors))} with the route {what}",
            lambda: first_updates(self.capture.updates(mark), what, self.neighbors),
            seconds=self._patience,
            every=0.002,
            nodes=("nva",),
        )
        return max(sight.at for sight in seen)

    def _took(self, what: str, mark: int, cause: Callable[[], float | None]) -> float:
        end = self.told(what, mark)
        return end - until("HAProxy's word about its server", cause, seconds=2, every=0.002, nodes=("nva",))

    def _said(self, mark: int, words: str) -> float | None:
        return next((sight.at for sight in self.capture.since(mark) if sight.kind == "log" and words in sight.text), None)


def first_updates(updates: dict[str, list[Sight]], what: str, neighbors: frozenset[str]) -> list[Sight]:
    """The first UPDATE to each neighbour with something announced or withdrawn; empty until each has one."""
    found = (next((sight for sight in updates.get(address, []) if getattr(sight, what)), None) for address in neighbors)
    seen = [sight for sight in found if sight]
    return seen if len(seen) == len(neighbors) else []
