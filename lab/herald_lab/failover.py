"""`lab/run failover`: a region fails, comes back, is drained, comes back; told by those who see it.

The document that this follows shut down the BGP speaker by hand. Here nobody does: the web server dies, HAProxy
notices, herald withdraws, and the on-premises router's own table is the witness.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import routers, topology
from .expect import Expectations
from .lab import Lab
from .node import Node
from .load import Load, Request, cut, lost, now, tally
from .picture import Place, Watcher
from .record import svg
from .say import Narrator, milliseconds
from .versions import versions
from .wait import until

SCENARIO = "01-azure-two-regions"
TOPOLOGY = Path(__file__).parent.parent / "scenarios" / SCENARIO / "azure-two-regions.clab.yml"
PREFIX = "9.9.9.9/32"
ADDRESS = "9.9.9.9"
RATE = 200
# What the circuit's route table shows in each state, best path first.
NORTH, WEST = "65515 65010", "65515 65010 65010 65010"
NORTH_DRAINING = "65515 65010 65010 65010 65010"
GATEWAY_NORTH, GATEWAY_WEST = "172.16.158.12", "172.16.138.12"
NVA = {"ne": "172.16.156.70", "we": "172.16.136.70"}
FABRIC = {"ne": "172.16.159.1", "we": "172.16.139.1"}
PLACES = (Place("North Europe", "web-ne", "nva-ne", GATEWAY_NORTH), Place("West Europe", "web-we", "nva-we", GATEWAY_WEST))
# So many answers in a row from one region mean that traffic has moved.
SETTLED = 40
# A connection lives for a millisecond or two, and there are 200 a second: it is one, now and then.
MOST_CUT = 2


@dataclass(frozen=True)
class Event:
    """Something that happened at a moment of the monotonic clock."""

    moment: float
    text: str
    style: str = ""


class Story:
    """The chapters, in the order in which they are told."""

    def __init__(self, lab: Lab, narrator: Narrator, still: Path | None = None) -> None:
        """`still` gets a picture of the moment at which traffic has moved."""
        self.lab = lab
        self.say = narrator
        self.expectations = Expectations()
        self._still = still

    def tell(self) -> bool:
        """Runs everything, and returns whether every expectation was met."""
        self._versions()
        self._topology()
        self._sessions()
        self._routes()
        self._answers()
        self.say.chapter(f"The client asks {RATE} times a second, each time over a new TCP connection")
        with Load(self.lab.nodes["client"], ADDRESS, RATE) as load:
            until("steady answers from North Europe", lambda: load.settled(SETTLED, by("North Europe", "northeurope")))
            watcher = Watcher(self.lab, load, PREFIX, PLACES)
            with self.say.picture(watcher.lines):
                self._failure(load)
                if self._still:
                    self._still.write_text(svg(watcher.lines()))
                self._recovery(load)
                self._drain(load)
                self._return(load)
        self.say.chapter("Summary")
        return self.expectations.close(self.say)

    def _versions(self) -> None:
        self.say.chapter("Versions")
        for line in versions():
            self.say.line(line)

    def _topology(self) -> None:
        self.say.chapter(f"Two regions, from {TOPOLOGY.name}")
        self.lab.up()
        self.say.line(f"{len(self.lab.nodes)} nodes and {len(self.lab.topology.links)} cables")
        self.lab.start_daemons()
        self.say.line(f"{len(self.lab.programs)} daemons run")

    def _sessions(self) -> None:
        self.say.chapter("BGP sessions")
        for region in ("ne", "we"):
            self._await_route_servers(region)
        self._await_sessions("onprem", routers.frr_established, {GATEWAY_NORTH, GATEWAY_WEST}, "fabric-ne")
        self.say.line("all sessions are established", "green")
        self.say.quote("rs-0-ne (FRR)# show bgp ipv4 unicast summary", routers.frr_neighbors(self.lab.nodes["rs-0-ne"]))
        self.say.quote("rs-1-ne (GoBGP)$ gobgp neighbor", routers.gobgp_neighbors(self.lab.nodes["rs-1-ne"]))

    def _await_route_servers(self, region: str) -> None:
        neighbors = {NVA[region], FABRIC[region]}
        self._await_sessions(f"rs-0-{region}", routers.frr_established, neighbors, f"nva-{region}")
        self._await_sessions(f"rs-1-{region}", routers.gobgp_established, neighbors, f"nva-{region}")

    def _await_sessions(self, name: str, established: Callable[[Node], set[str]], wanted: set[str], partner: str) -> None:
        node = self.lab.nodes[name]
        until(
            f"sessions of {name} with {', '.join(sorted(wanted))}",
            lambda: wanted <= established(node),
            seconds=30,
            every=0.1,
            nodes=(name, partner),
            seen=lambda: f"it has sessions with {', '.join(sorted(established(node))) or 'nobody'}",
        )

    def _routes(self) -> None:
        self.say.chapter(f"Both regions announce {PREFIX}")
        self._tell([self.await_paths([NORTH, WEST])])
        for region, as_path in (("ne", "65010"), ("we", "65010 65010 65010")):
            frr = [path.as_path for path in routers.paths(self.lab.nodes[f"rs-0-{region}"], PREFIX)]
            gobgp = routers.gobgp_as_paths(self.lab.nodes[f"rs-1-{region}"], PREFIX)
            self.expectations.equal(f"AS path at rs-0-{region} (FRR)", [as_path], frr)
            self.expectations.equal(f"AS path at rs-1-{region} (GoBGP)", [as_path], gobgp)
            self.say.quote(f"rs-1-{region} (GoBGP)$ gobgp global rib {PREFIX}", routers.gobgp_rib(self.lab.nodes[f"rs-1-{region}"], PREFIX))
        self._show_service()
        self._expect_paths("both regions up", [NORTH, WEST], GATEWAY_NORTH)

    def _answers(self) -> None:
        page = until(
            "an answer for the client",
            lambda: self.lab.nodes["client"].run("curl", "-s", "-m", "2", f"http://{ADDRESS}/", check=False),
            nodes=("nva-ne", "web-ne"),
        )
        self.say.quote(f"client$ curl http://{ADDRESS}/", page.splitlines())
        self.expectations.expect("client's answer", "North Europe", "North Europe" if "North Europe" in page else page[:40], "North Europe" in page)

    def _failure(self, load: Load) -> None:
        self.say.chapter("The web server of North Europe is killed; HAProxy and herald are left alone")
        killed = self.lab.programs["web-ne", "web"].send(signal.SIGKILL)
        self.say.line_at(killed, "kill -9", "yellow")
        routed = self.await_paths([WEST])
        moved = self.settle(load, "West Europe", "westeurope", killed)
        bridged = load.first(killed, by("West Europe", "northeurope"))
        events = [routed, moved]
        if bridged:
            took = milliseconds(bridged.done - killed)
            events.append(Event(bridged.done, f"first answer from West Europe, bridged by North Europe's HAProxy: {took}"))
        self._tell(events)
        self._show_service()
        self._expect_paths("North Europe dead", [WEST], GATEWAY_WEST)
        self._report("backend killed", load, killed, moved, "westeurope")

    def _recovery(self, load: Load) -> None:
        self.say.chapter("The web server of North Europe is started again")
        started = now()
        self.lab.start("web-ne", "web")
        routed = self.await_paths([NORTH, WEST])
        moved = self.settle(load, "North Europe", "northeurope", started)
        self._tell([routed, moved])
        self._expect_paths("North Europe back", [NORTH, WEST], GATEWAY_NORTH)
        self._report("fail-back", load, started, moved, "northeurope")

    def _drain(self, load: Load) -> None:
        self.say.chapter("herald of North Europe gets SIGTERM: drained first, then withdrawn")
        herald = self.lab.programs["nva-ne", "herald"]
        asked = herald.send(signal.SIGTERM)
        self.say.line_at(asked, "kill -TERM", "yellow")
        routed = self.await_paths([WEST, NORTH_DRAINING])
        marks = next((path.communities for path in self._paths() if path.as_path == NORTH_DRAINING), "no such path")
        self.expectations.equal("draining: community", "graceful-shutdown", marks)
        moved = self.settle(load, "West Europe", "westeurope", asked)
        self._tell([routed, moved])
        self._tell([self.await_paths([WEST])])
        self.expectations.equal("herald's exit status", 0, herald.wait(10))
        self._expect_paths("North Europe drained", [WEST], GATEWAY_WEST)
        self._cease()
        bound = ADDRESS in self.lab.nodes["nva-ne"].run("ip", "address", "show", "dev", "lo")
        self.expectations.equal(f"{ADDRESS} on lo of nva-ne afterwards", "gone", "still bound" if bound else "gone")
        self._report("drain", load, asked, moved, "westeurope")

    def _cease(self) -> None:
        node = self.lab.nodes["rs-0-ne"]
        reason = routers.frr_last_notification(node, NVA["ne"])
        text = routers.frr_shutdown_text(node, NVA["ne"])
        self.say.line(f"rs-0-ne has been told: {reason or 'nothing'}" + (f', "{text}"' if text else ""))
        self.expectations.expect("what rs-0-ne was told", "Cease/Administrative Shutdown", reason or "nothing", "Administrat" in reason)

    def _return(self, load: Load) -> None:
        self.say.chapter("herald of North Europe is started again")
        started = now()
        self.lab.start("nva-ne", "herald")
        routed = self.await_paths([NORTH, WEST], seconds=60)
        moved = self.settle(load, "North Europe", "northeurope", started)
        self._tell([routed, moved])
        self._expect_paths("herald back", [NORTH, WEST], GATEWAY_NORTH)
        self._report("herald started", load, started, moved, "northeurope")
        self._await_route_servers("ne")
        self.say.line("both route servers of North Europe have their session again", "green")

    def settle(self, load: Load, region: str, nva: str, since: float) -> Event:
        """Waits until traffic has moved: the event is the first answer that came the new way."""
        wanted = by(region, nva)
        until(
            f"answers from {region} by its own NVA",
            lambda: load.settled(SETTLED, wanted),
            nodes=("nva-ne", "nva-we", "onprem"),
            seen=lambda: f"the answers were {_fates(load.since(now() - 1))}",
        )
        first = load.first(since, wanted)
        assert first is not None  # the settled ones are such
        return Event(first.done, f"first answer from {region} that routing brought: {milliseconds(first.done - since)} after the event", "bold")

    def _report(self, what: str, load: Load, since: float, moved: Event, nva: str) -> None:
        requests = load.since(since)
        in_two = cut(requests, nva)
        self.say.line(f"{len(requests)} requests meanwhile: {_fates(requests)}")
        self.expectations.expect(f"{what}: time until routing moved", "measured", milliseconds(moved.moment - since), True)
        self.expectations.equal(f"{what}: requests lost of {len(requests)}", 0, lost(requests) - in_two)
        self.expectations.expect(f"{what}: open while the route moved, cut in two", f"at most {MOST_CUT}", str(in_two), in_two <= MOST_CUT)

    def _tell(self, events: list[Event]) -> None:
        """Tells what happened in the order in which it did, and what the on-premises router has now."""
        for event in sorted(events, key=lambda event: event.moment):
            self.say.line_at(event.moment, event.text, event.style)
        self._show_table()

    def _paths(self) -> list[routers.Path]:
        return routers.paths(self.lab.nodes["onprem"], PREFIX)

    def await_paths(self, wanted: list[str], seconds: float = 20) -> Event:
        """Waits for the on-premises router's table: the event is when it was first seen so."""

        def seen() -> list[str]:
            return [path.as_path for path in self._paths()]

        until(
            f"the on-premises router to have {_listed(wanted)}",
            lambda: seen() == wanted,
            seconds=seconds,
            every=0.02,
            nodes=("nva-ne", "nva-we", "rs-0-ne", "rs-1-ne"),
            seen=lambda: f"it has {_listed(seen())}",
        )
        return Event(now(), f"the on-premises router has {_listed(wanted)}", "green")

    def _expect_paths(self, when: str, wanted: list[str], gateway: str) -> None:
        self.expectations.equal(f"{when}: paths on premises", _listed(wanted), _listed([path.as_path for path in self._paths()]))
        self.expectations.equal(f"{when}: next hop in its kernel", gateway, routers.installed_next_hop(self.lab.nodes["onprem"], PREFIX))

    def _show_service(self) -> None:
        rows = self.lab.nodes["nva-ne"].run("herald", "status").splitlines()
        first = next((number for number, row in enumerate(rows) if row.startswith("service ")), 0)
        self.say.quote("nva-ne$ herald status", rows[first:])

    def _show_table(self) -> None:
        self.say.quote("onprem (FRR)# show bgp ipv4 unicast", routers.bgp_table(self.lab.nodes["onprem"], PREFIX))


