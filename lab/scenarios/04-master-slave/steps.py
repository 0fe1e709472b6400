"""The application crashes, is moved for maintenance, its machine loses power and comes back: it never runs twice."""

from itertools import groupby

from herald_lab.load import Answer
from herald_lab.stage import Stage
from herald_lab.traffic import Traffic
from herald_lab.witness import Witness

ADDRESS, PREFIX, RATE = "203.0.113.10", "203.0.113.10/32", 100
VM_A, VM_B = Answer("vm-a"), Answer("vm-b")
LOCK, DISK = "disks/lock-of-the-application", "disks/app-data"


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("vm-a is started first, and is the master")
    stage.up(leave_out=("herald",))
    stage.start("vm-a", "herald")
    router = stage.witness("router", PREFIX)
    stage.tell(stage.await_state("vm-a", "app", "up"), router.await_paths("65010"))
    stage.start("vm-b", "herald")
    stage.tell(stage.await_state("vm-b", "app", "standby"))
    router.expect("vm-a is the master", ("65010",), "10.0.0.11")
    with stage.traffic("client", ADDRESS, RATE) as traffic:
        traffic.await_answers(VM_A)
        crash(stage, router, traffic)
        maintenance(stage, router, traffic)
        power(stage, router, traffic)
        back(stage, router, traffic)
        never_two(stage, traffic)


def crash(stage: Stage, router: Witness, traffic: Traffic) -> None:
    """The application ends, and its machine and herald do not."""
    stage.chapter("The application of vm-a crashes")
    crashed = stage.do("vm-a", "sh", "-c", "kill -9 $(cat /run/app.pid)")
    moved = traffic.moved("application crashed", crashed, VM_B, most_lost=None)
    stage.tell(stage.await_state("vm-b", "app", "up"), moved, stage.await_state("vm-a", "app", "standby"))
    router.expect("vm-b is the master", ("65010",), "10.0.0.12")


def maintenance(stage: Stage, router: Witness, traffic: Traffic) -> None:
    """An operator moves it."""
    stage.chapter("vm-b goes into maintenance, and comes out of it as the standby")
    asked = stage.do("vm-b", "touch", "/run/app.maintenance")
    moved = traffic.moved("maintenance", asked, VM_A, most_lost=None)
    stage.tell(moved)
    stage.do("vm-b", "rm", "/run/app.maintenance")
    stage.tell(stage.await_state("vm-b", "app", "standby"))
    router.expect("vm-a is the master again", ("65010",), "10.0.0.11")


def power(stage: Stage, router: Witness, traffic: Traffic) -> None:
    """The machine is gone, with the disk attached to it, and no hook of its has run."""
    stage.chapter("vm-a loses power, with the disk attached")
    lost = stage.do("vm-a", "sh", "-c", "ip link set eth1 down; ip link set eth2 down; kill -9 $(cat /run/app.pid)")
    stage.kill("vm-a", "herald")
    moved = traffic.moved("master without power", lost, VM_B, most_lost=None)
    stage.tell(stage.await_state("vm-b", "app", "up"), moved)
    router.expect("vm-b has taken over", ("65010",), "10.0.0.12")


def back(stage: Stage, router: Witness, traffic: Traffic) -> None:
    """The old master boots: what it had under /run is gone, and it is the standby."""
    stage.chapter("vm-a is back, as the standby")
    booted = stage.do("vm-a", "sh", "-c", "rm -f /run/app.*; ip link set eth1 up; ip link set eth2 up; ip route replace default via 10.0.0.1")
    stage.start("vm-a", "herald")
    stage.await_sessions("router", "10.0.0.11", "10.0.0.12")
    stage.tell(stage.await_state("vm-a", "app", "standby"))
    traffic.await_answers(VM_B)
    traffic.unharmed("old master back", booted, VM_B)
    router.expect("nothing has moved a second time", ("65010",), "10.0.0.12")


def never_two(stage: Stage, traffic: Traffic) -> None:
    """What the cloud and the client have to say about it."""
    stage.chapter("Has the application ever run twice?")
    log = stage.quote("cloud", "curl", "-s", "http://127.0.0.1:8080/log").splitlines()
    refused = [line for line in log if LOCK in line and "refused" in line]
    stage.expect("starts of the application while it ran elsewhere", 0, len(refused))
    owners = [line.split()[3].rstrip(":") for line in log if f"PUT {DISK}" in line and line.endswith("done")]
    stage.expect("whom the disk was attached to", "vm-a, vm-b, vm-a, vm-b", ", ".join(name for name, _ in groupby(owners)))
    answered = [name for name, _ in groupby(request.region for request in traffic.load.since(0) if not request.lost)]
    stage.expect("who answered the client", "vm-a, vm-b, vm-a, vm-b", ", ".join(answered))
