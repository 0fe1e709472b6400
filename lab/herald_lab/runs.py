"""Which runs of the lab exist: a directory each, with logs and a note of the processes that hold it.

The kernel takes a run's namespaces away when its runner ends, so what a killed runner leaves is a
directory. A run kept with --keep has nodes too; they are known by process id and start time, so that a
number given anew to a stranger is never mistaken for ours.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/run/herald-lab")
_NOTE = "run.json"
# A directory without a note is one being made; older than this, one whose maker was killed.
_UNFINISHED_SECONDS = 60


@dataclass(frozen=True)
class Process:
    """A process that cannot be confused with a later one of the same number."""

    pid: int
    started: int

    @staticmethod
    def of(pid: int) -> Process | None:
        """The process that has this number now, if any."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        # proc(5): the name may hold spaces and brackets; field 22, the start time, is the 20th after it
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] == "Z" else Process(pid, int(fields[19]))

    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Process.of(self.pid) == self

    def kill(self) -> None:
        """Ends it, if it is still the same."""
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)


@dataclass(frozen=True)
class Run:
    """A run, as its note tells."""

    directory: Path
    scenario: str
    runner: Process
    nodes: dict[str, Process]
    kept: bool

    @property
    def name(self) -> str:
        """What `lab/run shell` and `lab/run clean` call it."""
        return self.directory.name

    def in_use(self) -> bool:
        """Whether its runner, or what it was asked to keep, still lives."""
        return self.runner.alive() or (self.kept and any(node.alive() for node in self.nodes.values()))

    def remove(self) -> None:
        """Ends its nodes and removes its directory."""
        for node in self.nodes.values():
            node.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


def new(scenario: str) -> Path:
    """The directory of a new run of this process."""
    ROOT.mkdir(mode=0o700, exist_ok=True)
    number = os.getpid()
    directory = ROOT / f"{scenario}-{number}"
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir()
    write(directory, scenario, {}, kept=False)
    return directory


def write(directory: Path, scenario: str, nodes: dict[str, int], kept: bool) -> None:
    """Notes who holds the run: this process, and the first process of each node."""
    own = Process.of(os.getpid())
    assert own is not None
    processes = {name: Process.of(pid) for name, pid in nodes.items()}
    note = {
        "scenario": scenario,
        "kept": kept,
        "runner": [own.pid, own.started],
        "nodes": {name: [process.pid, process.started] for name, process in processes.items() if process},
    }
    fresh = directory / f".{_NOTE}"
    fresh.write_text(json.dumps(note, indent=1))
    fresh.rename(directory / _NOTE)


def all_runs() -> list[Run]:
    """Every run that has a note, oldest first."""
    directories = sorted(ROOT.iterdir(), key=_age) if ROOT.is_dir() else []
    return [run for run in map(_read, directories) if run]


def remove_leftovers() -> list[str]:
    """Removes what dead runs left behind, and names them."""
    dead = [run for run in all_runs() if not run.in_use()]
    for run in dead:
        run.remove()
    for directory in ROOT.iterdir() if ROOT.is_dir() else ():
        if not (directory / _NOTE).exists() and time.time() - _age(directory) > _UNFINISHED_SECONDS:
            shutil.rmtree(directory, ignore_errors=True)
    return [run.name for run in dead]


def _read(directory: Path) -> Run | None:
    try:
        note = json.loads((directory / _NOTE).read_text())
    except (OSError, ValueError):
        return None
    nodes = {name: Process(*value) for name, value in note["nodes"].items()}
    return Run(directory, note["scenario"], Process(*note["runner"]), nodes, note["kept"])


def _age(directory: Path) -> float:
    try:
        return directory.stat().st_mtime
    except OSError:
        return 0.0
