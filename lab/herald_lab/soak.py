"""`lab/run soak`: what herald holds while everything comes and goes, and whether that stays level.

The server flaps, the configuration is reloaded, 500 control clients come and go, events are followed, log lines rain
down; memory, descriptors and threads are sampled all the while. Then 1000 services with eight neighbours: `many`.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

from . import many, measured, resources
from .capture import Capture
from .course import Course
from .expect import Expectations
from .figures import median
from .flood import neighbor
from .lab import Lab
from .resources import Sampling
from .say import Narrator, milliseconds
from .wait import until

CLIENTS, FOLLOWERS = 500, 40
# The history is full, the allocator's pools are filled and the first reloads are done: what grows after that, grows.
WARM_UP_SECONDS = 20
FLAP_SECONDS, RELOAD_SECONDS = 0.35, 3.0
# Figure → how much higher its last third may be than its first, and how high it may ever be. A connection is a
# descriptor: 64 of the control socket, 20 followers by HTTP, sessions and the like.
LIMITS = {"resident_kib": (1024, 32 << 10), "descriptors": (10, 160), "threads": (4, 24)}
_CLIENT = Path(__file__).with_name("soak_client.py")
_STATE = "/var/lib/herald"


def run(narrator: Narrator, minutes: float) -> bool:
    """Soaks for so long, then counts with many services; returns whether everything was bounded and level."""
    replaced = {("nva", measured.HERALD_TOML): herald_toml(reloaded=False)}
    level = measured.run("soak", narrator, lambda lab, _, expectations: _soak(lab, narrator, expectations, minutes), replaced=replaced)
    return many.run(narrator) and level


def herald_toml(reloaded: bool) -> str:
    """The lab's configuration with HTTP, a service for the clients' words, and, reloaded, another one and a longer path."""
    text = (measured.TOPOLOGY.parent / "nva" / "herald.toml").read_text().replace('http = "off"', 'http = "127.0.0.1:9642"')
    present = "haproxy = { backend = \"http_back\", min-up = 1 }"
    text += f'\n[service.spare]\naddresses = ["198.18.0.1/32"]\n[service.spare.check.backend]\n{present}\n'
    if reloaded:
        text += f'\n[service.more]\naddresses = ["198.18.0.2/32"]\n[service.more.check.backend]\n{present}\n'
        text = text.replace("[neighbor.gobgp]", "[neighbor.gobgp]\nprepend = 2")
    return text


def _soak(lab: Lab, narrator: Narrator, expectations: Expectations, minutes: float) -> None:
    lab.nodes["nva"].run("mkdir", "-p", _STATE)
    measured.start_herald(lab, routes=2)
    herald = lab.programs["nva", "herald"]
    measured.quiet(2)
    rest = resources.sample(herald.pid)
    narrator.line(f"at rest: {_told(rest)}")
    flaps = {name: neighbor(lab, name)["flaps"] for name in ("frr", "gobgp")}
    narrator.chapter(f"{minutes:g} minutes: the server flaps, reloads, {CLIENTS} clients, {FOLLOWERS} followers, storms of log lines")
    crowd = lab.nodes["nva"].open(sys.executable, "-I", str(_CLIENT), str(CLIENTS), str(FOLLOWERS))
    assert crowd.stdin is not None and crowd.stdout is not None
    crowd.stdout.readline()
    _stir(lab, WARM_UP_SECONDS)
    with Sampling(herald.pid) as sampling:
        reloads, changes = _stir(lab, minutes * 60 - WARM_UP_SECONDS)
    crowd.stdin.close()
    counts = json.loads(crowd.stdout.readline() or "{}")
    crowd.wait(10)
    narrator.line(f"{changes} flaps, {reloads} reloads; {', '.join(f'{what} {count}' for what, count in sorted(counts.items()))}")
    for name, level in sampling.levels().items():
        narrator.line(f"{name}: median of the first third {level.first}, of the last {level.last}, highest {level.highest}")
        growth, highest = LIMITS[name]
        expectations.expect(f"{name}: last third over first", f"at most {growth}", str(level.growth), level.growth <= growth)
        expectations.expect(f"{name}: highest", f"at most {highest}", str(level.highest), level.highest <= highest)
    _afterwards(lab, narrator, expectations, rest, flaps, counts)


def _stir(lab: Lab, seconds: float) -> tuple[int, int]:
    """Flaps and reloads for so long; returns how often it reloaded and flapped. The server is up at the end."""
    web, herald = lab.programs["web", "web"], lab.programs["nva", "herald"]
    end, reload_due, reloads, flaps = time.monotonic() + seconds, 0.0, 0, 0
    while time.monotonic() < end:
        web.send(signal.SIGUSR2 if flaps % 2 else signal.SIGUSR1)
        flaps += 1
        if time.monotonic() >= reload_due:
            reload_due = time.monotonic() + RELOAD_SECONDS
            # the file is bound to one of the run's directory: written in place
            lab.nodes["nva"].path(measured.HERALD_TOML).write_text(herald_toml(reloaded=reloads % 2 == 0))
            herald.send(signal.SIGHUP)
            reloads += 1
        time.sleep(FLAP_SECONDS)
    if flaps % 2:
        web.send(signal.SIGUSR2)
    return reloads, flaps


def _afterwards(lab: Lab, narrator: Narrator, expectations: Expectations, rest: resources.Sample, flaps: dict[str, int], counts: dict[str, int]) -> None:
    """Everybody has gone: nothing of them is left, and herald does its work."""
    pid = lab.programs["nva", "herald"].pid
    lab.nodes["nva"].path(measured.HERALD_TOML).write_text(herald_toml(reloaded=False))
    lab.nodes["nva"].run("herald", "reload")
    lab.nodes["nva"].run("herald", "resume", "--all")
    # threads that waited for the disk end after ten seconds without work
    until(
        "herald to let go of what it held for those who have gone",
        lambda: resources.sample(pid).descriptors <= rest.descriptors and resources.sample(pid).threads <= rest.threads,
        seconds=30,
        every=0.2,
        nodes=("nva",),
        seen=lambda: f"it has {_told(resources.sample(pid))}",
    )
    narrator.line(f"afterwards: {_told(resources.sample(pid))}")
    for name, before in flaps.items():
        expectations.equal(f"sessions lost with {name}", 0, neighbor(lab, name)["flaps"] - before)
    refused = sum(count for what, count in counts.items() if what.startswith(("failed", "status:", "word:")) and not what.endswith(": 200"))
    expectations.equal("clients that got no answer, or not a good one", 0, refused)
    measured.await_routes(lab, 2)
    with Capture(lab.nodes["nva"]) as capture:
        course, seen = Course(lab, capture, measured.NEIGHBORS.values()), []
        for _ in range(10):
            measured.quiet(0.1)
            seen.append(course.death())
            course.recovery()
    expectations.at_most("DOWN → withdrawal afterwards, median of 10", 0.010, median(seen))
    narrator.line(f"DOWN → withdrawal afterwards: {', '.join(map(milliseconds, seen))}")


def _told(held: resources.Sample) -> str:
    return f"{held.resident_kib} KiB resident, {held.descriptors} descriptors, {held.threads} threads"
