"""`lab/run peers`: a peer that sends a million routes, paths that die, an agent that is killed and started.

What is measured from where to where stands in the chapter's title, and in `flood`, `cuts` and `agent`.
"""

from __future__ import annotations

from pathlib import Path

from . import agent, cuts, flood, measured
from .capture import Capture
from .expect import Expectations
from .lab import Lab
from .say import Narrator

TOPOLOGY = Path(__file__).parent.parent / "peers" / "peers.clab.yml"


def run(narrator: Narrator, times: int, expectations: Expectations | None = None) -> bool:
    """Measures, with so many starts, kills and cuts of each kind, and returns whether every bar is met."""

    def measure(lab: Lab, _: Narrator, expectations: Expectations) -> None:
        with Capture(lab.nodes["nva"]) as capture:
            agent.measure(lab, narrator, expectations, capture, times)
            flood.measure(lab, narrator, expectations, capture)
        cuts.measure(lab, narrator, expectations, times)
        narrator.chapter("Summary")

    return measured.run("peers", narrator, measure, TOPOLOGY, expectations=expectations)
