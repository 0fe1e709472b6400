"""HAProxy is stopped on one machine of a pair: with herald, then with the document's keepalived, on the same lab."""

from herald_lab.images import Program
from herald_lab.load import Answer
from herald_lab.say import milliseconds
from herald_lab.stage import Stage

ADDRESS, PREFIX, RESERVED, RATE = "203.0.113.80", "203.0.113.80/32", "10.0.0.4", 100
TERENCE, STELLA = Answer("terence"), Answer("stella")
PAIR = ("terence", "stella")
CONFIGURATION = "/etc/keepalived/keepalived.conf"
# The shortest that the document's check can be set to.
QUICK = (("interval 5", "interval 1"), ("fall 2", "fall 1"), ("rise 2", "rise 1"))


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("A pair of HAProxy machines; terence is started first")
    stage.up(leave_out=("herald",))
    herald(stage)
    keepalived(stage, "keepalived as in the document", CONFIGURATION)
    for node in PAIR:
        text = stage.node(node).path(CONFIGURATION).read_text()
        for slow, quick in QUICK:
            text = text.replace(slow, quick)
        stage.lab.write(node, "/run/quick.conf", text)
    keepalived(stage, "keepalived as quick as it can be", "/run/quick.conf")
    compare(stage)


def herald(stage: Stage) -> None:
    """The anycast address by BGP, and the reserved one by a hook that asks the cloud."""
    router = stage.witness("router", PREFIX)
    stage.start("terence", "herald")
    stage.tell(stage.await_state("terence", "web", "up"))
    stage.start("stella", "herald")
    stage.tell(stage.await_state("stella", "web", "standby"), router.await_gateways("10.0.0.2"))
    with stage.traffic("client", ADDRESS, RATE) as anycast, stage.traffic("client", RESERVED, RATE) as reserved:
        anycast.await_answers(TERENCE)
        reserved.await_answers(TERENCE)
        stage.chapter("herald: HAProxy of terence is stopped")
        stopped = stage.kill("terence", "haproxy")
        moved = anycast.moved("herald, by BGP", stopped, STELLA, most_lost=None, within=3)
        stage.tell(moved, reserved.moved("herald, reserved address by its hook", stopped, STELLA, most_lost=None, within=5))
        router.expect("HAProxy stopped", ("65010",), "10.0.0.3")
        stage.chapter("… and started again: terence is the standby, nothing moves a second time")
        started = stage.start("terence", "haproxy")
        stage.tell(stage.await_state("terence", "web", "standby"))
        anycast.unharmed("HAProxy started, by BGP", started, STELLA)
        reserved.unharmed("HAProxy started, reserved address", started, STELLA)
    for node in PAIR:
        stage.stop(node, "herald")
        stage.expect(f"herald's exit status on {node}", 0, stage.lab.programs[node, "herald"].wait(20))


def keepalived(stage: Stage, title: str, configuration: str) -> None:
    """VRRP between the two, by unicast, and the same script that asks the cloud."""
    stage.chapter(f"{title}: HAProxy of terence is stopped")
    command = ("keepalived", "--dont-fork", "--log-console", "--log-detail", "-f", configuration, "-p", "/run/keepalived.pid", "-r", "/run/vrrp.pid")
    for node in PAIR:
        stage.lab.launch(node, Program("keepalived", command, ready="/run/vrrp.pid"))
    with stage.traffic("client", RESERVED, RATE) as reserved:
        reserved.await_answers(TERENCE, seconds=40)
        stopped = stage.kill("terence", "haproxy")
        stage.tell(reserved.moved(title, stopped, STELLA, most_lost=None, within=30))
    for node in PAIR:
        stage.stop(node, "keepalived")
        stage.expect(f"{title}: exit status on {node}", 0, stage.lab.programs[node, "keepalived"].wait(10))
    stage.start("terence", "haproxy")


def compare(stage: Stage) -> None:
    """The same failure, side by side."""
    stage.chapter("HAProxy stopped on the active machine: how long until the other one answers")
    rows = [(move.what, milliseconds(move.seconds), f"{move.lost + move.cut} of {move.requests}") for move in stage.moves if move.seconds]
    stage.say.table([("by", "time", "requests lost"), *rows])
