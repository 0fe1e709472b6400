"""`lab/run memory`: what herald holds in memory with one service and two neighbours."""

from __future__ import annotations

import re
from pathlib import Path

from . import measured
from .expect import Expectations
from .lab import Lab
from .say import Narrator

LIMIT_KIB = 8 * 1024
SETTLE_SECONDS = 3


def run(narrator: Narrator) -> bool:
    """Measures, and returns whether it is within the limit."""
    return measured.run("memory", narrator, _measure)


def _measure(lab: Lab, narrator: Narrator, expectations: Expectations) -> None:
    measured.start_herald(lab, routes=1)
    narrator.line("two sessions are established and one route is announced")
    measured.quiet(SETTLE_SECONDS)
    herald = lab.programs["nva", "herald"].pid
    resident, own, file = resident_kib(herald), anonymous_kib(herald), file_kib(herald)
    narrator.line(f"VmRSS {resident} KiB after {SETTLE_SECONDS} s: RssAnon {own} KiB are its data, RssFile {file} KiB pages of its program and libraries")
    narrator.chapter("Summary")
    expectations.expect("resident memory", f"at most {LIMIT_KIB / 1024:g} MiB", f"{resident / 1024:.1f} MiB", resident <= LIMIT_KIB)


def resident_kib(pid: int) -> int:
    """The resident memory of a process (proc(5): VmRSS)."""
    return _kib(pid, "VmRSS")


def anonymous_kib(pid: int) -> int:
    """The part of it that the process has written itself: heap and stacks (proc(5): RssAnon)."""
    return _kib(pid, "RssAnon")


def file_kib(pid: int) -> int:
    """The part of it that came from files, which the kernel may take back and processes share (proc(5): RssFile)."""
    return _kib(pid, "RssFile")


def highest_kib(pid: int) -> int:
    """The most that has ever been resident of it (proc(5): VmHWM)."""
    return _kib(pid, "VmHWM")


def _kib(pid: int, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if not found:
        raise ProcessLookupError(f"process {pid} has no resident memory: it has ended")
    return int(found[1])
