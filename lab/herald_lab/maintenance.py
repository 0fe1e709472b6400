"""`lab/run maintenance`: what an operator does to a region on purpose, under steady requests.

A reload that moves the region behind the other, and back; a drain that waits, and its end; the stop of the service.
Both NVAs of the region are told, one after the other: traffic moves with the second. Nothing of it may lose a request,
and only the stop may end a session: both ends of each are asked how long it has been up.
"""

from __future__ import annotations

import json

from . import routers, scenarios, topology
from .bridge import HERALD_TOML
from .expect import Expectations
from .lab import Lab
from .load import now
from .say import Narrator
from .stage import Stage
from .traffic import Traffic
from .witness import Witness

# The two regions, whose drain and return are told there, and the NVAs of the one that is worked on.
REGIONS = scenarios.find("01")
NVAS = REGIONS.story.NVAS["ne"]
# The table that the reload changes, and what it is changed to: one copy more than West Europe has.
_BEFORE, _AFTER = "[region.northeurope]\nprepend = 0", "[region.northeurope]\nprepend = 3"
# The default is 30 s; nothing here needs so long.
_DRAIN = '\n[service.web.drain]\nfor = "5s"\n'


def run(narrator: Narrator, expectations: Expectations | None = None) -> bool:
    """Tells the story, and returns whether every expectation was met."""
    with Lab(topology.read(REGIONS.topology), "maintenance", {(nva, HERALD_TOML): herald_toml() for nva in NVAS}) as lab:
        stage = Stage(lab, narrator, Expectations() if expectations is None else expectations)
        return lab.told(narrator, Maintenance(stage).tell)


def herald_toml() -> str:
    """North Europe's configuration with a shorter drain."""
    return (REGIONS.directory / "nva-ne" / "herald.toml").read_text() + _DRAIN


class Maintenance:
    """The chapters, each of which ends as it began: North Europe serves."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.story = REGIONS.story

    def tell(self) -> bool:
        """Runs everything, and returns whether every expectation was met."""
        self.stage.up()
        self.story.sessions(self.stage)
        onprem = self.stage.witness("onprem", self.story.PREFIX)
        onprem.await_paths(self.story.NORTH, self.story.WEST)
        with self.stage.traffic("client", self.story.ADDRESS, self.story.RATE) as traffic:
            traffic.await_answers(self.story.FROM_NORTH)
            before = self._sessions_now()
            self._reload(onprem, traffic)
            self._drain_and_resume(onprem, traffic)
            self._expect_same_sessions(before)
            self.story.drain(self.stage, onprem, traffic)
            self.story.back(self.stage, onprem, traffic)
        self.stage.chapter("Summary")
        return self.stage.expectations.close(self.stage.say)

    def _reload(self, onprem: Witness, traffic: Traffic) -> None:
        self.stage.chapter("herald reload: North Europe's prepend becomes 3, then 0 again")
        self._write(herald_toml().replace(_BEFORE, _AFTER))
        self._herald(next(iter(NVAS)), "reload", "--dry-run")
        self._moved(onprem, traffic, "reload, prepend 0 → 3", ("reload",), (self.story.WEST, self.story.NORTH_DRAINING), west=True)
        self._write(herald_toml())
        self._moved(onprem, traffic, "reload, prepend 3 → 0", ("reload",), (self.story.NORTH, self.story.WEST), west=False)

    def _drain_and_resume(self, onprem: Witness, traffic: Traffic) -> None:
        self.stage.chapter("herald drain web --wait, then herald resume web")
        self._moved(onprem, traffic, "herald drain web --wait", ("drain", "web", "--wait", "--reason", "kernel update"), (self.story.WEST,), west=True)
        self.story.show_service(self.stage)
        self._moved(onprem, traffic, "herald resume web", ("resume", "web"), (self.story.NORTH, self.story.WEST), west=False)

    def _moved(self, onprem: Witness, traffic: Traffic, what: str, words: tuple[str, ...], paths: tuple[str, ...], west: bool) -> None:
        """Says the words to herald on one NVA after the other, and waits until routing and the client have followed."""
        asked = now()
        for nva in NVAS:
            self._herald(nva, *words)
            self.stage.say.line(f"herald {words[0]} has returned", "yellow")
        routed = onprem.await_paths(*paths)
        self.stage.tell(routed, traffic.moved(what, asked, self.story.FROM_WEST if west else self.story.FROM_NORTH))

    def _write(self, text: str) -> None:
        for nva in NVAS:
            self.stage.lab.write(nva, HERALD_TOML, text)

    def _herald(self, nva: str, *words: str) -> None:
        said = self.stage.node(nva).run("herald", *words, seconds=60)
        self.stage.say.quote(f"{nva}$ herald {' '.join(words)}", said.splitlines())

    def _sessions_now(self) -> dict[str, str]:
        """Which session it is, as both of its ends say; says since when."""
        seen = {}
        for nva, address in NVAS.items():
            for neighbor in json.loads(self.stage.node(nva).run("herald", "neighbors", "--json")):
                seen[f"{nva}: {neighbor['name']}"] = f"{neighbor['state']} since {neighbor['since']}"
            number, uptime = routers.frr_session(self.stage.node("rs-0-ne"), address)
            seen[f"rs-0-ne (FRR): {nva}"] = f"session number {number}"
            self.stage.say.line(f"rs-0-ne (FRR): {nva}: up {uptime}")
        for who, what in seen.items():
            self.stage.say.line(f"{who}: {what}")
        return seen

    def _expect_same_sessions(self, before: dict[str, str]) -> None:
        self.stage.chapter("The sessions, after two reloads, a drain and its end")
        after = self._sessions_now()
        for who, what in before.items():
            self.stage.expect(f"session before and after, {who}", what, after.get(who, "gone"))