def run(narrator: Narrator, keep: bool, still: Path | None = None) -> bool:
    """Tells the story, and returns whether every expectation was met."""
    with Lab(topology.read(TOPOLOGY), "failover") as lab:
        met = lab.told(narrator, Story(lab, narrator, still).tell)
        if keep:
            lab.keep()
            _how_to_look(narrator, lab)
        return met


def _how_to_look(narrator: Narrator, lab: Lab) -> None:
    narrator.chapter("Kept running")
    narrator.quote(
        "look around:",
        (
            "lab/run shell onprem vtysh -c 'show bgp ipv4 unicast'",
            "lab/run shell nva-ne herald status",
            f"lab/run shell client curl http://{ADDRESS}/",
            "lab/run shell rs-1-we            (a shell in that node)",
            f"nodes: {' '.join(lab.nodes)}",
            f"logs:  {lab.directory}",
            "lab/run clean                    (takes it down)",
        ),
    )


def by(region: str, nva: str) -> Callable[[Request], bool]:
    return lambda request: request.region == region and request.nva == nva


def _fates(requests: list[Request]) -> str:
    return ", ".join(f"{count} {fate}" for fate, count in tally(requests).most_common()) or "none"


def _listed(as_paths: list[str]) -> str:
    return " and ".join(f"[{path}]" for path in as_paths) or "no path"
