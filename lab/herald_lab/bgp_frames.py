"""BGP messages out of TCP segments: reassembly and framing, without any IO.

RFC 4271 §4.1 (header), §4.2 (OPEN), §4.3 (UPDATE); RFC 4760 (MP_REACH, MP_UNREACH); RFC 4724 §2 (End-of-RIB).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MARKER = b"\xff" * 16
HEADER_LENGTH = 19
MESSAGE_LENGTH = 4096
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = 1, 2, 3, 4, 5
MP_REACH, MP_UNREACH = 14, 15
SEQUENCE_SPACE = 1 << 32
# Segments that arrive before the one they follow are kept, up to so many.
EARLY_SEGMENTS = 64


class FrameError(ValueError):
    """The octets are not BGP."""


@dataclass(frozen=True)
class Update:
    """What an UPDATE says, as far as counting needs it."""

    announced: int
    withdrawn: int
    # Octets of all path attributes together.
    attributes: int
    octets: int

    @property
    def end_of_rib(self) -> bool:
        """RFC 4724 §2: an UPDATE that says nothing."""
        return not self.announced and not self.withdrawn


class Stream:
    """One direction of a TCP connection: segments in, whole BGP messages out."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._early: dict[int, bytes] = {}
        self._octets = bytearray()

    def syn(self, sequence: int) -> None:
        """The connection is opened: its first octet comes with the number after that of the SYN."""
        self._next = (sequence + 1) % SEQUENCE_SPACE
        self._early.clear()
        self._octets.clear()

    def segment(self, sequence: int, payload: bytes) -> list[bytes]:
        """Takes a segment, and returns the messages it completes. What was sent again is left out."""
        if not payload:
            return []
        if self._next is None:
            self._next = sequence  # the capture began in the middle; a session's first message does no harm
        self._keep(sequence, payload)
        while self._next in self._early:
            part = self._early.pop(self._next)
            self._octets += part
            self._next = (self._next + len(part)) % SEQUENCE_SPACE
        return self._messages()

    def _keep(self, sequence: int, payload: bytes) -> None:
        assert self._next is not None
        ahead = (sequence - self._next) % SEQUENCE_SPACE
        if ahead >= SEQUENCE_SPACE // 2:  # begins before what is expected
            known = SEQUENCE_SPACE - ahead
            payload, sequence = payload[known:], self._next
        if payload and len(self._early) < EARLY_SEGMENTS:
            if len(payload) > len(self._early.get(sequence, b"")):
                self._early[sequence] = payload

    def _messages(self) -> list[bytes]:
        messages = []
        while len(self._octets) >= HEADER_LENGTH:
            length = int.from_bytes(self._octets[16:18], "big")
            if self._octets[:16] != MARKER or not HEADER_LENGTH <= length <= MESSAGE_LENGTH:
                raise FrameError(f"no BGP header at {bytes(self._octets[:HEADER_LENGTH]).hex()}")
            if len(self._octets) < length:
                break
            messages.append(bytes(self._octets[:length]))
            del self._octets[:length]
        return messages


def kind(message: bytes) -> int:
    """The type of a whole message."""
    return message[18]


def update(message: bytes) -> Update:
    """What an UPDATE says. Raises FrameError when its lengths do not fit."""
    body = message[HEADER_LENGTH:]
    withdrawn, rest = _counted(body)
    attributes, announced = _counted(rest)
    reach, unreach = _multiprotocol(attributes)
    return Update(
        announced=count_prefixes(announced) + reach,
        withdrawn=count_prefixes(withdrawn) + unreach,
        attributes=len(attributes),
        octets=len(message),
    )


def count_prefixes(octets: bytes) -> int:
    """How many prefixes a field of <length, prefix> pairs holds (RFC 4271 §4.3)."""
    count, place = 0, 0
    while place < len(octets):
        place += 1 + math.ceil(octets[place] / 8)
        count += 1
    if place != len(octets):
        raise FrameError("a prefix is cut off")
    return count


def fewest_updates(prefixes: int, prefix_octets: int, attributes: int) -> int:
    """The smallest number of UPDATEs that can carry so many prefixes of one attribute set.

    `attributes` are the octets of the path attributes; 0 for withdrawals.
    """
    room = MESSAGE_LENGTH - HEADER_LENGTH - 4 - attributes
    return math.ceil(prefixes / (room // prefix_octets))


def _counted(octets: bytes) -> tuple[bytes, bytes]:
    """A field that begins with its length in two octets, and what follows it."""
    length = int.from_bytes(octets[:2], "big")
    if len(octets) < 2 + length:
        raise FrameError("a field is longer than its UPDATE")
    return octets[2 : 2 + length], octets[2 + length :]


def _multiprotocol(attributes: bytes) -> tuple[int, int]:
    """How many prefixes MP_REACH_NLRI and MP_UNREACH_NLRI hold."""
    reach = unreach = place = 0
    while place < len(attributes):
        flags, code = attributes[place], attributes[place + 1]
        wide = 2 if flags & 0x10 else 1  # RFC 4271 §4.3: the extended length bit
        length = int.from_bytes(attributes[place + 2 : place + 2 + wide], "big")
        value = attributes[place + 2 + wide : place + 2 + wide + length]
        place += 2 + wide + length
        if code == MP_REACH:
            reach += count_prefixes(value[3 + 1 + value[3] + 1 :])
        elif code == MP_UNREACH:
            unreach += count_prefixes(value[3:])
    return reach, unreach
