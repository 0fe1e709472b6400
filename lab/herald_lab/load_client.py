"""Asks at a steady rate, each time by a new flow, and writes a line for each answer. Runs inside a node:

    load_client.py RATE page HOST           a page, each time over a new TCP connection
    load_client.py RATE name SERVER NAME    the address of a name, each time from a new UDP port

A line is a JSON array: the number of the request (from 0), when it was sent and when it was answered (seconds of the monotonic clock,
which all nodes share), the status, who has answered, the NVA that passed it on, and the error. Of a page: HTTP's status, the region that
the page names, the header X-Nva. Of a name: 200 for an address, which is taken for who has answered, else 500 + RCODE (RFC 1035
§4.1.1). Status 0: no answer. It stops at the end of its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import socket
import struct
import sys
import time
from typing import Awaitable, Callable

TIMEOUT = 2.0
# More than this unanswered at a time, and new requests wait: the rate is bounded, and so is the memory.
MOST_AT_ONCE = 500
REGION = re.compile(r"website in ([^\r\n<]+)")
LENGTH = re.compile(r"^content-length: (\d+)", re.MULTILINE | re.IGNORECASE)
NVA = re.compile(r"^x-nva: (\S+)", re.MULTILINE | re.IGNORECASE)
# DNS: type and class of the question, recursion desired in the flags.
A, IN, RD = 1, 1, 0x0100

# Status, who, NVA.
Answer = tuple


async def page(host: str) -> Answer:
    """The whole answer to one request: what follows it on the connection is of no interest to a client."""
    reader, writer = await asyncio.open_connection(host, 80)
    try:
        name = f"[{host}]" if ":" in host else host
        writer.write(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
        length = LENGTH.search(head)
        body = (await (reader.readexactly(int(length[1])) if length else reader.read(-1))).decode(errors="replace")
    finally:
        writer.close()
    region, nva = REGION.search(body), NVA.search(head)
    status = int(head[9:12]) if head.startswith("HTTP/1.1 ") else 0
    return status, region[1].strip() if region else "", nva[1] if nva else ""


class Question(asyncio.DatagramProtocol):
    """One question for the address of a name, and its answer."""

    def __init__(self, name: str) -> None:
        self.number = struct.pack("!H", random.randrange(1 << 16))
        self.name = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")) + b"\0"
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the question."""
        transport.sendto(self.number + struct.pack("!5H", RD, 1, 0, 0, 0) + self.name + struct.pack("!2H", A, IN))

    def datagram_received(self, data: bytes, _: object) -> None:
        """Takes the answer."""
        if data.startswith(self.number) and not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Takes what ICMP says."""
        if not self.answer.done():
            self.answer.set_exception(exc)

    def address(self, data: bytes) -> str:
        """The address of the first record of an answer, or an empty string."""
        answers = struct.unpack("!H", data[6:8])[0]
        # header, question, then of the record: pointer to the name, type, class, TTL, length
        start = 12 + len(self.name) + 4 + 12
        return socket.inet_ntoa(data[start : start + 4]) if answers else ""


async def name(server: str, asked: str) -> Answer:
    """The answer to one question."""
    transport, question = await asyncio.get_running_loop().create_datagram_endpoint(lambda: Question(asked), remote_addr=(server, 53))
    try:
        data = await question.answer
    finally:
        transport.close()
    who = question.address(data)
    return 200 if who else 500 + (data[3] & 15), who, ""


async def one(number: int, ask: Callable[[], Awaitable[Answer]], slots: asyncio.Semaphore) -> None:
    """One request, and the line about it."""
    async with slots:
        sent, error = time.monotonic(), ""
        answer: Answer = (0, "", "")
        try:
            answer = await asyncio.wait_for(ask(), TIMEOUT)
        except asyncio.TimeoutError:
            error = "no answer in time"
        except asyncio.IncompleteReadError:
            error = "connection closed in the middle of the answer"
        except OSError as failure:
            error = os.strerror(failure.errno) if failure.errno else str(failure)
        print(json.dumps([number, sent, time.monotonic(), *answer, error]), flush=True)


async def main(rate: float, ask: Callable[[], Awaitable[Answer]]) -> None:
    """Sends requests until standard input ends, then waits for the answers that are still out."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), stopped.set)
    slots = asyncio.Semaphore(MOST_AT_ONCE)
    out: set[asyncio.Task] = set()
    start, count = loop.time(), 0
    while not stopped.is_set():
        task = loop.create_task(one(count, ask, slots))
        out.add(task)
        task.add_done_callback(out.discard)
        count += 1
        await asyncio.sleep(max(0.0, start + count / rate - loop.time()))
    if out:
        await asyncio.wait(out, timeout=TIMEOUT + 1)


if __name__ == "__main__":
    kinds = {"page": page, "name": name}
    asyncio.run(main(float(sys.argv[1]), lambda: kinds[sys.argv[2]](*sys.argv[3:])))
