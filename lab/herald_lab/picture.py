"""The two regions at a glance: who serves, what each announces, what the client has got in the last moments.

Drawing is a pure function of what was seen. `Watcher` looks, a few times a second, with the routers' own tools.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import groupby

from . import routers
from .lab import Lab
from .load import Load, Request, now
from .node import NodeError
from .say import paint

_WIDTH = 46
# So many of the client's last answers are drawn, one mark each.
MARKS = 80
_LEGEND = "N North Europe   W West Europe   w over an HAProxy of North Europe   x lost"
_STATES = {"up": "green", "degraded": "yellow", "draining": "yellow", "drained": "yellow", "standby": "yellow"}


@dataclass(frozen=True)
class Nva:
    """One NVA in its herald's own words, and whether the region's fabric sends packets to it by BGP."""

    name: str
    state: str
    because: str
    next_hop: bool


@dataclass(frozen=True)
class Region:
    """One region as its own NVAs, its fabric and the on-premises router see it."""

    title: str
    server: bool
    nvas: tuple[Nva, ...]
    as_path: str | None
    best: bool

    @property
    def because(self) -> str:
        """What is to be known of its service: what an NVA says that is not up, if there is one."""
        told = [nva.because for nva in sorted(self.nvas, key=lambda nva: nva.state == "up") if nva.because]
        return told[0] if told else ""


@dataclass(frozen=True)
class Sight:
    """All that is drawn."""

    prefix: str
    regions: tuple[Region, Region]
    answers: list[Request] = field(default_factory=list)


def draw(sight: Sight) -> list[str]:
    """The picture, line by line."""
    west, east = (_box(region) for region in sight.regions)
    lines = [f"{left}    {right}" for left, right in zip(west, east)]
    lines += _roads(sight)
    lines += _client(sight)
    return lines


def _box(region: Region) -> list[str]:
    server = paint("green", "● alive") if region.server else paint("red", "✗ dead ")
    return [
        f"┌─ {region.title} {'─' * (_WIDTH - len(region.title) - 5)}┐",
        f"│ web server  {server}{' ' * (_WIDTH - 22)}│",
        *(_nva(nva) for nva in region.nvas),
        f"│ {paint('dim', _fitted(region.because, _WIDTH - 4))} │",
        f"└{'─' * (_WIDTH - 2)}┘",
    ]


def _nva(nva: Nva) -> str:
    state = paint(_STATES.get(nva.state, "red"), _fitted(nva.state, 9))
    hop = paint("green", _fitted("◀ next hop", 12)) if nva.next_hop else " " * 12
    return f"│ {_fitted(nva.name, 10)}  {state}{hop}{' ' * (_WIDTH - 36)}│"


def _roads(sight: Sight) -> list[str]:
    """Each region's road to the router: its AS path, an arrow when it is the one taken."""
    roads = []
    for region in sight.regions:
        path = f"[{region.as_path}]" if region.as_path is not None else "no route"
        arrow = "▲" if region.best else "│" if region.as_path is not None else "╳"
        style = "green" if region.best else "dim" if region.as_path is not None else "red"
        roads.append(paint(style, _fitted(f"          {arrow}  {path}", _WIDTH)))
    title = f" on premises: {sight.prefix} "
    return ["    ".join(roads).rstrip(), f"───────────{title}{'─' * (2 * _WIDTH + 4 - 11 - len(title))}"]


def _client(sight: Sight) -> list[str]:
    homes = {nva.name: region.title for region in sight.regions for nva in region.nvas}
    runs = groupby(_mark(request, homes) for request in sight.answers[-MARKS:])
    marks = "".join(paint(style, letter * len(list(run))) for (style, letter), run in runs)
    return [f"  client    {marks}", f"            {paint('dim', _LEGEND)}"]


def _mark(request: Request, homes: dict[str, str]) -> tuple[str, str]:
    """Its colour and its letter; `homes` has the region of each NVA."""
    if request.lost:
        return "red", "x"
    letter = request.region[:1] or "?"
    bridged = request.region != homes.get(request.nva)
    return ("yellow", letter.lower()) if bridged else ("green" if letter == "N" else "bold", letter)


def _fitted(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else f"{text[: width - 1]}…"


@dataclass(frozen=True)
class Place:
    """Where a region is looked at: its nodes, its NVAs by name with their addresses, and the next hop by which the on-premises router reaches it."""

    title: str
    web: str
    fabric: str
    nvas: dict[str, str]
    gateway: str


class Watcher:
    """Looks at a lab that is up. What cannot be seen at a moment stays as it was."""

    def __init__(self, lab: Lab, load: Load, prefix: str, places: tuple[Place, Place]) -> None:
        self._lab = lab
        self._load = load
        self._places = places
        unseen = (Region(place.title, True, tuple(Nva(name, "pending", "", False) for name in place.nvas), None, False) for place in places)
        self._sight = Sight(prefix, (next(unseen), next(unseen)))

    def lines(self) -> list[str]:
        """Looks, and draws what is seen."""
        try:
            paths = {path.next_hop: path for path in routers.paths(self._lab.nodes["onprem"], self._sight.prefix)}
            first, second = (self._region(place, paths) for place in self._places)
            self._sight = replace(self._sight, regions=(first, second))
        except NodeError:
            pass  # a daemon is just being started
        return draw(replace(self._sight, answers=self._load.since(now() - 2)))

    def _region(self, place: Place, paths: dict[str, routers.Path]) -> Region:
        path = paths.get(place.gateway)
        # A route of the fabric's own remains when BGP has none.
        hops = routers.gateways(self._lab.nodes[place.fabric], self._sight.prefix) if path else []
        return Region(
            title=place.title,
            server=self._lab.programs[place.web, "web"].alive(),
            nvas=tuple(Nva(name, *self._service(name), address in hops) for name, address in place.nvas.items()),
            as_path=path.as_path if path else None,
            best=bool(path and path.best),
        )

    def _service(self, nva: str) -> tuple[str, str]:
        if not self._lab.programs[nva, "herald"].alive():
            return "stopped", ""
        service = json.loads(self._lab.nodes[nva].run("herald", "services", "--json"))[0]
        return service["state"], service["because"]
