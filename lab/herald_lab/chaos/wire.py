"""A cable of a bridge that loses and delays frames while it is in place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ..node import Node, NodeError

_CLIENT = Path(__file__).with_name("wire_client.py")


class Wire:
    """Put between a bridge and one of its ports; `remove` restores the port."""

    def __init__(self, node: Node, bridge: str, port: str, loss: float, delay_ms: float, seed: str) -> None:
        self._node, self._bridge, self._port = node, bridge, port
        self._inner, self._outer = f"{port}-in", f"{port}-out"
        self._ip(
            f"link add {self._inner} type veth peer name {self._outer}",
            f"link set {self._outer} up",
            f"link set {self._inner} up",
        )
        # The node's own addresses are the bridge's affair: the port must not answer for them.
        node.run("sysctl", "-q", "-w", f"net.ipv4.conf.{port}.arp_ignore=8", f"net.ipv4.conf.{self._inner}.arp_ignore=8")
        self._process = node.open(sys.executable, "-I", str(_CLIENT), port, self._inner, str(loss), str(delay_ms), seed)
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise NodeError(f"{node.name}: the lossy cable at {port} could not be made")
        self._ip(f"link set {port} nomaster", f"link set {self._outer} master {bridge}")

    def remove(self) -> None:
        """Connects the port to its bridge again."""
        self._ip(f"link delete {self._inner}", f"link set {self._port} master {self._bridge}")
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _ip(self, *lines: str) -> None:
        self._node.run("ip", "-batch", "-", stdin="\n".join(lines))
