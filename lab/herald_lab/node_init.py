"""The first process of a node: makes its file tree, then keeps its namespaces alive.

It runs as process 1 of a process namespace of its own. When it ends, the kernel kills everything in the
node and takes the namespaces and their cables away; and it ends when the runner does, however that
happens, because the runner's end closes its standard input. The word `keep` there makes it stay.

The host's file tree shines through, with three exceptions: /run and /var/log are empty, /etc, /var and wherever
a file is bound can be written without touching the host.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

# Written to by daemons, or holding bound files: the node's own changes lie over the host's directory.
ALWAYS_OVERLAID = ("etc", "var")


def main() -> None:
    """Prints `ready` once the node can be used. The one argument is a JSON object, as node.py writes it."""
    spec = json.loads(sys.argv[1])
    socket.sethostname(spec["hostname"])
    sources = [os.open(bind["source"], os.O_PATH) for bind in spec["binds"]]
    _mount("-t", "tmpfs", "tmpfs", "/run")
    tops = {Path(bind["target"]).parts[1] for bind in spec["binds"]} | set(ALWAYS_OVERLAID)
    for top in sorted(tops - {"run"}):
        _overlay(top)
    _mount("-t", "tmpfs", "tmpfs", "/var/log")
    for directory, owner in spec["directories"]:
        Path(directory).mkdir(parents=True, exist_ok=True)
        shutil.chown(directory, owner)
    with open("/etc/hosts", "a", encoding="utf-8") as hosts:
        hosts.write(f"127.0.1.1 {spec['hostname']}\n")
    for bind, source in zip(spec["binds"], sources):
        _bind(f"/proc/self/fd/{source}", bind["target"], bind["read_only"])
        os.close(source)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the orphans of the node
    print("ready", flush=True)
    if sys.stdin.readline().strip() == "keep":
        while True:
            signal.pause()


def _overlay(top: str) -> None:
    """Lays a writable sheet over a top-level directory of the host; its changes live in the node's /run."""
    upper, work = (Path("/run/.overlay") / top / part for part in ("upper", "work"))
    upper.mkdir(parents=True)
    work.mkdir()
    _mount("-t", "overlay", "overlay", "-o", f"lowerdir=/{top},upperdir={upper},workdir={work}", f"/{top}")


def _bind(source: str, target: str, read_only: bool) -> None:
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    _mount("--bind", source, target)
    if read_only:
        _mount("-o", "remount,bind,ro", target)


def _mount(*arguments: str) -> None:
    done = subprocess.run(("mount", *arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, pass_fds=_open_fds(arguments))
    if done.returncode != 0:
        sys.exit(f"mount {' '.join(arguments)}: {done.stderr.strip()}")


def _open_fds(arguments: tuple[str, ...]) -> tuple[int, ...]:
    prefix = "/proc/self/fd/"
    return tuple(int(word[len(prefix):]) for word in arguments if word.startswith(prefix))


if __name__ == "__main__":
    main()
