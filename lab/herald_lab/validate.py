"""`lab/run validate`: topology files against containerlab's JSON schema, and against what namespaces need.

The schema is containerlab's own (schemas/clab.schema.json of its repository). It says that a file is well-formed; that
endpoints are unique, that nodes and bound files exist, only topology.read says. Needs python3-jsonschema
when a schema is given.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from . import topology
from .marked import Document, Fault, Faults, load

LAB = Path(__file__).parent.parent
# A list of all kinds that containerlab knows helps nobody.
MESSAGE_WIDTH = 160
# ECMA 262 names character classes that Python's re does not know; \w is letters, numbers and `_`.
_LETTERS_AND_NUMBERS = r"\p{N}\p{L}"


def run(files: list[Path], schema: Path | None) -> int:
    """Checks files (default: all of the lab's), prints what it found, and returns the exit status."""
    chosen = files or sorted(LAB.rglob("*.clab.yml"))
    validator = _validator(schema) if schema else None
    bad = 0
    for file in chosen:
        faults = check(file, validator)
        print("\n".join(map(str, faults)) if faults else f"{file}: ok", file=sys.stderr if faults else sys.stdout)
        bad += bool(faults)
    if not chosen:
        print(f"error: no *.clab.yml under {LAB}", file=sys.stderr)
    return 0 if chosen and not bad else 1


def check(file: Path, validator: Any = None) -> list[Fault]:
    """Everything wrong in a topology file, by the schema of `validator` (if given) and by its structure."""
    try:
        faults = _by_schema(load(file), validator) if validator else []
    except Faults as unreadable:
        return unreadable.faults
    try:
        topology.read(file)
    except Faults as structural:
        faults += structural.faults
    return sorted(faults, key=lambda fault: fault.line)


def translate(schema: Any) -> Any:
    """The schema with those patterns rewritten that Python's re cannot compile."""
    if isinstance(schema, dict):
        return {key: _pattern(value) if key == "pattern" and isinstance(value, str) else translate(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [translate(value) for value in schema]
    return schema


def _pattern(pattern: str) -> str:
    return pattern.replace(_LETTERS_AND_NUMBERS, r"\w")


def _validator(schema: Path) -> Any:
    try:
        import jsonschema
    except ImportError:
        sys.exit("error: checking against a schema needs python3-jsonschema: apt-get install python3-jsonschema")
    try:
        return jsonschema.Draft7Validator(translate(json.loads(schema.read_text(encoding="utf-8"))))
    except (OSError, ValueError) as error:
        sys.exit(f"error: the schema {schema} cannot be read: {error}")


def _by_schema(document: Document, validator: Any) -> list[Fault]:
    from jsonschema.exceptions import best_match

    faults = []
    for error in validator.iter_errors(document.data):
        deepest = best_match([error])
        place = ".".join(map(str, deepest.absolute_path)) or "the file"
        said = textwrap.shorten(deepest.message, width=MESSAGE_WIDTH, placeholder=" …")
        faults.append(document.fault(tuple(deepest.absolute_path), f"containerlab's schema refuses {place}: {said}"))
    return faults
