"""Many at once: python tests/support/load.py [--clients 30] [--visitors 10] [--seconds 60] [--url http://…].

Clients call the API through gradio_client, visitors watch walks as a page does. Each begins again when it has its
answer, until the time is over. An answer is what was asked for, whole, or a clear "the queue is full"; anything else
is lost, and the exit status is then 1. Without --url the app is started over the shipped runs, and its memory told.
"""

import argparse
import itertools
import json
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]  # where a script finds `support` and `diffusion`

import httpx  # noqa: E402
import psutil  # noqa: E402
from gradio_client import Client  # noqa: E402
from gradio_client.exceptions import AppError  # noqa: E402
from gradio_client.utils import QueueError, apply_diff  # noqa: E402
from PIL import Image  # noqa: E402
from support.app import ROOT, RUNNING, running_app  # noqa: E402

FULL = ("Queue is full", "the server is busy")
SPRITES, STEPS = 4, 10
PATIENCE = 300  # seconds for one answer


@dataclass
class Tally:
    """What became of all that was asked."""

    seconds: list[float] = field(default_factory=list)  # of those that were answered
    frames: int = 0
    full: int = 0
    lost: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: Callable[[], int]) -> None:
        """question: returns how many frames it got; QueueFullError says that the queue is full."""
        started = time.monotonic()
        try:
            frames = question()
        except QueueFullError:
            with self.lock:
                self.full += 1
            time.sleep(0.5)
        except Exception as problem:
            with self.lock:
                self.lost.append(f"{type(problem).__name__}: {problem}")
        else:
            with self.lock:
                self.seconds.append(time.monotonic() - started)
                self.frames += frames

    def __str__(self) -> str:
        took = self.seconds or [float("nan")]
        worst = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
        return (
            f"{len(self.seconds)} answered ({self.frames} frames; median {median(took):.1f} s, 95 % {worst:.1f} s), "
            f'{self.full} told "full", {len(self.lost)} lost'
        )


class QueueFullError(Exception):
    pass


def client_question(client: Client, seed: int) -> int:
    """The API, through gradio_client: a whole PNG of the sprites asked for."""
    try:
        path, facts = client.predict(count=SPRITES, steps=STEPS, seed=seed, scale=1, api_name="/generate_sprites")
    except (QueueError, AppError) as refusal:
        if any(word in str(refusal) for word in FULL):
            raise QueueFullError from None
        raise
    with Image.open(path) as picture:
        picture.load()
    assert facts["recipe"]["seed"] == seed, "the answer is to another question"
    return 1


class Page:
    """What the Watch tab sends, found in the app's own description of itself."""

    def __init__(self, url: str, run: str, epoch: int) -> None:
        self.url, config = url, httpx.get(f"{url}/config", timeout=PATIENCE, verify=False).json()
        props = {component["id"]: component["props"] for component in config["components"]}
        player = next(number for number, prop in props.items() if prop.get("elem_id") == "watch-player")
        walk = next(one for one in config["dependencies"] if one["outputs"] == [player] and one["queue"])
        opening = next(one for one in config["dependencies"] if set(walk["inputs"][1:]) <= set(one["outputs"]))
        self.opening, self.turn, self.walk = opening["id"], walk["trigger_after"], walk["id"]
        self.values = [props[number].get("value") for number in walk["inputs"]]
        self.values[1:3] = [run, epoch]

    def open(self) -> "Visitor":
        visitor = Visitor(self)
        visitor.send("/run/predict", self.opening, [])
        return visitor


class Visitor:
    """Somebody's browser, on one page."""

    def __init__(self, page: Page) -> None:
        self.page, self.session = page, uuid.uuid4().hex

    def send(self, path: str, event: int, data: list) -> httpx.Response:
        body = {"session_hash": self.session, "fn_index": event, "data": data}
        return httpx.post(f"{self.page.url}/gradio_api{path}", json=body, timeout=PATIENCE, verify=False)

    def generate(self, count: int = SPRITES, steps: int = STEPS, *, stay: bool = True) -> int:
        """Press Generate, and see every frame until the end; or leave at once."""
        values = list(self.page.values)
        values[3], values[6] = count, steps
        self.send("/run/predict", self.page.turn, []).raise_for_status()
        joined = self.send("/queue/join", self.page.walk, values)
        if joined.status_code == 503 and any(word in joined.text for word in FULL):
            raise QueueFullError
        joined.raise_for_status()
        return self.frames() if stay else 0

    def frames(self) -> int:
        """How many came, without a gap, from pure noise to the finished sprites."""
        frame, came, address = None, 0, f"{self.page.url}/gradio_api/queue/data"
        who = {"session_hash": self.session}
        with httpx.stream("GET", address, params=who, timeout=PATIENCE, verify=False) as stream:
            for line in stream.iter_lines():  # until the server closes it
                said = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if said.get("msg") == "process_generating":
                    data = said["output"]["data"]
                    frame = apply_diff(frame, data[0]) if frame else data[0]
                    assert frame["seq"] == came, f"frame {frame['seq']} where {came} was due"
                    came += 1
                elif said.get("msg") == "process_completed":
                    assert said["success"], said["output"]
        assert frame and frame["t"] == 0, "the walk did not come to its end"
        return came


@dataclass
class Load:
    clients: Tally
    visitors: Tally
    memory: list[float]  # MB of the server, every second


def put_on(url: str, clients: int, visitors: int, seconds: float, run: str, epoch: int) -> Load:
    """So many at once for so long. Whoever asked in time is waited for."""
    load, seeds, end = Load(Tally(), Tally(), []), itertools.count(), 0.0
    page = Page(url, run, epoch)
    server = psutil.Process(RUNNING[url].pid) if url in RUNNING else None

    def again(tally: Tally, question: Callable[[], int]) -> None:
        while time.monotonic() < end:
            tally.ask(question)

    with TemporaryDirectory() as folder:
        made = [Client(url, verbose=False, download_files=folder) for _ in range(clients)]
        end = time.monotonic() + seconds
        threads = [
            threading.Thread(
                target=again, args=(load.clients, lambda client=client: client_question(client, next(seeds)))
            )
            for client in made
        ]
        threads += [
            threading.Thread(target=again, args=(load.visitors, page.open().generate)) for _ in range(visitors)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            if server:
                load.memory.append(server.memory_info().rss / 1e6)
            time.sleep(1)
    return load


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--url", help="of a running app")
    parser.add_argument("--run", default="sprites")
    parser.add_argument("--epoch", type=int, default=31)
    options = parser.parse_args()
    with ExitStack() as stack:
        url = (options.url or stack.enter_context(running_app(ROOT / "checkpoints"))).rstrip("/")
        load = put_on(url, options.clients, options.visitors, options.seconds, options.run, options.epoch)
    print(f"{options.clients} clients, {options.seconds:.0f} s: {load.clients}")
    print(f"{options.visitors} visitors, {options.seconds:.0f} s: {load.visitors}")
    if load.memory:
        quarter = len(load.memory) // 4
        print(
            f"memory: {load.memory[0]:.0f} MB at first, {load.memory[quarter]:.0f} MB after a quarter of the time, "
            f"{load.memory[-1]:.0f} MB at the end, {max(load.memory):.0f} MB at most"
        )
    for problem in load.clients.lost + load.visitors.lost:
        print(f"lost: {problem}", file=sys.stderr)
    return 1 if load.clients.lost or load.visitors.lost else 0


if __name__ == "__main__":
    sys.exit(main())
