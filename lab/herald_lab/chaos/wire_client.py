"""A cable between two interfaces that loses and delays frames, both ways.

Runs inside a node: wire_client.py A B LOSS DELAY-MS SEED. netem does this in the kernel, where the kernel has it; many
have not. Frames pass with the kernel's own notes about them (linux/virtio_net.h), so that checksums not yet
computed and segments not yet cut stay what they are. It says `ready`, and stops at the end of its standard input.
"""

from __future__ import annotations

import heapq
import itertools
import random
import selectors
import socket
import sys
import time

# linux/if_ether.h, linux/if_packet.h
ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_VNET_HDR = 263, 15
LARGEST = 1 << 17


def main(a: str, b: str, loss: float, delay: float, seed: str) -> None:
    """Passes frames on until standard input ends."""
    ends = [_end(a), _end(b)]
    rng, order = random.Random(seed), itertools.count()
    watched = selectors.DefaultSelector()
    for end, other in (ends, ends[::-1]):
        watched.register(end, selectors.EVENT_READ, other)
    watched.register(sys.stdin, selectors.EVENT_READ, None)
    waiting: list[tuple[float, int, socket.socket, bytes]] = []
    print("ready", flush=True)
    while True:
        for key, _ in watched.select(max(0.0, waiting[0][0] - time.monotonic()) if waiting else None):
            if key.data is None:
                return
            try:
                frame, address = key.fileobj.recvfrom(LARGEST)
            except OSError:
                continue  # the kernel's word that an interface has gone down, or that one is not quite up
            if address[2] != PACKET_OUTGOING and rng.random() >= loss:
                # up to half as much again, so that frames overtake one another
                due = time.monotonic() + delay * rng.uniform(1.0, 1.5)
                heapq.heappush(waiting, (due, next(order), key.data, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(waiting)
            try:
                end.send(frame)
            except OSError:
                pass  # the interface is down: a frame more that is lost


def _end(interface: str) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.bind((interface, ETH_P_ALL))
    return end


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]) / 1000, sys.argv[5])
