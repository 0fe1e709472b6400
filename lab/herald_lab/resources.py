"""What a process holds over time, and whether that stays level."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from .figures import median
from .memory import resident_kib

EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Sample:
    """What a process holds at a moment."""

    resident_kib: int
    descriptors: int
    threads: int


@dataclass(frozen=True)
class Level:
    """A figure over a run: the median of its first and of its last third, and its highest."""

    first: int
    last: int
    highest: int

    @property
    def growth(self) -> int:
        """From the first third to the last."""
        return self.last - self.first


def level(values: Sequence[int]) -> Level:
    """How level some values are; at least three."""
    third = len(values) // 3
    return Level(int(median(values[:third])), int(median(values[-third:])), max(values))


def sample(pid: int) -> Sample:
    """What a process holds now (proc(5): status and fd)."""
    threads = re.search(r"^Threads:\s+(\d+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if not threads:
        raise ProcessLookupError(f"process {pid} has no threads: it has ended")
    return Sample(resident_kib(pid), len(os.listdir(f"/proc/{pid}/fd")), int(threads[1]))


class Sampling:
    """Samples a process until the context is left."""

    def __init__(self, pid: int) -> None:
        self.samples: list[Sample] = []
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Sampling:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def levels(self) -> dict[str, Level]:
        """Each figure of the samples so far."""
        names = ("resident_kib", "descriptors", "threads")
        return {name: level([getattr(sample, name) for sample in self.samples]) for name in names}

    def _run(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            try:
                self.samples.append(sample(self._pid))
            except OSError:
                return  # it has ended: whoever reads the samples asks whether it lives
