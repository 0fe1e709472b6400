"""Which fault strikes when, where and for how long: made from a seed, and the same for the same seed.

There are two lanes, so that faults overlap. In the one servers die and come back, in the other everything else happens:
kinds come in a shuffled deck, so each comes once before any comes twice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

REGIONS = ("ne", "we")
# Nothing strikes before everything has come up, and the end is left for the last fault to heal.
FIRST, LAST = 2.0, 12.0


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its name, and how long one lasts, in seconds."""

    name: str
    shortest: float
    longest: float


DEATHS = (
    Kind("web killed", 2.0, 6.0),
    Kind("web frozen", 2.0, 5.0),
)
KINDS = (
    Kind("herald killed", 0.5, 2.0),
    Kind("herald frozen", 2.0, 9.0),
    Kind("haproxy killed", 1.0, 4.0),
    Kind("haproxy frozen", 2.0, 8.0),
    Kind("haproxy reloaded three times", 1.0, 2.0),
    Kind("link down", 2.0, 9.0),
    Kind("TCP of BGP blackholed", 2.0, 9.0),
    Kind("path to FRR loses 20 %", 4.0, 8.0),
    Kind("path to GoBGP loses 20 %", 4.0, 8.0),
    Kind("disk full", 4.0, 6.0),
    Kind("clock an hour ahead", 3.0, 5.0),
    Kind("clock an hour behind", 3.0, 5.0),
    Kind("address deleted", 1.0, 2.0),
    Kind("FRR restarted", 0.5, 2.0),
    Kind("GoBGP restarted", 0.5, 2.0),
    Kind("agent upgraded", 0.2, 0.5),
)
# Seconds between the end of a fault and the next one of its lane: some find the last one not yet healed, most do not.
_GAPS = {"faults": (0.5, 3.0), "deaths": (4.0, 9.0)}


@dataclass(frozen=True)
class Step:
    """A fault: from `at` seconds after the start for `seconds`, in a region."""

    at: float
    kind: str
    region: str
    seconds: float

    @property
    def end(self) -> float:
        """When it is healed."""
        return self.at + self.seconds

    def __str__(self) -> str:
        return f"{self.kind} ({self.region}), {self.seconds:.1f} s"


def make(seed: int, minutes: float) -> tuple[Step, ...]:
    """The faults of so many minutes, in the order in which they strike."""
    end = minutes * 60 - LAST
    lanes = [
        step
        for lane, kinds in (("faults", KINDS), ("deaths", DEATHS))
        # a generator of its own for each lane: a kind more in the one leaves the other alone
        for step in _lane(random.Random(f"{lane} {seed}"), kinds, _GAPS[lane], end)
    ]
    return tuple(sorted(lanes, key=lambda step: step.at))


def _lane(rng: random.Random, kinds: tuple[Kind, ...], gaps: tuple[float, float], end: float) -> list[Step]:
    steps: list[Step] = []
    deck: list[Kind] = []
    at = FIRST
    while True:
        at += rng.uniform(*gaps)
        if not deck:
            deck = rng.sample(kinds, len(kinds))
        kind = deck.pop()
        seconds = rng.uniform(kind.shortest, kind.longest)
        if at + seconds > end:
            return steps
        steps.append(Step(round(at, 3), kind.name, rng.choice(REGIONS), round(seconds, 3)))
        at += seconds
