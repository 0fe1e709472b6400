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


def run(narrator: Narrator) -> bool:
    """Measures, and returns whether every bar is met."""
    return measured.run("peers", narrator, _measure, TOPOLOGY)


def _measure(lab: Lab, narrator: Narrator, expectations: Expectations) -> None:
    with Capture(lab.nodes["nva"]) as capture:
        agent.measure(lab, narrator, expectations, capture)
        flood.measure(lab, narrator, expectations, capture)
    cuts.measure(lab, narrator, expectations)
    narrator.chapter("Summary")
