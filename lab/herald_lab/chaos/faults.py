"""How each fault is made, and how it is healed.

A fault is a function: it strikes a region and returns what heals it. What is true is noted before each act, for a table
may show it at once. Faults that nobody outside may notice note nothing.
"""

from __future__ import annotations

import signal
import time
from typing import Callable

from .. import logs
from ..load import now
from ..node import NodeError
from ..wait import until
from .ground import NVA, PREFIX, STATE, Ground, frr_of, gobgp_of, nva_of
from .schedule import Step
from .truth import Life
from .wire import Wire

Heal = Callable[[], None]
HOUR = 3600
LOSS, DELAY_MS = 0.2, 40.0
RELOAD_GAP = 0.3


def strike(ground: Ground, step: Step) -> Heal:
    """Makes a fault, and returns what heals it."""
    return _FAULTS[step.kind](ground, step.region, step)


def _web_killed(ground: Ground, region: str, _: Step) -> Heal:
    ground.change(region, "web", Life.GONE)
    ground.kill(f"web-{region}", "web")

    def heal() -> None:
        ground.change(region, "web", Life.UP)
        ground.lab.start(f"web-{region}", "web")

    return heal


def _frozen(program: str, node_of: Callable[[str], str]) -> Callable[[Ground, str, Step], Heal]:
    def freeze(ground: Ground, region: str, _: Step) -> Heal:
        ground.change(region, program, Life.SILENT)
        ground.signal(node_of(region), program, signal.SIGSTOP)

        def heal() -> None:
            ground.change(region, program, Life.UP)
            ground.signal(node_of(region), program, signal.SIGCONT)

        return heal

    return freeze


def _herald_killed(ground: Ground, region: str, _: Step) -> Heal:
    ground.change(region, "herald", Life.GONE)
    ground.kill(nva_of(region), "herald")
    return lambda: ground.start_herald(region)


def _haproxy_killed(ground: Ground, region: str, _: Step) -> Heal:
    ground.change(region, "haproxy", Life.GONE)
    ground.kill(nva_of(region), "haproxy")
    return lambda: ground.start_haproxy(region)


def _haproxy_reloaded(ground: Ground, region: str, _: Step) -> Heal:
    master = ground.lab.programs[nva_of(region), "haproxy"]
    for _ in range(3):
        master.send(signal.SIGUSR2)
        time.sleep(RELOAD_GAP)
    return _nothing


def _link_down(ground: Ground, region: str, _: Step) -> Heal:
    fabric = ground.lab.nodes[f"fabric-{region}"]
    ground.change(region, "path", Life.SILENT)
    fabric.run("ip", "link", "set", "eth1", "down")

    def heal() -> None:
        ground.change(region, "path", Life.UP)
        fabric.run("ip", "link", "set", "eth1", "up")

    return heal


def _blackholed(ground: Ground, region: str, _: Step) -> Heal:
    fabric, nva = ground.lab.nodes[f"fabric-{region}"], NVA[region]
    rules = [f"{way} {nva} ipproto tcp {port} 179 blackhole" for way in ("from", "to") for port in ("sport", "dport")]
    ground.change(region, "path", Life.SILENT)
    fabric.run("ip", "-batch", "-", stdin="\n".join(f"rule add {rule}" for rule in rules))

    def heal() -> None:
        ground.change(region, "path", Life.UP)
        fabric.run("ip", "-batch", "-", stdin="\n".join(f"rule delete {rule}" for rule in rules))

    return heal


def _lossy(port: str) -> Callable[[Ground, str, Step], Heal]:
    def lose(ground: Ground, region: str, step: Step) -> Heal:
        return Wire(ground.lab.nodes[f"fabric-{region}"], "br-rs", port, LOSS, DELAY_MS, str(step)).remove

    return lose


