"""A region fails, comes back, is drained, comes back; told by those who see it.

The document that this follows shut down the BGP speaker by hand. Here nobody does: the web server dies, HAProxy
notices, herald withdraws, and the on-premises router's own table is the witness.
"""

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
NVA = {"ne": "172.16.156.70", "we": "172.16.136.70"}
FABRIC = {"ne": "172.16.159.1", "we": "172.16.139.1"}
FROM_NORTH, FROM_WEST = Answer("North Europe", "northeurope"), Answer("West Europe", "westeurope")
BRIDGED = Answer("West Europe", "northeurope")
PLACES = (Place("North Europe", "web-ne", "nva-ne", GATEWAY_NORTH), Place("West Europe", "web-we", "nva-we", GATEWAY_WEST))


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
            failure(stage, onprem, traffic)
            if stage.still:
                stage.still.write_text(svg(watcher.lines()))
            recovery(stage, onprem, traffic)
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
    """Both route servers of a region have the NVA and the fabric."""
    for server in (f"rs-0-{region}", f"rs-1-{region}"):
        stage.await_sessions(server, NVA[region], FABRIC[region])


def routes(stage: Stage) -> Witness:
    """Both regions announce; the route servers have got what the document shows."""
    stage.chapter(f"Both regions announce {PREFIX}")
    onprem = stage.witness("onprem", PREFIX)
    stage.tell(onprem.await_paths(NORTH, WEST))
    for region, as_path in (("ne", "65010"), ("we", "65010 65010 65010")):
        frr = [path.as_path for path in routers.paths(stage.node(f"rs-0-{region}"), PREFIX)]
        gobgp = routers.gobgp_as_paths(stage.node(f"rs-1-{region}"), PREFIX)
        stage.expect(f"AS path at rs-0-{region} (FRR)", [as_path], frr)
        stage.expect(f"AS path at rs-1-{region} (GoBGP)", [as_path], gobgp)
        stage.say.quote(f"rs-1-{region} (GoBGP)$ gobgp global rib {PREFIX}", routers.gobgp_rib(stage.node(f"rs-1-{region}"), PREFIX))
    show_service(stage)
    onprem.expect("both regions up", (NORTH, WEST), GATEWAY_NORTH)
    return onprem


def show_service(stage: Stage) -> None:
    """The services in herald's own words."""
    rows = stage.node("nva-ne").run("herald", "status").splitlines()
    first = next((number for number, row in enumerate(rows) if row.startswith("service ")), 0)
    stage.say.quote("nva-ne$ herald status", rows[first:])


def answers(stage: Stage) -> None:
    """The client gets its page."""
    command = ("curl", "-s", "-m", "2", f"http://{ADDRESS}/")
    page = until("an answer for the client", lambda: stage.node("client").run(*command, check=False), nodes=("nva-ne", "web-ne"))
    stage.say.quote(f"client$ curl http://{ADDRESS}/", page.splitlines())
    stage.expectations.expect("client's answer", "North Europe", "North Europe" if "North Europe" in page else page[:40], "North Europe" in page)


def failure(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """The one server of a region dies."""
    stage.chapter("The web server of North Europe is killed; HAProxy and herald are left alone")
    killed = stage.kill("web-ne", "web")
    routed = onprem.await_paths(WEST)
    events = [routed, traffic.moved("backend killed", killed, FROM_WEST)]
    if bridged := traffic.load.first(killed, BRIDGED):
        took = milliseconds(bridged.done - killed)
        events.append(Event(bridged.done, f"first answer from West Europe, bridged by North Europe's HAProxy: {took}"))
    stage.tell(*events)
    show_service(stage)
    onprem.expect("North Europe dead", (WEST,), GATEWAY_WEST)


def recovery(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """It is there again."""
    stage.chapter("The web server of North Europe is started again")
    started = stage.start("web-ne", "web")
    routed = onprem.await_paths(NORTH, WEST)
    stage.tell(routed, traffic.moved("fail-back", started, FROM_NORTH))
    onprem.expect("North Europe back", (NORTH, WEST), GATEWAY_NORTH)


def drain(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """herald ends in an orderly way."""
    stage.chapter("herald of North Europe gets SIGTERM: drained first, then withdrawn")
    asked = stage.stop("nva-ne", "herald")
    routed = onprem.await_paths(WEST, NORTH_DRAINING)
    marks = next((path.communities for path in onprem.paths() if path.as_path == NORTH_DRAINING), "no such path")
    stage.expect("draining: community", "graceful-shutdown", marks)
    stage.tell(routed, traffic.moved("drain", asked, FROM_WEST))
    stage.tell(onprem.await_paths(WEST))
    stage.expect("herald's exit status", 0, stage.lab.programs["nva-ne", "herald"].wait(10))
    onprem.expect("North Europe drained", (WEST,), GATEWAY_WEST)
    cease(stage)
    bound = ADDRESS in stage.node("nva-ne").run("ip", "address", "show", "dev", "lo")
    stage.expect(f"{ADDRESS} on lo of nva-ne afterwards", "gone", "still bound" if bound else "gone")


def cease(stage: Stage) -> None:
    """What the route server was told at the end."""
    node = stage.node("rs-0-ne")
    reason = routers.frr_last_notification(node, NVA["ne"])
    text = routers.frr_shutdown_text(node, NVA["ne"])
    stage.say.line(f"rs-0-ne has been told: {reason or 'nothing'}" + (f', "{text}"' if text else ""))
    stage.expectations.expect("what rs-0-ne was told", "Cease/Administrative Shutdown", reason or "nothing", "Administrat" in reason)


def back(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """herald comes back."""
    stage.chapter("herald of North Europe is started again")
    started = stage.start("nva-ne", "herald")
    routed = onprem.await_paths(NORTH, WEST, seconds=60)
    stage.tell(routed, traffic.moved("herald started", started, FROM_NORTH))
    onprem.expect("herald back", (NORTH, WEST), GATEWAY_NORTH)
    await_route_servers(stage, "ne")
    stage.say.line("both route servers of North Europe have their session again", "green")


def servers(stage: Stage, onprem: Witness, traffic: Traffic) -> None:
    """A region has two route servers, and one is enough: the next is restarted when the fabric has the first one's word again."""
    fabric = stage.witness("fabric-ne", PREFIX)
    for server, daemon in (("rs-0-ne", "bgpd"), ("rs-1-ne", "gobgpd")):
        stage.chapter(f"Route server {server} is restarted")
        stopped = stage.stop(server, daemon)
        stage.expect(f"{server}: exit status of {daemon}", 0, stage.lab.programs[server, daemon].wait(10))
        stage.start(server, daemon)
        stage.await_sessions(server, NVA["ne"], FABRIC["ne"])
        stage.tell(onprem.await_paths(NORTH, WEST), fabric.await_paths("65010", "65010"))
        traffic.unharmed(f"{server} restarted", stopped, FROM_NORTH)
