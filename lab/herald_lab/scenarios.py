"""The scenarios: a directory each under `lab/scenarios`, found by number or name, read, run.

    NN-name/name.clab.yml   the topology, for containerlab and for this runner
    NN-name/steps.py        `def steps(stage)`: what is done, awaited and expected, in the words of `stage`
    NN-name/README.md       one screen; its first line is the title
"""

from __future__ import annotations

import importlib.util
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from . import images, topology
from .lab import Lab
from .marked import Fault, Faults
from .say import Narrator, milliseconds
from .stage import Stage
from .topology import Topology

ROOT = Path(__file__).parent.parent / "scenarios"
_DIRECTORY = re.compile(r"(\d\d)-([a-z0-9-]+)")
_TITLE = re.compile(r"# \d\d: (.+)")


@dataclass(frozen=True)
class Scenario:
    """A directory that holds all that a scenario needs."""

    directory: Path
    number: str
    name: str
    title: str
    topology: Path
    # Its `steps.py`, whose chapters other stories on the same topology may use.
    story: ModuleType


@dataclass(frozen=True)
class Outcome:
    """What a run has shown."""

    scenario: Scenario
    stage: Stage
    # Whether the steps went through to their end and every expectation was met.
    good: bool
    seconds: float

    def row(self) -> tuple[str, ...]:
        """Its row in the table of all."""
        judged = self.stage.expectations.judged()
        verdict = f"{sum(judged)} of {len(judged)}" + ("" if self.good else ", FAILED")
        first = next(iter(self.stage.moves), None)
        moved = (first.what, milliseconds(first.seconds), f"{first.lost + first.cut} of {first.requests}") if first else ("-", "-", "-")
        return self.scenario.directory.name, verdict, *moved, f"{self.seconds:.0f} s"


HEAD = ("scenario", "expectations met", "its first failover", "time", "requests lost", "the run took")


def names(root: Path = ROOT) -> list[str]:
    """The directories of the scenarios, in the order of their numbers."""
    return sorted(directory.name for directory in root.iterdir() if directory.is_dir())


def find(word: str, root: Path = ROOT) -> Scenario:
    """The scenario of a number (`02`), a name, or both as the directory has them. Raises Faults."""
    for name in names(root):
        if word in (name, name[:2], name[3:]):
            return read(root / name)
    raise Faults([Fault(root, 1, f"there is no scenario {word!r}", f"there are {', '.join(names(root))}")])


def read(directory: Path) -> Scenario:
    """A scenario, with everything that it is made of. Raises Faults with all that is missing."""
    faults = []
    named = _DIRECTORY.fullmatch(directory.name)
    if not named:
        faults.append(Fault(directory, 1, "a scenario's directory is called NN-name", "for example 10-two-clouds"))
    number, name = named.groups() if named else ("", directory.name)
    described = directory / f"{name}.clab.yml"
    if not described.is_file():
        faults.append(Fault(directory, 1, f"there is no {described.name}", "the topology has the name of the directory, without its number"))
    title = _title(directory / "README.md", faults)
    story = _story(directory / "steps.py", faults)
    if faults or story is None:
        raise Faults(faults)
    return Scenario(directory, number, name, title, described, story)


def run(narrator: Narrator, scenario: Scenario, keep: bool = False, still: Path | None = None) -> Outcome:
    """Runs a scenario, closes with the table of what was expected, and takes everything down, unless it shall be kept.

    `still` gets a picture, of a scenario that draws one.
    """
    began = time.monotonic()
    narrator.chapter(f"{scenario.number}: {scenario.title}")
    described = topology.read(scenario.topology)
    with Lab(described, scenario.directory.name) as lab:
        stage = Stage(lab, narrator, still=still)

        def told() -> bool:
            scenario.story.steps(stage)
            narrator.chapter("Summary")
            return stage.expectations.close(narrator)

        good = lab.told(narrator, told)
        if keep:
            lab.keep()
            narrator.chapter("Kept running")
            narrator.quote("look around:", _how_to_look(lab, described))
    return Outcome(scenario, stage, good, time.monotonic() - began)


def run_all(narrator: Narrator) -> bool:
    """Runs every scenario, one after the other; whether all were as expected."""
    outcomes = [run(narrator, scenario) for scenario in [find(name) for name in names()]]
    narrator.chapter("All scenarios")
    narrator.table([HEAD, *(outcome.row() for outcome in outcomes)])
    return all(outcome.good for outcome in outcomes)


def _title(readme: Path, faults: list[Fault]) -> str:
    try:
        found = _TITLE.match(readme.read_text(encoding="utf-8"))
    except OSError:
        faults.append(Fault(readme.parent, 1, "there is no README.md", "one screen: what is built, what is proved"))
        return ""
    if not found:
        faults.append(Fault(readme, 1, "the first line is not the title", "write `# NN: title`"))
        return ""
    return found[1]


def _story(file: Path, faults: list[Fault]) -> ModuleType | None:
    """The script, which is a module of its own and has a function `steps`."""
    if not file.is_file():
        faults.append(Fault(file.parent, 1, "there is no steps.py", "it defines `def steps(stage): …`"))
        return None
    spec = importlib.util.spec_from_file_location(f"steps_of_{file.parent.name.replace('-', '_')}", file)
    assert spec is not None and spec.loader is not None  # it is a file that ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        faults.append(Fault(file, error.lineno or 1, f"not Python: {error.msg}"))
        return None
    if not callable(getattr(module, "steps", None)):
        faults.append(Fault(file, 1, "there is no function steps", "write `def steps(stage): …`"))
        return None
    return module


def _how_to_look(lab: Lab, described: Topology) -> list[str]:
    """A command for a node of each kind."""
    commands = []
    for what, wanted in (("vtysh -c 'show bgp summary'", images.FRR), ("birdc show route", images.BIRD), ("gobgp global rib", images.GOBGP)):
        commands += [f"lab/run shell {name} {what}" for name, node in described.nodes.items() if images.repository(node.image) == wanted][:1]
    heralds = [name for name, node in described.nodes.items() if images.look_up(node.image).herald]
    commands += [f"lab/run shell {name} herald status" for name in heralds[:1]]
    first = next(iter(described.nodes))
    return [
        *commands,
        f"lab/run shell {first}            (a shell in that node)",
        f"nodes: {' '.join(described.nodes)}",
        f"logs:  {lab.directory}",
        "lab/run clean                    (takes it down)",
    ]
