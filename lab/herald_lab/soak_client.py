"""Everybody who talks to an agent at once: control clients that come and go, followers of events, and a storm of log lines.

Runs inside a node: soak_client.py CLIENTS FOLLOWERS. Says `ready`, goes on until its standard input ends, and then writes
what has become of it all as a JSON object.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
from collections import Counter

CONTROL, HTTP, EVENTS = "/run/herald/control.sock", ("127.0.0.1", 9642), "/run/herald/haproxy.sock"
# Seconds between two visits of one client, and how long a follower stays, evenly from none to twice that.
PAUSE, STAY = 5.0, 6.0
TIMEOUT = 20.0
# A storm lasts a second, and there is one every five.
STORM_EVERY, STORM_LINES = 5.0, 20_000
LINE = b"<133>Nov 21 09:00:00 haproxy[%d]: Server http_back/backend01 is UP, reason: Layer4 check passed, storm line."
STATUS = b"GET /api/v1/status HTTP/1.1\r\nHost: herald\r\nConnection: close\r\n\r\n"
FOLLOW = b"GET /api/v1/events HTTP/1.1\r\nHost: herald\r\nAccept: text/event-stream\r\n\r\n"
counts: Counter = Counter()


def post(word: str) -> bytes:
    """A word about the service that nobody needs."""
    return f"POST /api/v1/services/spare/{word} HTTP/1.1\r\nHost: herald\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


async def visit(rng: random.Random) -> None:
    """One visit: most ask and listen, some leave too early, some say half of what they want, some give a word."""
    reader, writer = await asyncio.open_unix_connection(CONTROL)
    try:
        fate = rng.random()
        if fate < 0.05:
            writer.write(STATUS)
            counts["left before the answer"] += 1
        elif fate < 0.08:
            writer.write(STATUS[:20])
            await asyncio.sleep(rng.uniform(0, 1))
            counts["left in the middle of the question"] += 1
        else:
            word = rng.choice(("withdraw", "resume")) if fate < 0.18 else ""
            writer.write(post(word) if word else STATUS)
            answer = await asyncio.wait_for(reader.read(-1), TIMEOUT)
            counts[f"{'word' if word else 'status'}: {answer[9:12].decode() or 'no answer'}"] += 1
    finally:
        writer.close()


async def client(number: int) -> None:
    """Visits again and again."""
    rng = random.Random(number)
    while True:
        await asyncio.sleep(rng.uniform(0, 2 * PAUSE))
        try:
            await visit(rng)
        except (OSError, asyncio.TimeoutError) as failure:
            counts[f"failed: {type(failure).__name__}"] += 1


async def listen(reader: asyncio.StreamReader) -> None:
    """Reads to the end."""
    while await reader.read(1 << 16):
        counts["pieces of events"] += 1


async def follower(number: int) -> None:
    """Follows events for a while, by the socket or by HTTP, leaves and comes back."""
    rng = random.Random(-1 - number)
    while True:
        try:
            opening = asyncio.open_unix_connection(CONTROL) if number % 2 else asyncio.open_connection(*HTTP)
            reader, writer = await opening
            try:
                writer.write(FOLLOW)
                counts["followers"] += 1
                await asyncio.wait_for(listen(reader), rng.uniform(0, 2 * STAY))
            finally:
                writer.close()
        except (OSError, asyncio.TimeoutError):
            pass
        await asyncio.sleep(rng.uniform(0, 1))


async def storms() -> None:
    """Sends log lines by the thousand; what the socket does not take is lost, as HAProxy's own would be."""
    storm = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    storm.setblocking(False)
    while True:
        for number in range(STORM_LINES):
            try:
                storm.sendto(LINE % number, EVENTS)
                counts["log lines taken"] += 1
            except OSError:
                counts["log lines refused"] += 1
            if number % 20 == 0:
                await asyncio.sleep(0.001)
        await asyncio.sleep(STORM_EVERY)


async def main(clients: int, followers: int) -> None:
    """Goes on until standard input ends."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stopped.set)
    tasks = [asyncio.create_task(client(number)) for number in range(clients)]
    tasks += [asyncio.create_task(follower(number)) for number in range(followers)]
    tasks.append(asyncio.create_task(storms()))
    print("ready", flush=True)
    await stopped.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(counts), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
