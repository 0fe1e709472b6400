"""A stand-in of a cloud's API: disks and addresses that belong to one machine at a time.

    PUT    /disks/NAME        body: the machine   attach it; 409 while it is attached to another machine that runs
    DELETE /disks/NAME        body: the machine   detach it
    PUT    /addresses/ADDRESS body: the machine   move it there, from wherever it is
    GET    /log               what has been done and refused, a line each: seconds, verb, thing, machine, outcome

MACHINES names the machines and their addresses, `vm-a=10.2.0.11 vm-b=10.2.0.12`; whether one runs the cloud knows, as real
ones do, here by a ping. A change takes DELAY seconds. An address is moved by a route of this node, which forwards to its owner.
"""

import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MACHINES = dict(pair.split("=") for pair in os.environ["MACHINES"].split())
DELAY = float(os.environ.get("DELAY", "1"))
READY = Path("/run/cloud.ready")

owners: dict[str, str] = {}
log: list[str] = []
# One change at a time, as it is with one resource.
turn = threading.Lock()


class Api(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        self._answer(200, "".join(log))

    def do_PUT(self) -> None:
        with turn:
            self._change(self._attach)

    def do_DELETE(self) -> None:
        with turn:
            self._change(self._detach)

    def _change(self, change) -> None:
        thing = self.path.strip("/")
        machine = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode().strip()
        status, outcome = change(thing, machine) if machine in MACHINES else (400, f"no machine {machine}")
        log.append(f"{time.monotonic():.3f} {self.command} {thing} {machine}: {outcome}\n")
        self._answer(status, f"{outcome}\n")

    def _attach(self, thing: str, machine: str) -> tuple[int, str]:
        owner = owners.get(thing, machine)
        movable = thing.startswith("addresses/")
        if owner != machine and not movable and runs(owner):
            return 409, f"refused, {owner} has it"
        time.sleep(DELAY)
        owners[thing] = machine
        if movable:
            forward(thing.partition("/")[2], MACHINES[machine])
        return 200, "done"

    def _detach(self, thing: str, machine: str) -> tuple[int, str]:
        if owners.get(thing) != machine:
            return 200, "it was not there"
        time.sleep(DELAY)
        del owners[thing]
        return 200, "done"

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """The log is asked for by GET /log."""


def runs(machine: str) -> bool:
    """Whether a machine has power."""
    return subprocess.run(("ping", "-c", "1", "-W", "1", MACHINES[machine]), stdout=subprocess.DEVNULL).returncode == 0


def forward(address: str, via: str) -> None:
    """What the cloud's network does with packets for an address."""
    subprocess.run(("ip", "route", "replace", address, "via", via), check=True)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("0.0.0.0", 8080), Api)
    READY.touch()
    server.serve_forever()
