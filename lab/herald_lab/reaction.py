"""`lab/run reaction`: how soon a change of HAProxy is on the wire, herald beside ExaBGP's healthcheck.

Each contender in turn is put through the same: the last server's port closes (DOWN) and opens again (UP), and HAProxy is
killed. The start is HAProxy's own log datagram about the change, stamped by the kernel as it arrives, or the
moment of the kill; the end is the UPDATE to the slower of both neighbours leaving the node, stamped by the
kernel too. What HAProxy needs to notice a death is not part of it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Callable, Sequence

from . import measured
from .capture import Capture
from .contenders import EXABGP, HERALD, POLLING, Contender, cpu_seconds, mib
from .course import Course
from .expect import Expectations
from .figures import median, percentile
from .lab import Lab
from .memory import anonymous_kib, resident_kib
from .say import Narrator, milliseconds

# Of so many deaths one is by kill -9, with a new process afterwards; in the others the port closes.
REAL_DEATHS_OF = 8
# Pauses between changes, so that they fall anywhere in the rhythm of who polls.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.25
QUIET_SECONDS = 10
DOWN, UP, KILLED = "DOWN → withdrawal", "UP → announcement", "HAProxy killed → withdrawal"
KINDS = (DOWN, UP, KILLED)
# Product bars of the event stream in seconds: median, 99th percentile.
BARS = {DOWN: (0.002, 0.010), UP: (0.002, None), KILLED: (0.005, None)}
# Of fewer values, the 99th percentile is but the longest.
ENOUGH_FOR_P99 = 100
# What herald may take on top of the wait for its next poll, and the share of changes, in percent, of which that is
# demanded. A median would be met by a poll at half the rate; of few changes, it is the longest that counts.
ALLOWANCE, POLLED_SHARE = 0.002, 95


@dataclass
class Result:
    """What one contender has shown."""

    contender: Contender
    reactions: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    # Processor seconds in a minute in which nothing changes: its own, and HAProxy's.
    cpu: float = 0.0
    haproxy_cpu: float = 0.0
    # Resident memory in MiB, of everything that it is made of.
    resident: float = 0.0
    # Of that, what it has written itself; the rest came from files, its program first of all.
    anonymous: float = 0.0


def run(narrator: Narrator, changes: int) -> bool:
    """Measures `changes` deaths and recoveries of each contender, and returns whether herald is within its bars."""
    return compare(narrator, (HERALD, *POLLING, EXABGP), changes, Expectations())[1]


def compare(narrator: Narrator, contenders: Sequence[Contender], changes: int, expectations: Expectations) -> tuple[list[Result], bool]:
    """The same for any contenders, herald with its event stream first; returns what each has shown, too."""
    results: list[Result] = []

    def measure(lab: Lab, _: Narrator, collected: Expectations) -> None:
        with Capture(lab.nodes["nva"]) as capture:
            for contender in contenders:
                results.append(_put_through(lab, narrator, capture, contender, min(changes, contender.most)))
        _show(narrator, results)
        narrator.chapter("Summary")
        judge(collected, results)

    met = measured.run("reaction", narrator, measure, expectations=expectations)
    return results, met


def judge(expectations: Expectations, results: Sequence[Result]) -> None:
    """Holds herald, the first of the results, against its bars, and the others against herald."""
    own, rivals = results[0], [result for result in results if result.contender.program.name != "herald"]
    for kind, (middle, slow) in BARS.items():
        expectations.at_most(f"{own.contender.name}: {kind}, median", middle, median(own.reactions[kind]))
        if slow and len(own.reactions[kind]) >= ENOUGH_FOR_P99:
            expectations.at_most(f"{own.contender.name}: {kind}, p99", slow, percentile(own.reactions[kind], 99))
    for result in results:
        if result.contender.program.name == "herald" and result.contender.interval:
            for kind in KINDS:
                values, title = result.reactions[kind], f"{result.contender.name}: {kind}"
                limit = result.contender.interval + ALLOWANCE
                expectations.at_most(f"{title}, p{POLLED_SHARE} of {len(values)}", limit, percentile(values, POLLED_SHARE))
                expectations.note(f"{title}, longest", milliseconds(max(values)))
    for rival in rivals:
        for kind in KINDS:
            ratio = median(rival.reactions[kind]) / median(own.reactions[kind])
            expectations.expect(f"{rival.contender.name} / herald: {kind}, median", "more than x1", f"x{ratio:.1f}", ratio > 1)
        if rival.contender.interval < 1:  # who asks every few seconds needs little, and knows little
            expectations.expect(f"{rival.contender.name} / herald: CPU at rest", "more than x1", f"{_cpu(rival.cpu)} / {_cpu(own.cpu)}", rival.cpu > own.cpu)


def _put_through(lab: Lab, narrator: Narrator, capture: Capture, contender: Contender, changes: int) -> Result:
    narrator.chapter(f"{contender.name}: {changes} times DOWN and UP, {changes} times HAProxy killed")
    result, random_pause = Result(contender), _pauses(contender.name)
    contender.start(lab)
    course = Course(lab, capture, measured.NEIGHBORS.values(), contender.patience)
    for number in range(changes):
        random_pause()
        result.reactions[DOWN].append(course.death(real=number % REAL_DEATHS_OF == 0))
        random_pause()
        result.reactions[UP].append(course.recovery())
    _tell(narrator, result, (DOWN, UP))
    for _ in range(changes):
        random_pause()
        result.reactions[KILLED].append(course.haproxy_killed())
    _tell(narrator, result, (KILLED,))
    result.cpu, result.haproxy_cpu = _at_rest(lab, contender)
    pids = [lab.programs["nva", program.name].pid for program in contender.programs]
    result.resident, result.anonymous = (sum(mib(pid, figure) for pid in pids) for figure in (resident_kib, anonymous_kib))
    narrator.line(f"at rest: {_cpu(result.cpu)}, and HAProxy {_cpu(result.haproxy_cpu)}; {result.resident:.1f} MiB resident, {result.anonymous:.1f} of them its data")
    contender.stop(lab)
    return result


def _pauses(seed: str) -> Callable[[], None]:
    """Pauses of random length, the same in every run."""
    rng = random.Random(seed)
    return lambda: measured.quiet(rng.uniform(SHORTEST_PAUSE, LONGEST_PAUSE))


def _at_rest(lab: Lab, contender: Contender) -> tuple[float, float]:
    """Processor seconds a minute of the contender and of HAProxy while nothing changes."""
    own = [lab.programs["nva", program.name].pid for program in contender.programs]
    haproxy = lab.programs["nva", "haproxy"].pid
    before = [sum(map(cpu_seconds, own)), cpu_seconds(haproxy)]
    measured.quiet(QUIET_SECONDS)
    after = [sum(map(cpu_seconds, own)), cpu_seconds(haproxy)]
    spent = [(end - start) * 60 / QUIET_SECONDS for start, end in zip(before, after)]
    return spent[0], spent[1]


def _tell(narrator: Narrator, result: Result, kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        values = result.reactions[kind]
        narrator.line(f"{kind}: median {milliseconds(median(values))}, p99 {milliseconds(percentile(values, 99))}, longest {milliseconds(max(values))}")


def _show(narrator: Narrator, results: list[Result]) -> None:
    """The table of all, and how many times as long as herald with its event stream each takes."""
    narrator.chapter("Side by side: median / p99, and how many times herald's median")
    own = results[0]
    rows = [("", *KINDS, "CPU s a minute at rest", "HAProxy's")]
    for result in results:
        cells = [_cell(result.reactions[kind], median(own.reactions[kind])) for kind in KINDS]
        rows.append((result.contender.name, *cells, f"{result.cpu:.2f}", f"{result.haproxy_cpu:.2f}"))
    narrator.table(rows)


def _cell(values: list[float], unit: float) -> str:
    return f"{milliseconds(median(values))} / {milliseconds(percentile(values, 99))} (x{median(values) / unit:.1f})"


def _cpu(seconds: float) -> str:
    return f"{seconds:.2f} CPU s a minute"
