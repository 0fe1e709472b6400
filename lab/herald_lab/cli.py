"""The commands of `lab/run`, which has seen to root, packages and the herald binary before."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from . import bridge, memory, peers, reaction, reloads, runs, scale, scenarios, validate
from .marked import Faults
from .node import NodeError, enter, environment, go_first
from .say import Narrator

# The scenario that shows most, under a word that is easily remembered.
FAILOVER = "01"
STORIES = {
    "reaction": "from HAProxy's word to the UPDATE on the wire: herald beside ExaBGP's healthcheck",
    "bridge": "the last server of a region dies under 200 requests a second, with and without HAProxy's bridge",
    "reloads": "HAProxy is reloaded 0.7 s apart: healthy servers stay announced, dead ones withdrawn",
    "peers": "a peer that sends a million routes, paths that die (BFD), an agent that is killed and started",
    "scale": "1000 addresses come and go: UPDATEs on the wire, and the fewest possible",
    "memory": "resident memory of herald with one service and two neighbours",
}
# How often the stories repeat what they measure: option, default, meaning.
COUNTS = {
    "bridge": ("deaths", 20, "deaths, with the bridge and without"),
    "reloads": ("reloads", 100, "reloads, of healthy and of dead servers"),
    "peers": ("times", 5, "starts, kills and cuts of each kind"),
    "reaction": ("changes", 100, "deaths, recoveries and ends of HAProxy, of each contender"),
}
_MODULES = {"reaction": reaction, "bridge": bridge, "reloads": reloads, "peers": peers, "scale": scale, "memory": memory}


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
        command.set_defaults(act=_scenario, scenario=name)
    every = commands.add_parser("all", help="every scenario, one after the other, and a table of them")
    every.set_defaults(act=_all)
    for name, summary in STORIES.items():
        command = commands.add_parser(name, help=summary)
        command.set_defaults(act=_story, story=name)
    for name, (word, number, meaning) in COUNTS.items():
        commands.choices[name].add_argument(f"--{word}", dest="count", metavar="N", type=_count, default=number, help=f"{meaning}; default {number}")
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


def _begin() -> Narrator:
    narrator = Narrator()
    go_first()
    for name in runs.remove_leftovers():
        narrator.line(f"removed what the dead run {name} had left")
    return narrator


def _scenario(arguments: argparse.Namespace) -> int:
    return 0 if scenarios.run(_begin(), scenarios.find(arguments.scenario), arguments.keep).good else 1


def _all(_: argparse.Namespace) -> int:
    return 0 if scenarios.run_all(_begin()) else 1


def _story(arguments: argparse.Namespace) -> int:
    narrator = _begin()
    if arguments.story in COUNTS:
        met = _MODULES[arguments.story].run(narrator, arguments.count)
    else:
        met = _MODULES[arguments.story].run(narrator)
    return 0 if met else 1


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
