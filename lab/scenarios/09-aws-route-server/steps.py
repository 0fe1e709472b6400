"""An appliance is cut off without a sign, loses its server, and an endpoint is replaced."""

from herald_lab import routers
from herald_lab.load import Answer
from herald_lab.stage import Stage
from herald_lab.wait import until

ADDRESS, PREFIX, RATE = "203.0.113.80", "203.0.113.80/32", 200
A, B = Answer("behind nva-a", "nva-a"), Answer("behind nva-b", "nva-b")
NVA_A, NVA_B = "10.0.1.11", "10.0.1.12"
ENDPOINTS = {"endpoint-1": "10.0.1.101", "endpoint-2": "10.0.1.102"}
NEAR, FAR = "65010", "65010 65010 65010"


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("A route server with two endpoints, two appliances that dial them")
    stage.up()
    vpc = stage.witness("vpc", PREFIX)
    for endpoint in ENDPOINTS:
        await_endpoint(stage, endpoint)
    stage.tell(vpc.await_paths(NEAR, NEAR), vpc.await_gateways(NVA_A))
    dialled(stage)
    with stage.traffic("client", ADDRESS, RATE) as traffic:
        traffic.await_answers(A)

        stage.chapter("nva-a is cut off: no carrier is lost, no packet comes through")
        cut = stage.do("vpc", "ip", "link", "set", "eth4", "nomaster")
        routed = vpc.await_paths(FAR, FAR)
        stage.tell(routed, traffic.moved("cut off, BFD 300 ms × 3", cut, B, most_lost=None, within=5))
        stage.chapter("… and joined again")
        joined = stage.do("vpc", "ip", "link", "set", "eth4", "master", "br-subnet")
        routed = vpc.await_paths(NEAR, NEAR, seconds=30)
        stage.tell(routed, traffic.moved("joined", joined, A, within=30))
        for endpoint in ENDPOINTS:
            await_endpoint(stage, endpoint)

        stage.chapter("The web server behind nva-a is killed; HAProxy bridges until the route has moved")
        killed = stage.kill("web-a", "web")
        routed = vpc.await_paths(FAR, FAR)
        stage.tell(routed, traffic.moved("backend killed", killed, B, within=3))
        started = stage.start("web-a", "web")
        routed = vpc.await_paths(NEAR, NEAR)
        stage.tell(routed, traffic.moved("fail-back", started, A, within=3))

        stage.chapter("endpoint-1 is replaced")
        stopped = stage.stop("endpoint-1", "bgpd")
        stage.tell(vpc.await_paths(NEAR))
        stage.expect("endpoint-1: bgpd's exit status", 0, stage.lab.programs["endpoint-1", "bgpd"].wait(10))
        stage.start("endpoint-1", "bgpd")
        await_endpoint(stage, "endpoint-1")
        stage.tell(vpc.await_paths(NEAR, NEAR))
        traffic.unharmed("endpoint replaced", stopped, A)


def await_endpoint(stage: Stage, endpoint: str) -> None:
    """Both appliances have a session with it, and BFD is up."""
    stage.await_sessions(endpoint, NVA_A, NVA_B, "10.0.1.1")
    until(f"BFD of {endpoint}", lambda: {NVA_A, NVA_B} <= routers.frr_bfd_up(stage.node(endpoint)), nodes=(endpoint, "nva-a", "nva-b"))


def dialled(stage: Stage) -> None:
    """An endpoint waits: who has connected to whom is seen by the ports."""
    sessions = stage.node("nva-a").run("ss", "-tnH", "state", "established", "dport = :179").splitlines()
    stage.expect("sessions of nva-a that it has dialled", len(ENDPOINTS), len(sessions))
