"""What the page draws of a sampling step: the loop around the network, and the network (assets/js/machine.js)."""

from copy import deepcopy
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...core import NetworkShapes, trace_shapes
from ...errors import UserError
from ...store import Checkpoint, RunConfig, list_runs
from ..words import Words
from .page import PageData
from .part import fill_html

_SHAPES: dict[tuple, NetworkShapes] = {}  # by what they depend on


def describe_network(config: RunConfig, network: nn.Module | None = None) -> dict[str, Any]:
    """The shapes that flow through a run's network, and its noise schedule; JavaScript reads the keys.

    network: one that was built from this config; it is copied, because other threads may be using it.
    """
    key = (config.network, config.variant, config.width, len(config.vocabulary))
    if key not in _SHAPES:
        with torch.random.fork_rng(devices=[], enabled=network is None):
            copied = config.build().eval() if network is None else deepcopy(network).float()
        _SHAPES[key] = trace_shapes(copied, len(config.vocabulary))
    return {"network": config.network, **asdict(_SHAPES[key]), "abar": _abar(config.schedule, config.levels)}


@lru_cache
def _abar(schedule: str, levels: int) -> list[float]:
    """Five digits are enough for numbers on the page, and a tenth of the bytes."""
    config = RunConfig(schedule=schedule, levels=levels)
    return [float(f"{value:.5g}") for value in config.noise_schedule().alpha_bar.tolist()]


def network_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """For a frame that this checkpoint made."""
    return describe_network(checkpoint.config, checkpoint.network)


def describe_machine(page: PageData) -> dict[str, Any]:
    """The property `machine` of a player: HTML, words, and the network of the default run, which made the reel."""
    return {
        "html": machine_html(page.words, page.assets),
        "words": page.words.machine,
        "kind_names": list(page.words.kind_names.values()),
        "network": describe_network(_default_config(page)),
    }


def machine_html(words: Words, assets: Path) -> str:
    """assets/html/machine.html with its placeholders filled."""
    return fill_html(assets, "machine", id="machine-network", **words.machine)


def _default_config(page: PageData) -> RunConfig:
    try:
        return list_runs(page.runs)[page.default_run].config()
    except (KeyError, UserError):
        return RunConfig()
