"""A router's table of one prefix: awaited, expected, shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from .expect import Expectations
from .load import now
from .routers import Path
from .say import Event
from .speakers import Router
from .wait import until


@dataclass
class Witness:
    """Says which paths a router has. The AS paths of the vocabulary are written best first."""

    router: Router
    name: str
    prefix: str
    expectations: Expectations
    # Whose logs explain a route that does not come.
    suspects: tuple[str, ...] = ()

    def paths(self) -> list[Path]:
        """The valid paths, the best first."""
        return self.router.paths(self.prefix)

    def await_paths(self, *as_paths: str, seconds: float = 20) -> Event:
        """Waits until the router has exactly these: the event is when that was first seen."""
        wanted = list(as_paths)
        return self._await(f"has {listed(wanted)}", lambda: self._as_paths() == wanted, lambda: f"has {listed(self._as_paths())}", seconds)

    def await_best(self, as_path: str, seconds: float = 20) -> Event:
        """Waits until the router prefers this one to whatever else it has."""
        return self._await(f"prefers {listed([as_path])}", lambda: self._as_paths()[:1] == [as_path], lambda: f"has {listed(self._as_paths())}", seconds)

    def await_gateways(self, *gateways: str, seconds: float = 20) -> Event:
        """Waits until the router's kernel sends packets for the prefix to exactly these next hops."""
        wanted = sorted(gateways)
        return self._await(
            f"sends it to {_any(wanted)}",
            lambda: self.router.gateways(self.prefix) == wanted,
            lambda: f"sends it to {_any(self.router.gateways(self.prefix))}",
            seconds,
        )

    def expect(self, when: str, as_paths: tuple[str, ...], *gateways: str) -> None:
        """Notes which paths and, in its kernel, which next hops the router must have by now."""
        self.expectations.equal(f"{when}: paths at {self.name}", listed(list(as_paths)), listed(self._as_paths()))
        self.expectations.equal(f"{when}: next hop in its kernel", _any(sorted(gateways)), _any(self.router.gateways(self.prefix)))

    def table(self) -> tuple[str, list[str]]:
        """What was asked, and the rows as the router's own tool draws them."""
        return f"{self.name}{self.router.question(self.prefix)}", self.router.table(self.prefix)

    def _await(self, wanted: str, probe: Callable[[], bool], seen: Callable[[], str], seconds: float) -> Event:
        suspects = (self.name, *self.suspects)
        until(f"the time when {self.name} {wanted} ({self.prefix})", probe, seconds=seconds, every=0.02, nodes=suspects, seen=lambda: f"it {seen()}")
        return Event(now(), f"{self.name} {wanted}", "green")

    def _as_paths(self) -> list[str]:
        return [path.as_path for path in self.paths()]


def listed(as_paths: list[str]) -> str:
    """AS paths in words."""
    return " and ".join(f"[{path}]" for path in as_paths) or "no path"


def _any(gateways: list[str]) -> str:
    return " and ".join(gateways) or "nobody"
