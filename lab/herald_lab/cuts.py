"""Paths that die: how long until both ends know, with BFD and by the hold time alone.

From just before the command that cuts the path to the log line in which herald, and FRR, says that the session is down;
FRR has dropped the routes then. FRR stands behind a switch and keeps its carrier throughout.
"""

from __future__ import annotations

import json
import random
import signal
import time
from dataclasses import dataclass

from . import logs, measured, routers
from .expect import Expectations
from .lab import Lab
from .say import Narrator, milliseconds
from .wait import until

INTERVAL, MULTIPLIER = 0.100, 3
BFD_LINE = 'bfd = { min-tx = "100ms", min-rx = "100ms", multiplier = 3 }'
HOLD_LINE = 'hold-time = "3s"'
WITHOUT_BFD = "/run/herald/hold.toml"


@dataclass(frozen=True)
class Cut:
    """A way in which the path between the NVA and FRR dies, and comes back."""

    name: str
    node: str
    command: str
    undo: str


CUTS = (
    Cut("the NVA's link goes down", "nva", "ip link set eth1 down", "ip link set eth1 up"),
    Cut("the switch forwards no more", "switch", "ip link set eth2 nomaster", "ip link set eth2 master br0"),
)


@dataclass(frozen=True)
class Setting:
    """How the ends watch each other, and the bars for herald and for FRR in seconds."""

    name: str
    bfd: bool
    herald: float
    frr: float


BFD = Setting("BFD 100 ms × 3", True, INTERVAL * MULTIPLIER + 0.1, INTERVAL * MULTIPLIER + 0.1)
HOLD = Setting("hold 3 s", False, 3.2, 3.2)


def measure(lab: Lab, narrator: Narrator, expectations: Expectations, times: int) -> None:
    """Cuts the path in each way; herald runs already, with BFD."""
    rng = random.Random(5880)
    for setting in (BFD, HOLD):
        narrator.chapter(f"The path to FRR is cut, with {setting.name}, {times} times each")
        if not setting.bfd:
            _restart_without_bfd(lab)
        for cut in CUTS:
            _await_up(lab, setting)
            seen = [_cut(lab, setting, cut, rng.random()) for _ in range(times)]
            for end, bar, values in zip(("herald", "FRR"), (setting.herald, setting.frr), zip(*seen)):
                narrator.line(f"{cut.name}: {end} after {', '.join(map(milliseconds, values))}")
                expectations.at_most(f"{setting.name}: {cut.name}: {end}'s session down, longest", bar, max(values))


def _restart_without_bfd(lab: Lab) -> None:
    text = lab.nodes["nva"].path(measured.HERALD_TOML).read_text()
    lab.write("nva", WITHOUT_BFD, text.replace(BFD_LINE, HOLD_LINE))
    herald = lab.programs["nva", "herald"]
    herald.send(signal.SIGKILL)
    herald.wait(5)
    lab.launch("nva", measured.herald_program(WITHOUT_BFD))


def _cut(lab: Lab, setting: Setting, cut: Cut, pause: float) -> tuple[float, float]:
    measured.quiet(0.5 + pause)
    herald, frr = lab.programs["nva", "herald"].log, lab.programs["rs-frr", "bgpd"].log
    at = time.time()
    lab.nodes[cut.node].run(*cut.command.split())
    known = until("herald to know", lambda: logs.first(herald, at, "session lost", "neighbor=frr"), nodes=("nva",))
    told = until("FRR to know", lambda: logs.first(frr, at, measured.HERALD["rs-frr"], "Down"), nodes=("rs-frr",))
    until("FRR to have no route", lambda: routers.frr_received(lab.nodes["rs-frr"], measured.HERALD["rs-frr"]) == -1, nodes=("rs-frr",))
    lab.nodes[cut.node].run(*cut.undo.split())
    _await_up(lab, setting)
    return known - at, told - at


def _await_up(lab: Lab, setting: Setting) -> None:
    """Waits until FRR has the route, and BFD, if any, watches."""
    measured.await_routes(lab, 1)
    if setting.bfd:
        until("BFD to be up", lambda: bfd_state(lab.nodes["nva"].run("herald", "status", "--json")) == "up", nodes=("nva", "rs-frr"))


def bfd_state(status: str) -> str:
    """The state of the BFD session with FRR, from `herald status --json`."""
    found = next(neighbor for neighbor in json.loads(status)["neighbors"] if neighbor["name"] == "frr")
    return (found.get("bfd") or {}).get("state", "none")
