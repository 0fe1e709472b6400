"""The moments at which routes to an address changed, told by the kernels of those who forward packets.

A connection that is open at such a moment may be cut in two: its next packet goes to a machine that has never heard of it.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import subprocess
import threading
from typing import Iterable

from .load import now
from .node import Node, only_child


class Turns:
    """Listens to the routing tables of nodes (`ip monitor`, ip-monitor(8)) until it is stopped."""

    def __init__(self, nodes: Iterable[Node], address: str) -> None:
        self._address = address
        self._moments: list[float] = []
        self._monitors = [node.open("ip", "-oneline", "monitor", "route") for node in nodes]
        self._readers = [threading.Thread(target=self._read, args=(monitor,), daemon=True) for monitor in self._monitors]
        for reader in self._readers:
            reader.start()

    def moments(self) -> list[float]:
        """When a route changed, in seconds of the monotonic clock."""
        return list(self._moments)

    def stop(self) -> None:
        """Listens no more."""
        for monitor in self._monitors:
            if pid := only_child(monitor):
                os.kill(pid, signal.SIGTERM)
        for monitor, reader in zip(self._monitors, self._readers):
            monitor.wait(timeout=10)
            reader.join(timeout=10)

    def _read(self, monitor: subprocess.Popen) -> None:
        assert monitor.stdout is not None
        for line in monitor.stdout:
            if concerns(line, self._address):
                self._moments.append(now())


def concerns(line: str, address: str) -> bool:
    """Whether a line of `ip -oneline monitor route`, `[Deleted] PREFIX …`, tells of a route to an address."""
    prefix = line.removeprefix("Deleted ").split(" ")[0]
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(prefix)
    except ValueError:
        return False  # `default`, or a kind of route that forwards nothing
