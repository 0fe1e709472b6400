"""The document's transcript, with one address for ever: the primary web server stops, its network is gone, both return."""

import re

from herald_lab.load import Answer
from herald_lab.stage import Stage
from herald_lab.traffic import Traffic
from herald_lab.witness import Witness

NAME, ADDRESS, PREFIX, RATE = "myweb.contoso.local", "10.99.0.5", "10.99.0.5/32", 200
WWW1, WWW2 = Answer("www1"), Answer("www2")
PRIMARY, SECONDARY = "65101 65010", "65102 65010 65010 65010 65010"
GATEWAY_1, GATEWAY_2 = "10.255.1.2", "10.255.2.2"


def steps(stage: Stage) -> None:
    """The chapters, in the order in which they are told."""
    stage.chapter("Three networks")
    stage.up()
    gateway = stage.witness("gw-0", PREFIX)
    stage.tell(gateway.await_gateways(GATEWAY_1), gateway.await_best(PRIMARY))
    look(stage, "both up", "www1")
    # As a browser does: the name is resolved once, and never again.
    with stage.traffic("jump", ADDRESS, RATE) as traffic:
        traffic.await_answers(WWW1)
        stopped(stage, gateway, traffic)
        network(stage, gateway, traffic)


def look(stage: Stage, when: str, page: str) -> None:
    """ping and the page, by name, as in the document."""
    said = stage.quote("jump", "ping", "-c", "4", "-i", "0.2", NAME)
    address = re.search(r"PING \S+ \((\S+?)\)", said)
    stage.expect(f"{when}: address of {NAME}", ADDRESS, address[1] if address else "none")
    stage.expect(f"{when}: pings answered of 4", 4, said.count(" bytes from "))
    body = stage.quote("jump", "curl", "-s", "-m", "3", f"http://{NAME}/")
    found = re.search(r"website in (\S+)", body)
    stage.expect(f"{when}: the page of {NAME}", page, found[1] if found else "none")


def stopped(stage: Stage, gateway: Witness, traffic: Traffic) -> None:
    """The document stops www1 in the portal, waits a few seconds, and restarts the browser."""
    stage.chapter("The web server of www1 stops")
    killed = stage.kill("www1", "web")
    routed = gateway.await_best(SECONDARY)
    stage.tell(routed, traffic.moved("www1 stopped", killed, WWW2, most_lost=None, within=3))
    look(stage, "www1 stopped", "www2")
    stage.chapter("… and is started again")
    started = stage.start("www1", "web")
    routed = gateway.await_best(PRIMARY)
    stage.tell(routed, traffic.moved("www1 started", started, WWW1, within=3))


def network(stage: Stage, gateway: Witness, traffic: Traffic) -> None:
    """The region is gone, with its web server and its name server."""
    stage.chapter("The whole first network is cut off")
    cut = stage.do("gw-1", "sh", "-c", "ip link set eth3 down; ip link set eth4 down")
    routed = gateway.await_best(SECONDARY)
    stage.tell(routed, traffic.moved("network cut off", cut, WWW2, most_lost=None, within=3))
    look(stage, "network cut off", "www2")
    stage.chapter("… and joined again")
    joined = stage.do("gw-1", "sh", "-c", "ip link set eth3 up; ip link set eth4 up")
    routed = gateway.await_best(PRIMARY)
    stage.tell(routed, traffic.moved("network joined", joined, WWW1, within=20))
    look(stage, "network joined", "www1")
