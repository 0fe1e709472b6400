"""Which programs a run used, and on what machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess

from . import images


def versions() -> list[str]:
    """A line per program, as it names itself."""
    asked = (
        ("herald", (str(images.herald_binary()), "--version")),
        ("FRR", (str(images.FRR_DIRECTORY / "bgpd"), "--version")),
        ("GoBGP", ("gobgpd", "--version")),
        ("HAProxy", ("haproxy", "-v")),
        ("ExaBGP", ("exabgp", "--version")),
    )
    machine = f"Linux {platform.release()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; the lab goes before other work"
    return [f"{name} {_version(command)}" for name, command in asked] + [machine]


def _version(command: tuple[str, ...]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10)
    found = re.search(r"\d+\.\d+\S*", done.stdout)
    return found[0] if found else "(unknown version)"
