"""`lab/run chaos`: faults by a seed, under steady requests, and whether the route servers ever hold what they should not."""

from __future__ import annotations

import time
from typing import Callable

from .. import topology
from ..expect import Expectations
from ..lab import Lab
from ..load import Load, lost, now, tally
from ..say import Narrator
from ..versions import versions
from ..wait import until
from . import faults, report, schedule, tables
from .check import Violation, Watch
from .ground import ADDRESS, NVA, PREFIX, TOPOLOGY, Ground, frr_of, gobgp_of, nva_of, replaced
from .report import Episode
from .truth import BACK, GONE, Wanted

# Beside everything else on a small machine; the loss of a region is lost requests at any rate.
RATE = 100
SETTLE_SECONDS = 30


def run(narrator: Narrator, minutes: float, seed: int) -> bool:
    """Lets faults strike for so long, and returns whether nothing was violated."""
    for line in versions():
        narrator.line(line)
    with Lab(topology.read(TOPOLOGY), "chaos", replaced()) as lab:
        return lab.told(narrator, Chaos(lab, narrator, minutes, seed).run)


class Chaos:
    """One run."""

    def __init__(self, lab: Lab, narrator: Narrator, minutes: float, seed: int) -> None:
        self.ground = Ground(lab)
        self.say = narrator
        self.seed, self.minutes = seed, minutes
        self.steps = schedule.make(seed, minutes)
        self.episodes: list[Episode] = []
        self.watches: list[Watch] = []
        self.deaths: list[str] = []

    def run(self) -> bool:
        """Everything, from the lab's start to the closing tables."""
        self._allowances()
        self.say.chapter(f"Chaos for {self.minutes:g} minutes by seed {self.seed}: {len(self.steps)} faults, {RATE} requests a second")
        self.ground.prepare()
        self._await_all()
        samplers = self._watch()
        with Load(self.ground.lab.nodes["client"], RATE, "page", ADDRESS) as load:
            until("steady answers", lambda: load.settled(RATE, lambda request: not request.lost), nodes=("onprem", nva_of("ne")))
            began = now()
            self._strike_all(began)
            self._await_all()
            time.sleep(max(0.0, began + self.minutes * 60 - now()))
            requests = load.since(began)
        for sampler in samplers:
            sampler.stop()
        for watch in self.watches:
            watch.close()
        return self._close(requests, [sampler.failure for sampler in samplers if sampler.failure])

    def _allowances(self) -> None:
        self.say.chapter("Allowed until a table shows a change")
        rows = [("part", "change", "allowed", "because")]
        rows += [(part, life.value, f"{known.seconds:g} s", known.because) for part, lives in GONE.items() for life, known in lives.items()]
        rows += [(part, "back", f"{known.seconds:g} s", known.because) for part, known in BACK.items()]
        rows.append(("anything else", "", "0 s", "disk, clock, address, HAProxy's reload, loss: no table may show them"))
        self.say.table(rows)

    def _watch(self) -> list[tables.Sampler]:
        nodes, samplers = self.ground.lab.nodes, []
        for region, known in self.ground.regions.items():
            frr, gobgp, nva = frr_of(region), gobgp_of(region), nva_of(region)
            asked: list[tuple[str, Callable[[], bool | None], float, Callable[[], Wanted]]] = [
                (frr, tables.frr_has(nodes[frr], PREFIX, NVA[region]), tables.FAST, lambda known=known, name=frr: known.wanted(name)),
                (gobgp, tables.gobgp_has(nodes[gobgp], PREFIX), tables.SLOW, lambda known=known, name=gobgp: known.wanted(name)),
                (f"lo of {nva}", tables.bound(nodes[nva], ADDRESS), tables.FAST, known.wanted_address),
            ]
            samplers += [tables.Sampler(ask, every, self._teller(name, wanted)) for name, ask, every, wanted in asked]
        return samplers

    def _teller(self, name: str, wanted: Callable[[], Wanted]) -> Callable[[float, bool | None], None]:
        watch = Watch(name)
        self.watches.append(watch)

        def tell(asked: float, present: bool | None) -> None:
            with self.ground.lock:
                demanded = wanted()
            found = watch.see(asked, present, demanded, report.in_force(list(self.episodes), asked - report.AFTER, asked))
            if found:
                self.say.line(f"VIOLATION {found}", "red")

        return tell

    def _strike_all(self, began: float) -> None:
        """Strikes and heals as the schedule says; an act that takes long delays what follows."""
        acts: list[tuple[float, Callable[[], None]]] = []
        heals: dict[schedule.Step, tuple[Episode, faults.Heal]] = {}

        def strike(step: schedule.Step) -> None:
            episode = Episode(step, now())
            self.episodes.append(episode)
            self.say.line(f"{step}", "yellow")
            heals[step] = (episode, faults.strike(self.ground, step))

        def heal(step: schedule.Step) -> None:
            episode, act = heals.pop(step)
            act()
            episode.healed = now()
            self.say.line(f"{episode.label}: healed", "green")

        for step in self.steps:
            acts.append((step.at, lambda step=step: strike(step)))
            acts.append((step.end, lambda step=step: heal(step)))
        for at, act in sorted(acts, key=lambda pair: pair[0]):
            self._wait_until(began + at)
            act()

    def _wait_until(self, moment: float) -> None:
        """Waits, and sees meanwhile whether an agent has ended by itself."""
        while True:
            for region in self.ground.dead():
                herald = self.ground.lab.programs[nva_of(region), "herald"]
                self.deaths.append(f"{nva_of(region)} after {', '.join(report.in_force(self.episodes, now() - 1, now())) or 'nothing'}")
                self.say.quote(f"herald of {nva_of(region)} has ended by itself, status {herald.wait(0)}:", herald.tail())
                self.ground.start_herald(region)
            left = moment - now()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))

    def _await_all(self) -> None:
        """Waits until both regions are announced by both of their route servers."""
        nodes = self.ground.lab.nodes
        asks = {frr_of(region): tables.frr_has(nodes[frr_of(region)], PREFIX, NVA[region]) for region in self.ground.regions}
        asks |= {gobgp_of(region): tables.gobgp_has(nodes[gobgp_of(region)], PREFIX) for region in self.ground.regions}
        until(
            "all route servers to have their region's route",
            lambda: all(ask() for ask in asks.values()),
            seconds=SETTLE_SECONDS,
            every=0.2,
            nodes=tuple(nva_of(region) for region in self.ground.regions),
            seen=lambda: f"{', '.join(name for name, ask in asks.items() if not ask())} had not",
        )

    def _close(self, requests: list, failures: list[BaseException]) -> bool:
        violations: list[Violation] = [violation for watch in self.watches for violation in watch.violations]
        causes = report.lost_by_cause(self.episodes, requests)
        self.say.chapter("Faults by kind, and what was lost to them")
        self.say.table(report.faults_table(self.episodes, violations, causes))
        fates = ", ".join(f"{count} {fate}" for fate, count in tally([request for request in requests if request.lost]).most_common())
        self.say.line(f"{lost(requests)} of {len(requests)} requests lost: {fates or 'none'}")
        for violation in violations:
            self.say.line(str(violation), "red")
        for request in requests:
            if request.lost and report.cause(self.episodes, request) == report.NOTHING:
                self.say.line_at(request.sent, f"lost with no fault in force: {request.fate}", "red")
        self.say.chapter("Summary")
        expectations = Expectations()
        for watch in self.watches:
            asked = f"{len(watch.violations)} ({watch.samples} answers, {watch.changes} changes)"
            expectations.expect(f"violations at {watch.table}", "0", asked, not watch.violations and watch.samples > 0)
        expectations.equal("agents that ended by themselves", "none", ", ".join(self.deaths) or "none")
        expectations.equal("checkers that died", "none", ", ".join(map(repr, failures)) or "none")
        expectations.equal("requests lost with no fault in force", 0, causes[report.NOTHING])
        met = expectations.close(self.say)
        if not met:
            self.say.line(f"again: lab/run chaos --minutes {self.minutes:g} --seed {self.seed}", "bold")
        return met
