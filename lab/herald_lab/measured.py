"""The small labs in which things are measured: one NVA between an FRR and a GoBGP route server."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Callable

from . import images, routers, topology
from .expect import Expectations
from .lab import Lab
from .say import Narrator
from .versions import versions
from .wait import until

TOPOLOGY = Path(__file__).parent.parent / "measure" / "measure.clab.yml"
HERALD_TOML = "/etc/herald/herald.toml"
# herald's addresses towards the two, and theirs.
NEIGHBORS = {"rs-frr": "10.0.1.2", "rs-gobgp": "10.0.2.2"}
HERALD = {"rs-frr": "10.0.1.1", "rs-gobgp": "10.0.2.1"}


def run(
    name: str,
    narrator: Narrator,
    measure: Callable[[Lab, Narrator, Expectations], None],
    described: Path = TOPOLOGY,
    replaced: dict[tuple[str, str], str] | None = None,
    leave_out: tuple[str, ...] = ("herald",),
    expectations: Expectations | None = None,
) -> bool:
    """Brings a lab up without the daemons to `leave_out`, measures, and returns whether every expectation was met.

    `replaced` gives files other contents than the topology binds: (node, path in it) → text. `expectations` collects
    what was seen for a caller who wants to have it.
    """
    collected = Expectations() if expectations is None else expectations
    for line in versions():
        narrator.line(line)
    with Lab(topology.read(described), name, replaced) as lab:

        def story() -> bool:
            lab.up()
            lab.start_daemons(leave_out)
            measure(lab, narrator, collected)
            return collected.close(narrator)

        return lab.told(narrator, story)


def start_herald(lab: Lab, routes: int) -> None:
    """Starts herald, and waits until both route servers have so many routes from it."""
    lab.start("nva", "herald")
    await_sessions(lab)
    await_routes(lab, routes)


def herald_program(configuration: str) -> images.Program:
    """herald with another configuration than the topology binds: a path in the node."""
    return images.Program("herald", ("herald", "run", "--config", configuration), ready="/run/herald/control.sock")


def await_ready_peers(lab: Lab) -> None:
    """Waits until both route servers would take up a session at once: not so while they are idle after the last one."""
    for node, ready in (("rs-frr", routers.frr_ready), ("rs-gobgp", routers.gobgp_ready)):
        until(f"{node} to wait for a connection", lambda: ready(lab.nodes[node], HERALD[node]), seconds=30, nodes=(node,))


def await_sessions(lab: Lab) -> None:
    """Waits until the NVA has a session with both route servers."""
    for node, established in (("rs-frr", routers.frr_established), ("rs-gobgp", routers.gobgp_established)):
        until(f"the session of {node}", lambda: HERALD[node] in established(lab.nodes[node]), seconds=30, every=0.1, nodes=("nva", node))


def await_routes(lab: Lab, routes: int, seconds: float = 30.0) -> None:
    """Waits until the FRR route server has exactly so many routes from the NVA; -1: no session."""
    until(
        f"{routes} routes at rs-frr" if routes >= 0 else "the end of the session of rs-frr",
        lambda: routers.frr_received(lab.nodes["rs-frr"], HERALD["rs-frr"]) == routes,
        seconds=seconds,
        nodes=("nva", "rs-frr"),
        seen=lambda: f"it has {routers.frr_received(lab.nodes['rs-frr'], HERALD['rs-frr'])}",
    )


def kill_backend(lab: Lab) -> float:
    """Kills the one web server, and returns when (seconds of the monotonic clock)."""
    web = lab.programs["web", "web"]
    moment = web.send(signal.SIGKILL)
    web.wait(5)
    return moment


def quiet(seconds: float) -> None:
    """Lets things settle before they are measured."""
    time.sleep(seconds)
