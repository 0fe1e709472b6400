"""The words in which the steps of a scenario are written: what is done, what is awaited, what must be seen.

    stage.up()                                      nodes, cables, daemons of the topology
    witness = stage.witness("router", "9.9.9.9/32") a router whose table tells
    with stage.traffic("client", "9.9.9.9", 200) as traffic:
        traffic.await_answers(NORTH)
        killed = stage.kill("web-ne", "web")
        stage.tell(witness.await_paths("65515 65010"), traffic.moved("failover", killed, WEST))

Every `await_` ends: with what was awaited, or by Missed, which fails the run and shows the logs.
"""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import speakers
from .expect import Expectations
from .lab import Lab
from .load import Load, now
from .node import Node, NodeError
from .say import Event, Narrator
from .traffic import Move, Traffic
from .turns import Turns
from .versions import versions
from .wait import until
from .witness import Witness


@dataclass
class Stage:
    """A lab, who tells of it, and what has been expected and measured."""

    lab: Lab
    say: Narrator
    expectations: Expectations = field(default_factory=Expectations)
    moves: list[Move] = field(default_factory=list)
    # Where a story that draws pictures leaves one of its decisive moment.
    still: Path | None = None
    _witnesses: list[Witness] = field(default_factory=list)

    # --- Telling ------------------------------------------------------------------------------------------

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        self.say.chapter(title)

    def tell(self, *events: Event) -> None:
        """Tells what happened in the order in which it did, and what the witnesses have now."""
        for event in sorted(events, key=lambda event: event.moment):
            self.say.line_at(event.moment, event.text, event.style)
        for witness in self._witnesses:
            self.say.quote(*witness.table())

    def quote(self, node: str, *command: str) -> str:
        """Runs a command in a node, and shows and returns what it says."""
        said = self.node(node).run(*command, check=False)
        self.say.quote(f"{node}$ {' '.join(command)}", said.splitlines())
        return said

    # --- Doing --------------------------------------------------------------------------------------------

    def up(self, leave_out: tuple[str, ...] = ()) -> None:
        """Makes the nodes and cables of the topology, and starts every daemon but those to leave out."""
        for line in versions(self.lab.topology):
            self.say.line(line)
        self.lab.up()
        self.lab.start_daemons(leave_out)
        self.say.line(f"{len(self.lab.nodes)} nodes, {len(self.lab.topology.links)} cables and {len(self.lab.programs)} daemons, from {self.lab.topology.path.name}")

    def node(self, name: str) -> Node:
        """A node of the topology."""
        return self.lab.nodes[name]

    def kill(self, node: str, *programs: str) -> float:
        """Ends daemons of a node without a warning, and returns when."""
        return self._signal(signal.SIGKILL, node, *programs)

    def stop(self, node: str, *programs: str) -> float:
        """Asks daemons of a node to end, and returns when."""
        return self._signal(signal.SIGTERM, node, *programs)

    def freeze(self, node: str, *programs: str) -> float:
        """Lets daemons of a node hang, as they are, and returns when."""
        return self._signal(signal.SIGSTOP, node, *programs)

    def thaw(self, node: str, *programs: str) -> float:
        """Lets hanging daemons go on, and returns when."""
        return self._signal(signal.SIGCONT, node, *programs)

    def start(self, node: str, *programs: str) -> float:
        """Starts daemons of a node (again), and returns when the first was told to."""
        moment = now()
        for program in programs:
            self.lab.start(node, program)
        self.say.line_at(moment, f"{node}: {' and '.join(programs)} started", "yellow")
        return moment

    def do(self, node: str, *command: str) -> float:
        """Runs a command in a node, and returns when."""
        moment = now()
        self.node(node).run(*command)
        self.say.line_at(moment, f"{node}$ {' '.join(command)}", "yellow")
        return moment

    def _signal(self, number: signal.Signals, node: str, *programs: str) -> float:
        moments = [self.lab.programs[node, program].send(number) for program in programs]
        self.say.line_at(moments[0], f"{node}: kill -{number.name.removeprefix('SIG')} {' '.join(programs)}", "yellow")
        return moments[0]

    # --- Waiting ------------------------------------------------------------------------------------------

    def await_sessions(self, router: str, *neighbors: str, seconds: float = 30) -> None:
        """Waits until a router has BGP sessions with these addresses."""
        asked = self._router(router)
        until(
            f"sessions of {router} with {', '.join(sorted(neighbors))}",
            lambda: set(neighbors) <= asked.established(),
            seconds=seconds,
            every=0.1,
            nodes=(router, *self._heralds()),
            seen=lambda: f"it has sessions with {', '.join(sorted(asked.established())) or 'nobody'}",
        )

    def await_state(self, node: str, service: str, wanted: str, seconds: float = 20) -> Event:
        """Waits until herald on a node says that a service is in a state."""
        until(
            f"{service} of {node} to be {wanted}",
            lambda: self.state(node, service) == wanted,
            seconds=seconds,
            every=0.02,
            nodes=(node,),
            seen=lambda: f"it is {self.state(node, service) or 'not to be asked'}",
        )
        return Event(now(), f"{node}: {service} is {wanted}", "green")

    def state(self, node: str, service: str) -> str:
        """The state of a service as herald on a node says it; empty when it cannot be asked."""
        return next((known["state"] for known in self._status(node).get("services", []) if known["name"] == service), "")

    # --- Witnessing ---------------------------------------------------------------------------------------

    def witness(self, router: str, prefix: str, shown: bool = True) -> Witness:
        """A router whose table of a prefix can be awaited and expected, and is shown after each event unless it shall not be."""
        witness = Witness(self._router(router), router, prefix, self.expectations, self._heralds())
        if shown:
            self._witnesses.append(witness)
        return witness

    def traffic(self, node: str, host: str, rate: float) -> Traffic:
        """Requests for a page at a steady rate, each over a new TCP connection, until the context is left."""
        return self._traffic(Load(self.node(node), rate, "page", host), host, f"{node} asks http://{_bracketed(host)}/")

    def queries(self, node: str, server: str, name: str, rate: float) -> Traffic:
        """Questions for the address of a name at a steady rate, each from a new port, until the context is left."""
        return self._traffic(Load(self.node(node), rate, "name", server, name), server, f"{node} asks {server} for {name}")

    def expect(self, what: str, wanted: object, seen: object) -> bool:
        """Notes that two values must be the same."""
        return self.expectations.equal(what, wanted, seen)

    def _traffic(self, load: Load, address: str, title: str) -> Traffic:
        return Traffic(load, Turns(self._forwarders(), address), title, self.say, self.expectations, self.moves, self._heralds())

    def _forwarders(self) -> list[Node]:
        """The nodes that forward packets, by the topology's word."""
        described = self.lab.topology.nodes
        return [node for name, node in self.lab.nodes.items() if any("forward" in key for key in described[name].sysctls)]

    def _router(self, name: str) -> speakers.Router:
        return speakers.of(self.node(name), self.lab.topology.nodes[name].image)

    def _heralds(self) -> tuple[str, ...]:
        """The nodes whose logs are the first to look at."""
        return tuple(node for node, program in self.lab.programs if program == "herald")

    def _status(self, node: str) -> dict[str, Any]:
        try:
            return json.loads(self.node(node).run("herald", "status", "--json"))
        except (NodeError, ValueError):
            return {}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
