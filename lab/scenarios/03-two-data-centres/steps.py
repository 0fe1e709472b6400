"""A site is taken down for maintenance, cannot be reached by some, and both are sick at last: who answers whom."""

from herald_lab.load import Answer
from herald_lab.stage import Stage
from herald_lab.traffic import Traffic
from herald_lab.witness import Witness

ADDRESS, PREFIX, RATE = "203.0.113.80", "203.0.113.0/24", 100
DC_1, DC_2 = Answer("data centre 1", "dc-1"), Answer("data centre 2", "dc-2")
# The path of a last resort: six copies more than that of a healthy site.
LAST = " ".join(["65010"] * 7)


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("Two data centres behind one address, two providers")
    stage.up()
    isps = stage.witness("isp-a", PREFIX), stage.witness("isp-b", PREFIX)
    with stage.traffic("client-a", ADDRESS, RATE) as a, stage.traffic("client-b", ADDRESS, RATE) as b:
        a.await_answers(DC_1)
        b.await_answers(DC_1)
        stage.tell(*(isp.await_gateways(gateway(isp, 1)) for isp in isps))
        maintenance(stage, isps, a, b)
        halfway(stage, isps, a, b)
        sick(stage, isps, a, b)


def gateway(isp: Witness, data_centre: int) -> str:
    """The address of a data centre's load balancer on its cable to a provider."""
    return f"10.{1 if isp.name == 'isp-a' else 2}{data_centre}.0.2"


def maintenance(stage: Stage, isps: tuple[Witness, ...], a: Traffic, b: Traffic) -> None:
    """The document stops its name server and waits for the TTL, 30 seconds."""
    stage.chapter("Maintenance of data centre 1: its herald is stopped")
    stopped = stage.stop("lb-1", "herald")
    events = [a.moved("maintenance, client-a", stopped, DC_2), b.moved("maintenance, client-b", stopped, DC_2)]
    stage.tell(*events)
    stage.expect("herald's exit status", 0, stage.lab.programs["lb-1", "herald"].wait(15))
    stage.chapter("… and started again")
    started = stage.start("lb-1", "herald")
    stage.tell(a.moved("after maintenance, client-a", started, DC_1), b.moved("after maintenance, client-b", started, DC_1))


def halfway(stage: Stage, isps: tuple[Witness, ...], a: Traffic, b: Traffic) -> None:
    """No probe decides for everybody: each provider knows what it can reach."""
    stage.chapter("Data centre 1 cannot be reached from provider b, and from provider a it can")
    isp_a, isp_b = isps
    cut = stage.do("isp-b", "ip", "link", "set", "eth2", "down")
    stage.tell(b.moved("cut off, client-b", cut, DC_2, most_lost=None))
    a.unharmed("not cut off, client-a", cut, DC_1)
    stage.expect("isp-a goes on to data centre 1", [gateway(isp_a, 1)], isp_a.router.gateways(PREFIX))
    stage.expect("isp-b goes to data centre 2", [gateway(isp_b, 2)], isp_b.router.gateways(PREFIX))
    mended = stage.do("isp-b", "ip", "link", "set", "eth2", "up")
    stage.tell(b.moved("mended, client-b", mended, DC_1))


def sick(stage: Stage, isps: tuple[Witness, ...], a: Traffic, b: Traffic) -> None:
    """A page that says of itself that it is sick, first in one data centre, then in both."""
    stage.chapter("The page of data centre 1 is sick")
    sickened = stage.do("web-1", "touch", "/run/sick")
    stage.tell(a.moved("one sick, client-a", sickened, DC_2), b.moved("one sick, client-b", sickened, DC_2))
    stage.expect("the state of dc-1", "down", stage.state("lb-1", "web"))
    stage.chapter("… and that of data centre 2 too: better a sick answer than none")
    sickened = stage.do("web-2", "touch", "/run/sick")
    routed = [isp.await_best(LAST) for isp in isps]
    moved = [traffic.moved(f"both sick, {client}", sickened, DC_1, most_lost=None) for client, traffic in (("client-a", a), ("client-b", b))]
    stage.tell(*routed, *moved)
    stage.expect("who is the last resort", ["down", "down"], [stage.state(lb, "web") for lb in ("lb-1", "lb-2")])
    stage.chapter("Both are well again")
    healed = stage.do("web-1", "rm", "/run/sick")
    stage.tell(*(isp.await_best("65010") for isp in isps))
    stage.do("web-2", "rm", "/run/sick")
    stage.tell(stage.await_state("lb-2", "web", "up"))
    a.unharmed("well again, client-a", healed, DC_1)
    b.unharmed("well again, client-b", healed, DC_1)
