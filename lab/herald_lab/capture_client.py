"""Watches BGP leave a node, and HAProxy's log datagrams arrive, both with the kernel's time stamps.

Runs inside a node: capture_client.py LOG-PORT. Writes a JSON object a line: {"at": …, "kind": …, …}, the kind being "update",
"notification", "closed" (the connection: FIN or RST) or "log"; "at" is the wall clock in seconds, the one clock in which the kernel stamps packets. The first line says that it listens. It stops
at the end of its standard input.
"""

from __future__ import annotations

import ctypes
import json
import selectors
import socket
import struct
import sys

import bgp_frames

# linux/if_ether.h, linux/if_packet.h, asm-generic/socket.h: not all of them are in the socket module.
ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
SCM_TIMESTAMPNS = SO_TIMESTAMPNS
ETHERTYPE_IPV4 = 0x0800
TCP = 6
FIN, SYN, RST = 0x01, 0x02, 0x04
BGP_PORT = 179
# A segment as the kernel hands it to the device may be far larger than a frame.
LARGEST = 1 << 17
BUFFER = 32 << 20
# Classic BPF (linux/filter.h): the packet's type, at SKF_AD_OFF + SKF_AD_PKTTYPE; all of it when it goes out, else nothing.
OUTGOING_ONLY = ((0x30, 0, 0, 0xFFFFF004), (0x15, 0, 1, PACKET_OUTGOING), (0x06, 0, 0, 0xFFFFFFFF), (0x06, 0, 0, 0))


def main(log_port: int) -> None:
    """Listens until standard input ends."""
    frames = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    _filter(frames)
    logs = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    logs.bind(("127.0.0.1", log_port))
    watched = selectors.DefaultSelector()
    for source, act in ((frames, _frame), (logs, _log)):
        source.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        source.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        watched.register(source, selectors.EVENT_READ, act)
    watched.register(sys.stdin, selectors.EVENT_READ, None)
    streams: dict[tuple, bgp_frames.Stream] = {}
    _say({"kind": "listening"})
    while True:
        for key, _ in watched.select():
            if key.data is None:
                return
            key.data(key.fileobj, streams)


def _filter(frames: socket.socket) -> None:
    """Lets the kernel drop what comes in: a neighbour that sends a million routes must not drown what goes out."""
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in OUTGOING_ONLY))
    frames.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(OUTGOING_ONLY), ctypes.addressof(program)))


def _frame(frames: socket.socket, streams: dict[tuple, bgp_frames.Stream]) -> None:
    octets, ancillary, _, address = frames.recvmsg(LARGEST, 256)
    # What came before the filter was there is still in the queue.
    if address[1] != ETHERTYPE_IPV4 or address[2] != PACKET_OUTGOING or octets[9] != TCP:
        return
    ip_header = (octets[0] & 0x0F) * 4
    total = int.from_bytes(octets[2:4], "big") or len(octets)
    tcp = octets[ip_header:total]
    source, target = struct.unpack("!HH", tcp[:4])
    if BGP_PORT not in (source, target):
        return
    neighbor = socket.inet_ntoa(octets[16:20])
    sequence = int.from_bytes(tcp[4:8], "big")
    stream = streams.setdefault((neighbor, source, target), bgp_frames.Stream())
    if tcp[13] & SYN:
        stream.syn(sequence)
    for message in stream.segment(sequence, tcp[(tcp[12] >> 4) * 4 :]):
        _message(_stamp(ancillary), neighbor, message)
    if tcp[13] & (FIN | RST):
        _say({"at": _stamp(ancillary), "kind": "closed", "neighbor": neighbor})


def _message(at: float, neighbor: str, message: bytes) -> None:
    kind = bgp_frames.kind(message)
    if kind == bgp_frames.UPDATE:
        seen = bgp_frames.update(message)
        counts = {"announced": seen.announced, "withdrawn": seen.withdrawn, "attributes": seen.attributes, "octets": seen.octets}
        _say({"at": at, "kind": "update", "neighbor": neighbor, **counts})
    elif kind == bgp_frames.NOTIFICATION:
        _say({"at": at, "kind": "notification", "neighbor": neighbor, "code": message[19], "subcode": message[20]})


def _log(logs: socket.socket, _: object) -> None:
    text, ancillary, _, _ = logs.recvmsg(8192, 256)
    _say({"at": _stamp(ancillary), "kind": "log", "text": text.decode(errors="replace")})


def _stamp(ancillary: list[tuple[int, int, bytes]]) -> float:
    """The moment at which the kernel saw the packet."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SCM_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("@ll", data[:16])
            return seconds + nanoseconds / 1e9
    raise OSError("the kernel gave no time stamp")


def _say(line: dict) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
