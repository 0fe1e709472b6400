"""Windows in which a table is not as the truth demands, longer than allowed."""

from __future__ import annotations

from dataclasses import dataclass

from .truth import Wanted


@dataclass(frozen=True)
class Violation:
    """A window of disagreement, in seconds of the monotonic clock."""

    table: str
    since: float
    until: float
    # Since when it was no longer allowed.
    due: float
    wanted: bool
    because: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        states = ("present", "absent") if self.wanted else ("absent", "present")
        faults = ", ".join(self.faults) or "none"
        return f"{self.table}: {states[1]} for {self.until - self.since:.2f} s, to be {states[0]} {self.until - self.due:.2f} s ago ({self.because}); faults in force: {faults}"


class Watch:
    """One table, sample by sample."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.violations: list[Violation] = []
        self.samples = 0
        # How often the table has been seen to change: a checker that sees none has shown nothing.
        self.changes = 0
        self._last: bool | None = None
        self._differs_since: float | None = None
        self._open: Violation | None = None

    def see(self, now: float, present: bool | None, wanted: Wanted, faults: tuple[str, ...] = ()) -> Violation | None:
        """Takes in what was seen (None: no answer), and returns a violation at the moment at which it begins."""
        if present is not None:
            self.changes += self._last not in (None, present)
            self._last = present
        if present is None or wanted.present is None:
            self.close()
            return None
        self.samples += 1
        if present == wanted.present:
            self.close()
            return None
        if self._differs_since is None:
            self._differs_since = now
        if now <= wanted.due:
            return None
        begins = self._open is None
        known = self._open.faults if self._open else ()
        self._open = Violation(self.table, self._differs_since, now, wanted.due, wanted.present, wanted.because, known or faults)
        return self._open if begins else None

    def close(self) -> None:
        """The table is as it must be, or nothing can be said: an open window ends with the last sample in it."""
        if self._open:
            self.violations.append(self._open)
        self._open, self._differs_since = None, None
