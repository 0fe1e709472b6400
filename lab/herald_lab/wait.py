"""Waiting for a condition, never longer than a deadline."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

Answer = TypeVar("Answer")


class Missed(Exception):
    """A condition did not come true in time. `nodes` names those whose logs may say why."""

    def __init__(self, awaited: str, seconds: float, seen: str, nodes: tuple[str, ...]) -> None:
        self.nodes = nodes
        super().__init__(f"waited {seconds:g} s for {awaited}; {seen}")


def until(
    awaited: str,
    probe: Callable[[], Answer | None],
    seconds: float = 20.0,
    every: float = 0.05,
    nodes: tuple[str, ...] = (),
    seen: Callable[[], str] = lambda: "it did not happen",
) -> Answer:
    """Calls `probe` until it gives something true, and returns that. Raises Missed after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise Missed(awaited, seconds, seen(), nodes)
        time.sleep(every)
