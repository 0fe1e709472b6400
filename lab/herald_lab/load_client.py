"""Asks for a page at a steady rate, each time over a new TCP connection, and writes a line for each answer.

Runs inside a node: load_client.py URL-HOST RATE. A line is a JSON array: when the request was sent and when it
was answered (seconds of the monotonic clock, which all nodes share), the status (0: no answer), the region
of the page, the region of the NVA that passed it on, and the error. It stops at the end of its standard input.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

TIMEOUT = 2.0
# More than this unanswered at a time, and new requests wait: the rate is bounded, and so is the memory.
MOST_AT_ONCE = 500
REGION = re.compile(r"website in ([^\r\n<]+)")
LENGTH = re.compile(r"^content-length: (\d+)", re.MULTILINE | re.IGNORECASE)
NVA = re.compile(r"^x-nva: (\S+)", re.MULTILINE | re.IGNORECASE)


async def ask(host: str) -> str:
    """The whole answer to one request: what follows it on the connection is of no interest to a client."""
    reader, writer = await asyncio.open_connection(host, 80)
    try:
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head.decode(errors="replace"))
        body = await (reader.readexactly(int(length[1])) if length else reader.read(-1))
        return (head + body).decode(errors="replace")
    finally:
        writer.close()


async def one(host: str, slots: asyncio.Semaphore) -> None:
    """One request, and the line about it."""
    async with slots:
        sent, answer, error = time.monotonic(), "", ""
        try:
            answer = await asyncio.wait_for(ask(host), TIMEOUT)
        except asyncio.TimeoutError:
            error = "no answer in time"
        except asyncio.IncompleteReadError:
            error = "connection closed in the middle of the answer"
        except OSError as failure:
            error = failure.strerror or str(failure)
        status = int(answer[9:12]) if answer.startswith("HTTP/1.1 ") else 0
        region, nva = REGION.search(answer), NVA.search(answer)
        line = [sent, time.monotonic(), status, region[1].strip() if region else "", nva[1] if nva else "", error]
        print(json.dumps(line), flush=True)


async def main(host: str, rate: float) -> None:
    """Sends requests until standard input ends, then waits for the answers that are still out."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), stopped.set)
    slots = asyncio.Semaphore(MOST_AT_ONCE)
    out: set[asyncio.Task] = set()
    start, count = loop.time(), 0
    while not stopped.is_set():
        task = loop.create_task(one(host, slots))
        out.add(task)
        task.add_done_callback(out.discard)
        count += 1
        await asyncio.sleep(max(0.0, start + count / rate - loop.time()))
    if out:
        await asyncio.wait(out, timeout=TIMEOUT + 1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
