"""Image names of the topologies, and what runs in a node of each.

A container brings its programs along; a namespace uses those that are installed on this machine. The
configuration files are the same, bound to the same paths.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

FRR, GOBGP, BIRD = "quay.io/frrouting/frr", "herald-lab/gobgp", "herald-lab/bird"
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
    """What runs in a node, and what it needs."""

    programs: tuple[Program, ...]
    # Directory → owner, a user name of this machine.
    directories: tuple[tuple[str, str], ...] = ()
    # Files that the topology must bind, and variables that it must set, because a daemon cannot do without.
    files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    frr: bool = False

    @property
    def herald(self) -> bool:
        """Whether herald runs in it."""
        return any(program.name == "herald" for program in self.programs)


_HAPROXY_CFG, _HERALD_TOML, _UNBOUND_CONF = "/etc/haproxy/haproxy.cfg", "/etc/herald/herald.toml", "/etc/unbound/unbound.conf"
_GOBGPD_TOML, _BIRD_CONF, _WEB, _CLOUD = "/etc/gobgpd.toml", "/etc/bird/bird.conf", "/srv/web.py", "/srv/cloud.py"

_haproxy = Program("haproxy", ("haproxy", "-db", "-f", _HAPROXY_CFG), ready="/run/haproxy/admin.sock")
_herald = Program("herald", ("herald", "run", "--config", _HERALD_TOML), ready="/run/herald/control.sock")
_unbound = Program("unbound", ("unbound", "-d", "-p", "-c", _UNBOUND_CONF), ready="/run/unbound/control.sock")
_gobgpd = Program("gobgpd", ("gobgpd", "-t", "toml", "-f", _GOBGPD_TOML, "--log-plain"))
_bird = Program("bird", ("bird", "-f", "-c", _BIRD_CONF, "-s", "/run/bird/bird.ctl"), ready="/run/bird/bird.ctl")
_web = Program("web", ("python3", _WEB))
_cloud = Program("cloud", ("python3", _CLOUD), ready="/run/cloud.ready")

_FOR_HAPROXY, _FOR_UNBOUND = (("/run/haproxy", "root"),), (("/run/unbound", "root"),)
_FOR_HERALD = (("/run/herald", "root"), ("/var/lib/herald", "root"))

_nva = Image((_haproxy, _herald), directories=_FOR_HAPROXY + _FOR_HERALD, files=(_HAPROXY_CFG, _HERALD_TOML))

_IMAGES = {
    FRR: Image((), directories=(("/run/frr", "frr"),), files=(FRR_DAEMONS_FILE, "/etc/frr/frr.conf"), frr=True),
    GOBGP: Image((_gobgpd,), files=(_GOBGPD_TOML,)),
    BIRD: Image((_bird,), directories=(("/run/bird", "root"),), files=(_BIRD_CONF,)),
    "herald-lab/nva": _nva,
    # The same, with a keepalived that nobody has started.
    "herald-lab/pair": _nva,
    "herald-lab/agent": Image((_herald,), directories=_FOR_HERALD, files=(_HERALD_TOML,)),
    "herald-lab/resolver": Image((_unbound, _herald), directories=_FOR_UNBOUND + _FOR_HERALD, files=(_UNBOUND_CONF, _HERALD_TOML)),
    "herald-lab/unbound": Image((_unbound,), directories=_FOR_UNBOUND, files=(_UNBOUND_CONF,)),
    "herald-lab/www": Image((_web, _herald), directories=_FOR_HERALD, files=(_WEB, _HERALD_TOML), variables=("REGION",)),
    "herald-lab/web": Image((_web,), files=(_WEB,), variables=("REGION",)),
    "herald-lab/cloud": Image((_cloud,), files=(_CLOUD,)),
    "herald-lab/host": Image(()),
}


def herald_binary() -> Path:
    """The herald of this run: HERALD_BIN, else the one in the search path."""
    return Path(os.environ.get("HERALD_BIN") or shutil.which("herald") or "herald").resolve()


def known() -> tuple[str, ...]:
    """The images that a namespace can stand in for."""
    return tuple(_IMAGES)


def is_known(image: str) -> bool:
    """Whether a namespace can stand in for this image, whatever its tag."""
    return repository(image) in _IMAGES


def look_up(image: str) -> Image:
    """What runs in a node of this image, which must be known."""
    return _IMAGES[repository(image)]


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


def repository(image: str) -> str:
    """The name of an image without its tag."""
    name, colon, tag = image.rpartition(":")
    return name if colon and "/" not in tag else image
