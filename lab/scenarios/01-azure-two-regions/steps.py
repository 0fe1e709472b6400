"""A region fails, comes back, loses one NVA and then the other, is drained, comes back; told by those who see it.

The document that this follows shut down the BGP speaker by hand. Here nobody does: the web server dies, HAProxy
notices, herald withdraws, and the on-premises router's own table is the witness. Of what happens to one of a region's
two NVAs it must hear nothing: there the witness is the kernel of the region's fabric.
"""

from contextlib import contextmanager
from typing import Iterator

from herald_lab import routers
from herald_lab.load import Answer
from herald_lab.picture import Place, Watcher
from herald_lab.record import svg
from herald_lab.say import Event, milliseconds
from herald_lab.stage import Stage
from herald_lab.traffic import Traffic
from herald_lab.wait import until
from herald_lab.witness import Witness

ADDRESS, PREFIX, RATE = "9.9.9.9", "9.9.9.9/32", 200
# What the circuit's route table shows in each state.
NORTH, WEST = "65515 65010", "65515 65010 65010 65010"
NORTH_DRAINING = "65515 65010 65010 65010 65010"
GATEWAY_NORTH, GATEWAY_WEST = "172.16.158.12", "172.16.138.12"
# Region → its pair, name → address.
NVAS = {
    "ne": {"nva-0-ne": "172.16.156.70", "nva-1-ne": "172.16.156.71"},
    "we": {"nva-0-we": "172.16.136.70", "nva-1-we": "172.16.136.71"},
}
FABRIC = {"ne": "172.16.159.1", "we": "172.16.139.1"}
FROM_NORTH, FROM_WEST = Answer("North Europe", "nva-*-ne"), Answer("West Europe", "nva-*-we")
BRIDGED = Answer("West Europe", "nva-*-ne")
PLACES = (
    Place("North Europe", "web-ne", "fabric-ne", NVAS["ne"], GATEWAY_NORTH),
    Place("West Europe", "web-we", "fabric-we", NVAS["we"], GATEWAY_WEST),
)
# Ports are hashed: of a few hundred flows each of two equal paths gets about half.
LEAST_SHARE, MOST_SHARE = 0.25, 0.75


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("Two regions")
    stage.up()
    sessions(stage)
    onprem = routes(stage)
    answers(stage)
    stage.chapter(f"The client asks {RATE} times a second, each time over a new TCP connection")
    with stage.traffic("client", ADDRESS, RATE) as traffic:
        traffic.await_answers(FROM_NORTH)
        watcher = Watcher(stage.lab, traffic.load, PREFIX, PLACES)
        with stage.say.picture(watcher.lines):
            pair(stage, traffic)
            failure(stage, onprem, traffic)
            if stage.still:
                stage.still.write_text(svg(watcher.lines()))
            shares(stage, traffic, "West Europe", "we")
            recovery(stage, onprem, traffic)
            proxy(stage, onprem, traffic)
            upgrade(stage, onprem, traffic)
            drain(stage, onprem, traffic)
            back(stage, onprem, traffic)
            servers(stage, onprem, traffic)


def sessions(stage: Stage) -> None:
    """Everybody has a session with everybody it should have."""
    stage.chapter("BGP sessions")
    for region in ("ne", "we"):
        await_route_servers(stage, region)
    stage.await_sessions("onprem", GATEWAY_NORTH, GATEWAY_WEST)
    stage.say.line("all sessions are established", "green")
    stage.say.quote("rs-0-ne (FRR)# show bgp ipv4 unicast summary", routers.frr_neighbors(stage.node("rs-0-ne")))
    stage.say.quote("rs-1-ne (GoBGP)$ gobgp neighbor", routers.gobgp_neighbors(stage.node("rs-1-ne")))


def await_route_servers(stage: Stage, region: str) -> None:
    """Both route servers of a region have everybody that they should have."""
    for server in (f"rs-0-{region}", f"rs-1-{region}"):
        await_route_server(stage, server, region)


def await_route_server(stage: Stage, server: str, region: str) -> None:
    """A route server has the NVAs of its region and the fabric."""
    stage.await_sessions(server, *NVAS[region].values(), FABRIC[region])


def routes(stage: Stage) -> Witness:
    """Both regions announce; the route servers have got what the document shows, from each NVA."""
    stage.chapter(f"Both regions announce {PREFIX}")
    onprem = stage.witness("onprem", PREFIX)
    stage.tell(onprem.await_paths(NORTH, WEST), *(both_serve(stage, region) for region in ("ne", "we")))
    for region, as_path in (("ne", "65010"), ("we", "65010 65010 65010")):
        frr = [path.as_path for path in routers.paths(stage.node(f"rs-0-{region}"), PREFIX)]
        gobgp = routers.gobgp_as_paths(stage.node(f"rs-1-{region}"), PREFIX)
        stage.expect(f"AS path at rs-0-{region} (FRR)", [as_path] * 2, frr)
        stage.expect(f"AS path at rs-1-{region} (GoBGP)", [as_path] * 2, gobgp)
        stage.say.quote(f"rs-1-{region} (GoBGP)$ gobgp global rib {PREFIX}", routers.gobgp_rib(stage.node(f"rs-1-{region}"), PREFIX))
    show_service(stage)
    onprem.expect("both regions up", (NORTH, WEST), GATEWAY_NORTH)
    return onprem


