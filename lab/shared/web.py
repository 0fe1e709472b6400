"""A web server with one page: the region it runs in (environment variable REGION).

Small on purpose: it must answer a few hundred requests a second beside everything else on a laptop.
"""

import asyncio
import os

PORT = 80
PAGE = "<html>\n<head>\n  <title> Example WWW </title>\n</head>\n<body>\n  <p> I'm running this website in {}\n</body>\n</html>\n"


def answer(region: str) -> bytes:
    """The whole HTTP answer, the same for every request."""
    page = PAGE.format(region).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
    return head.encode() + page


async def main() -> None:
    """Answers until it is killed."""
    octets = answer(os.environ["REGION"])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), timeout=2)
            writer.write(octets)
            await writer.drain()
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            pass  # the other end went away, or said nothing: nothing to answer
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "0.0.0.0", PORT, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
