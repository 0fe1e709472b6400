"""Both NVAs serve; one is cut off without a sign, a leaf loses power, an NVA is drained: what each costs."""

from herald_lab import routers
from herald_lab.load import Answer
from herald_lab.stage import Stage
from herald_lab.traffic import Traffic
from herald_lab.wait import until

ADDRESS, PREFIX, RATE = "203.0.113.80", "203.0.113.80/32", 200
A, B = Answer("North", "nva-a"), Answer("South", "nva-b")
LEAFS = ("10.255.1.2", "10.255.2.2")
# The NVAs as each leaf knows them.
NVAS = {"leaf-1": ("10.1.1.2", "10.1.2.2"), "leaf-2": ("10.2.1.2", "10.2.2.2")}


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("A spine, two leafs, two NVAs: four equal paths")
    stage.up()
    spine = stage.witness("spine", PREFIX)
    leafs = {name: stage.witness(name, PREFIX) for name in NVAS}

    def whole() -> None:
        stage.tell(*(leafs[name].await_gateways(*nvas) for name, nvas in NVAS.items()), spine.await_gateways(*LEAFS))

    whole()
    await_bfd(stage)
    with stage.traffic("client", ADDRESS, RATE) as traffic:
        shared(stage, traffic)
        stage.chapter("nva-a is cut off in the patch panel: no carrier is lost, no packet comes through")
        cut = stage.do("panel", "sh", "-c", "ip link set eth2 nomaster; ip link set eth4 nomaster")
        routed = [leafs[name].await_gateways(nvas[1]) for name, nvas in NVAS.items()]
        stage.tell(*routed, traffic.struck("cut off, BFD 100 ms × 3", cut, B, within=2))
        mended = stage.do("panel", "sh", "-c", "ip link set eth2 master br-1; ip link set eth4 master br-2")
        whole()
        traffic.struck("mended", mended, None, within=0.5)
        await_bfd(stage)

        stage.chapter("leaf-1 loses power")
        lost = stage.do("leaf-1", "sh", "-c", "for port in eth1 eth2 eth3; do ip link set $port down; done")
        stage.kill("leaf-1", *(name for node, name in stage.lab.programs if node == "leaf-1"))
        routed = [spine.await_gateways(LEAFS[1])]
        stage.say.line_at(routed[0].moment, routed[0].text, "green")
        stage.say.line(traffic.struck("leaf without power", lost, None, within=2).text)

        stage.chapter("nva-a is drained")
        asked = stage.do("nva-a", "herald", "drain", "web", "--reason", "new kernel")
        routed = [leafs["leaf-2"].await_gateways(NVAS["leaf-2"][1])]
        stage.say.line(traffic.struck("drained", asked, B, within=0.5).text)


def await_bfd(stage: Stage) -> None:
    """BFD is up at both ends of all four sessions of the NVAs."""
    for name, nvas in NVAS.items():
        until(f"BFD of {name}", lambda: set(nvas) <= routers.frr_bfd_up(stage.node(name)), nodes=(name, "nva-a", "nva-b"))


def shared(stage: Stage, traffic: Traffic) -> None:
    """Both NVAs answer, each a fair share."""
    stage.chapter("Both NVAs serve")
    share = traffic.share(400, A)
    stage.expectations.expect("share of nva-a in 400 requests", "25 % to 75 %", f"{share:.0%}", 0.25 <= share <= 0.75)