def both_serve(stage: Stage, region: str) -> Event:
    """Waits until the region's fabric sends packets to both NVAs."""
    return stage.witness(f"fabric-{region}", PREFIX, shown=False).await_gateways(*NVAS[region].values())


def show_service(stage: Stage, nva: str = "nva-0-ne") -> None:
    """The services in herald's own words."""
    rows = stage.node(nva).run("herald", "status").splitlines()
    first = next((number for number, row in enumerate(rows) if row.startswith("service ")), 0)
    stage.say.quote(f"{nva}$ herald status", rows[first:])


def answers(stage: Stage) -> None:
    """The client gets its page."""
    command = ("curl", "-s", "-m", "2", f"http://{ADDRESS}/")
    page = until("an answer for the client", lambda: stage.node("client").run(*command, check=False), nodes=(*NVAS["ne"], "web-ne"))
    stage.say.quote(f"client$ curl http://{ADDRESS}/", page.splitlines())
    stage.expectations.expect("client's answer", "North Europe", "North Europe" if "North Europe" in page else page[:40], "North Europe" in page)


def pair(stage: Stage, traffic: Traffic) -> None:
    """Both NVAs of a region serve."""
    stage.chapter("Two NVAs serve in each region: their AS paths are equally long")
    for region in ("ne", "we"):
        stage.quote(f"fabric-{region}", "ip", "route", "show", ADDRESS)
        hops = routers.gateways(stage.node(f"fabric-{region}"), PREFIX)
        stage.expect(f"next hops in the kernel of fabric-{region}", " and ".join(NVAS[region].values()), " and ".join(hops))
    shares(stage, traffic, "North Europe", "ne")


def shares(stage: Stage, traffic: Traffic, region: str, short: str) -> None:
    """Each NVA of the region that is best has its share of the requests."""
    share = traffic.share(200, Answer(region, f"nva-0-{short}"))
    wanted = f"{LEAST_SHARE:.0%} to {MOST_SHARE:.0%}"
    stage.expectations.expect(f"share of nva-0-{short}, the rest by nva-1-{short}", wanted, f"{share:.0%}", LEAST_SHARE <= share <= MOST_SHARE)


