"""Ratios measured side by side in one run: what is compared takes turns, so a noisy machine disturbs both alike.

A round gives every competitor one turn. A ratio is taken inside a round; its median over the rounds counts, and the
quartiles say how far to trust it.

To add a row, give a section another competitor; to add a section, another generator of Tables to SECTIONS.
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
from ..store import Checkpoint, RunConfig, RunFolder
from .course_loops import course_sampling_loop, course_training

Work = Callable[[], object]
Seconds = dict[str, list[float]]  # of each round

SPRITES, STEPS, TURN = 32, 500, 25  # the tutorial's walk, TURN steps of it in one turn
VISITORS = 16
MATRIX = 2048
STEP_ENDS = 0.5  # seconds in which a run that was told to pause, or to go on, does
COURSE, TUTORIALS, OURS = "the course's loop", "ours, the tutorial's network", "ours, our network"


@dataclass(frozen=True)
class Spread:
    """Over the rounds."""

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
    ratio: Spread | None = None  # times as good as the table's first row


@dataclass(frozen=True)
class Table:
    title: str
    unit: str
    rows: list[Row]


def measure_in_turn(
    works: dict[str, Work], rounds: int, before: Callable[[str], object] = lambda name: None
) -> Seconds:
    """Seconds of each in every round, after one round that does not count.

    before: called with the name of each before its turn, not timed.
    """
    seconds: Seconds = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            before(name)
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: found[1:] for name, found in seconds.items()}


def compare_table(title: str, unit: str, seconds: Seconds, value: Callable[[float], float]) -> Table:
    """A table of what took these seconds; ratios of speed against the first."""
    first = next(iter(seconds.values()))
    rows = []
    for name, found in seconds.items():
        ratio = Spread.of([base / own for base, own in zip(first, found, strict=True)])
        rows.append(Row(name, Spread.of([value(own) for own in found]), ratio))
    return Table(title, unit, rows)


def sampling(rounds: int) -> Iterator[Table]:
    """The walk: the course's loop, and ours as the app walks; then how near the machine's limit that is."""
    device = find_device()
    networks = {TUTORIALS: RunConfig(network="context-unet"), OURS: RunConfig(network="sprite-unet")}
    ddpm, usual = Request(count=SPRITES, sampler="ddpm", steps=STEPS), Request(count=SPRITES)
    course = course_sampling_loop(ContextUnet(variant="course").eval(), device, SPRITES, STEPS)
    walks: dict[str, Work] = {COURSE: lambda: [next(course) for _ in range(TURN)]}
    walks |= {name: _our_walk(config, ddpm, device, TURN) for name, config in networks.items()}
    default = f"ours, {usual.sampler} in {usual.steps} steps"
    others: dict[str, Work] = {default: _our_walk(networks[OURS], usual, device, usual.steps)}
    others |= {name: _product(dtype, device) for name, dtype in _precisions(device).items()}
    seconds = measure_in_turn(walks | others, rounds)

    walked = {name: [turn * STEPS / TURN for turn in seconds[name]] for name in walks}
    yield compare_table(f"{SPRITES} sprites, {STEPS} DDPM steps", "s", walked, lambda own: own)
    as_drawn = {COURSE: walked[COURSE], default: seconds[default]}
    yield compare_table(f"{SPRITES} sprites, as the app draws them", "s", as_drawn, lambda own: own)

    rates = {name: [2 * MATRIX**3 / 1e9 / own for own in seconds[name]] for name in _precisions(device)}
    limits = [Row(f"matrix product, {name}", Spread.of(rate)) for name, rate in rates.items()]
    limit = list(rates.values())[-1]  # in the device's precision
    for name, config in networks.items():
        amount = flops(config.build().eval()) * SPRITES * TURN / 1e9
        reached = [amount / own for own in seconds[name]]
        share = Spread.of([own / most for own, most in zip(reached, limit, strict=True)])
        limits.append(Row(name, Spread.of(reached), share))
    yield Table("Arithmetic; the ratio is the share of the last matrix product's rate", "GFLOP/s", limits)


def sharing(rounds: int, steps: int = 10) -> Iterator[Table]:
    """Many visitors at once, each from the click: the checkpoint is loaded from the disk. A quarter of the rounds."""
    first_frames: list[list[float]] = []
    gaps: list[list[float]] = []

    def visit(run: RunFolder, seed: int) -> None:
        seen = [time.perf_counter()]
        for _ in generate([run.load(0)], Request(count=SPRITES, sampler="ddpm", steps=steps, seed=seed)):
            seen.append(time.perf_counter())
        first, *between = np.diff(seen).tolist()
        first_frames[-1].append(first)
        gaps[-1] += between

    def one_after_the_other(run: RunFolder) -> None:
        for seed in range(VISITORS):
            visit(run, seed)

    def together(run: RunFolder) -> None:
        with ThreadPoolExecutor(VISITORS) as visitors:
            list(visitors.map(partial(visit, run), range(VISITORS)))

    def timed(way: Callable[[RunFolder], None], run: RunFolder) -> Work:
        def work() -> None:
            first_frames.append([])
            gaps.append([])
            way(run)

        return work

    with TemporaryDirectory() as folder:
        run, config = RunFolder(Path(folder) / "run"), RunConfig()
        run.create(config)
        run.save_epoch(0, config.build().state_dict(), {})
        ways = {"one after the other": one_after_the_other, "together": together}
        seconds = measure_in_turn({name: timed(way, run) for name, way in ways.items()}, max(1, rounds // 4))
    title = f"{VISITORS} visitors, each {SPRITES} sprites in {steps} DDPM steps"
    yield compare_table(title, "s", seconds, lambda own: own)
    last = [max(found) for found in first_frames[3::2]]  # of the rounds that count, those together
    longest = [max(found) for found in gaps[3::2]]
    rows = [Row("until the last has a frame", Spread.of(last)), Row("longest between two frames", Spread.of(longest))]
    yield Table("What they see together", "s", rows)


def training(rounds: int, batch_size: int = 100) -> Iterator[Table]:
    """The course's loop, ours with the tutorial's network, ours with our network."""
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
    """How long one Generate takes while a run of the Train tab goes on. Half of the rounds."""
    request, runner = Request(count=SPRITES), TrainingQueue()
    walk = _our_walk(RunConfig(), request, find_device(), request.steps)
    turns = {"alone": runner.pause, "while a run trains": runner.go_on}

    def turn(name: str) -> None:
        turns[name]()
        time.sleep(STEP_ENDS)

    with TemporaryDirectory() as folder:
        training = TrainConfig(epochs=1000, batch_size=32)
        runner.start(Plan(folder=Path(folder) / "run", data="builtin:4000", width=32, training=training))
        while runner.snapshot().state == "starting":
            time.sleep(STEP_ENDS)
        try:
            seconds = measure_in_turn(dict.fromkeys(turns, walk), -(-rounds // 2), before=turn)
        finally:
            runner.stop()
            runner.wait()
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
    """Of one evaluation for one sprite, two for each multiplication with its addition; as PyTorch counts them."""
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, 16, 16), torch.zeros(1), torch.zeros(1, 5))
    return counter.get_total_flops()


def _precisions(device: Device) -> dict[str, torch.dtype]:
    return {str(dtype).removeprefix("torch."): dtype for dtype in (torch.float32, device.dtype)}


def _product(dtype: torch.dtype, device: Device) -> Work:
    a, b = (torch.randn(MATRIX, MATRIX, dtype=dtype, device=device.name) for _ in range(2))

    def work() -> None:
        (a @ b)[0, 0].item()  # waits for a GPU

    return work


def _our_walk(config: RunConfig, request: Request, device: Device, steps: int) -> Work:
    """So many steps as the app makes them. Then it is left: threads that wait would slow down whoever has its turn."""
    checkpoint = Checkpoint(config, 0, config.build().eval())

    def work() -> None:
        with closing(generate([checkpoint], request, device)) as walk:
            for (step,) in islice(walk, steps + 1):  # the first is the noise that it begins with
                step.x[0, 0, 0, 0].item()  # waits for a GPU

    return work


def _our_training(network: nn.Module, data: TrainingSet, batch_size: int) -> Iterator[StepDone]:
    config = TrainConfig(epochs=1000, batch_size=batch_size)
    for event in train(network, NoiseSchedule.linear(), data, config, accelerator=make_accelerator()):
        if isinstance(event, StepDone):
            yield event
