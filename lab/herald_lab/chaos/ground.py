"""The two-region lab as chaos needs it: timers short enough to be watched, and what is true of each region."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path

from .. import images
from ..contenders import descendants
from ..lab import Lab
from ..load import now
from ..node import NodeError
from .schedule import REGIONS
from .truth import HOLD, UNKNOWN_FOR, Life, Part, Region

TOPOLOGY = Path(__file__).parents[2] / "scenarios" / "01-azure-two-regions" / "azure-two-regions.clab.yml"
ADDRESS, PREFIX = "9.9.9.9", "9.9.9.9/32"
# Of each region's pair one agent runs here: beside a twin that goes on, its end would cost nothing, and not show everywhere.
NVA = {"ne": "172.16.156.70", "we": "172.16.136.70"}
HAPROXY_CFG, HERALD_TOML = "/etc/haproxy/haproxy.cfg", "/etc/herald/herald.toml"
STATE, DISK = "/var/lib/herald", "64k"
# What an upgrade replaces.
BINARY = "/run/bin/herald"
# What the agent's wall clock is off by, in seconds: libfaketime reads it again and again.
CLOCK = "/run/clock"
_FAKETIME = "faketime/libfaketime.so.1"
HAPROXY = images.Program("haproxy", ("haproxy", "-W", "-db", "-f", HAPROXY_CFG), ready="/run/haproxy/admin.sock")


def frr_of(region: str) -> str:
    """The name of a region's FRR route server."""
    return f"rs-0-{region}"


def gobgp_of(region: str) -> str:
    """The name of a region's GoBGP route server."""
    return f"rs-1-{region}"


def nva_of(region: str) -> str:
    """The name of a region's NVA."""
    return f"nva-0-{region}"


def herald_toml(region: str) -> str:
    """A region's configuration, with timers that let the end of a silence be awaited."""
    text = (TOPOLOGY.parent / f"nva-{region}" / "herald.toml").read_text()
    text = text.replace("[agent]\n", '[agent]\ngrace = "1s"\n')
    text = text.replace("[bgp]\n", f'[bgp]\nhold-time = "{HOLD:g}s"\nconnect-retry = "1s"\n')
    return text + f'\n[service.web.health]\nunknown-for = "{UNKNOWN_FOR:g}s"\n'


def replaced() -> dict[tuple[str, str], str]:
    """The files that differ from the scenario's: (node, path) → text."""
    return {(nva_of(region), HERALD_TOML): herald_toml(region) for region in REGIONS}


def faketime() -> Path:
    """libfaketime, which shifts a process's wall clock: a namespace has none of its own."""
    found = sorted(Path("/usr/lib").glob(f"*/{_FAKETIME}"))
    if not found:
        raise NodeError(f"no {_FAKETIME} under /usr/lib: the clock of the agent alone cannot be stepped; install libfaketime")
    return found[0]


def _herald(clock: Path) -> images.Program:
    settings = (f"LD_PRELOAD={clock}", f"FAKETIME_TIMESTAMP_FILE={CLOCK}", "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1")
    command = ("env", *settings, BINARY, "run", "--config", HERALD_TOML)
    return images.Program("herald", command, ready="/run/herald/control.sock")


@dataclass
class Ground:
    """The lab, and what is true of it. `lock` guards what the checker reads."""

    lab: Lab
    regions: dict[str, Region] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self) -> None:
        """Makes the lab and starts everything."""
        self._program = _herald(faketime())
        self.lab.up()
        for region in REGIONS:
            self._prepare(region)
        self.lab.start_daemons(leave_out=("haproxy", "herald"))
        for region in REGIONS:
            servers = {name: Part() for name in (frr_of(region), gobgp_of(region))}
            self.regions[region] = Region(servers=servers)
            self.start_haproxy(region)
            self.start_herald(region)

    def _prepare(self, region: str) -> None:
        # A bridge takes the lowest address of its ports; that must not change when a port leaves.
        for number, bridge in enumerate(("br-nva", "br-rs"), 1):
            self.lab.nodes[f"fabric-{region}"].run("ip", "link", "set", bridge, "address", f"02:00:00:00:00:{number:02}")
        nva = self.lab.nodes[nva_of(region)]
        nva.run("mkdir", "-p", STATE)
        nva.run("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", STATE)
        # libfaketime shares memory under names made of process ids, which are the same in each node.
        nva.run("mount", "-t", "tmpfs", "tmpfs", "/dev/shm")
        self.set_clock(region, 0)
        self.replace_binary(region)

    def change(self, region: str, part: str, life: Life) -> None:
        """Notes what is about to be done: a table may show it at once."""
        with self.lock:
            self.regions[region].change(part, life, now())

    def start_haproxy(self, region: str) -> None:
        """Starts HAProxy as a master with a worker, so that it can be reloaded."""
        self.change(region, "haproxy", Life.UP)
        self.lab.launch(nva_of(region), HAPROXY)

    def start_herald(self, region: str) -> None:
        """Starts the agent with a wall clock of its own."""
        self.change(region, "herald", Life.UP)
        self.lab.launch(nva_of(region), self._program)

    def signal(self, node: str, program: str, number: signal.Signals) -> None:
        """Sends a signal to a daemon and everything that it has started."""
        running = self.lab.programs[node, program]
        for pid in reversed(descendants(running.pid)):
            signal_if_alive(pid, number)
        running.send(number)

    def kill(self, node: str, program: str) -> None:
        """kill -9, and the wait for its end."""
        self.signal(node, program, signal.SIGKILL)
        self.lab.programs[node, program].wait(5)

    def set_clock(self, region: str, seconds: int) -> None:
        """Steps the agent's wall clock to so many seconds from the machine's."""
        self.lab.write(nva_of(region), CLOCK, f"{seconds:+d}\n")

    def replace_binary(self, region: str) -> None:
        """Puts the program beside its place and renames it, as a package manager does, under a running agent."""
        target = self.lab.nodes[nva_of(region)].path(BINARY)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name("herald.new")
        shutil.copy2(images.herald_binary(), beside)
        beside.rename(target)

    def dead(self) -> list[str]:
        """The regions whose agent has ended though nobody ended it."""
        with self.lock:
            alive = [region for region, known in self.regions.items() if known.parts["herald"].life in (Life.UP, Life.SILENT)]
        return [region for region in alive if not self.lab.programs[nva_of(region), "herald"].alive()]


def signal_if_alive(pid: int, number: signal.Signals) -> None:
    """Sends a signal to a process that may have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
