"""What clients see: steady requests, and what a move of the route did to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from .expect import Expectations
from .load import Answer, Load, Request, cut, lost, now, tally
from .say import Event, Narrator, milliseconds
from .turns import Turns
from .wait import until

# So many answers in a row from one place mean that traffic has moved.
SETTLED = 40
# A connection lives for a millisecond or two, and there are some 200 a second: it is one, now and then.
MOST_CUT = 2
# An answer takes a millisecond or two. A packet that was dropped is sent again after a second (RFC 6298).
LATE = 0.5


@dataclass(frozen=True)
class Move:
    """Traffic that has moved from one place to another: how soon, and at what cost."""

    what: str
    seconds: float
    requests: int
    lost: int
    cut: int


class Traffic:
    """Requests at a steady rate until the context is left."""

    def __init__(
        self, load: Load, turns: Turns, title: str, narrator: Narrator, expectations: Expectations, moves: list[Move], suspects: tuple[str, ...]
    ) -> None:
        self.load = load
        self.turns = turns
        self.title = title
        self._say = narrator
        self._expectations = expectations
        self._moves = moves
        self._suspects = suspects

    def __enter__(self) -> Traffic:
        self._say.line(f"{self.title}, steadily")
        return self

    def __exit__(self, *_: object) -> None:
        self.load.stop()
        self.turns.stop()

    def await_answers(self, wanted: Callable[[Request], bool], seconds: float = 20, since: float = 0.0) -> None:
        """Waits until the last answers, to requests sent at or after `since`, all came as wanted."""
        until(
            f"answers {wanted}" if isinstance(wanted, Answer) else "answers",
            lambda: self.load.settled(SETTLED, wanted, since),
            seconds=seconds,
            nodes=self._suspects,
            seen=lambda: f"the answers were {fates(self.load.since(now() - 1))}",
        )

    def settle(self, since: float, wanted: Answer, seconds: float = 20) -> Event:
        """Waits until traffic has moved: the event is the first answer that came the new way."""
        self.await_answers(wanted, seconds, since)
        first = self.load.first(since, wanted)
        assert first is not None  # the settled ones are such
        return Event(first.done, f"first answer {wanted}: {milliseconds(first.done - since)} after the event", "bold")

    def close(self, moment: float) -> None:
        """Waits until no request that was sent before `moment` is still out."""
        until("the requests that are still out", lambda: self.load.closed(moment), seconds=10)

    def moved(self, what: str, since: float, wanted: Answer, most_lost: int | None = 0, within: float = 20) -> Event:
        """Waits until traffic has moved, which must be `within` so many seconds, and notes how long it took and what it cost.

        More than `most_lost` requests must not be lost (None: however many, they are only counted). Connections
        that were open in the very moment of the move are counted apart.
        """
        event = self.settle(since, wanted, max(within, 20))
        self.close(event.moment)
        requests = self.load.since(since)
        in_two = cut(requests, self.turns.moments())
        move = Move(what, event.moment - since, len(requests), lost(requests) - in_two, in_two)
        self._moves.append(move)
        self._say.line(f"{len(requests)} requests meanwhile: {fates(requests)}")
        self._expectations.at_most(f"{what}: time until traffic moved", within, move.seconds)
        self._expect_lost(what, move, requests, most_lost)
        return event

    def struck(self, what: str, since: float, wanted: Answer | None, within: float) -> Event:
        """Waits until traffic goes on where several places serve at once, and notes until when requests were lost, and how many.

        `wanted` is who answers from then on; None: any. The last request to be lost must have been sent `within` so many seconds.
        """
        self.await_answers(wanted or _anybody, since=now())
        self.close(now())
        requests = self.load.since(since)
        gone = [request.sent for request in requests if request.lost]
        move = Move(what, max(gone, default=since) - since, len(requests), len(gone), 0)
        self._moves.append(move)
        self._expectations.at_most(f"{what}: the last request lost was sent after", within, move.seconds)
        self._measured(what, move, requests)
        return Event(now(), f"{len(requests)} requests meanwhile: {fates(requests)}", "bold")

    def share(self, count: int, wanted: Answer) -> float:
        """Which share of the next `count` requests is answered as wanted."""
        began = now()
        until(f"{count} answers", lambda: len(self.load.since(began)) >= count, seconds=20)
        requests = self.load.since(began)
        self._say.line(f"{len(requests)} requests: {fates(requests)}")
        return sum(map(wanted, requests)) / len(requests)

    def unharmed(self, what: str, since: float, wanted: Answer, turned: bool = False) -> None:
        """Notes that every request since a moment must have been answered as wanted, and how many there were.

        `turned`: a route has changed meanwhile, on purpose, and connections that it has cut in two are counted apart.
        """
        self.close(now())
        requests = self.load.since(since)
        astray = [request for request in requests if not wanted(request)]
        in_two = cut(requests, self.turns.moments()) if turned else 0
        move = Move(what, 0.0, len(requests), lost(requests) - in_two, in_two)
        self._say.line(f"{len(requests)} requests meanwhile: {fates(requests)}")
        self._moves.append(move)
        self._expectations.equal(f"{what}: requests lost of {len(requests)}", 0, move.lost)
        if turned:
            self._expect_cut(move)
        self._expectations.equal(f"{what}: requests answered elsewhere", 0, len(astray) - lost(astray))

    def _expect_lost(self, what: str, move: Move, requests: list[Request], most: int | None) -> None:
        if most is None:
            self._measured(what, move, requests)
            return
        wanted = f"at most {most}" if most else "0"
        self._expectations.expect(f"{what}: requests lost of {move.requests}", wanted, str(move.lost), move.lost <= most)
        self._expect_cut(move)

    def _expect_cut(self, move: Move) -> None:
        self._expectations.expect(f"{move.what}: open while the route moved, cut in two", f"at most {MOST_CUT}", str(move.cut), move.cut <= MOST_CUT)

    def _measured(self, what: str, move: Move, requests: list[Request]) -> None:
        self._expectations.note(f"{what}: requests lost of {move.requests}", str(move.lost + move.cut))
        self._expectations.note(f"{what}: … answered late, after {milliseconds(LATE)} or more", str(_late(requests)))


def _late(requests: list[Request]) -> int:
    return sum(not request.lost and request.done - request.sent > LATE for request in requests)


def _anybody(request: Request) -> bool:
    return not request.lost


def fates(requests: list[Request]) -> str:
    """What became of requests, in words."""
    return ", ".join(f"{count} {fate}" for fate, count in tally(requests).most_common()) or "none"
