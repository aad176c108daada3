import os
import shutil
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

NO_CACHE = tempfile.TemporaryDirectory(prefix="sprites-no-cache-")
os.environ |= {  # before anything imports huggingface_hub, which reads them once: no test leaves this machine
    "HF_ENDPOINT": "http://127.0.0.1:9",
    "HF_HOME": NO_CACHE.name,
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    "SPRITES_PRECISION": "float32",  # the app and the test that looks at it compute alike, however busy the machine
}
for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "SPRITES_RUN"):
    os.environ.pop(name, None)

import pytest  # noqa: E402
import torch  # noqa: E402

from diffusion.checkpoint import RunConfig  # noqa: E402
from diffusion.store import RunFolder  # noqa: E402

ROOT = Path(__file__).parent.parent
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"  # where a test cuts the line, the page still asks now and then
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def make_run(folder: Path, epochs=(0, 4), width: int = 8) -> RunFolder:
    """A run with random weights: small, instant, and good enough for everything but beauty."""
    config = RunConfig(width=width)
    run = RunFolder(folder)
    run.create(config)
    torch.manual_seed(0)
    for epoch in epochs:
        network = config.build()
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.05)
        run.save_epoch(epoch, network.state_dict(), {"step": 1})
    return run


RUNNING: dict[str, subprocess.Popen] = {}  # by address
SAID: dict[str, IO[str]] = {}  # the file with what it prints, by address


@contextmanager
def running_app(runs: Path, **environment: str) -> Iterator[str]:
    """python app.py as a person starts it, on a free port; yields its address. environment: beside the usual one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port), "--runs", str(runs)]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as said:  # not a pipe: full and unread, it would stop the app
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=said, stderr=subprocess.STDOUT, text=True
        )
        try:
            deadline = time.monotonic() + 120
            while True:
                try:
                    urllib.request.urlopen(address, timeout=5).read()
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


@pytest.fixture(scope="session")
def chromium():
    """A real browser. In CI its absence is a failure; on a person's machine these tests are skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        message = "no Chromium found; install it (Debian: apt-get install chromium) to run the browser tests"
        assert not os.environ.get("CI"), message
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@contextmanager
def visitor(chromium, **traits):
    """The page of a fresh visitor, who fails the test at the first error on its console. traits: as for a context."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **traits})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    unexpected = [error for error in errors if OFFLINE not in error]
    assert not unexpected, unexpected


@pytest.fixture
def page(chromium):
    with visitor(chromium) as page:
        yield page


def until(runner, reached, seconds=120):
    """The first snapshot of which that is true."""
    deadline = time.monotonic() + seconds
    while not reached(runner.snapshot()):
        assert time.monotonic() < deadline, f"still {runner.snapshot().state}"
        time.sleep(0.01)
    return runner.snapshot()


@pytest.fixture
def runner():
    from diffusion.runner import Runner

    runner = Runner()
    yield runner
    for name in runner.snapshot().waiting:
        runner.leave(name)
    runner.stop()
    runner.wait(60)
