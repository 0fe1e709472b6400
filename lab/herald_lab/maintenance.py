"""`lab/run maintenance`: what an operator does to a region on purpose, under steady requests.

A reload that moves the region behind the other, and back; a drain that waits, and its end; the stop of the service.
Nothing of it may lose a request, and only the stop may end a session: both ends of each are asked how long it has
been up.
"""

from __future__ import annotations

import json

from . import failover, routers, topology
from .bridge import HERALD_TOML
from .expect import Expectations
from .failover import NORTH, NORTH_DRAINING, NVA, RATE, SETTLED, WEST, Event, Story
from .lab import Lab
from .load import Load, now
from .say import Narrator
from .versions import versions
from .wait import until

NODE = "nva-ne"
# The table that the reload changes, and what it is changed to: one copy more than West Europe has.
_BEFORE, _AFTER = "[region.northeurope]\nprepend = 0", "[region.northeurope]\nprepend = 3"
# The default is 30 s; nothing here needs so long.
_DRAIN = '\n[service.web.drain]\nfor = "5s"\n'


def run(narrator: Narrator, expectations: Expectations | None = None) -> bool:
    """Tells the story, and returns whether every expectation was met."""
    for line in versions():
        narrator.line(line)
    with Lab(topology.read(failover.TOPOLOGY), "maintenance", {(NODE, HERALD_TOML): herald_toml()}) as lab:
        story = Maintenance(lab, narrator)
        story.expectations = story.expectations if expectations is None else expectations
        return lab.told(narrator, story.tell)


def herald_toml() -> str:
    """North Europe's configuration with a shorter drain."""
    return (failover.TOPOLOGY.parent / NODE / "herald.toml").read_text() + _DRAIN


class Maintenance(Story):
    """The chapters, each of which ends as it began: North Europe serves."""

    def tell(self) -> bool:
        self.lab.up()
        self.lab.start_daemons()
        self._sessions()
        self.await_paths([NORTH, WEST])
        with Load(self.lab.nodes["client"], failover.ADDRESS, RATE) as load:
            until("steady answers from North Europe", lambda: load.settled(SETTLED, failover.by("North Europe", "northeurope")))
            before = self._sessions_now()
            self._reload(load)
            self._drain_and_resume(load)
            self._expect_same_sessions(before)
            self._drain(load)
            self._return(load)
        self.say.chapter("Summary")
        return self.expectations.close(self.say)

    def _reload(self, load: Load) -> None:
        self.say.chapter("herald reload: North Europe's prepend becomes 3, then 0 again")
        text = self.lab.nodes[NODE].path(HERALD_TOML).read_text()
        self.lab.write(NODE, HERALD_TOML, text.replace(_BEFORE, _AFTER))
        self._herald("reload", "--dry-run")
        self._moved(load, "reload, prepend 0 → 3", ("reload",), [WEST, NORTH_DRAINING], west=True)
        self.lab.write(NODE, HERALD_TOML, text)
        self._moved(load, "reload, prepend 3 → 0", ("reload",), [NORTH, WEST], west=False)

    def _drain_and_resume(self, load: Load) -> None:
        self.say.chapter("herald drain web --wait, then herald resume web")
        self._moved(load, "herald drain web --wait", ("drain", "web", "--wait", "--reason", "kernel update"), [WEST], west=True)
        self._show_service()
        self._moved(load, "herald resume web", ("resume", "web"), [NORTH, WEST], west=False)

    def _moved(self, load: Load, what: str, words: tuple[str, ...], paths: list[str], west: bool) -> None:
        """Says the words to herald, and waits until routing and the client have followed."""
        asked = now()
        self._herald(*words)
        self.say.line(f"herald {words[0]} has returned", "yellow")
        routed = self.await_paths(paths)
        moved = self._served_by(load, west, asked)
        self._tell([routed, moved])
        self._report(what, load, asked, moved, "westeurope" if west else "northeurope")

    def _served_by(self, load: Load, west: bool, since: float) -> Event:
        return self.settle(load, "West Europe", "westeurope", since) if west else self.settle(load, "North Europe", "northeurope", since)

    def _herald(self, *words: str) -> None:
        said = self.lab.nodes[NODE].run("herald", *words, seconds=60)
        self.say.quote(f"{NODE}$ herald {' '.join(words)}", said.splitlines())

    def _sessions_now(self) -> dict[str, str]:
        """Which session it is, as both of its ends say; says since when."""
        seen = {}
        for neighbor in json.loads(self.lab.nodes[NODE].run("herald", "neighbors", "--json")):
            seen[f"herald: {neighbor['name']}"] = f"{neighbor['state']} since {neighbor['since']}"
        number, uptime = routers.frr_session(self.lab.nodes["rs-0-ne"], NVA["ne"])
        seen["FRR at rs-0-ne"] = f"session number {number}"
        for who, what in seen.items():
            self.say.line(f"{who}: {what}" + (f", up {uptime}" if who.startswith("FRR") else ""))
        return seen

    def _expect_same_sessions(self, before: dict[str, str]) -> None:
        self.say.chapter("The sessions, after two reloads, a drain and its end")
        after = self._sessions_now()
        for who, what in before.items():
            self.expectations.equal(f"session before and after, {who}", what, after.get(who, "gone"))
