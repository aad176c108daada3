"""Many at once: python tests/support/load.py [--clients 30] [--visitors 10] [--seconds 60] [--url http://…].

Clients call the API through gradio_client, visitors watch walks as a page does. Each begins again when it has its
answer, until the time is over. An answer is what was asked for, whole, or a clear "the queue is full"; anything else
is lost, and the exit status is then 1. Beside them are those who do no good (`nuisances.py`): --silent join and never
listen, --slow read a few bytes a second, --abrupt break the connection in the middle. Without --url the app is started
over the shipped runs, and its memory, places, descriptors and threads are told.
"""

import argparse
import itertools
import json
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
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
from support.nuisances import KINDS  # noqa: E402
from support.tally import Held, QueueFullError, Seen, Tally  # noqa: E402

FULL = ("Queue is full", "the server is busy")
SPRITES, STEPS = 4, 10
PATIENCE = 300  # seconds for one answer
CALM = 30  # seconds after which nothing may be left of anybody


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
        turn = next(one for one in config["dependencies"] if walk["inputs"][0] in one["outputs"])
        self.opening, self.turn, self.walk = opening["id"], turn["id"], walk["id"]
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
        self.pressed = 0.0

    def send(self, path: str, event: int, data: list) -> httpx.Response:
        body = {"session_hash": self.session, "fn_index": event, "data": data}
        return httpx.post(f"{self.page.url}/gradio_api{path}", json=body, timeout=PATIENCE, verify=False)

    def generate(self, count: int = SPRITES, steps: int = STEPS, *, stay: bool = True) -> int:
        """Press Generate, and see every frame until the end; or leave at once."""
        values = list(self.page.values)
        values[3], values[6] = count, steps
        self.pressed = time.monotonic()
        self.send("/run/predict", self.page.turn, []).raise_for_status()
        joined = self.send("/queue/join", self.page.walk, values)
        if joined.status_code == 503 and any(word in joined.text for word in FULL):
            raise QueueFullError
        joined.raise_for_status()
        return self.frames() if stay else 0

    @contextmanager
    def listening(self) -> Iterator[httpx.Response]:
        """The stream of messages, open until the server closes it."""
        address, who = f"{self.page.url}/gradio_api/queue/data", {"session_hash": self.session}
        with httpx.stream("GET", address, params=who, timeout=PATIENCE, verify=False) as stream:
            yield stream

    def frames(self) -> Seen:
        """How many came, without a gap, from pure noise to the finished sprites."""
        frame, came, first = None, 0, float("nan")
        with self.listening() as stream:
            for line in stream.iter_lines():
                said = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if said.get("msg") == "process_generating":
                    data = said["output"]["data"]
                    first = first if frame else time.monotonic() - self.pressed
                    frame = apply_diff(frame, data[0]) if frame else data[0]
                    assert frame["seq"] == came, f"frame {frame['seq']} where {came} was due"
                    came += 1
                elif said.get("msg") == "process_completed":
                    if any(word in str(said["output"]) for word in FULL):
                        raise QueueFullError
                    assert said["success"], said["output"]
        assert frame and frame["t"] == 0, "the walk did not come to its end"
        seen = Seen(came)
        seen.first = first
        return seen


@dataclass
class Load:
    clients: Tally
    visitors: Tally
    held: list[Held]  # before, every second, and after
    waiting: list[int]  # events that wait in the queue, every second
    nuisances: dict[str, int] = field(default_factory=dict)  # how many came, by kind


def put_on(
    url: str,
    clients: int,
    visitors: int,
    seconds: float,
    run: str,
    epoch: int,
    nuisances: dict[str, int] | None = None,
    calm: float = 0.0,
) -> Load:
    """So many at once for so long. Whoever asked in time is waited for.

    nuisances: how many of each kind. calm: seconds to wait until all is gone.
    """
    load, seeds, end = Load(Tally(), Tally(), [], []), itertools.count(), 0.0
    page = Page(url, run, epoch)
    server = psutil.Process(RUNNING[url].pid) if url in RUNNING else None
    if server:
        page.open().generate()  # so that what is made once is there before
        load.held.append(Held.of(server))

    def again(tally: Tally, question: Callable[[], int]) -> None:
        while time.monotonic() < end:
            tally.ask(question)

    def disturb(kind: str) -> None:
        while time.monotonic() < end:
            load.nuisances[kind] = load.nuisances.get(kind, 0) + 1
            try:
                KINDS[kind](page, end)
            except (QueueFullError, OSError, httpx.HTTPError):
                time.sleep(0.5)

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
        threads += [
            threading.Thread(target=disturb, args=(kind,))
            for kind, number in (nuisances or {}).items()
            for _ in range(number)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            if server:
                load.held.append(Held.of(server))
            load.waiting.append(waiting(url))
            time.sleep(1)
        for client in made:
            client.close()
    if server:
        end = time.monotonic() + calm
        while time.monotonic() < end and not Held.of(server).is_back(load.held[0]):
            page.open()  # threads that have nothing to do end when others come and go
            time.sleep(1)
        load.held.append(Held.of(server))
    return load


def waiting(url: str) -> int:
    return httpx.get(f"{url}/gradio_api/queue/status", timeout=PATIENCE, verify=False).json()["queue_size"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--silent", type=int, default=0, help="who join and never listen, again and again")
    parser.add_argument("--slow", type=int, default=0, help="who read a few bytes a second")
    parser.add_argument("--abrupt", type=int, default=0, help="whose connection breaks in the middle")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--url", help="of a running app")
    parser.add_argument("--run", default="sprites")
    parser.add_argument("--epoch", type=int, default=31)
    options = parser.parse_args()
    nuisances = {kind: getattr(options, kind) for kind in ("silent", "slow", "abrupt") if getattr(options, kind)}
    with ExitStack() as stack:
        url = (options.url or stack.enter_context(running_app(ROOT / "checkpoints"))).rstrip("/")
        load = put_on(
            url, options.clients, options.visitors, options.seconds, options.run, options.epoch, nuisances, CALM
        )
    print(f"{options.clients} clients, {options.seconds:.0f} s: {load.clients}")
    print(f"{options.visitors} visitors, {options.seconds:.0f} s: {load.visitors}")
    for kind, number in nuisances.items():
        print(f"{number} {kind} at a time, {load.nuisances[kind]} came")
    print(f"waiting in the queue: {median(load.waiting):.0f} (median), {max(load.waiting)} at most")
    if load.held:
        print(f"before: {load.held[0]}\nat most: {Held.most(load.held)}\nafter: {load.held[-1]}")
    for problem in load.clients.lost + load.visitors.lost:
        print(f"lost: {problem}", file=sys.stderr)
    return 1 if load.clients.lost or load.visitors.lost else 0


if __name__ == "__main__":
    sys.exit(main())
