"""What route servers hold and kernels have bound, asked all the time from outside of the agent."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path
from typing import Callable

from ..node import Node

# FRR and the kernel answer within a millisecond or two; GoBGP is asked by a program that must be started each time.
FAST, SLOW = 0.05, 0.25
_TIMEOUT = 1.0


class Vty:
    """A connection to an FRR daemon in the manner of vtysh: a line and a zero octet; the answer ends with three and a status."""

    def __init__(self, router: Node, daemon: str = "bgpd") -> None:
        self._path = router.path(f"/run/frr/{daemon}.vty")
        self._connection: socket.socket | None = None

    def ask(self, command: str) -> str | None:
        """The answer, or None when the daemon gives none."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            return self._say(self._connection, command)
        except OSError:
            self.close()
            return None

    def close(self) -> None:
        """Ends the connection; the next question opens another."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_TIMEOUT)
        connection.connect(str(self._path))
        self._say(connection, "enable")
        return connection

    @staticmethod
    def _say(connection: socket.socket, command: str) -> str:
        connection.sendall(command.encode() + b"\0")
        answer = b""
        while answer[-4:-1] != b"\0\0\0":
            octets = connection.recv(1 << 16)
            if not octets:
                raise OSError("the daemon closed the connection")
            answer += octets
        return answer[:-4].decode(errors="replace")


def frr_has(router: Node, prefix: str, next_hop: str) -> Callable[[], bool | None]:
    """Asks whether an FRR router has a path to a prefix by this next hop."""
    vty = Vty(router)

    def ask() -> bool | None:
        answer = vty.ask(f"show bgp ipv4 unicast {prefix} json")
        return None if answer is None else frr_path(answer, next_hop)

    return ask


def frr_path(answer: str, next_hop: str) -> bool:
    """Whether FRR's JSON about a prefix has a path by this next hop."""
    paths = json.loads(answer or "{}").get("paths", [])
    return any(hop.get("ip") == next_hop for path in paths for hop in path.get("nexthops", []))


def gobgp_has(router: Node, prefix: str) -> Callable[[], bool | None]:
    """Asks whether a GoBGP router has a path to a prefix."""
    return lambda: gobgp_path(router.run("gobgp", "--json", "global", "rib", check=False), prefix)


def gobgp_path(answer: str, prefix: str) -> bool | None:
    """Whether GoBGP's table has a prefix; None when that is no table."""
    try:
        return prefix in json.loads(answer)
    except ValueError:
        return None


def bound(node: Node, address: str) -> Callable[[], bool | None]:
    """Asks a node's kernel whether an address is its own."""
    trie = Path(f"/proc/{node.pid}/net/fib_trie")
    return lambda: is_local(trie.read_text(), address)


def is_local(trie: str, address: str) -> bool:
    """Whether an address is one of the host's, by its forwarding table (proc(5): net/fib_trie)."""
    rows = trie.splitlines()
    return any(row.strip() == f"|-- {address}" and "host LOCAL" in after for row, after in zip(rows, rows[1:]))


class Sampler:
    """Asks one table again and again in a thread of its own, and hands each answer on with the moment before the question."""

    def __init__(self, ask: Callable[[], bool | None], every: float, tell: Callable[[float, bool | None], None]) -> None:
        self._ask, self._every, self._tell = ask, every, tell
        self._stop = threading.Event()
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Asks no more."""
        self._stop.set()
        self._thread.join(timeout=15)

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every):
                asked = time.monotonic()
                self._tell(asked, self._ask())
        except BaseException as failure:  # a checker that has died must not look like one that finds nothing
            self.failure = failure
