"""A resolver dies, hangs, forgets its zone and is drained: how many queries are lost."""

from herald_lab.load import Answer
from herald_lab.say import milliseconds
from herald_lab.stage import Stage

ADDRESS, PREFIX, NAME, RATE = "203.0.113.53", "203.0.113.53/32", "whoami.example.com", 200
FIRST, SECOND = Answer("10.0.1.53"), Answer("10.0.2.53")
NEAR, FAR = "65010", "65010 65010 65010"
CONTROL = ("unbound-control", "-c", "/etc/unbound/unbound.conf")


def steps(stage: Stage) -> None:
    """Each way to fail, and the return from it."""
    stage.chapter("Two resolvers behind one address")
    stage.up()
    router = stage.witness("router", PREFIX)
    stage.tell(router.await_paths(NEAR, FAR))
    with stage.queries("client", ADDRESS, NAME, RATE) as queries:
        queries.await_answers(FIRST)

        def fails(what: str, since: float, most_lost: int | None) -> None:
            routed = router.await_best(FAR)
            stage.tell(routed, queries.moved(what, since, SECOND, most_lost, within=3))

        def returns(what: str, since: float) -> None:
            routed = router.await_paths(NEAR, FAR)
            stage.tell(routed, queries.moved(what, since, FIRST, within=5))

        stage.chapter("The first resolver is killed")
        fails("killed", stage.kill("resolver-1", "unbound"), None)
        returns("started", stage.start("resolver-1", "unbound"))
        stage.chapter("… hangs: it is there, and says nothing")
        fails("hangs", stage.freeze("resolver-1", "unbound"), None)
        returns("goes on", stage.thaw("resolver-1", "unbound"))
        stage.chapter("… answers, but no longer knows its zone")
        fails("no zone", stage.do("resolver-1", *CONTROL, "local_data_remove", "www.example.com"), 0)
        returns("knows it again", stage.do("resolver-1", *CONTROL, "local_data", "www.example.com. IN A 198.51.100.80"))
        stage.chapter("… is drained by its operator")
        fails("drained", stage.do("resolver-1", "herald", "drain", "dns", "--for", "1s", "--reason", "upgrade"), 0)
        stage.tell(router.await_paths(FAR))
        returns("resumed", stage.do("resolver-1", "herald", "resume", "dns"))
    stage.chapter("Queries lost")
    rows = [(move.what, milliseconds(move.seconds), f"{move.lost + move.cut} of {move.requests}") for move in stage.moves]
    stage.say.table([("event", "time until the other one answers", "queries lost"), *rows])
