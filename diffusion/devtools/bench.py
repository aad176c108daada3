"""Benchmarks that compare in one run: the competitors take turns, so that a noisy machine disturbs all of them alike.

In a round every competitor has one turn. A ratio is computed within a round; the tables show its median over the
rounds, and its quartiles as a measure of uncertainty.

To add a row, add a competitor to a section; to add a section, add a generator of Tables to SECTIONS.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ..core import ContextUnet, NoiseSchedule, SpriteUnet, StepDone, TrainConfig, TrainingSet, train
from ..data import draw
from ..engine import Device, Request, find_device, generate, make_accelerator
from ..runs import Plan
from ..server import TrainingQueue
from ..sprites import KINDS, SIZE
from ..store import Checkpoint, RunConfig, RunFolder
from .course_loops import course_sampling_loop, course_training

Work = Callable[[], object]
Seconds = dict[str, list[float]]  # of each round

SPRITES, STEPS, TURN = 32, 500, 25  # the tutorial's sampling loop; TURN steps of it are one turn
VISITORS = 16
MATRIX = 2048  # rows and columns
SETTLE_SECONDS = 0.5  # until a training run has paused or continued
COURSE, TUTORIALS, OURS = "the course's loop", "ours, the tutorial's network", "ours, our network"


@dataclass(frozen=True)
class Spread:
    """Median and quartiles over the rounds."""

    median: float
    low: float  # a quarter of the rounds is below
    high: float  # a quarter of the rounds is above

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        low, median, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
        return cls(median, low, high)


@dataclass(frozen=True)
class Row:
    name: str
    value: Spread  # in the table's unit
    ratio: Spread | None = None  # how many times as good as the table's first row


@dataclass(frozen=True)
class Table:
    title: str
    unit: str
    rows: list[Row]


def measure_in_turn(
    works: dict[str, Work], rounds: int, before: Callable[[str], object] = lambda name: None
) -> Seconds:
    """Seconds of each work in every round, without the first round, which warms up.

    before: called with the work's name before each turn; its time is not measured.
    """
    seconds: Seconds = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            before(name)
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: turns[1:] for name, turns in seconds.items()}


def compare_table(title: str, unit: str, seconds: Seconds, value: Callable[[float], float]) -> Table:
    """A table of measured seconds, with ratios of speed to the first row. value: seconds -> the table's unit."""
    first = next(iter(seconds.values()))
    rows = []
    for name, turns in seconds.items():
        ratio = Spread.of([base / own for base, own in zip(first, turns, strict=True)])
        rows.append(Row(name, Spread.of([value(own) for own in turns]), ratio))
    return Table(title, unit, rows)


def sampling(rounds: int) -> Iterator[Table]:
    """Sampling with the course's loop and as the app does it; then the share of the machine's own rate."""
    device = find_device()
    networks = {TUTORIALS: RunConfig(network="context-unet"), OURS: RunConfig(network="sprite-unet")}
    ddpm, usual = Request(count=SPRITES, sampler="ddpm", steps=STEPS), Request(count=SPRITES)
    course = course_sampling_loop(ContextUnet(variant="course").eval(), device, SPRITES, STEPS)
    loops: dict[str, Work] = {COURSE: lambda: [next(course) for _ in range(TURN)]}
    loops |= {name: _our_sampling(config, ddpm, device, TURN) for name, config in networks.items()}
    default = f"ours, {usual.sampler} in {usual.steps} steps"
    others: dict[str, Work] = {default: _our_sampling(networks[OURS], usual, device, usual.steps)}
    others |= {name: _product(dtype, device) for name, dtype in _precisions(device).items()}
    seconds = measure_in_turn(loops | others, rounds)

    whole = {name: [turn * STEPS / TURN for turn in seconds[name]] for name in loops}
    yield compare_table(f"{SPRITES} sprites, {STEPS} DDPM steps", "s", whole, lambda own: own)
    as_drawn = {COURSE: whole[COURSE], default: seconds[default]}
    yield compare_table(f"{SPRITES} sprites, as the app draws them", "s", as_drawn, lambda own: own)

    rates = {name: [2 * MATRIX**3 / 1e9 / own for own in seconds[name]] for name in _precisions(device)}
    limits = [Row(f"matrix product, {name}", Spread.of(rate)) for name, rate in rates.items()]
    limit = list(rates.values())[-1]  # with the device's dtype
    for name, config in networks.items():
        gigaflops = flops(config.build().eval()) * SPRITES * TURN / 1e9
        rate = [gigaflops / own for own in seconds[name]]
        share = Spread.of([own / highest for own, highest in zip(rate, limit, strict=True)])
        limits.append(Row(name, Spread.of(rate), share))
    yield Table("Arithmetic; the ratio is the share of the last matrix product's rate", "GFLOP/s", limits)


