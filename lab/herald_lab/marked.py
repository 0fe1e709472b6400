"""YAML with the line of every value, so that a fault can name its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# The way from the top of a document to a value: mapping keys and sequence positions.
Way = tuple


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file: where, what, and what to do about it."""

    path: Path
    line: int
    what: str
    way_out: str = ""

    def __str__(self) -> str:
        hint = f"; {self.way_out}" if self.way_out else ""
        return f"{self.path}:{self.line}: {self.what}{hint}"


class Faults(Exception):
    """Everything wrong in a file, in the order of its lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Document:
    """A parsed file: plain data, and the line on which each value begins."""

    path: Path
    data: Any
    lines: dict[Way, int]

    def line(self, way: Way) -> int:
        """The line of the value at `way`, or of its nearest parent that exists."""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way, 1)

    def fault(self, way: Way, what: str, way_out: str = "") -> Fault:
        """A fault at the value at `way`."""
        return Fault(self.path, self.line(way), what, way_out)


def load(path: Path) -> Document:
    """Reads a YAML file. Raises Faults when it is unreadable, not YAML, or gives a key twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Faults([Fault(path, 1, f"cannot be read: {error}")]) from error
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        builder = _Builder(path, loader)
        data = builder.build(root, ()) if root is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Faults([Fault(path, line, f"not YAML: {error.problem}")]) from error
    finally:
        loader.dispose()
    if builder.faults:
        raise Faults(builder.faults)
    return Document(path, data, builder.lines)


class _Builder:
    """Turns the node graph into plain data, noting lines on the way."""

    def __init__(self, path: Path, loader: yaml.SafeLoader) -> None:
        self.path = path
        self.loader = loader
        self.lines: dict[Way, int] = {}
        self.faults: list[Fault] = []

    def build(self, node: yaml.Node, way: Way) -> Any:
        self.lines.setdefault(way, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, way)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, way + (index,)) for index, item in enumerate(node.value)]
        return self.loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, way: Way) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(self.loader.construct_object(key_node))
            line = key_node.start_mark.line + 1
            if key in mapping:
                self.faults.append(Fault(self.path, line, f"key {key!r} is given twice"))
            self.lines[way + (key,)] = line
            mapping[key] = self.build(value_node, way + (key,))
        return mapping
