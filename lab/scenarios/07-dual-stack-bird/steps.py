"""Both families fail over together; the route servers are restarted one after the other, and nobody notices."""

from herald_lab.load import Answer
from herald_lab.stage import Stage
from herald_lab.traffic import Traffic
from herald_lab.witness import Witness

V4, V6, RATE = "203.0.113.80", "2001:db8:ffff::80", 100
A, B = Answer("North", "nva-a"), Answer("South", "nva-b")
NEAR, FAR = "65010", "65010 65010 65010"
# Where the NVAs are in each family.
NVA_A, NVA_B = ("192.0.2.11", "2001:db8:0:2::11"), ("192.0.2.12", "2001:db8:0:2::12")


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("Two route servers, two families, every session signed")
    stage.up()
    edge = stage.witness("edge", f"{V4}/32"), stage.witness("edge", f"{V6}/128")
    for server in ("rs-1", "rs-2"):
        stage.await_sessions(server, *NVA_A, *NVA_B, "192.0.2.254", "2001:db8:0:2::254")
    stage.tell(*(witness.await_paths(NEAR, NEAR) for witness in edge))
    signed(stage)
    with stage.traffic("client", V4, RATE) as v4, stage.traffic("client", V6, RATE) as v6:
        v4.await_answers(A)
        v6.await_answers(A)
        failure(stage, edge, v4, v6)
        for server in ("rs-1", "rs-2"):
            restarted(stage, server, edge, v4, v6)


def signed(stage: Stage) -> None:
    """What the kernel says of the sessions of a route server."""
    sessions = stage.node("rs-1").run("ss", "-tniH", "state", "established", "( sport = :179 or dport = :179 )").splitlines()
    stage.expect("sessions of rs-1 that are signed", 6, sum("md5keys:" in row for row in sessions))


def failure(stage: Stage, edge: tuple[Witness, ...], v4: Traffic, v6: Traffic) -> None:
    """The one server behind an NVA dies, and comes back."""
    stage.chapter("The web server of nva-a is killed")
    killed = stage.kill("web-a", "web")
    routed = [witness.await_paths(FAR, FAR) for witness in edge]
    moved = [traffic.moved(f"backend killed, {family}", killed, B, most_lost=None, within=3) for family, traffic in (("IPv4", v4), ("IPv6", v6))]
    stage.tell(*routed, *moved)
    for witness, gateway in zip(edge, NVA_B):
        witness.expect(f"backend killed, {witness.prefix}", (FAR, FAR), gateway)
    stage.chapter("… and started again")
    started = stage.start("web-a", "web")
    routed = [witness.await_paths(NEAR, NEAR) for witness in edge]
    moved = [traffic.moved(f"fail-back, {family}", started, A, within=3) for family, traffic in (("IPv4", v4), ("IPv6", v6))]
    stage.tell(*routed, *moved)
    for witness, gateway in zip(edge, NVA_A):
        witness.expect(f"fail-back, {witness.prefix}", (NEAR, NEAR), gateway)


def restarted(stage: Stage, server: str, edge: tuple[Witness, ...], v4: Traffic, v6: Traffic) -> None:
    """A route server ends, and the other one still knows everything."""
    stage.chapter(f"{server} is stopped, and started again")
    stopped = stage.stop(server, "bird")
    stage.tell(*(witness.await_paths(NEAR) for witness in edge))
    stage.expect(f"{server}: BIRD's exit status", 0, stage.lab.programs[server, "bird"].wait(10))
    stage.start(server, "bird")
    stage.await_sessions(server, *NVA_A, *NVA_B, "192.0.2.254", "2001:db8:0:2::254")
    stage.tell(*(witness.await_paths(NEAR, NEAR) for witness in edge))
    for family, traffic in (("IPv4", v4), ("IPv6", v6)):
        traffic.unharmed(f"{server} restarted, {family}", stopped, A)
