"""The app as a process, and a visitor's page in a real browser."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent
ABORTED = "AbortError: signal is aborted"  # what Gradio's client says then, and after it that the connection broke
LEFT = re.compile(f"{ABORTED}|Connection errored out")
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"  # where a test cuts the line, the page still asks now and then

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

RUNNING: dict[str, subprocess.Popen] = {}  # by address
SAID: dict[str, IO[str]] = {}  # the file with what it prints, by address


@contextmanager
def running_app(runs: Path, host: str = "127.0.0.1", **environment: str) -> Iterator[str]:
    """python app.py as a person starts it, on a free port; yields its address. environment: beside the usual one."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as free:
        free.bind(("::1" if ":" in host else "127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port), "--host", host, "--runs", str(runs)]
    address = f"http://{'[::1]' if ':' in host else '127.0.0.1'}:{port}"
    with tempfile.TemporaryFile("w+") as said:  # not a pipe: full and unread, it would stop the app
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=said, stderr=subprocess.STDOUT, text=True
        )
        try:
            deadline = time.monotonic() + 120
            while True:
                try:
                    DIRECT.open(address, timeout=5).read()
                    break
                except OSError:
                    assert process.poll() is None, said.seek(0) or said.read()
                    assert time.monotonic() < deadline, "the app did not answer within two minutes"
                    time.sleep(0.2)
            RUNNING[address], SAID[address] = process, said
            yield address
        finally:
            process.terminate()
            process.wait(10)


def said_by(address: str) -> str:
    """What the app has printed until now; the app and this file share a position, which must stay where it is."""
    said = SAID[address].fileno()
    return os.pread(said, os.fstat(said).st_size, 0).decode()


def kill_app(address: str) -> None:
    """kill -9, as the machine does it when memory runs out."""
    RUNNING[address].kill()
    RUNNING[address].wait(10)


@contextmanager
def visitor(chromium, **traits):
    """The page of a fresh visitor, who fails the test at the first error on its console. traits: as for a context."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **traits})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    try:
        yield page
    finally:
        context.close()  # also after a failure: a page that plays on would slow what comes after it
    left = any(ABORTED in error for error in errors)  # the page was left, or loaded again, while an answer came
    unexpected = [error for error in errors if OFFLINE not in error and not (left and LEFT.search(error))]
    assert not unexpected, unexpected
