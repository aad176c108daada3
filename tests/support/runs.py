"""Small runs to test with, and waiting for those that train."""

import time
from pathlib import Path

import torch

from diffusion.store import EpochMetrics, Measured, Quality, RunConfig, RunFolder


def make_run(folder: Path, epochs=(0, 4), width: int = 8, **settings) -> RunFolder:
    """A run with random weights: small, instant, and good enough for everything but beauty.

    settings: others of its config, such as a vocabulary.
    """
    config = RunConfig(width=width, **settings)
    run = RunFolder(folder)
    run.create(config)
    torch.manual_seed(0)
    for epoch in epochs:
        network = config.build()
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.05)
        run.save_epoch(epoch, network.state_dict(), {"step": 1})
    return run


def measured(*epochs):
    """Metrics of these epochs, the later the better."""
    number = Measured(0.5, 0.1)
    errors = tuple(0.5 - 0.01 * i for i in range(10))
    return {
        epoch: EpochMetrics(
            quality=Quality(
                frechet=Measured(5 - epoch / 10, 0.1),
                kernel=number,
                precision=number,
                recall=number,
                noise_error=errors,
            )
        )
        for epoch in epochs
    }


def until(runner, reached, seconds=120):
    """The first snapshot of which that is true."""
    deadline = time.monotonic() + seconds
    while not reached(runner.snapshot()):
        assert time.monotonic() < deadline, f"still {runner.snapshot().state}"
        time.sleep(0.01)
    return runner.snapshot()
