"""A whole lab: the nodes, links and daemons of a topology, up, and gone again whatever happens."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Callable

from . import images, runs
from .node import Node, NodeError, Program
from .topology import Bind, Topology
from .say import Narrator
from .wait import Missed, until


# Daemons whose logs explain nothing that the others' do not.
_QUIET = ("mgmtd", "zebra", "staticd", "web")


class Lab:
    """Use it as a context: leaving it, by whatever way, takes everything down, unless `keep` was called."""

    def __init__(self, topology: Topology, scenario: str, replaced: dict[tuple[str, str], str] | None = None) -> None:
        """`replaced` gives files other contents than the topology binds: (node, path in it) → text."""
        self.topology = topology
        self.scenario = scenario
        self.nodes: dict[str, Node] = {}
        self.programs: dict[tuple[str, str], Program] = {}
        self._replaced = replaced or {}
        self._kept = False
        self.directory = runs.new(scenario)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        if self._kept:
            return
        for node in self.nodes.values():
            node.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def up(self) -> None:
        """Makes nodes and cables and runs the topology's exec lines. No daemon runs yet."""
        for name, described in self.topology.nodes.items():
            self.nodes[name] = Node(name, self._binds(name), images.look_up(described.image).directories)
        for node in self.nodes.values():
            node.await_ready()
        self._note()
        self._cable()
        for name, described in self.topology.nodes.items():
            self._configure(name)
            for command in described.commands:
                self.nodes[name].run(*command)

    def start_daemons(self, leave_out: tuple[str, ...] = ()) -> None:
        """Starts every daemon but those named, and waits until each can be talked to.

        All nodes start their first daemon, then all their second: a daemon may need the one before it
        (bgpd that finds no zebra asks again only after 10 s).
        """
        rows = {name: [program for program in self.programs_of(name) if program.name not in leave_out] for name in self.nodes}
        for wave in itertools.zip_longest(*rows.values()):
            started = [(name, program) for name, program in zip(rows, wave) if program]
            for name, program in started:
                self._launch(name, program)
            for name, program in started:
                self._await(name, program)
        for name in self.nodes:
            self._load(name)

    def start(self, node: str, program: str) -> Program:
        """Starts one daemon (again), by its name."""
        started = self.launch(node, next(candidate for candidate in self.programs_of(node) if candidate.name == program))
        self._load(node)
        return started

    def launch(self, node: str, program: images.Program) -> Program:
        """Starts a daemon that the topology does not know of, or one in another way than it says."""
        self._launch(node, program)
        self._await(node, program)
        return self.programs[node, program.name]

    def write(self, node: str, path: str, text: str) -> None:
        """Writes a file that the topology does not bind, for `launch`; it is gone with the node."""
        file = self.nodes[node].path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def programs_of(self, name: str) -> tuple[images.Program, ...]:
        """The daemons that run in a node."""
        image = images.look_up(self.topology.nodes[name].image)
        if not image.frr:
            return image.programs
        return images.frr_programs(self.nodes[name].path(images.FRR_DAEMONS_FILE).read_text())

    def keep(self) -> None:
        """Lets everything stay up when the runner ends."""
        self._kept = True
        self._note()
        for node in self.nodes.values():
            node.keep()

    def told(self, narrator: Narrator, story: Callable[[], bool]) -> bool:
        """Runs a story. When something awaited does not come, says what, and what the daemons last said."""
        try:
            return story()
        except (Missed, NodeError) as failure:
            narrator.line(f"failed: {failure}", "red")
            for title, lines in self.tails(failure.nodes if isinstance(failure, Missed) else ()):
                narrator.quote(f"the last lines of {title}:", lines or ["(nothing)"])
            return False

    def tails(self, nodes: tuple[str, ...]) -> list[tuple[str, list[str]]]:
        """The last log lines of the daemons of these nodes, of all nodes when none is named."""
        wanted = [program for program in self.programs.values() if (not nodes or program.node in nodes) and program.name not in _QUIET]
        return [(f"{program.node}/{program.name}", program.tail()) for program in wanted]

    def _load(self, name: str) -> None:
        """FRR's daemons start empty: vtysh tells them the configuration."""
        if images.look_up(self.topology.nodes[name].image).frr:
            self.nodes[name].run("vtysh", "-b")

    def _note(self) -> None:
        runs.write(self.directory, self.scenario, {name: node.pid for name, node in self.nodes.items()}, self._kept)

    def _binds(self, name: str) -> list[Bind]:
        binds = []
        for bind in self.topology.nodes[name].binds:
            text = self._replaced.get((name, bind.target))
            if text is not None:
                file = self.directory / f"{name}-{Path(bind.target).name}"
                file.write_text(text)
                bind = replace(bind, source=file)
            binds.append(bind)
        if images.look_up(self.topology.nodes[name].image).herald:
            binds.append(Bind(images.herald_binary(), images.HERALD_IN_NODE, read_only=True))
        return binds

    def _cable(self) -> None:
        """Makes each cable with both ends inside their nodes at once: the host never sees it."""
        lines = []
        for link in self.topology.links:
            mtu = f" mtu {link.mtu}" if link.mtu else ""
            a, b = self.nodes[link.a.node].pid, self.nodes[link.b.node].pid
            lines.append(f"link add {link.a.interface} netns {a}{mtu} type veth peer name {link.b.interface} netns {b}{mtu}")
        done = subprocess.run(("ip", "-batch", "-"), input="\n".join(lines), capture_output=True, text=True)
        if done.returncode != 0:
            raise NodeError(f"the cables could not be made: {done.stderr.strip()}")

    def _configure(self, name: str) -> None:
        settings = [f"{key}={value}" for key, value in self.topology.nodes[name].sysctls.items()]
        if settings:
            self.nodes[name].run("sysctl", "-q", "-w", *settings)
        ends = [end.interface for link in self.topology.links for end in (link.a, link.b) if end.node == name]
        lines = [f"link set {interface} up" for interface in ("lo", *ends)]
        self.nodes[name].run("ip", "-batch", "-", stdin="\n".join(lines))

    def _launch(self, node: str, program: images.Program) -> None:
        log = self.directory / f"{node}-{program.name}.log"
        if program.ready:
            self.nodes[node].path(program.ready).unlink(missing_ok=True)
        env = self.topology.nodes[node].env
        self.programs[node, program.name] = self.nodes[node].start(program.name, program.command, log, env)

    def _await(self, node: str, program: images.Program) -> None:
        running = self.programs[node, program.name]
        path = self.nodes[node].path(program.ready) if program.ready else None

        def up() -> bool:
            if not running.alive():
                raise NodeError(f"{node}: {program.name} ended at once: {' | '.join(running.tail(5)) or 'it said nothing'}")
            return path is None or path.exists()

        until(f"{program.name} of {node} to come up", up, seconds=10, every=0.01, nodes=(node,))
