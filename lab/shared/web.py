"""A web server with one page: the region it runs in (environment variable REGION).

Small on purpose: it must answer a few hundred requests a second beside everything else on a laptop.
While the file /run/sick is there, /healthz answers 503; the page itself is as good as ever.
SIGUSR1 closes the port, as if the server had died, and SIGUSR2 opens it again: deaths and recoveries by the
hundred, without the time that a start takes.
"""

import asyncio
import os
import signal
from pathlib import Path

PORT = 80
SICK = Path("/run/sick")
PAGE = "<html>\n<head>\n  <title> Example WWW </title>\n</head>\n<body>\n  <p> I'm running this website in {}\n</body>\n</html>\n"


def answer(page: bytes, status: str = "200 OK") -> bytes:
    """A whole HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
    return head.encode() + page


async def main() -> None:
    """Answers until it is killed."""
    good, sick = answer(PAGE.format(os.environ["REGION"]).encode()), answer(b"sick\n", "503 Service Unavailable")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), timeout=2)
            writer.write(sick if asked.startswith(b"GET /healthz ") and SICK.exists() else good)
            await writer.drain()
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            pass  # the other end went away, or said nothing: nothing to answer
        finally:
            writer.close()

    loop = asyncio.get_running_loop()
    opened = asyncio.Event()
    closed = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, closed.set)
    loop.add_signal_handler(signal.SIGUSR2, opened.set)
    while True:
        server = await asyncio.start_server(serve, "0.0.0.0", PORT, backlog=512)
        await closed.wait()
        server.close()
        closed.clear()
        await opened.wait()
        opened.clear()


if __name__ == "__main__":
    asyncio.run(main())