def _disk_full(ground: Ground, region: str, _: Step) -> Heal:
    nva = ground.lab.nodes[nva_of(region)]
    nva.run("dd", "if=/dev/zero", f"of={STATE}/ballast", "bs=4k", check=False)
    ground.change(region, "word", Life.GONE)
    said = nva.run("sh", "-c", "herald withdraw web --reason 'the disk is full' 2>&1")
    if "could not write" not in said:
        raise NodeError(f"{nva_of(region)}: the disk is not full: {said.strip()}")

    def heal() -> None:
        ground.change(region, "word", Life.UP)
        nva.run("herald", "resume", "web")
        nva.run("rm", f"{STATE}/ballast")

    return heal


def _clock(seconds: int) -> Callable[[Ground, str, Step], Heal]:
    def step_clock(ground: Ground, region: str, _: Step) -> Heal:
        ground.set_clock(region, seconds)

        def heal() -> None:
            _expect_clock(ground, region, seconds)
            ground.set_clock(region, 0)

        return heal

    return step_clock


def _expect_clock(ground: Ground, region: str, seconds: int) -> None:
    """A reload, which finds nothing new, writes a line: its time tells whether the clock was stepped."""
    herald = ground.lab.programs[nva_of(region), "herald"]
    herald.send(signal.SIGHUP)

    def stepped() -> bool:
        times = [at for at in map(logs.moment, herald.tail(1)) if at is not None]
        return bool(times) and abs(times[-1] - time.time() - seconds) < HOUR / 2

    until("a line of herald's log by the stepped clock", stepped, seconds=5, nodes=(nva_of(region),), seen=lambda: f"its last is {herald.tail(1)}")


def _address_deleted(ground: Ground, region: str, _: Step) -> Heal:
    with ground.lock:
        ground.regions[region].address_taken = now()
    ground.lab.nodes[nva_of(region)].run("ip", "address", "delete", PREFIX, "dev", "lo")
    return _nothing


def _frr_restarted(ground: Ground, region: str, _: Step) -> Heal:
    name = frr_of(region)
    ground.change(region, name, Life.GONE)
    ground.kill(name, "bgpd")

    def heal() -> None:
        ground.change(region, name, Life.UP)
        ground.lab.start(name, "bgpd")
        ground.lab.nodes[name].run("vtysh", "-b")

    return heal


def _gobgp_restarted(ground: Ground, region: str, _: Step) -> Heal:
    name = gobgp_of(region)
    ground.change(region, name, Life.GONE)
    ground.kill(name, "gobgpd")

    def heal() -> None:
        ground.change(region, name, Life.UP)
        ground.lab.start(name, "gobgpd")

    return heal


def _upgraded(ground: Ground, region: str, _: Step) -> Heal:
    node = nva_of(region)
    ground.replace_binary(region)
    ground.change(region, "herald", Life.LEAVING)
    ground.lab.programs[node, "herald"].send(signal.SIGTERM)
    ground.lab.programs[node, "herald"].wait(10)
    ground.change(region, "herald", Life.GONE)
    return lambda: ground.start_herald(region)


def _nothing() -> None:
    """What has happened heals by itself."""


_FAULTS: dict[str, Callable[[Ground, str, Step], Heal]] = {
    "web killed": _web_killed,
    "web frozen": _frozen("web", "web-{}".format),
    "herald killed": _herald_killed,
    "herald frozen": _frozen("herald", nva_of),
    "haproxy killed": _haproxy_killed,
    "haproxy frozen": _frozen("haproxy", nva_of),
    "haproxy reloaded three times": _haproxy_reloaded,
    "link down": _link_down,
    "TCP of BGP blackholed": _blackholed,
    "path to FRR loses 20 %": _lossy("eth3"),
    "path to GoBGP loses 20 %": _lossy("eth4"),
    "disk full": _disk_full,
    "clock an hour ahead": _clock(HOUR),
    "clock an hour behind": _clock(-HOUR),
    "address deleted": _address_deleted,
    "FRR restarted": _frr_restarted,
    "GoBGP restarted": _gobgp_restarted,
    "agent upgraded": _upgraded,
}
KNOWN = frozenset(_FAULTS)
