"""Benchmarks of the app as a process: time until its page loads, and memory, next to an empty Gradio app."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
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
EMPTY, OURS = "an empty Gradio app that imports torch", "ours"
APPS = {EMPTY: ["-c", EMPTY_APP], OURS: ["app.py"]}
GENERATIONS = 200
MEGABYTE = 2**20


def start(rounds: int) -> Iterator[Table]:
    """Seconds from the command to the page. Takes a quarter of the rounds."""

    def start_and_stop(command: list[str]) -> None:
        with serve(command):
            pass

    works: dict[str, Work] = {name: partial(start_and_stop, command) for name, command in APPS.items()}
    seconds = measure_in_turn(works, max(1, rounds // 4))
    yield compare_table("From the command to the page", "s", seconds, lambda own: own)


def memory(rounds: int) -> Iterator[Table]:
    """Resident memory; after the first comparison, four checkpoints are loaded. Always takes one round."""
    from gradio_client import Client

    sizes = {}
    with serve(APPS[EMPTY]) as (process, _):
        sizes[EMPTY] = resident_megabytes(process)
    with serve(APPS[OURS]) as (process, address):
        sizes["ours, before the first visitor"] = resident_megabytes(process)
        client = Client(address, verbose=False)
        for number in range(1, GENERATIONS + 1):
            client.predict(count=4, steps=2, seed=number, api_name="/compare_epochs")
            if number in (1, GENERATIONS // 10, GENERATIONS):
                sizes[f"ours, after {number} comparisons of four epochs"] = resident_megabytes(process)
    rows = [Row(name, Spread(size, size, size)) for name, size in sizes.items()]
    yield Table("Resident memory", "MB", rows)


def resident_megabytes(process: subprocess.Popen) -> float:
    return psutil.Process(process.pid).memory_info().rss / MEGABYTE


@contextmanager
def serve(command: list[str], **environment: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """Runs an app on a free port: (process, address) once its page loads. ValueError where the process ends before.

    environment: beside that of this process.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"} | environment
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


SECTIONS: dict[str, Callable[[int], Iterator[Table]]] = {"start": start, "memory": memory}
