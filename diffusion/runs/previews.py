"""The sprites that show what a run has learned: drawn after every epoch, always from the same noise."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import torch
from torch import Tensor

from ..engine import Request, generate_finished
from ..sprites import KINDS
from ..store import Checkpoint, RunConfig

PREVIEW_COUNT = 16
PREVIEW_KINDS = ("hero", "non-hero", "food", "spell")  # where it learns kinds


def preview_kinds(config: RunConfig) -> tuple[str, ...]:
    """What it is asked for, in turn; nothing in a run that learns no kinds."""
    learns = config.training["drop_label"] < 1 and config.data.get("labelled")
    return PREVIEW_KINDS if learns else ()


def preview_requests(config: RunConfig) -> list[Request]:
    """Some of each kind, or any.

    With guidance 2 the eye sees faces and handles where there were stains, although the Fréchet distance grows from
    10.9 to 14.7; see .github/LOG.md.
    """
    kinds = preview_kinds(config)
    if not kinds:
        return [Request(count=PREVIEW_COUNT)]
    return [
        Request(
            count=PREVIEW_COUNT // len(kinds),
            seed=seed,
            kinds=tuple(float(each == kind) for each in KINDS),
            guidance=2.0 if config.training["drop_label"] else 1.0,  # else it never learned to do without a label
        )
        for seed, kind in enumerate(kinds)
    ]


def draw_previews(checkpoint: Checkpoint) -> Tensor:
    """(PREVIEW_COUNT, 3, 16, 16); the kinds take turns, so that in rows of four each has a column."""
    requests = preview_requests(checkpoint.config)
    with ThreadPoolExecutor(len(requests)) as walks:  # at once, and so answered together
        of_each = list(walks.map(partial(generate_finished, checkpoint), requests))
    return torch.stack(of_each, dim=1).flatten(0, 1)
