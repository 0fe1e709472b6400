"""A BGP neighbour that sends routes by the million: OPEN, KEEPALIVE, then rounds of UPDATEs until told to stop.

Runs inside a node: flood_client.py PEER LOCAL-AS ROUTES TOGETHER. TOGETHER routes share an UPDATE. Writes a JSON object a line:
{"event": "established" | "sent" | "stopped", "rounds": …, "at": wall-clock seconds}. A line on its standard input stops it at the
end of a round; the session stays until the input ends.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import threading
import time

MARKER = b"\xff" * 16
OPEN, UPDATE, KEEPALIVE = 1, 2, 4
HOLD_TIME = 180
# 11.0.0.0 and up: host routes that nobody here has.
FIRST_ROUTE = 0x0B000000
CHUNK = 1 << 20


def message(kind: int, body: bytes = b"") -> bytes:
    """A whole message (RFC 4271 §4.1)."""
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def opening(asn: int, identifier: str) -> bytes:
    """An OPEN without capabilities: IPv4 unicast (RFC 4271 §4.2)."""
    return message(OPEN, struct.pack("!BHH4sB", 4, asn, HOLD_TIME, socket.inet_aton(identifier), 0))


def update(asn: int, next_hop: str, first: int, count: int) -> bytes:
    """An UPDATE that announces the host routes numbered `first` and up (RFC 4271 §4.3)."""
    attributes = b"\x40\x01\x01\x00" + b"\x40\x02\x04\x02\x01" + struct.pack("!H", asn) + b"\x40\x03\x04" + socket.inet_aton(next_hop)
    routes = b"".join(struct.pack("!BI", 32, FIRST_ROUTE + number) for number in range(first, first + count))
    return message(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes + routes)


def main(peer: str, asn: int, routes: int, together: int) -> None:
    """Connects, sends, and stays until standard input ends."""
    connection = socket.create_connection((peer, 179), timeout=10)
    connection.settimeout(None)
    own = connection.getsockname()[0]
    octets = b"".join(update(asn, own, first, min(together, routes - first)) for first in range(0, routes, together))
    connection.sendall(opening(asn, own) + message(KEEPALIVE))
    reader = connection.makefile("rb")
    while _read(reader) != KEEPALIVE:
        pass
    _say("established", 0)
    threading.Thread(target=_discard, args=(reader,), daemon=True).start()
    rounds = 0
    while not _asked_to_stop(0):
        for place in range(0, len(octets), CHUNK):
            connection.sendall(octets[place : place + CHUNK])
        rounds += 1
        _say("sent", rounds)
    sys.stdin.readline()
    _say("stopped", rounds)
    while not _asked_to_stop(HOLD_TIME / 6):
        connection.sendall(message(KEEPALIVE))


def _asked_to_stop(seconds: float) -> bool:
    return bool(select.select([sys.stdin.fileno()], [], [], seconds)[0])


def _discard(reader: socket.SocketIO) -> None:
    while _read(reader):
        pass


def _read(reader: socket.SocketIO) -> int:
    """The type of the next message; 0 at the end of the connection."""
    head = reader.read(19)
    if len(head) < 19:
        return 0
    reader.read(int.from_bytes(head[16:18], "big") - 19)
    return head[18]


def _say(event: str, rounds: int) -> None:
    print(json.dumps({"event": event, "rounds": rounds, "at": time.time()}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
