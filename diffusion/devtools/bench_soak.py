"""The app as a process under mixed use for a long time: memory, threads and descriptors must not grow.

First each kind of use once, then three visitors do them in turn, each in an order of their own. Between two parts of
the time all of them rest, and the process is measured.
"""

import io
import itertools
import os
import random
import shutil
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import psutil

from ..data import draw
from ..sprites import png
from .bench import Row, Spread, Table
from .bench_app import APPS, MEGABYTE, OURS, ROOT, serve
from .page_client import PageClient, Values

VISITORS = 3
MAX_PARTS = 12  # measurements; not more often than once a minute
REST_SECONDS, IDLE_PERCENT, MAX_WAIT = 3.0, 15.0, 60.0  # a measurement waits until the app rests
PAUSE_SECONDS = 1.0  # of a visitor between two uses
SHIPPED = ("sprites", "tutorial")
TRAINING: Values = {"Epochs": 1, "Sprites": 1024, "Batch size": 64, "Network": 32}
WIDE = TRAINING | {"Batch size": 512, "Network": 64}
Use = Callable[[str, int], object]  # (address, number): number is another one each time


@dataclass
class Uses:
    """What was done how often, and what went wrong."""

    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    lock: Lock = field(default_factory=Lock)

    def carry_out(self, name: str, address: str) -> None:
        with self.lock:
            number = next(self.numbers)
        try:
            USES[name](address, number)
        except Exception as problem:
            with self.lock:
                self.failed[f"{name}: {type(problem).__name__}: {problem}"[:200]] += 1
        else:
            with self.lock:
                self.done[name] += 1


@dataclass(frozen=True)
class Sample:
    """What the process holds at one moment."""

    when: str
    megabytes: float
    threads: int
    descriptors: int
    temporary: float  # megabytes of the temporary folder

    @classmethod
    def take(cls, when: str, process: psutil.Process, folder: Path) -> "Sample":
        deadline = time.monotonic() + MAX_WAIT
        while process.cpu_percent(REST_SECONDS) > IDLE_PERCENT and time.monotonic() < deadline:
            pass  # the last run draws its previews after its epoch is there
        stored = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        resident, descriptors = process.memory_info().rss, process.num_fds() if hasattr(process, "num_fds") else 0
        return cls(when, resident / MEGABYTE, process.num_threads(), descriptors, stored / MEGABYTE)


def soak(minutes: float) -> Iterator[Table]:
    """Mixed use for so long; yields the tables at the end."""
    with TemporaryDirectory() as folder:
        runs, temporary = Path(folder) / "runs", Path(folder) / "temporary"
        temporary.mkdir()
        for name in SHIPPED:
            shutil.copytree(ROOT / "checkpoints" / name, runs / name)
        environment = {"GRADIO_TEMP_DIR": str(temporary), "SPRITES_SHARED": "on"}
        with serve([*APPS[OURS], "--runs", str(runs)], **environment) as (process, address):
            uses, samples = Uses(), []
            app = psutil.Process(process.pid)
            samples.append(Sample.take("before the first visitor", app, temporary))
            for name in USES:
                uses.carry_out(name, address)
            samples.append(Sample.take("after the first of each kind", app, temporary))
            begun, parts = time.monotonic(), max(1, min(MAX_PARTS, int(minutes)))
            for part in range(1, parts + 1):
                end = begun + 60 * minutes * part / parts
                with ThreadPoolExecutor(VISITORS) as visitors:
                    for seed in range(VISITORS):
                        visitors.submit(visit, uses, address, end, random.Random(seed * MAX_PARTS + part))
                samples.append(Sample.take(f"after {(time.monotonic() - begun) / 60:.0f} minutes", app, temporary))
    yield from report(samples, uses)


def visit(uses: Uses, address: str, end: float, order: random.Random) -> None:
    """Uses the app until the end."""
    while time.monotonic() < end:
        for name in order.sample([*USES], len(USES)):
            if time.monotonic() >= end:
                return
            uses.carry_out(name, address)
            time.sleep(PAUSE_SECONDS)


def report(samples: list[Sample], uses: Uses) -> Iterator[Table]:
    def table(title: str, unit: str, value: Callable[[Sample], float]) -> Table:
        return Table(title, unit, [Row(one.when, _exactly(value(one))) for one in samples])

    yield table("Resident memory", "MB", lambda one: one.megabytes)
    yield table("Threads", "threads", lambda one: one.threads)
    yield table("Descriptors", "files", lambda one: one.descriptors)
    yield table("Temporary folder", "MB", lambda one: one.temporary)
    yield Table("What was done", "times", [Row(name, _exactly(count)) for name, count in sorted(uses.done.items())])
    if uses.failed:
        yield Table("What failed", "times", [Row(name, _exactly(count)) for name, count in uses.failed.items()])
    growth = samples[-1].megabytes - samples[1].megabytes
    yield Table("Growth", "MB", [Row("after the first of each kind", _exactly(growth))])


def _exactly(value: float) -> Spread:
    return Spread(value, value, value)


def _play(player: str, values: Values) -> Use:
    def use(address: str, number: int) -> None:
        with PageClient(address) as page:
            page.play(player, values | {"Seed": number})

    return use


def _call(endpoint: str, **arguments: object) -> Use:
    """A call of the API through gradio_client, as programs make it."""

    def use(address: str, number: int) -> None:
        from gradio_client import Client

        with TemporaryDirectory() as folder:
            client = Client(address, verbose=False, download_files=folder)
            client.predict(**arguments, seed=number, api_name=endpoint)
            client.close()

    return use


def _train(values: Values) -> Use:
    """Starts a run, or is told that the queue is full, and waits until it is over."""

    def use(address: str, number: int) -> None:
        name = f"soak-{number}"
        with PageClient(address) as page:
            page.click("Train", values | {"Name of the run": name, "Seed": number})
            deadline = time.monotonic() + 600
            while name not in page.http.get("/gradio_api/health").json()["runs"]:
                if time.monotonic() > deadline:
                    raise TimeoutError("the run has not ended")
                time.sleep(1)

    return use


def _tabs(address: str, _: int) -> None:
    with PageClient(address) as page:
        page.http.get("/zh").raise_for_status()
        page.open_all_tabs()


def _download(address: str, number: int) -> None:
    with PageClient(address) as page:
        page.download(page.pack("run-zip", {"Run": SHIPPED[number % 2]})[0])


def _upload(address: str, number: int) -> None:
    """Pictures in a .zip, and a look at them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for index, picture in enumerate(draw(40, seed=number)[0]):
            archive.writestr(f"{index}.png", png(picture))
    with PageClient(address) as page:
        file = page.upload(f"{os.getpid()}-{number}.zip", content.getvalue())
        page.click("Look at the data", {"Train on": "upload", "Files": [file]})


USES: dict[str, Use] = {
    "open the page and its tabs": _tabs,
    "watch": _play("watch-player", {"Run": "sprites", "Training epoch": 31}),
    "compare": _play("compare-player", {"Epochs to compare": ["sprites/0", "sprites/31"]}),
    "API: generate_sprites": _call("/generate_sprites", count=16),
    "API: compare_epochs": _call("/compare_epochs", count=4),
    "API: denoise_step": _call("/denoise_step", level=250),
    "download a run": _download,
    "upload and look": _upload,
    "train": _train(TRAINING),
    "train, width 64, batches of 512": _train(WIDE),
}