def failure(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """The one server of a region dies."""
    stage.chapter("The web server of North Europe is killed; HAProxy and herald are left alone, on both NVAs")
    killed = stage.kill("web-ne", "web")
    routed = onprem.await_paths(WEST)
    events = [routed, traffic.moved("backend killed", killed, FROM_WEST)]
    if bridged := traffic.load.first(killed, BRIDGED):
        took = milliseconds(bridged.done - killed)
        events.append(Event(bridged.done, f"first answer from West Europe, bridged by North Europe's HAProxy: {took}"))
    stage.tell(*events)
    show_service(stage)
    onprem.expect("North Europe dead", (WEST,), GATEWAY_WEST)
    paths = [path.next_hop for path in routers.paths(stage.node("fabric-ne"), PREFIX)]
    stage.expect("North Europe dead: its NVAs announced at fabric-ne", "none", " and ".join(paths) or "none")


def recovery(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """It is there again."""
    stage.chapter("The web server of North Europe is started again")
    started = stage.start("web-ne", "web")
    routed = onprem.await_paths(NORTH, WEST)
    stage.tell(routed, traffic.moved("fail-back", started, FROM_NORTH), both_serve(stage, "ne"))
    onprem.expect("North Europe back", (NORTH, WEST), GATEWAY_NORTH)


@contextmanager
def nothing_on_premises(stage: Stage, onprem: Witness, what: str) -> Iterator[None]:
    """Notes that the on-premises router must not be told anything, and has what it had."""
    before = routers.frr_updates(stage.node("onprem"))
    yield
    stage.expect(f"{what}: UPDATEs that onprem has received, before and after", before, routers.frr_updates(stage.node("onprem")))
    onprem.expect(what, (NORTH, WEST), GATEWAY_NORTH)


def proxy(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """One NVA's HAProxy dies: the other serves alone, and the region stays."""
    stage.chapter("HAProxy of nva-1-ne is killed: two next hops become one")
    fabric, what = stage.witness("fabric-ne", PREFIX, shown=False), "HAProxy of nva-1-ne"
    with nothing_on_premises(stage, onprem, what):
        killed = stage.kill("nva-1-ne", "haproxy")
        one = fabric.await_gateways(NVAS["ne"]["nva-0-ne"])
        stage.tell(one, traffic.struck(f"{what} killed", killed, Answer("North Europe", "nva-0-ne"), within=1))
        show_service(stage, "nva-1-ne")
        stage.expectations.at_most(f"{what} killed: until fabric-ne had one next hop", 1, one.moment - killed)
        started = stage.start("nva-1-ne", "haproxy")
        stage.tell(both_serve(stage, "ne"))
        shares(stage, traffic, "North Europe", "ne")
        traffic.unharmed(f"{what} started", started, FROM_NORTH, turned=True)


def upgrade(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """herald is restarted on one NVA, then on the other: there always is one that serves."""
    stage.chapter("herald of North Europe is restarted on one NVA after the other, as an upgrade does: drained, withdrawn, started")
    fabric = stage.witness("fabric-ne", PREFIX, shown=False)
    with nothing_on_premises(stage, onprem, "upgrade"):
        for nva, other in (("nva-0-ne", "nva-1-ne"), ("nva-1-ne", "nva-0-ne")):
            asked = stage.stop(nva, "herald")
            one = fabric.await_gateways(NVAS["ne"][other])
            traffic.await_answers(Answer("North Europe", other), since=one.moment)
            stage.tell(one)
            stage.expectations.at_most(f"{nva} upgraded: until fabric-ne had one next hop", 1, one.moment - asked)
            stage.expect(f"{nva} upgraded: herald's exit status", 0, stage.lab.programs[nva, "herald"].wait(10))
            await_welcome(stage, NVAS["ne"][nva])
            stage.start(nva, "herald")
            stage.tell(both_serve(stage, "ne"))
            await_route_servers(stage, "ne")
            traffic.unharmed(f"{nva} upgraded", asked, FROM_NORTH, turned=True)


def await_welcome(stage: Stage, address: str) -> None:
    """Waits until the route servers of North Europe take up sessions with an NVA again: not at once after a Cease."""
    frr, gobgp = stage.node("rs-0-ne"), stage.node("rs-1-ne")
    until(f"route servers that are ready for {address}", lambda: routers.frr_ready(frr, address) and routers.gobgp_ready(gobgp, address))


def drain(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """herald ends in an orderly way, on both NVAs: the region is left."""
    stage.chapter("herald gets SIGTERM on both NVAs of North Europe: drained first, then withdrawn")
    asked = stage.stop("nva-0-ne", "herald")
    stage.stop("nva-1-ne", "herald")
    routed = onprem.await_paths(WEST, NORTH_DRAINING)
    marks = next((path.communities for path in onprem.paths() if path.as_path == NORTH_DRAINING), "no such path")
    stage.expect("draining: community", "graceful-shutdown", marks)
    stage.tell(routed, traffic.moved("drain", asked, FROM_WEST))
    stage.tell(onprem.await_paths(WEST))
    for nva in NVAS["ne"]:
        stage.expect(f"{nva}: herald's exit status", 0, stage.lab.programs[nva, "herald"].wait(10))
    onprem.expect("North Europe drained", (WEST,), GATEWAY_WEST)
    for nva, address in NVAS["ne"].items():
        cease(stage, nva, address)
        bound = ADDRESS in stage.node(nva).run("ip", "address", "show", "dev", "lo")
        stage.expect(f"{ADDRESS} on lo of {nva} afterwards", "gone", "still bound" if bound else "gone")


def cease(stage: Stage, nva: str, address: str) -> None:
    """What the route server was told by an NVA at the end."""
    node = stage.node("rs-0-ne")
    reason = routers.frr_last_notification(node, address)
    text = routers.frr_shutdown_text(node, address)
    stage.say.line(f"{nva} has told rs-0-ne: {reason or 'nothing'}" + (f', "{text}"' if text else ""))
    stage.expectations.expect(f"what {nva} told rs-0-ne", "Cease/Administrative Shutdown", reason or "nothing", "Administrat" in reason)


def back(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """herald comes back, on both NVAs."""
    stage.chapter("herald is started again on both NVAs of North Europe")
    for address in NVAS["ne"].values():
        await_welcome(stage, address)
    started = stage.start("nva-0-ne", "herald")
    stage.start("nva-1-ne", "herald")
    routed = onprem.await_paths(NORTH, WEST, seconds=60)
    stage.tell(routed, traffic.moved("herald started", started, FROM_NORTH), both_serve(stage, "ne"))
    onprem.expect("herald back", (NORTH, WEST), GATEWAY_NORTH)
    await_route_servers(stage, "ne")
    stage.say.line("both route servers of North Europe have their session again", "green")


def servers(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """A region has two route servers, and one is enough: the next is restarted when the fabric has the first one's word again, of both NVAs."""
    fabric = stage.witness("fabric-ne", PREFIX)
    for server, daemon in (("rs-0-ne", "bgpd"), ("rs-1-ne", "gobgpd")):
        stage.chapter(f"Route server {server} is restarted")
        stopped = stage.stop(server, daemon)
        stage.expect(f"{server}: exit status of {daemon}", 0, stage.lab.programs[server, daemon].wait(10))
        stage.start(server, daemon)
        await_route_server(stage, server, "ne")
        stage.tell(onprem.await_paths(NORTH, WEST), fabric.await_paths(*["65010"] * 4), fabric.await_gateways(*NVAS["ne"].values()))
        traffic.unharmed(f"{server} restarted", stopped, FROM_NORTH)
