"""`lab/run bridge`: the last server of a region dies, again and again, under steady requests.

Both NVAs run the HAProxy configuration that is shipped, `configs/haproxy/herald.cfg`, for their region: it marks a server down
at its first failed request, and bridges to the other region's HAProxy until routing has moved. Beside it, the
same without the bridge.
"""

from __future__ import annotations

import signal
from pathlib import Path

from . import failover, topology
from .expect import Expectations
from .failover import NORTH, RATE, SETTLED, WEST, Story
from .figures import median
from .lab import Lab
from .load import Load, Request, cut, lost, now
from .say import Narrator, milliseconds
from .versions import versions
from .wait import until

SHIPPED = Path(__file__).parent.parent.parent / "configs" / "haproxy" / "herald.cfg"
HAPROXY_CFG, HERALD_TOML = "/etc/haproxy/haproxy.cfg", "/etc/herald/herald.toml"
# The shipped file has a ring; the lab's own has HAProxy log to a socket.
EVENT_SOCKET, EVENT_RING = 'event-socket = "/run/herald/haproxy.sock"', 'event-ring = "herald"'
REGIONS = {"ne": "northeurope", "we": "westeurope"}
# The shipped file is North Europe's. What is different in the west: its server, and the other end of the bridge.
_WEST = (("172.16.156.69", "172.16.136.69"), ("server westeurope 172.16.136.70", "server northeurope 172.16.156.70"))


def run(narrator: Narrator, deaths: int, expectations: Expectations | None = None) -> bool:
    """Kills the server so many times with the bridge, and as often without; returns whether nothing was lost with it."""
    for line in versions():
        narrator.line(line)
    expectations = Expectations() if expectations is None else expectations
    told = [_variant(narrator, expectations, deaths, bridged) for bridged in (True, False)]
    narrator.chapter("Summary")
    return expectations.close(narrator) and all(told)


def _variant(narrator: Narrator, expectations: Expectations, deaths: int, bridged: bool) -> bool:
    title = "with the bridge" if bridged else "without the bridge"
    narrator.chapter(f"{title}: {deaths} deaths, {RATE} requests a second, each over a new TCP connection")
    replaced = {(f"nva-{short}", HAPROXY_CFG): haproxy_cfg(region, bridged) for short, region in REGIONS.items()}
    replaced |= {(f"nva-{short}", HERALD_TOML): herald_toml(short) for short in REGIONS}
    with Lab(topology.read(failover.TOPOLOGY), "bridge", replaced) as lab:
        return lab.told(narrator, lambda: Deaths(lab, narrator, expectations, title, 0 if bridged else None).die(deaths))


def haproxy_cfg(region: str, bridged: bool) -> str:
    """The shipped configuration for a region of the lab, which has one server and tells who has answered."""
    text = SHIPPED.read_text()
    if region == "westeurope":
        for north, west in _WEST:
            text = text.replace(north, west)
    rows = []
    for row in text.splitlines():
        words = row.split()
        if "backend02" in row or (words[-1:] == ["backup"] and not bridged):
            continue
        if words[:2] == ["log", "/dev/log"]:
            continue  # a node has no syslog of its own, and the host's is not for the lab
        rows.append(row)
        if row == "frontend http_front":
            rows.append(f"    http-response set-header X-Nva {region}")
    return "\n".join(rows) + "\n"


def herald_toml(short: str) -> str:
    """The configuration of a region's herald in the lab, following the shipped ring."""
    text = (failover.TOPOLOGY.parent / f"nva-{short}" / "herald.toml").read_text()
    return text.replace(EVENT_SOCKET, EVENT_RING)


class Deaths(Story):
    """Deaths and recoveries of North Europe's server. With `most`, not more requests may be lost."""

    def __init__(self, lab: Lab, narrator: Narrator, expectations: Expectations, title: str, most: int | None) -> None:
        super().__init__(lab, narrator)
        self.expectations = expectations
        self._title = title
        self._most = most

    def die(self, times: int) -> bool:
        """Brings the lab up and lets the server die so often."""
        self.lab.up()
        self.lab.start_daemons()
        self.await_paths([NORTH, WEST])
        died: list[tuple[int, int]] = []
        returned: list[tuple[int, int]] = []
        moves = []
        with Load(self.lab.nodes["client"], failover.ADDRESS, RATE) as load:
            until("steady answers from North Europe", lambda: load.settled(SETTLED, failover.by("North Europe", "northeurope")))
            for number in range(1, times + 1):
                requests, took = self._death(load)
                died.append(fate(requests, "westeurope"))
                moves.append(took)
                returned.append(fate(self._recovery_of(load), "northeurope"))
                self.say.line(f"{number:3}  {len(requests)} requests until routing moved after {milliseconds(took)}: {_told(died[-1])}; at its return: {_told(returned[-1])}")
        self._expect(f"lost in {times} deaths", died)
        self._expect(f"lost in {times} returns", returned)
        self.expectations.expect(f"{self._title}: death → routing moved, median", "measured", milliseconds(median(moves)), True)
        return True

    def _death(self, load: Load) -> tuple[list[Request], float]:
        killed = self.lab.programs["web-ne", "web"].send(signal.SIGKILL)
        moved = self.settle(load, "West Europe", "westeurope", killed)
        return load.since(killed), moved.moment - killed

    def _recovery_of(self, load: Load) -> list[Request]:
        started = now()
        self.lab.start("web-ne", "web")
        self.settle(load, "North Europe", "northeurope", started)
        return load.since(started)

    def _expect(self, what: str, fates: list[tuple[int, int]]) -> None:
        gone, in_two = (sum(values) for values in zip(*fates))
        wanted = "measured" if self._most is None else str(self._most)
        self.expectations.expect(f"{self._title}: requests {what}", wanted, str(gone), self._most is None or gone <= self._most)
        self.expectations.expect(f"{self._title}: … of connections cut in two by the move", "measured", str(in_two), True)


def fate(requests: list[Request], nva: str) -> tuple[int, int]:
    """How many were lost, and how many were cut in two by the move of the route to `nva`, which nobody can spare them."""
    in_two = cut(requests, nva)
    return lost(requests) - in_two, in_two


def _told(fates: tuple[int, int]) -> str:
    return f"{fates[0]} lost, {fates[1]} cut"
