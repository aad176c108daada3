"""Preview sprites of a run under way: drawn after every epoch, always from the same noise."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice

import torch
from torch import Tensor

from ..engine import Request, generate_finished
from ..sprites import KINDS
from ..store import Checkpoint, RunConfig

PREVIEW_COUNT = 16
PREVIEW_KINDS = ("hero", "non-hero", "food", "spell")  # of a run that learns kinds


def preview_kinds(config: RunConfig) -> tuple[str, ...]:
    """The kinds of the preview sprites, in turn, again where the data has few; empty for a run that learns none."""
    if _drop_label(config) == 1 or not config.data.get("labelled"):
        return ()
    known = config.known_kinds()
    if known is None or set(PREVIEW_KINDS) <= set(known):
        return PREVIEW_KINDS
    return tuple(islice(cycle(known), len(PREVIEW_KINDS)))


def _drop_label(config: RunConfig) -> float:
    """The share of sprites trained without a label; config.json of a foreign run may not say it."""
    share = config.training.get("drop_label", 1)
    return share if isinstance(share, int | float) else 1


def preview_requests(config: RunConfig) -> list[Request]:
    """A request for each kind, or one request for any kind.

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
            guidance=2.0 if _drop_label(config) else 1.0,  # guidance needs sprites trained without a label
        )
        for seed, kind in enumerate(kinds)
    ]


def draw_previews(checkpoint: Checkpoint) -> Tensor:
    """(PREVIEW_COUNT, 3, 16, 16) in [-1, 1]; the kinds take turns, so in rows of four each kind has a column."""
    requests = preview_requests(checkpoint.config)
    with ThreadPoolExecutor(len(requests)) as pool:  # at the same time, so that the network gets one batch
        sprites = list(pool.map(partial(generate_finished, checkpoint), requests))
    return torch.stack(sprites, dim=1).flatten(0, 1)
