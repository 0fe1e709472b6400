"""anycast_healthchecker with BIRD, as a contender: it writes a list of prefixes, and BIRD exports what is in it.

It comes from PyPI, into a virtual environment that git ignores, pinned to the release that was looked at.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from . import images, measured
from .contenders import Contender

RELEASE = "anycast-healthchecker==0.9.10"
FAST = "anycast_healthchecker + BIRD, every 10 ms"
# What each round may take: it asks twice, every 10 seconds, unless told otherwise.
_PATIENCE = 60.0
_VENV = Path(__file__).parent.parent / ".state" / "anycast-healthchecker"
_PIP_SECONDS = 120
_FOLDER, _LIST, _BIRD = "/run/anycast-healthchecker", "/run/anycast-healthchecker/prefixes.conf", "/run/bird/bird.conf"
_EMPTY_LIST = "define ACAST_PS_ADVERTISE =\n    [\n        10.189.200.255/32\n    ];\n"


def contenders() -> tuple[tuple[Contender, ...], str]:
    """It as fast as it goes and with its default settings; or none, and why."""
    program = _VENV / "bin" / "anycast-healthchecker"
    failure = "" if program.exists() else _install()
    if failure:
        return (), f"anycast_healthchecker is left out: {failure}"
    fast = "check_interval = 0.01\ncheck_timeout = 1\ncheck_rise = 1\ncheck_fail = 1"
    slow = "check_interval = 10\ncheck_timeout = 2\ncheck_rise = 2\ncheck_fail = 2"
    return (
        _contender(FAST, program, fast, interval=0.010),
        _contender("anycast_healthchecker + BIRD, default settings", program, slow, interval=10.0, most=2, patience=_PATIENCE),
    ), ""


def versions() -> tuple[str, ...]:
    """What else takes part in the comparison."""
    done = subprocess.run(("bird", "--version"), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10)
    return RELEASE.replace("==", " "), (done.stderr or done.stdout).strip().replace("version ", "")


def _contender(name: str, program: Path, rhythm: str, **more: float) -> Contender:
    files = ((f"{_FOLDER}/healthchecker.conf", _configuration(rhythm)), (f"{_FOLDER}/checks/.keep", ""), (_LIST, _EMPTY_LIST), (_BIRD, bird_conf()))
    bird = images.Program("bird", ("bird", "-f", "-c", _BIRD, "-s", "/run/bird/bird.ctl"), ready="/run/bird/bird.ctl")
    checker = images.Program("anycast-healthchecker", (str(program), "-f", f"{_FOLDER}/healthchecker.conf", "-d", f"{_FOLDER}/checks"))
    # It announces only what is on the interface, and binds nothing itself.
    commands = (("ip", "address", "replace", "9.9.9.9/32", "dev", "lo"),)
    return Contender(name, checker, files, beside=(bird,), commands=commands, **more)


def _configuration(rhythm: str) -> str:
    return f"""[daemon]
pidfile = {_FOLDER}/pid
bird_conf = {_LIST}
bird_reconfigure_cmd = /usr/sbin/birdc -s /run/bird/bird.ctl configure
log_file = {_FOLDER}/log

[web]
check_cmd = bash /etc/exabgp/healthy
check_disabled = false
ip_prefix = 9.9.9.9/32
{rhythm}
"""


def bird_conf() -> str:
    """BIRD with the same two neighbours, exporting what the list names."""
    neighbors = "".join(
        f"protocol bgp {name.replace('-', '_')} from route_server {{ neighbor {address} as 65515; }}\n" for name, address in measured.NEIGHBORS.items()
    )
    return f"""log stderr all;
router id 10.0.1.1;
include "{_LIST}";
protocol device {{ }}
protocol direct {{ ipv4; interface "lo"; }}
template bgp route_server {{
    local as 65010;
    ipv4 {{ import none; export where net ~ ACAST_PS_ADVERTISE; }};
}}
{neighbors}"""


def _install() -> str:
    """Puts it there, and says why when that fails."""
    for command in ((sys.executable, "-m", "venv", str(_VENV)), (str(_VENV / "bin" / "pip"), "install", "--quiet", RELEASE)):
        try:
            done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_PIP_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as failure:
            return str(failure)
        if done.returncode != 0:
            return (done.stderr.strip() or done.stdout.strip() or f"{command[0]} failed").splitlines()[-1]
    return ""
