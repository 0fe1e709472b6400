"""A node of the lab: a network, mount, process and host name namespace, and the programs in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterable, Sequence

from .topology import Bind

_NAMESPACES = ("--net", "--mount", "--pid", "--uts")
_INIT = Path(__file__).with_name("node_init.py")
# What else the machine does is not to blur the lab: nice value (sched(7)) of the runner and of its programs' autogroups.
_NICE = -20


class NodeError(Exception):
    """A node could not be made, or a command in it failed."""


class Program:
    """A daemon running in a node. Its output goes to a file of the run's directory."""

    def __init__(self, name: str, node: str, process: subprocess.Popen, log: Path) -> None:
        self.name = name
        self.node = node
        self.log = log
        # nsenter, which waits for the daemon and ends as it ends
        self._process = process
        self.pid = only_child(process)

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> float:
        """Sends a signal, and returns when (seconds of the monotonic clock)."""
        moment = time.monotonic()
        if self.alive():
            os.kill(self.pid, number)
            if number == signal.SIGCONT:
                self._process.send_signal(number)  # nsenter stops itself when the daemon is stopped
        return moment

    def wait(self, seconds: float) -> int | None:
        """Its exit status, or None when it still runs after `seconds`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def tail(self, count: int = 8) -> list[str]:
        """The last lines it wrote."""
        try:
            return self.log.read_text(errors="replace").splitlines()[-count:]
        except OSError:
            return []


class Node:
    """A node that is up. Ends, with everything in it, by `close`."""

    def __init__(self, name: str, binds: Iterable[Bind], directories: Iterable[tuple[str, str]]) -> None:
        self.name = name
        spec = {
            "hostname": name,
            "binds": [{"source": str(bind.source), "target": bind.target, "read_only": bind.read_only} for bind in binds],
            "directories": list(directories),
        }
        command = ("unshare", *_NAMESPACES, "--fork", "--kill-child", "--mount-proc", sys.executable, "-I", str(_INIT), json.dumps(spec))
        self._holder = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd="/"
        )
        self.pid = 0

    def await_ready(self) -> None:
        """Waits until the node's file tree stands. Making it takes place meanwhile, so nodes start together."""
        assert self._holder.stdout is not None and self._holder.stderr is not None
        if self._holder.stdout.readline().strip() != "ready":
            raise NodeError(f"node {self.name} could not be made: {self._holder.stderr.read().strip()}")
        self.pid = only_child(self._holder)

    def run(self, *command: str, seconds: float = 10.0, check: bool = True, stdin: str | None = None) -> str:
        """Runs a command in the node and returns its standard output. Raises NodeError when it fails."""
        # `timeout` runs inside: killing nsenter from outside would leave the command behind.
        inner = ("timeout", "--kill-after=1", str(seconds), *command)
        done = subprocess.run(
            self.command(*inner), capture_output=True, text=True, env=environment(), input=stdin if stdin is not None else ""
        )
        if check and done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()[-1]
            raise NodeError(f"{self.name}: {' '.join(command)}: {said}")
        return done.stdout

    def start(self, name: str, command: Sequence[str], log: Path, env: dict[str, str] | None = None) -> Program:
        """Starts a daemon; its output is appended to `log`."""
        with log.open("ab") as sink:
            process = subprocess.Popen(
                self.command(*command),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=environment(env),
                start_new_session=True,
            )
        _put_first(process)
        return Program(name, self.name, process, log)

    def open(self, *command: str) -> subprocess.Popen:
        """Starts a command whose standard output the caller reads line by line, and whose end is the node's."""
        process = subprocess.Popen(
            self.command(*command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), start_new_session=True
        )
        _put_first(process)
        return process

    def command(self, *command: str) -> tuple[str, ...]:
        """The command line that runs `command` in the node."""
        return enter(self.pid, *command)

    def path(self, inside: str) -> Path:
        """A path of the node's file tree, as seen from outside."""
        return Path(f"/proc/{self.pid}/root{inside}")

    def keep(self) -> None:
        """Lets the node outlive the runner."""
        assert self._holder.stdin is not None
        self._holder.stdin.write("keep\n")
        self._holder.stdin.flush()

    def close(self) -> None:
        """Ends the node and everything in it."""
        self._holder.kill()  # takes process 1 along (--kill-child), and the kernel the rest
        self._holder.wait()


def enter(pid: int, *command: str) -> tuple[str, ...]:
    """The command line that runs `command` in the namespaces of process `pid`."""
    return ("nsenter", "--target", str(pid), *_NAMESPACES, "--root", "--wd", "--", *command)


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """What programs in a node find in their environment: nothing of the caller's but the search path."""
    path = os.environ.get("PATH", "")
    return {
        "PATH": f"/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{path}",
        "HOME": "/run",  # gone with the node: vtysh writes its history there
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "PYTHONDONTWRITEBYTECODE": "1",
        **(more or {}),
    }


def go_first() -> None:
    """Lets this process, and what it starts, have the processor before others."""
    os.setpriority(os.PRIO_PROCESS, 0, _NICE)


def _put_first(process: subprocess.Popen) -> None:
    """The same for a session of its own: where the kernel shares the processor among sessions, their nice values count."""
    try:
        Path(f"/proc/{process.pid}/autogroup").write_text(str(_NICE))
    except OSError:
        pass  # this kernel does not, or the process has ended already


def only_child(parent: subprocess.Popen) -> int:
    """The process that `unshare` or `nsenter` forked and waits for; 0 when it has ended already."""
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and parent.poll() is None:
        try:
            found = children.read_text().split()
        except OSError:
            break
        if found:
            return int(found[0])
        time.sleep(0.001)
    return 0
