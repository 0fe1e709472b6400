"""The part of `soak` with 1000 services and eight neighbours: memory, and how long it takes to withdraw everything everywhere.

Eight sessions need no eight machines: herald has four local addresses towards each of both route servers.
"""

from __future__ import annotations

import json
import time

from . import measured, resources
from .bgp_frames import fewest_updates
from .capture import Capture
from .course import SERVER
from .expect import Expectations
from .lab import Lab
from .say import Narrator, milliseconds
from .scale import PREFIX_OCTETS
from .wait import until

SERVICES, SESSIONS = 1000, 4
RESIDENT_LIMIT_KIB = 64 << 10
# From HAProxy's word to the last withdrawal of the last of eight neighbours leaving the node.
WITHDRAW_LIMIT = 0.200
FRR_CONF, GOBGP_TOML = "/etc/frr/frr.conf", "/etc/gobgpd.toml"
# Route server → the network between herald and it.
NETWORKS = {"rs-frr": "10.0.1", "rs-gobgp": "10.0.2"}
# herald's further addresses in each of them.
_OTHERS = tuple(range(11, 10 + SESSIONS))


def run(narrator: Narrator) -> bool:
    """Measures, and returns whether it is within the limits."""
    replaced = {("nva", measured.HERALD_TOML): herald_toml(), ("rs-frr", FRR_CONF): frr_conf(), ("rs-gobgp", GOBGP_TOML): gobgp_toml()}
    return measured.run("soak", narrator, _measure, replaced=replaced)


def herald_toml() -> str:
    """The lab's configuration with so many services, and so many sessions with each route server."""
    text = (measured.TOPOLOGY.parent / "nva" / "herald.toml").read_text()
    head, tail = text[: text.index("[neighbor.frr]")], text[text.index("[haproxy.local]") : text.index("[service.web]")]
    neighbors = [
        f'[neighbor.{name}-{host}]\naddress = "{network}.2"\nlocal-address = "{network}.{host}"\npeer-as = 65515\nconnect-retry = "1s"\n'
        for name, network in NETWORKS.items()
        for host in (1, *_OTHERS)
    ]
    services = [
        f'[service.s{number}]\naddresses = ["198.18.{number // 250}.{number % 250 + 1}/32"]\n'
        f'[service.s{number}.check.backend]\nhaproxy = {{ backend = "http_back", min-up = 1 }}\n'
        for number in range(SERVICES)
    ]
    return head + "".join(neighbors) + tail + "".join(services)


def frr_conf() -> str:
    """FRR's configuration with herald's further addresses as neighbours."""
    text = (measured.TOPOLOGY.parent / "rs-frr" / "frr.conf").read_text()
    rows = [row for row in text.splitlines() if row.startswith(" neighbor 10.0.1.1 ")]
    more = [row.replace("10.0.1.1 ", f"10.0.1.{host} ") for host in _OTHERS for row in rows]
    return text.replace(rows[-1], "\n".join((rows[-1], *more)))


def gobgp_toml() -> str:
    """GoBGP's, likewise."""
    text = (measured.TOPOLOGY.parent / "rs-gobgp" / "gobgpd.toml").read_text()
    own = text[text.index("[[neighbors]]") :]
    return text + "".join(f"\n{own}".replace("10.0.2.1", f"10.0.2.{host}") for host in _OTHERS)


def _measure(lab: Lab, narrator: Narrator, expectations: Expectations) -> None:
    narrator.chapter(f"{SERVICES} services, {len(NETWORKS) * SESSIONS} neighbours")
    for interface, network in (("eth1", "10.0.1"), ("eth2", "10.0.2")):
        lab.nodes["nva"].run("ip", "-batch", "-", stdin="\n".join(f"address add {network}.{host}/24 dev {interface}" for host in _OTHERS))
    with Capture(lab.nodes["nva"]) as capture:
        mark, started = capture.mark(), time.time()
        lab.start("nva", "herald")
        told = _await(capture, mark, "announced")
        narrator.line(f"start → all announced to all: {milliseconds(told - started)}")
        pid = lab.programs["nva", "herald"].pid
        measured.quiet(3)
        held = resources.sample(pid)
        narrator.line(f"{held.resident_kib} KiB resident, {held.descriptors} descriptors, {held.threads} threads")
        _round(lab, expectations, capture)
        after = resources.sample(pid)
    established = sum(neighbor["state"] == "established" for neighbor in json.loads(lab.nodes["nva"].run("herald", "neighbors", "--json")))
    narrator.chapter("Summary")
    expectations.equal("sessions", len(NETWORKS) * SESSIONS, established)
    limit = f"at most {RESIDENT_LIMIT_KIB >> 10} MiB"
    for when, seen in (("announced", held.resident_kib), ("after all have gone and come", after.resident_kib)):
        expectations.expect(f"resident memory, {when}", limit, f"{seen / 1024:.1f} MiB", seen <= RESIDENT_LIMIT_KIB)


def _round(lab: Lab, expectations: Expectations, capture: Capture) -> None:
    """All go, and come back."""
    mark = capture.mark()
    measured.kill_backend(lab)
    gone = _await(capture, mark, "withdrawn")
    cause = next(sight.at for sight in capture.since(mark) if sight.kind == "log" and f"{SERVER} is DOWN" in sight.text)
    updates = [update for sent in capture.updates(mark).values() for update in sent]
    fewest = fewest_updates(SERVICES, PREFIX_OCTETS, 0) * len(NETWORKS) * SESSIONS
    expectations.equal("UPDATEs that withdraw, to all together", fewest, len(updates))
    expectations.at_most("DOWN → all withdrawn at all", WITHDRAW_LIMIT, gone - cause)
    mark = capture.mark()
    lab.start("web", "web")
    back = _await(capture, mark, "announced")
    cause = next(sight.at for sight in capture.since(mark) if sight.kind == "log" and f"{SERVER} is UP" in sight.text)
    expectations.note("UP → all announced to all", milliseconds(back - cause))


def _await(capture: Capture, mark: int, what: str) -> float:
    """When the last of all routes was told to the last neighbour."""
    wanted = SERVICES * SESSIONS

    def told() -> list[float]:
        updates = capture.updates(mark)
        sights = [updates.get(f"{network}.2", []) for network in NETWORKS.values()]
        complete = all(sum(getattr(sight, what) for sight in sent) >= wanted for sent in sights)
        return [sight.at for sent in sights for sight in sent] if complete else []

    return max(until(f"{SERVICES} routes {what} at {len(NETWORKS) * SESSIONS} neighbours", told, seconds=60, nodes=("nva",)))
