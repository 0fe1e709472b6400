"""What the lab has made of a region, what its route servers must hold therefore, and by when.

The lab knows what it has killed, frozen and cut; the agent is not asked. A change of the world opens an allowance: the
time that the change may take to show in a route server's table. Each has its reason beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

# What the runs of chaos configure, in seconds: the smallest hold time that leaves room for a lost keepalive.
HOLD = 6.0
UNKNOWN_FOR = 3.0
PROBE_TIMEOUT = 1.0
# Two machines' worth of daemons share a few processors, and tables are asked several times a second.
SLACK = 1.5


class Life(Enum):
    """Of a process, or of a path: it works, it is silent, or it is gone and everybody can see that."""

    UP = "up"
    SILENT = "silent"
    GONE = "gone"
    # On its way: nothing is demanded until the next change.
    LEAVING = "leaving"


@dataclass(frozen=True)
class Allowance:
    """How long a change may take to show in a table."""

    seconds: float
    because: str


@dataclass
class Part:
    """A part of a region: how it is, and since when."""

    life: Life = Life.UP
    since: float = 0.0


# Part → how long its end may keep the route, by the way in which it ends.
GONE: dict[str, dict[Life, Allowance]] = {
    "web": {
        Life.GONE: Allowance(SLACK, "HAProxy checks every 200 ms, fall 1"),
        Life.SILENT: Allowance(SLACK + 0.2, "HAProxy's check takes 200 ms to give up, fall 1"),
    },
    "haproxy": {
        Life.GONE: Allowance(SLACK, "its sockets close with it"),
        Life.SILENT: Allowance(PROBE_TIMEOUT + UNKNOWN_FOR + SLACK, "an answer is awaited 1 s, and the last verdict holds for unknown-for = 3 s"),
    },
    "herald": {
        Life.GONE: Allowance(SLACK, "the kernel closes its connections"),
        Life.SILENT: Allowance(HOLD + SLACK, "its kernel answers for it: hold time 6 s"),
    },
    "path": {Life.SILENT: Allowance(HOLD + SLACK, "silent loss: hold time 6 s")},
    "word": {Life.GONE: Allowance(SLACK, "an operator's word is on the wire at once")},
}
# Part → how long its return may keep the route away.
BACK: dict[str, Allowance] = {
    "web": Allowance(3.0, "the server starts, and HAProxy checks every 200 ms"),
    "haproxy": Allowance(4.0, "HAProxy starts, and servers are believed once a check has proven them"),
    "herald": Allowance(15.0, "a session after a crash or a lost one: the peers' connect timers, up to 5 s, and TCP's retries"),
    "path": Allowance(15.0, "a session after a lost one: the peers' connect timers, up to 5 s, and TCP's retries"),
    "word": Allowance(SLACK, "an operator's word is on the wire at once"),
    "server": Allowance(15.0, "the route server starts, and sessions come up by its connect timer"),
}
PARTS = tuple(GONE)
# The way of a change to the route servers. What happens behind a silent part is not known before that one.
_BEYOND = {
    "web": ("haproxy", "herald", "path"),
    "haproxy": ("herald", "path"),
    "word": ("herald", "path"),
    "herald": ("path",),
    "path": (),
}
# What these have not told is told by TCP's retries, or by the end of the hold time.
_MUTE = ("herald", "path")


@dataclass(frozen=True)
class Wanted:
    """What a table must hold from `due` on. `present` is None where nothing can be demanded."""

    present: bool | None
    due: float
    because: str


@dataclass
class Region:
    """What is true of a region. `server` is a route server's own life, by its name."""

    parts: dict[str, Part] = field(default_factory=lambda: {name: Part() for name in PARTS})
    servers: dict[str, Part] = field(default_factory=dict)
    # When its address was last taken away by somebody else, or the agent that binds it came up.
    address_taken: float = 0.0
    # The last time at which herald or the path fell silent: what was not told by then is known by the hold time.
    mute_since: float = float("-inf")

    def change(self, part: str, life: Life, now: float) -> None:
        """Notes what is about to be done to a part."""
        known = self.servers[part] if part in self.servers else self.parts[part]
        known.life, known.since = life, now
        if part in _MUTE and life is Life.SILENT:
            self.mute_since = now

    def wanted(self, server: str) -> Wanted:
        """What a route server's table must hold of this region's route."""
        own = self.servers[server]
        if own.life is not Life.UP:
            return Wanted(None, own.since, f"{server} does not run")
        if self.parts["herald"].life is Life.LEAVING:
            return Wanted(None, self.parts["herald"].since, "herald drains before it ends")
        if any(part.life is not Life.UP for part in self.parts.values()):
            return self._absent()
        slowest = max(PARTS, key=self._back_by)
        server_back = own.since + BACK["server"].seconds
        if server_back > self._back_by(slowest):
            return Wanted(True, server_back, BACK["server"].because)
        return Wanted(True, self._back_by(slowest), BACK[slowest].because)

    def _back_by(self, part: str) -> float:
        return self.parts[part].since + BACK[part].seconds

    def _absent(self) -> Wanted:
        causes = [name for name in PARTS if self.parts[name].life is not Life.UP and not self._hidden(name)]
        first = min(causes, key=self._gone_by)
        due = self._gone_by(first)
        told = self.mute_since + HOLD + SLACK
        if self.parts[first].life is not Life.SILENT and told > due:
            return Wanted(False, told, "it was told into a silence: TCP tries again, or the hold time runs out")
        return Wanted(False, due, GONE[first][self.parts[first].life].because)

    def _hidden(self, part: str) -> bool:
        return any(self.parts[beyond].life is Life.SILENT for beyond in _BEYOND[part])

    def _gone_by(self, part: str) -> float:
        """Counted from when it happened, or from when those who pass it on were there again."""
        known = self.parts[part]
        since = max(self.parts[name].since for name in (part, *_BEYOND[part]))
        return since + GONE[part][known.life].seconds

    def wanted_address(self) -> Wanted:
        """Whether the address must be on the loopback: while herald runs, whatever health says."""
        herald = self.parts["herald"]
        if herald.life is not Life.UP:
            return Wanted(None, herald.since, "nobody binds it")
        started, taken = herald.since + 3.0, self.address_taken + SLACK
        return Wanted(True, max(started, taken), "herald binds it before it announces, and again when somebody takes it away")
