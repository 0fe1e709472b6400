"""The commands of `lab/run`, which has seen to root, packages and the herald binary before."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from . import bench, bridge, maintenance, memory, peers, reaction, reloads, runs, scale, scenarios, soak, validate
from .chaos import run as chaos
from .marked import Faults
from .node import NodeError, enter, environment, go_first
from .record import Recording
from .say import Narrator, Screen, terminal

# The scenario that shows most, under a word that is easily remembered.
FAILOVER = "01"
STORIES = {
    "maintenance": "reload with another prepend, drain and resume, stop and start, under 200 requests a second",
    "reaction": "from HAProxy's word to the UPDATE on the wire: herald beside ExaBGP's healthcheck",
    "bridge": "the last server of a region dies under 200 requests a second, with and without HAProxy's bridge",
    "reloads": "HAProxy is reloaded 0.7 s apart: healthy servers stay announced, dead ones withdrawn",
    "peers": "a peer that sends a million routes, paths that die (BFD), an agent that is killed and started",
    "scale": "1000 addresses come and go: how soon, and in how many UPDATEs beside the fewest possible",
    "memory": "resident memory of herald with one service and two neighbours",
    "chaos": "faults of every kind by a seed, and a checker that compares truth and route servers all the time",
    "soak": "memory, descriptors and threads of herald while everything comes and goes; 1000 services with 8 neighbours",
    "bench": "every figure that herald must reach, beside ExaBGP's healthcheck and anycast_healthchecker with BIRD",
}
# How often the stories repeat what they measure: option, default, meaning.
COUNTS = {
    "bridge": ("deaths", 20, "deaths, with the bridge and without"),
    "reloads": ("reloads", 100, "reloads, of healthy and of dead servers"),
    "peers": ("times", 5, "starts, kills and cuts of each kind"),
    "reaction": ("changes", 100, "deaths, recoveries and ends of HAProxy, of each contender"),
}
_MODULES = {"maintenance": maintenance, "reaction": reaction, "bridge": bridge, "reloads": reloads, "peers": peers, "scale": scale, "memory": memory}


def main() -> int:
    """Runs one command. Exit status: 0 as expected, 1 not, 2 wrong usage."""
    arguments = _parser().parse_args()
    if arguments.list:
        return _list()
    # A signal unwinds like an exception, so that everything is taken down on the way out.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        return arguments.act(arguments)
    except Faults as faults:
        print(faults, file=sys.stderr)
        return 1
    except NodeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; everything has been taken down", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab/run", description="Shows herald at work between real routers, in network namespaces of this machine.")
    parser.add_argument("--list", action="store_true", help="list what can be run")
    parser.set_defaults(act=lambda _: parser.error("name what to run; --list lists it"))
    commands = parser.add_subparsers(metavar="COMMAND")
    for name in scenarios.names():
        words = [name[:2], name[3:], *(["failover"] if name[:2] == FAILOVER else [])]
        command = commands.add_parser(name, aliases=words, help="a scenario")
        command.add_argument("--keep", action="store_true", help="leave everything up afterwards, to look around")
        command.add_argument("--record", type=Path, metavar="FILE", help="keep what a terminal shows, for asciinema (version 2)")
        command.set_defaults(act=_scenario, scenario=name, still=None)
    commands.choices["failover"].add_argument("--still", type=Path, metavar="FILE", help="draw the moment at which traffic has moved, as SVG")
    every = commands.add_parser("all", help="every scenario, one after the other, and a table of them")
    every.set_defaults(act=_all)
    for name, summary in STORIES.items():
        command = commands.add_parser(name, help=summary)
        command.set_defaults(act=_story, story=name)
    for name, (word, number, meaning) in COUNTS.items():
        commands.choices[name].add_argument(f"--{word}", dest="count", metavar="N", type=_count, default=number, help=f"{meaning}; default {number}")
    for name, meaning in (("chaos", "how long faults strike"), ("soak", "how long everything comes and goes")):
        commands.choices[name].add_argument("--minutes", type=_minutes, default=10.0, help=f"{meaning}; default 10")
    commands.choices["chaos"].set_defaults(act=_chaos)
    commands.choices["soak"].set_defaults(act=lambda given: 0 if soak.run(_begin(), given.minutes) else 1)
    commands.choices["chaos"].add_argument("--seed", type=int, default=1, help="which faults, when and where; default 1")
    commands.choices["bench"].set_defaults(act=lambda given: 0 if bench.run(_begin(), given.quick, given.write) else 1)
    commands.choices["bench"].add_argument("--quick", action="store_true", help="with few repetitions")
    commands.choices["bench"].add_argument("--write", action="store_true", help="write docs/benchmarks.md, and its one sentence into README.md")
    shell = commands.add_parser("shell", help="a shell, or one command, in a node of a lab that is up")
    shell.add_argument("node")
    shell.add_argument("command", nargs=argparse.REMAINDER)
    shell.set_defaults(act=_shell)
    clean = commands.add_parser("clean", help="take down what --keep left up, and what dead runs left behind")
    clean.set_defaults(act=_clean)
    check = commands.add_parser("validate", help="check topology files")
    check.add_argument("--schema", type=Path, help="containerlab's clab.schema.json")
    check.add_argument("files", nargs="*", type=Path, help="default: every *.clab.yml under lab/")
    check.set_defaults(act=lambda given: validate.run(given.files, given.schema))
    return parser


def _scenario(arguments: argparse.Namespace) -> int:
    scenario = scenarios.find(arguments.scenario)
    narrator = None
    if arguments.record:
        recording = Recording(arguments.record, scenario.title)
        narrator = Narrator((terminal(), Screen(recording.write, colour=True, picture=True)))
    return 0 if scenarios.run(_begin(narrator), scenario, arguments.keep, arguments.still).good else 1


def _all(_: argparse.Namespace) -> int:
    return 0 if scenarios.run_all(_begin()) else 1


def _story(arguments: argparse.Namespace) -> int:
    narrator = _begin()
    if arguments.story in COUNTS:
        met = _MODULES[arguments.story].run(narrator, arguments.count)
    else:
        met = _MODULES[arguments.story].run(narrator)
    return 0 if met else 1


def _chaos(arguments: argparse.Namespace) -> int:
    return 0 if chaos.run(_begin(), arguments.minutes, arguments.seed) else 1


def _begin(narrator: Narrator | None = None) -> Narrator:
    """What every run begins with."""
    narrator = narrator or Narrator()
    go_first()
    for name in runs.remove_leftovers():
        narrator.line(f"removed what the dead run {name} had left")
    return narrator


def _minutes(text: str) -> float:
    minutes = float(text)
    if minutes < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return minutes


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _shell(arguments: argparse.Namespace) -> int:
    found = [run for run in runs.all_runs() if run.in_use() and arguments.node in run.nodes]
    if not found:
        raise NodeError(f"no lab with a node {arguments.node} is up; `lab/run NN --keep` leaves one up")
    command = arguments.command or [os.environ.get("SHELL", "/bin/bash")]
    line = enter(found[-1].nodes[arguments.node].pid, *command)
    os.execvpe(line[0], line, environment({"TERM": os.environ.get("TERM", "dumb")}))


def _clean(_: argparse.Namespace) -> int:
    runs.remove_leftovers()
    for run in runs.all_runs():
        if run.runner.alive():
            print(f"{run.name} is running (process {run.runner.pid}); it cleans up by itself")
        else:
            run.remove()
            print(f"{run.name} has been taken down")
    return 0


def _list() -> int:
    for scenario in map(scenarios.find, scenarios.names()):
        print(f"{scenario.directory.name:26} {scenario.title}")
    print()
    for name, summary in STORIES.items():
        print(f"{name:26} {summary}")
    for run in runs.all_runs():
        print(f"\nup: {run.name}, nodes {' '.join(run.nodes)}")
    return 0


def _interrupted(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
