"""Visitors who do a server no good: silent ones, slow readers, broken connections. See load.py."""

import socket
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from support.load import Page

SPRITES, STEPS = 64, 500


def stay_silent(page: "Page", _end: float) -> None:
    """Joins for a long walk, and never listens."""
    page.open().generate(SPRITES, STEPS, stay=False)


def read_slowly(page: "Page", end: float) -> None:
    """Listens, and takes 2 KB a second."""
    visitor = page.open()
    visitor.generate(SPRITES, STEPS, stay=False)
    with listen(page.url, visitor.session) as line:
        while time.monotonic() < end and line.recv(1024):
            time.sleep(0.5)


def break_off(page: "Page", _end: float) -> None:
    """Listens until frames come; then the connection is reset, without a farewell."""
    visitor = page.open()
    visitor.generate(SPRITES, STEPS, stay=False)
    line, came = listen(page.url, visitor.session), 0
    while came < 100_000 and (part := line.recv(65536)):
        came += len(part)
    reset(line)


def listen(url: str, session: str, buffer: int = 4096) -> socket.socket:
    """The stream of a session as a socket, which takes little at once; without HTTP's chunks."""
    place = urlsplit(url)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.settimeout(60)
    line.connect((place.hostname, place.port))
    line.sendall(
        f"GET /gradio_api/queue/data?session_hash={session} HTTP/1.0\r\nHost: {place.netloc}\r\n\r\n".encode()
    )
    return line


def reset(line: socket.socket) -> None:
    """Ends a connection as a crashed machine's kernel does: RST in place of FIN."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


KINDS: dict[str, Callable[["Page", float], None]] = {"silent": stay_silent, "slow": read_slowly, "abrupt": break_off}
