"""What a node sends by BGP and what its HAProxy logs, as seen by the kernel."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from .node import Node
from .wait import until

_CLIENT = Path(__file__).with_name("capture_client.py")
# Where the lab's haproxy.cfg files log to.
LOG_PORT = 5514


@dataclass(frozen=True)
class Sight:
    """An UPDATE or NOTIFICATION on the wire, the end of a connection, or a log datagram. `at` is wall-clock seconds."""

    kind: str
    at: float = 0.0
    neighbor: str = ""
    announced: int = 0
    withdrawn: int = 0
    attributes: int = 0
    octets: int = 0
    code: int = 0
    subcode: int = 0
    text: str = ""


class Capture:
    """Watches a node until the context is left."""

    def __init__(self, node: Node) -> None:
        self._process = node.open(sys.executable, str(_CLIENT), str(LOG_PORT))
        self._sights: list[Sight] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until("the capture to listen", lambda: self._sights, seconds=5, every=0.01)

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=10)
        self._reader.join(timeout=10)

    def mark(self) -> int:
        """A place in what has been seen, for `since`."""
        return len(self._sights)

    def since(self, mark: int) -> list[Sight]:
        """What was seen after a mark, in the order in which it was."""
        return list(self._sights)[mark:]

    def updates(self, mark: int) -> dict[str, list[Sight]]:
        """The UPDATEs after a mark that say something, by neighbour; not the End-of-RIBs."""
        found: dict[str, list[Sight]] = {}
        for sight in self.since(mark):
            if sight.kind == "update" and (sight.announced or sight.withdrawn):
                found.setdefault(sight.neighbor, []).append(sight)
        return found

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._sights.append(Sight(**json.loads(line)))
