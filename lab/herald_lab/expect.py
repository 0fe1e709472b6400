"""What a run must show, and what it did show."""

from __future__ import annotations

from dataclasses import dataclass, field

from .say import Narrator, milliseconds

_WORDS = {True: "ok", False: "NOT MET", None: "measured"}


@dataclass
class Expectations:
    """Collected over a run and shown as its closing table."""

    # What, wanted, seen, and whether that is met; None: nothing was wanted, it was only measured.
    rows: list[tuple[str, str, str, bool | None]] = field(default_factory=list)

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

    def note(self, what: str, seen: str) -> None:
        """Shows a figure of which nothing is expected."""
        self.rows.append((what, "", seen, None))

    def judged(self) -> list[bool]:
        """Whether each figure of which something is expected is as expected."""
        return [met for _, _, _, met in self.rows if met is not None]

    def met(self) -> bool:
        """Whether there were expectations and all were met."""
        judged = self.judged()
        return bool(judged) and all(judged)

    def close(self, narrator: Narrator) -> bool:
        """Draws the closing table and returns whether all were met."""
        table = [("", "wanted", "seen", "")]
        table += [(what, wanted, seen, _WORDS[met]) for what, wanted, seen, met in self.rows]
        narrator.table(table)
        judged = self.judged()
        missed = judged.count(False)
        if missed:
            narrator.line(f"expectations not met: {missed} of {len(judged)}", "red")
        else:
            narrator.line(f"expectations met: {len(judged)} of {len(judged)}", "green")
        return self.met()
