"""Reads a containerlab topology: the part of it that network namespaces can realise.

What is not understood is refused by name, with its line: a lab that silently leaves out what a file
asks for would prove nothing. Facts about the format: containerlab's manual, "Topology definition".
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import images
from .marked import Document, Fault, Faults, Way, load

TOP_KEYS = ("name", "topology")
TOPOLOGY_KEYS = ("defaults", "nodes", "links")
NODE_KEYS = ("kind", "image", "binds", "exec", "env", "sysctls", "network-mode")
LINK_KEYS = ("endpoints", "mtu")
# IFNAMSIZ of Linux is 16 octets with the closing zero.
INTERFACE_LENGTH = 15
# What a veth takes: ETH_MIN_MTU and ETH_MAX_MTU of Linux.
LEAST_MTU, MOST_MTU = 68, 65535


@dataclass(frozen=True)
class Bind:
    """A file of the host that a node sees under another name."""

    source: Path
    target: str
    read_only: bool = False


@dataclass(frozen=True)
class Node:
    """A node as the file describes it, defaults included."""

    name: str
    image: str
    binds: tuple[Bind, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    sysctls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
    """An interface of a node."""

    node: str
    interface: str

    def __str__(self) -> str:
        return f"{self.node}:{self.interface}"


@dataclass(frozen=True)
class Link:
    """A cable between two interfaces."""

    a: Endpoint
    b: Endpoint
    mtu: int | None = None


@dataclass(frozen=True)
class Topology:
    """Nodes and links of a lab."""

    path: Path
    name: str
    nodes: dict[str, Node]
    links: tuple[Link, ...]


def read(path: Path) -> Topology:
    """Reads a topology file. Raises Faults with everything that is wrong in it."""
    reader = _Reader(load(path))
    topology = reader.topology()
    if reader.faults:
        raise Faults(reader.faults)
    return topology


class _Reader:
    """Walks the document once and collects faults as it goes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = []

    def topology(self) -> Topology:
        top = self._mapping(self.document.data, (), TOP_KEYS, "key")
        inner = self._mapping(top.get("topology"), ("topology",), TOPOLOGY_KEYS, "topology key")
        defaults_way = ("topology", "defaults")
        defaults = self._mapping(inner.get("defaults", {}), defaults_way, NODE_KEYS, "node key")
        if "name" not in top:
            self._fault((), "the topology has no name", "add `name: …` at the top")
        nodes = {}
        for name, own in self._mapping(inner.get("nodes"), ("topology", "nodes")).items():
            way = ("topology", "nodes", name)
            nodes[name] = self._node(name, {**defaults, **self._mapping(own or {}, way, NODE_KEYS, "node key")}, way)
        return Topology(self.document.path, str(top.get("name", "")), nodes, self._links(inner.get("links", []), nodes))

    def _node(self, name: str, given: dict[str, Any], way: Way) -> Node:
        if given.get("kind") != "linux":
            self._fault(way + ("kind",), f"node {name} is of kind {given.get('kind')!r}", "only linux is known here")
        if given.get("network-mode") != "none":
            self._fault(way, f"node {name} would join the management network", "set `network-mode: none`: nothing may leave the lab")
        image = str(given.get("image", ""))
        if not images.is_known(image):
            self._fault(way + ("image",), f"node {name} has the unknown image {image!r}", f"known are {', '.join(images.known())}")
        node = Node(
            name=name,
            image=image,
            binds=tuple(filter(None, (self._bind(text, way + ("binds", i)) for i, text in enumerate(self._list(given, "binds", way))))),
            commands=tuple(self._command(text, way + ("exec", i)) for i, text in enumerate(self._list(given, "exec", way))),
            env=self._strings(given, "env", way),
            sysctls=self._strings(given, "sysctls", way),
        )
        if images.is_known(image):
            self._complete(node, images.look_up(image), way)
        return node

    def _complete(self, node: Node, image: images.Image, way: Way) -> None:
        """A daemon without its file ends at once, and its log says so to nobody."""
        bound = {bind.target for bind in node.binds}
        for path in image.files:
            if path not in bound:
                self._fault(way, f"node {node.name} binds no {path}", f"{node.image} does not run without it")
        for variable in image.variables:
            if variable not in node.env:
                self._fault(way, f"node {node.name} sets no {variable}", f"{node.image} needs it under `env`")

    def _bind(self, text: Any, way: Way) -> Bind | None:
        parts = str(text).split(":")
        if len(parts) not in (2, 3) or not parts[1].startswith("/") or parts[2:] not in ([], ["ro"]):
            self._fault(way, f"bind {text!r} is not understood", "write SOURCE:/TARGET or SOURCE:/TARGET:ro")
            return None
        source = (self.document.path.parent / parts[0]).resolve()
        if not source.is_file():
            self._fault(way, f"bind {text!r} names no file", f"{source} does not exist")
        return Bind(source, parts[1], parts[2:] == ["ro"])

    def _command(self, text: Any, way: Way) -> tuple[str, ...]:
        try:
            words = tuple(shlex.split(str(text)))
        except ValueError as error:
            self._fault(way, f"exec line {text!r} cannot be split into words: {error}")
            return ()
        if not words:
            self._fault(way, "exec line is empty")
        return words

    def _links(self, given: Any, nodes: dict[str, Node]) -> tuple[Link, ...]:
        way = ("topology", "links")
        if not isinstance(given, list):
            self._fault(way, "links are not a list")
            return ()
        links = tuple(filter(None, (self._link(link, nodes, way + (i,)) for i, link in enumerate(given))))
        seen: dict[Endpoint, int] = {}
        for position, link in enumerate(links):
            for end in (link.a, link.b):
                if end in seen:
                    self._fault(way + (position,), f"endpoint {end} is used twice", f"its first link is number {seen[end] + 1}")
                seen.setdefault(end, position)
        return links

    def _link(self, given: Any, nodes: dict[str, Node], way: Way) -> Link | None:
        link = self._mapping(given, way, LINK_KEYS, "link key")
        ends = link.get("endpoints")
        if not isinstance(ends, list) or len(ends) != 2:
            self._fault(way, "a link has two endpoints", 'write `endpoints: ["node:interface", "node:interface"]`')
            return None
        points = [self._endpoint(end, nodes, way + ("endpoints", i)) for i, end in enumerate(ends)]
        if points[0] is None or points[1] is None:
            return None
        mtu = link.get("mtu")
        if mtu is not None and not (isinstance(mtu, int) and LEAST_MTU <= mtu <= MOST_MTU):
            self._fault(way + ("mtu",), f"mtu {mtu!r} is no number from {LEAST_MTU} to {MOST_MTU}")
        return Link(points[0], points[1], mtu)

    def _endpoint(self, text: Any, nodes: dict[str, Node], way: Way) -> Endpoint | None:
        name, colon, interface = str(text).partition(":")
        if not colon or not 0 < len(interface) <= INTERFACE_LENGTH:
            self._fault(way, f"endpoint {text!r} is not understood", f"write node:interface, the interface at most {INTERFACE_LENGTH} characters")
            return None
        if name not in nodes:
            self._fault(way, f"endpoint {text!r} names no node", f"nodes are {', '.join(nodes)}")
            return None
        return Endpoint(name, interface)

    def _strings(self, given: dict[str, Any], key: str, way: Way) -> dict[str, str]:
        return {name: str(value) for name, value in self._mapping(given.get(key, {}), way + (key,)).items()}

    def _list(self, given: dict[str, Any], key: str, way: Way) -> list[Any]:
        value = given.get(key, [])
        if isinstance(value, list):
            return value
        self._fault(way + (key,), f"{key} is not a list")
        return []

    def _mapping(self, value: Any, way: Way, known: tuple[str, ...] = (), word: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            self._fault(way, f"{'.'.join(map(str, way)) or 'the file'} is not a mapping")
            return {}
        for key in value:
            if known and key not in known:
                self._fault(way + (key,), f"unknown {word} {key!r}", f"the namespace runner knows {', '.join(known)}")
        return value

    def _fault(self, way: Way, what: str, way_out: str = "") -> None:
        self.faults.append(self.document.fault(way, what, way_out))
