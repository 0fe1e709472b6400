"""Which programs a run used, and on what machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess

from . import images
from .topology import Topology

# Name for people, the daemon by which a node is known to run it, and how it is asked.
_PROGRAMS = (
    ("herald", "herald", (str(images.herald_binary()), "--version")),
    ("FRR", "frr", (str(images.FRR_DIRECTORY / "bgpd"), "--version")),
    ("GoBGP", "gobgpd", ("gobgpd", "--version")),
    ("BIRD", "bird", ("bird", "--version")),
    ("HAProxy", "haproxy", ("haproxy", "-v")),
    ("ExaBGP", "exabgp", ("exabgp", "--version")),
    ("unbound", "unbound", ("unbound", "-V")),
)
_MEASURED = frozenset({"herald", "frr", "gobgpd", "haproxy", "exabgp"})


def versions(topology: Topology | None = None) -> list[str]:
    """A line per program, as it names itself: those of a topology, or those that are measured side by side."""
    wanted = _MEASURED if topology is None else _daemons(topology)
    asked = [(name, command) for name, daemon, command in _PROGRAMS if daemon in wanted]
    machine = f"Linux {platform.release()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; the lab goes before other work"
    return [f"{name} {_version(command)}" for name, command in asked] + [machine]


def _daemons(topology: Topology) -> set[str]:
    used = [images.look_up(node.image) for node in topology.nodes.values()]
    return {program.name for image in used for program in image.programs} | {"frr" for image in used if image.frr}


def _version(command: tuple[str, ...]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10)
    found = re.search(r"\d+\.\d+\S*", done.stdout + done.stderr)
    return found[0] if found else "(unknown version)"
