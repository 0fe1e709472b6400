"""Steady requests from a node, watched from outside."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Callable, Iterable

from .node import Node

_CLIENT = Path(__file__).with_name("load_client.py")
# What a client is told when the other end no longer knows its connection; the last is asyncio's word for the first.
_TORN = (os.strerror(errno.ECONNRESET), os.strerror(errno.EPIPE), "Connection lost")
# So much later than the packets the news of a route may come, in seconds.
_NEWS = 0.02


@dataclass(frozen=True)
class Request:
    """One request and what became of it. Times are seconds of the monotonic clock, the status is HTTP's (0: no answer)."""

    sent: float
    done: float
    status: int
    region: str
    nva: str
    error: str

    @property
    def lost(self) -> bool:
        """Whether the client did not get its page."""
        return self.status != 200

    @property
    def torn(self) -> bool:
        """Whether the other end reset its connection."""
        return self.lost and self.error in _TORN

    @property
    def fate(self) -> str:
        """In words: who answered, or why nobody did."""
        if self.lost:
            return self.error or (f"status {self.status}" if self.status else "connection closed without an answer")
        return f"{self.region} via {self.nva}" if self.nva else self.region


@dataclass(frozen=True)
class Answer:
    """An answer that is waited for: where the page is from and, where it matters, which HAProxy passed it on.

    `nva` is its name, or a pattern of several as a shell has them: `nva-*-ne`.
    """

    region: str
    nva: str = ""

    def __call__(self, request: Request) -> bool:
        return not request.lost and request.region == self.region and fnmatchcase(request.nva, self.nva or "*")

    def __str__(self) -> str:
        return f"from {self.region} via {self.nva}" if self.nva else f"from {self.region}"


class Load:
    """Requests at a steady rate until the context is left."""

    def __init__(self, node: Node, rate: float, *question: str) -> None:
        """`question` is what the client asks for: `page HOST` or `name SERVER NAME`."""
        self.begin(node.open(sys.executable, "-I", str(_CLIENT), str(rate), *question))

    def begin(self, client: subprocess.Popen) -> None:
        """Reads what a client writes."""
        self._process = client
        self._requests: list[Request] = []
        # The requests up to number `_closed`, the last of them sent at `_closed_until`, are answered or lost, and those `_ahead`.
        self._closed = 0
        self._ahead: dict[int, float] = {}
        self._closed_until = 0.0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def join(self) -> None:
        """Waits until the client has written its last line."""
        self._reader.join(timeout=10)

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Sends no more, and waits for the answers that are still out."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self.join()
        self._process.wait(timeout=10)

    def since(self, moment: float) -> list[Request]:
        """The requests sent at or after `moment` and answered (or lost) by now, in the order sent."""
        return sorted((request for request in list(self._requests) if request.sent >= moment), key=lambda request: request.sent)

    def first(self, moment: float, wanted: Callable[[Request], bool]) -> Request | None:
        """The request sent at or after `moment` that was the first of such to be answered."""
        found = [request for request in self.since(moment) if wanted(request)]
        return min(found, key=lambda request: request.done) if found else None

    def settled(self, count: int, wanted: Callable[[Request], bool], since: float = 0.0) -> bool:
        """Whether the last `count` requests all were such, and sent at or after `since`."""
        last = list(self._requests)[-count:]
        return len(last) == count and all(request.sent >= since and wanted(request) for request in last)

    def closed(self, moment: float) -> bool:
        """Whether all requests sent before `moment` have been answered or lost: a slow one may still be out."""
        return self._closed_until >= moment

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            number, *fields = json.loads(line)
            request = Request(*fields)
            self._requests.append(request)
            self._ahead[number] = request.sent
            while self._closed in self._ahead:
                self._closed_until = self._ahead.pop(self._closed)
                self._closed += 1


def tally(requests: list[Request]) -> Counter:
    """How many requests had which fate."""
    return Counter(request.fate for request in requests)


def lost(requests: list[Request]) -> int:
    """How many clients did not get their page."""
    return sum(request.lost for request in requests)


def cut(requests: Iterable[Request], turns: Iterable[float]) -> int:
    """How many requests were cut in two by a change of the route, of which `turns` has the moments.

    Anycast moves packets, not connections: one that is open while the route changes goes on at a machine
    that has never heard of it, which resets it. No announcer can spare a client that.
    """
    moments = list(turns)
    return sum(request.torn and any(request.sent <= moment <= request.done + _NEWS for moment in moments) for request in requests)


def now() -> float:
    """The monotonic clock, which all nodes share."""
    return time.monotonic()
