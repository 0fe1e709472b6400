"""Image names of the topologies, and what runs in a node of each.

A container brings its programs along; a namespace uses those that are installed on this machine. The
configuration files are the same, bound to the same paths.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

FRR_DIRECTORY = Path("/usr/lib/frr")
FRR_DAEMONS_FILE = "/etc/frr/daemons"
# Started whether the file asks for them or not, in this order; mgmtd exists since FRR 9.
FRR_ALWAYS = ("mgmtd", "zebra", "staticd")
HERALD_IN_NODE = "/usr/local/bin/herald"


@dataclass(frozen=True)
class Program:
    """A daemon of a node."""

    name: str
    command: tuple[str, ...]
    # A path in the node that appears once the daemon can be talked to.
    ready: str = ""


@dataclass(frozen=True)
class Image:
    """What runs in a node, and the directories it expects under /run."""

    programs: tuple[Program, ...]
    # Directory → owner, a user name of this machine.
    directories: tuple[tuple[str, str], ...] = ()
    frr: bool = False
    herald: bool = False


def _nva() -> Image:
    haproxy = Program("haproxy", ("haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"), ready="/run/haproxy/admin.sock")
    herald = Program("herald", ("herald", "run", "--config", "/etc/herald/herald.toml"), ready="/run/herald/control.sock")
    return Image((haproxy, herald), directories=(("/run/haproxy", "root"), ("/run/herald", "root")), herald=True)


_IMAGES = {
    "quay.io/frrouting/frr": lambda: Image((), directories=(("/run/frr", "frr"),), frr=True),
    "herald-lab/gobgp": lambda: Image((Program("gobgpd", ("gobgpd", "-t", "toml", "-f", "/etc/gobgpd.toml", "--log-plain")),)),
    "herald-lab/nva": _nva,
    "herald-lab/web": lambda: Image((Program("web", ("python3", "/srv/web.py")),)),
    "herald-lab/host": lambda: Image(()),
}


def herald_binary() -> Path:
    """The herald of this run: HERALD_BIN, else the one in the search path."""
    return Path(os.environ.get("HERALD_BIN") or shutil.which("herald") or "herald").resolve()


def known() -> tuple[str, ...]:
    """The images that a namespace can stand in for."""
    return tuple(_IMAGES)


def is_known(image: str) -> bool:
    """Whether a namespace can stand in for this image, whatever its tag."""
    return _repository(image) in _IMAGES


def look_up(image: str) -> Image:
    """What runs in a node of this image, which must be known."""
    return _IMAGES[_repository(image)]()


def frr_programs(daemons_file: str) -> tuple[Program, ...]:
    """The FRR daemons that the text of a `daemons` file asks for, with their options."""
    settings = dict(line.split("=", 1) for line in daemons_file.splitlines() if "=" in line and not line.startswith("#"))
    asked = tuple(name for name, value in settings.items() if value.strip() == "yes" and (FRR_DIRECTORY / name).exists())
    names = [name for name in FRR_ALWAYS if (FRR_DIRECTORY / name).exists()] + [name for name in asked if name not in FRR_ALWAYS]
    return tuple(_frr_program(name, settings.get(f"{name}_options", "")) for name in names)


def _frr_program(name: str, options: str) -> Program:
    words = options.strip().strip('"').split()
    socket = "zserv.api" if name == "zebra" else f"{name}.vty"
    return Program(name, (str(FRR_DIRECTORY / name), *words), ready=f"/run/frr/{socket}")


def _repository(image: str) -> str:
    name, colon, tag = image.rpartition(":")
    return name if colon and "/" not in tag else image
