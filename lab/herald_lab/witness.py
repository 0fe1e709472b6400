"""A router's table of one prefix: awaited, expected, shown."""

from __future__ import annotations

from dataclasses import dataclass

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
        until(
            f"{self.name} to have {listed(wanted)} to {self.prefix}",
            lambda: self._as_paths() == wanted,
            seconds=seconds,
            every=0.02,
            nodes=(self.name, *self.suspects),
            seen=lambda: f"it has {listed(self._as_paths())}",
        )
        return Event(now(), f"{self.name} has {listed(wanted)}", "green")

    def await_gateways(self, *gateways: str, seconds: float = 20) -> Event:
        """Waits until the router's kernel sends packets for the prefix to exactly these next hops."""
        wanted = sorted(gateways)
        until(
            f"{self.name} to send {self.prefix} to {_any(wanted)}",
            lambda: self.router.gateways(self.prefix) == wanted,
            seconds=seconds,
            every=0.02,
            nodes=(self.name, *self.suspects),
            seen=lambda: f"it sends it to {_any(self.router.gateways(self.prefix))}",
        )
        return Event(now(), f"{self.name} sends {self.prefix} to {_any(wanted)}", "green")

    def expect(self, when: str, as_paths: tuple[str, ...], *gateways: str) -> None:
        """Notes which paths and, in its kernel, which next hops the router must have by now."""
        self.expectations.equal(f"{when}: paths at {self.name}", listed(list(as_paths)), listed(self._as_paths()))
        self.expectations.equal(f"{when}: next hop in its kernel", _any(sorted(gateways)), _any(self.router.gateways(self.prefix)))

    def table(self) -> tuple[str, list[str]]:
        """What was asked, and the rows as the router's own tool draws them."""
        return f"{self.name}{self.router.question(self.prefix)}", self.router.table(self.prefix)

    def _as_paths(self) -> list[str]:
        return [path.as_path for path in self.paths()]


def listed(as_paths: list[str]) -> str:
    """AS paths in words."""
    return " and ".join(f"[{path}]" for path in as_paths) or "no path"


def _any(gateways: list[str]) -> str:
    return " and ".join(gateways) or "nobody"
