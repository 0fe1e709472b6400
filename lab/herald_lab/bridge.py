"""`lab/run bridge`: the last server of a region dies, again and again, under steady requests.

All NVAs run the HAProxy configuration that is shipped, `configs/haproxy/herald.cfg`, for their region: it marks a server down
at its first failed request, and bridges to the other region's HAProxy until routing has moved. Beside it, the
same without the bridge.
"""

from __future__ import annotations

import signal
from pathlib import Path

from . import scenarios, topology
from .expect import Expectations
from .figures import median
from .lab import Lab
from .load import Answer, Request, cut, lost, now
from .say import Narrator, milliseconds
from .stage import Stage
from .traffic import Traffic
from .versions import versions

TOPOLOGY = scenarios.find("01").topology
ADDRESS, PREFIX, RATE = "9.9.9.9", "9.9.9.9/32", 200
SHIPPED = Path(__file__).parent.parent.parent / "configs" / "haproxy" / "herald.cfg"
HAPROXY_CFG, HERALD_TOML = "/etc/haproxy/haproxy.cfg", "/etc/herald/herald.toml"
# The shipped file has a ring; the lab's own has HAProxy log to a socket.
EVENT_SOCKET, EVENT_RING = 'event-socket = "/run/herald/haproxy.sock"', 'event-ring = "herald"'
NORTH, WEST = Answer("North Europe", "northeurope"), Answer("West Europe", "westeurope")
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
    replaced = {}
    for short, region in REGIONS.items():
        for nva in (f"nva-0-{short}", f"nva-1-{short}"):
            replaced |= {(nva, HAPROXY_CFG): haproxy_cfg(region, bridged), (nva, HERALD_TOML): herald_toml(short)}
    with Lab(topology.read(TOPOLOGY), "bridge", replaced) as lab:
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
    text = (TOPOLOGY.parent / f"nva-{short}" / "herald.toml").read_text()
    return text.replace(EVENT_SOCKET, EVENT_RING)


class Deaths:
    """Deaths and recoveries of North Europe's server. With `most`, not more requests may be lost."""

    def __init__(self, lab: Lab, narrator: Narrator, expectations: Expectations, title: str, most: int | None) -> None:
        self.lab = lab
        self.say = narrator
        self.expectations = expectations
        self._title = title
        self._most = most

    def die(self, times: int) -> bool:
        """Brings the lab up and lets the server die so often."""
        self.lab.up()
        self.lab.start_daemons()
        stage = Stage(self.lab, self.say, self.expectations)
        stage.witness("onprem", PREFIX).await_paths("65515 65010", "65515 65010 65010 65010")
        died: list[tuple[int, int]] = []
        returned: list[tuple[int, int]] = []
        moves = []
        with stage.traffic("client", ADDRESS, RATE) as traffic:
            traffic.await_answers(NORTH)
            for number in range(1, times + 1):
                requests, took = self._death(traffic)
                died.append(fate(requests, traffic.turns.moments()))
                moves.append(took)
                returned.append(fate(self._recovery_of(traffic), traffic.turns.moments()))
                self.say.line(f"{number:3}  {len(requests)} requests until routing moved after {milliseconds(took)}: {_told(died[-1])}; at its return: {_told(returned[-1])}")
        self._expect(f"lost in {times} deaths", died)
        self._expect(f"lost in {times} returns", returned)
        self.expectations.note(f"{self._title}: death → routing moved, median", milliseconds(median(moves)))
        return True

    def _death(self, traffic: Traffic) -> tuple[list[Request], float]:
        killed = self.lab.programs["web-ne", "web"].send(signal.SIGKILL)
        moved = traffic.settle(killed, WEST)
        traffic.close(moved.moment)
        return traffic.load.since(killed), moved.moment - killed

    def _recovery_of(self, traffic: Traffic) -> list[Request]:
        started = now()
        self.lab.start("web-ne", "web")
        traffic.close(traffic.settle(started, NORTH).moment)
        return traffic.load.since(started)

    def _expect(self, what: str, fates: list[tuple[int, int]]) -> None:
        gone, in_two = (sum(values) for values in zip(*fates))
        title = f"{self._title}: requests {what}"
        if self._most is None:
            self.expectations.note(title, str(gone))
        else:
            self.expectations.expect(title, str(self._most), str(gone), gone <= self._most)
        self.expectations.note(f"{self._title}: … of connections cut in two by the move", str(in_two))


def fate(requests: list[Request], turns: list[float]) -> tuple[int, int]:
    """How many were lost, and how many were cut in two by the turns of the route, which nobody can spare them."""
    in_two = cut(requests, turns)
    return lost(requests) - in_two, in_two


def _told(fates: tuple[int, int]) -> str:
    return f"{fates[0]} lost, {fates[1]} cut"
