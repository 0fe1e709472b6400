"""`lab/run reloads`: HAProxy is reloaded again and again, once with healthy servers, once with dead ones.

After a reload HAProxy calls every server UP that it has not checked yet. Healthy servers must not be withdrawn, and dead ones
not announced, however often that happens. What HAProxy itself says meanwhile is counted beside.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from pathlib import Path
from typing import Iterable

from . import images, measured
from .capture import Capture
from .expect import Expectations
from .lab import Lab
from .load import Load, lost, tally
from .say import Narrator
from .wait import until

GAP = 0.7
RATE = 200
# How servers are checked. One HAProxy has one way: it spreads the first checks of all over the longest interval.
FAST, SLOW = "inter 200ms fall 1 rise 1", "inter 2s fall 3 rise 2"
# Backend → number of servers. Each is a service with an address of its own.
BACKENDS = {"one": 1, "four": 4}
HAPROXY_CFG = "/etc/haproxy/haproxy.cfg"
_SOCKET = "/run/haproxy/admin.sock"
_MASTER = images.Program("haproxy", ("haproxy", "-W", "-db", "-f", HAPROXY_CFG), ready=_SOCKET)
# How often HAProxy is asked what it says itself.
_ASK_EVERY = 0.01


def run(narrator: Narrator, reloads: int) -> bool:
    """Reloads so many times in each state, and returns whether nothing happened."""
    met = [_storm(narrator, reloads, checked, alive) for checked, alive in ((FAST, True), (FAST, False), (SLOW, False))]
    return all(met)


def _storm(narrator: Narrator, reloads: int, checked: str, alive: bool) -> bool:
    replaced = {("nva", HAPROXY_CFG): haproxy_cfg(checked), ("nva", measured.HERALD_TOML): herald_toml()}

    def measure(lab: Lab, _: Narrator, expectations: Expectations) -> None:
        lab.launch("nva", _MASTER)
        with Capture(lab.nodes["nva"]) as capture:
            narrator.chapter(f"Backends of {' and '.join(BACKENDS)}, {checked}")
            measured.start_herald(lab, routes=len(BACKENDS))
            (_with_healthy if alive else _with_dead)(lab, narrator, expectations, capture, reloads)
        narrator.chapter("Summary")

    return measured.run("reloads", narrator, measure, replaced=replaced, leave_out=("herald", "haproxy"))


def _with_healthy(lab: Lab, narrator: Narrator, expectations: Expectations, capture: Capture, reloads: int) -> None:
    narrator.line(f"healthy servers: {reloads} reloads, {GAP} s apart, under {RATE} requests a second")
    with Load(lab.nodes["web"], RATE, "page", "10.0.3.1") as load:
        until("steady answers", lambda: load.settled(RATE // 5, lambda request: not request.lost))
        mark, began = capture.mark(), time.monotonic()
        done = _reload(lab, reloads)
        requests = load.since(began)
    expectations.equal("healthy: reloads that HAProxy has done", reloads, done)
    expectations.equal("healthy: withdrawals on the wire", 0, count(capture, mark, "withdrawn"))
    expectations.equal(f"healthy: requests lost of {len(requests)}", 0, lost(requests))
    narrator.line(f"{len(requests)} requests, lost: {dict(tally([request for request in requests if request.lost])) or 'none'}")


def _with_dead(lab: Lab, narrator: Narrator, expectations: Expectations, capture: Capture, reloads: int) -> None:
    measured.kill_backend(lab)
    measured.await_routes(lab, 0)
    narrator.line(f"dead servers: {reloads} reloads, {GAP} s apart")
    with Sayings(lab.nodes["nva"].path(_SOCKET)) as sayings:
        mark = capture.mark()
        done = _reload(lab, reloads)
    for backend, share in sayings.shares().items():
        narrator.line(f"backend of {backend}: HAProxy itself said UP in {share:.0%} of {sayings.asked} answers")
    expectations.equal("dead: reloads that HAProxy has done", reloads, done)
    highest = max(sayings.shares().values(), default=0.0)
    expectations.expect("dead: HAProxy's answers that called a dead backend UP", "some", f"up to {highest:.0%}", highest > 0)
    expectations.equal("dead: announcements on the wire", 0, count(capture, mark, "announced"))


def _reload(lab: Lab, times: int) -> int:
    """Reloads HAProxy so often, and returns how many new workers there have been."""
    master = lab.programs["nva", "haproxy"]
    before = workers(master.log)
    for _ in range(times):
        due = time.monotonic() + GAP
        master.send(signal.SIGUSR2)
        time.sleep(max(0.0, due - time.monotonic()))
    return workers(master.log) - before


def workers(log: Path) -> int:
    """How many workers HAProxy's master says that it has started."""
    return log.read_text(errors="replace").count("New worker")


def count(capture: Capture, mark: int, what: str) -> int:
    """How many addresses have been announced or withdrawn, to all neighbours together."""
    return sum(getattr(sight, what) for sights in capture.updates(mark).values() for sight in sights)


class Sayings:
    """What HAProxy says of its backends, asked all the time until the context is left."""

    def __init__(self, path: Path) -> None:
        self.asked = 0
        self._ups: dict[str, int] = {}
        self._path = str(path)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Sayings:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def hear(self, states: dict[str, str]) -> None:
        """Counts one answer."""
        self.asked += 1
        for backend, state in states.items():
            self._ups[backend] = self._ups.get(backend, 0) + (state == "UP")

    def shares(self) -> dict[str, float]:
        """Backend → the share of the answers that called it UP."""
        return {backend: ups / self.asked for backend, ups in sorted(self._ups.items())}

    def _ask(self) -> None:
        while not self._stop.wait(_ASK_EVERY):
            try:
                self.hear(backends_in(_answer(self._path, "show stat -1 2 -1")))
            except OSError:
                continue  # between two workers


def backends_in(stats: str) -> dict[str, str]:
    """Backend → status, from `show stat`."""
    head, *rows = [row.split(",") for row in stats.removeprefix("# ").splitlines() if "," in row]
    name, kind, status = (head.index(column) for column in ("pxname", "svname", "status"))
    return {row[name]: row[status] for row in rows if row[kind] == "BACKEND"}


def _answer(path: str, command: str) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        connection.connect(path)
        connection.sendall(f"{command}\n".encode())
        return b"".join(iter(lambda: connection.recv(1 << 16), b"")).decode()


def haproxy_cfg(checked: str) -> str:
    """The lab's HAProxy with these backends, their servers checked so."""
    text = (measured.TOPOLOGY.parent / "nva" / "haproxy.cfg").read_text()
    kept = text[: text.index("frontend http_front")]
    return kept + "\n".join(("frontend http_front", "    bind *:80", "    default_backend four", "", *_backends(checked), ""))


def _backends(checked: str) -> Iterable[str]:
    for name, servers in BACKENDS.items():
        yield f"backend {name}\n    log global\n    default-server check {checked}"
        yield from (f"    server s{number} 10.0.3.2:80" for number in range(1, servers + 1))


def herald_toml() -> str:
    """The lab's herald with a service for each backend."""
    text = (measured.TOPOLOGY.parent / "nva" / "herald.toml").read_text()
    services = [
        f'[service.{name}]\naddresses = ["9.9.9.{number}/32"]\n[service.{name}.check.backend]\nhaproxy = {{ backend = "{name}", min-up = 1 }}\n'
        for number, name in enumerate(BACKENDS, 1)
    ]
    return text[: text.index("[service.web]")] + "".join(services)
