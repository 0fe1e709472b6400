"""What a run must show, and what it did show."""

from __future__ import annotations

from dataclasses import dataclass, field

from .say import Narrator, milliseconds


@dataclass
class Expectations:
    """Collected over a run and shown as its closing table."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def expect(self, what: str, wanted: str, seen: str, met: bool) -> bool:
        """Notes one expectation, and returns whether it was met."""
        self.rows.append((what, wanted, seen, met))
        return met

    def equal(self, what: str, wanted: object, seen: object) -> bool:
        """Notes that two values must be the same."""
        return self.expect(what, str(wanted), str(seen), wanted == seen)

    def at_most(self, what: str, limit: float, seen: float) -> bool:
        """Notes that a duration in seconds must not exceed a limit."""
        return self.expect(what, f"at most {milliseconds(limit)}", milliseconds(seen), seen <= limit)

    def met(self) -> bool:
        """Whether there were expectations and all were met."""
        return bool(self.rows) and all(row[3] for row in self.rows)

    def close(self, narrator: Narrator) -> bool:
        """Draws the closing table and returns whether all were met."""
        table = [("", "wanted", "seen", "")]
        table += [(what, wanted, seen, "ok" if met else "NOT MET") for what, wanted, seen, met in self.rows]
        narrator.table(table)
        missed = sum(not row[3] for row in self.rows)
        if missed:
            narrator.line(f"expectations not met: {missed} of {len(self.rows)}", "red")
        else:
            narrator.line(f"expectations met: {len(self.rows)} of {len(self.rows)}", "green")
        return self.met()
