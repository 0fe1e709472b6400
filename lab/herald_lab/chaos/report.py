"""What a run of chaos has shown: faults by kind, violations, and requests lost by cause."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Sequence

from ..load import Request
from .check import Violation
from .schedule import Step

# So long after the end of a fault what is lost is still its doing: routes come back, and each move cuts what is open.
AFTER = 15.0
NOTHING = "no fault in force"


@dataclass
class Episode:
    """A fault that has struck: when, and when it was healed (seconds of the monotonic clock)."""

    step: Step
    began: float
    healed: float = float("inf")

    @property
    def label(self) -> str:
        """Its kind and its region."""
        return f"{self.step.kind} ({self.step.region})"


def in_force(episodes: Sequence[Episode], since: float, until: float) -> tuple[str, ...]:
    """The faults that were in force at any time of a window."""
    return tuple(episode.label for episode in episodes if episode.began <= until and episode.healed >= since)


def cause(episodes: Sequence[Episode], request: Request) -> str:
    """What a request was lost to: the kinds in force while it was out, else the one that was healed last."""
    kinds = sorted({episode.step.kind for episode in episodes if episode.began <= request.done and episode.healed >= request.sent})
    if kinds:
        return " + ".join(kinds)
    ended = [episode for episode in episodes if episode.healed <= request.sent <= episode.healed + AFTER]
    return f"after: {max(ended, key=lambda episode: episode.healed).step.kind}" if ended else NOTHING


def lost_by_cause(episodes: Sequence[Episode], requests: Sequence[Request]) -> Counter:
    """How many requests were lost to what."""
    return Counter(cause(episodes, request) for request in requests if request.lost)


def faults_table(episodes: Sequence[Episode], violations: Sequence[Violation], lost: Counter) -> list[tuple[str, ...]]:
    """A row for each kind: how often, for how long, violations while in force, requests lost while it alone was in force or after it."""
    rows = [("fault", "times", "seconds", "violations", "lost", "lost after")]
    for kind in sorted({episode.step.kind for episode in episodes}):
        own = [episode for episode in episodes if episode.step.kind == kind]
        labels = {episode.label for episode in own}
        broken = sum(bool(labels & set(violation.faults)) for violation in violations)
        seconds = sum(episode.healed - episode.began for episode in own)
        rows.append((kind, str(len(own)), f"{seconds:.0f}", str(broken), str(lost[kind]), str(lost[f"after: {kind}"])))
    together = [(cause, count) for cause, count in lost.most_common() if " + " in cause or cause == NOTHING]
    return rows + [(cause, "", "", "", str(count), "") for cause, count in together]
