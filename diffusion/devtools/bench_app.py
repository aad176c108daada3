"""The app as a process: how long until its page is there, and how much memory it takes, beside an empty Gradio app."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import psutil

from .. import ASSETS
from ..errors import UserError
from .bench import Row, Spread, Table, Work, compare_table, measure_in_turn

ROOT = ASSETS.parent
EMPTY_APP = """
import sys, torch, gradio
with gradio.Blocks() as app:
    gradio.Markdown("empty")
app.launch(server_port=int(sys.argv[2]), quiet=True)
"""
APPS = {"an empty Gradio app that imports torch": ["-c", EMPTY_APP], "ours": ["app.py"]}
GENERATIONS = 200
MEGABYTE = 2**20


def start(rounds: int) -> Iterator[Table]:
    """From the command to the page. A quarter of the rounds."""

    def until_the_page(command: list[str]) -> None:
        with serving(command):
            pass

    works: dict[str, Work] = {name: partial(until_the_page, command) for name, command in APPS.items()}
    yield compare_table(
        "From the command to the page", "s", measure_in_turn(works, max(1, rounds // 4)), lambda own: own
    )


def memory(rounds: int) -> Iterator[Table]:
    """Resident memory, with four checkpoints in it after the first comparison. One round, whatever is asked for."""
    from gradio_client import Client

    sizes = {}
    with serving(APPS["an empty Gradio app that imports torch"]) as (process, _):
        sizes["an empty Gradio app that imports torch"] = resident(process)
    with serving(APPS["ours"]) as (process, address):
        sizes["ours, before anybody came"] = resident(process)
        client = Client(address, verbose=False)
        for number in range(1, GENERATIONS + 1):
            client.predict(count=4, steps=2, seed=number, api_name="/compare_epochs")
            if number in (1, GENERATIONS // 10, GENERATIONS):
                sizes[f"ours, after {number} comparisons of four epochs"] = resident(process)
    rows = [Row(name, Spread(size, size, size)) for name, size in sizes.items()]
    yield Table("Resident memory", "MB", rows)


def resident(process: subprocess.Popen) -> float:
    return psutil.Process(process.pid).memory_info().rss / MEGABYTE


@contextmanager
def serving(command: list[str]) -> Iterator[tuple[subprocess.Popen, str]]:
    """Such an app on a free port, from when its page is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    arguments = [sys.executable, *command, "--port", str(port)]
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            with suppress(OSError):
                urllib.request.urlopen(address, timeout=5).read()
                break
            if process.poll() is not None:
                raise UserError(
                    "{command} ended with {returncode}; start it by hand to see why",
                    command=command[0],
                    returncode=process.returncode,
                )
            time.sleep(0.05)
        yield process, address
    finally:
        process.kill()
        process.wait()