def sharing(rounds: int, steps: int = 10) -> Iterator[Table]:
    """Many visitors at once, each from the click on; loads the checkpoint from the disk. A quarter of the rounds."""
    first_frames: list[list[float]] = []  # seconds, of each visitor in each turn
    gaps: list[list[float]] = []  # seconds between two frames, of all visitors of each turn

    def visit(run: RunFolder, seed: int) -> None:
        times = [time.perf_counter()]
        for _ in generate([run.load(0)], Request(count=SPRITES, sampler="ddpm", steps=steps, seed=seed)):
            times.append(time.perf_counter())
        first, *between = np.diff(times).tolist()
        first_frames[-1].append(first)
        gaps[-1] += between

    def one_after_the_other(run: RunFolder) -> None:
        for seed in range(VISITORS):
            visit(run, seed)

    def together(run: RunFolder) -> None:
        with ThreadPoolExecutor(VISITORS) as visitors:
            list(visitors.map(partial(visit, run), range(VISITORS)))

    def work(visit_all: Callable[[RunFolder], None], run: RunFolder) -> None:
        first_frames.append([])
        gaps.append([])
        visit_all(run)

    with TemporaryDirectory() as folder:
        run, config = RunFolder(Path(folder) / "run"), RunConfig()
        run.create(config)
        run.save_epoch(0, config.build().state_dict(), {})
        works: dict[str, Work] = {
            "one after the other": partial(work, one_after_the_other, run),
            "together": partial(work, together, run),
        }
        seconds = measure_in_turn(works, max(1, rounds // 4))
    title = f"{VISITORS} visitors, each {SPRITES} sprites in {steps} DDPM steps"
    yield compare_table(title, "s", seconds, lambda own: own)
    last = [max(turn) for turn in first_frames[3::2]]  # the turns together, without the first round
    longest = [max(turn) for turn in gaps[3::2]]
    rows = [Row("until the last has a frame", Spread.of(last)), Row("longest between two frames", Spread.of(longest))]
    yield Table("What they see together", "s", rows)


def training(rounds: int, batch_size: int = 100) -> Iterator[Table]:
    """Training with the course's loop, with ours and the tutorial's network, and with ours and our network."""
    pixels, labels = draw(2000)
    data = TrainingSet(torch.from_numpy(pixels), torch.from_numpy(labels).float())
    loops = {
        COURSE: course_training(pixels, labels, batch_size),
        TUTORIALS: _our_training(ContextUnet(), data, batch_size),
        OURS: _our_training(SpriteUnet(), data, batch_size),
    }
    seconds = measure_in_turn({name: partial(next, loop) for name, loop in loops.items()}, rounds)
    yield compare_table(f"Training, batches of {batch_size}", "sprites/s", seconds, lambda own: batch_size / own)


def beside_training(rounds: int) -> Iterator[Table]:
    """Seconds of one Generate while a run of the Train tab trains. Takes half of the rounds."""
    request, queue = Request(count=SPRITES), TrainingQueue()
    sample = _our_sampling(RunConfig(), request, find_device(), request.steps)
    turns = {"alone": queue.pause, "while a run trains": queue.go_on}

    def prepare(name: str) -> None:
        turns[name]()
        time.sleep(SETTLE_SECONDS)

    with TemporaryDirectory() as folder:
        training = TrainConfig(epochs=1000, batch_size=32)
        queue.start(Plan(folder=Path(folder) / "run", data="builtin:4000", width=32, training=training))
        while queue.snapshot().state == "starting":
            time.sleep(SETTLE_SECONDS)
        try:
            seconds = measure_in_turn(dict.fromkeys(turns, sample), -(-rounds // 2), before=prepare)
        finally:
            queue.stop()
            queue.wait()
    yield compare_table(
        f"{SPRITES} sprites as the app draws them, beside a run of the Train tab", "s", seconds, lambda own: own
    )


SECTIONS: dict[str, Callable[[int], Iterator[Table]]] = {
    "sampling": sampling,
    "sharing": sharing,
    "training": training,
    "beside-training": beside_training,
}


def flops(network: nn.Module) -> int:
    """FLOPs of one evaluation for one sprite as PyTorch counts them: a multiplication with its addition is two."""
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, SIZE, SIZE), torch.zeros(1), torch.zeros(1, len(KINDS)))
    return counter.get_total_flops()


def _precisions(device: Device) -> dict[str, torch.dtype]:
    return {str(dtype).removeprefix("torch."): dtype for dtype in (torch.float32, device.dtype)}


def _product(dtype: torch.dtype, device: Device) -> Work:
    a, b = (torch.randn(MATRIX, MATRIX, dtype=dtype, device=device.name) for _ in range(2))

    def work() -> None:
        (a @ b)[0, 0].item()  # waits for a GPU

    return work


def _our_sampling(config: RunConfig, request: Request, device: Device, steps: int) -> Work:
    """Makes `steps` steps as the app does, then closes the loop: its waiting threads would slow down the next turn."""
    checkpoint = Checkpoint(config, 0, config.build().eval())

    def work() -> None:
        with closing(generate([checkpoint], request, device)) as loop:
            for (step,) in islice(loop, steps + 1):  # the first is the starting noise
                step.x[0, 0, 0, 0].item()  # waits for a GPU

    return work


def _our_training(network: nn.Module, data: TrainingSet, batch_size: int) -> Iterator[StepDone]:
    config = TrainConfig(epochs=1000, batch_size=batch_size)
    for event in train(network, NoiseSchedule.linear(), data, config, accelerator=make_accelerator()):
        if isinstance(event, StepDone):
            yield event
