"""Preview sprites of a run under way: drawn after every epoch, always from the same noise."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice

import torch
from torch import Tensor

from ..data import parse_prompt
from ..engine import Request, generate_finished
from ..sprites import KINDS
from ..store import Checkpoint, RunConfig
from .plan import Plan

PREVIEW_COUNT = 16
MAX_PREVIEWS = 16  # times in a run: a few pictures of one's own make many short epochs
PREVIEW_KINDS = ("hero", "non-hero", "food", "spell")  # of a run that learns kinds


def is_previewed(plan: Plan, epoch: int) -> bool:
    """Whether preview sprites are drawn after this epoch: after every one of a run with few, and after the last."""
    last = plan.training.epochs - 1
    return epoch % (last // MAX_PREVIEWS + 1) == 0 or epoch == last


def preview_words(config: RunConfig) -> tuple[str, ...]:
    """What the preview sprites show, in turn: four kinds, or the most frequent words of data without kinds.

    Again where there are few; empty for a run that learns none.
    """
    if _drop_label(config) == 1 or not config.data.get("labelled"):
        return ()
    frequent, known = config.data.get("frequent"), config.known_kinds()
    if isinstance(frequent, list) or not config.vocabulary.has_kinds():
        names = [name for name in frequent if isinstance(name, str)] if isinstance(frequent, list) else []
        words: Iterable[str] = filter(partial(_is_word, config), dict.fromkeys((*names, *config.vocabulary.names)))
    else:
        words = PREVIEW_KINDS if known is None or set(PREVIEW_KINDS) <= set(known) else known
    return tuple(islice(cycle(islice(words, len(PREVIEW_KINDS))), len(PREVIEW_KINDS)))


def _is_word(config: RunConfig, name: str) -> bool:
    """Whether the run knows the name, and it is a prompt for itself; "with" is none."""
    known = config.known_words()
    if name not in config.vocabulary or (known is not None and name not in known):
        return False
    prompt = parse_prompt(name, config.vocabulary)
    return prompt.words == {name: 1.0} and not prompt.unknown


def _drop_label(config: RunConfig) -> float:
    """The share of sprites trained without a label; config.json of a foreign run may not say it."""
    share = config.training.get("drop_label", 1)
    return share if isinstance(share, int | float) else 1


def preview_requests(config: RunConfig) -> list[Request]:
    """A request for each of the words, or one request for anything.

    With guidance 2 the eye sees faces and handles where there were stains, although the Fréchet distance grows from
    10.9 to 14.7; see .github/LOG.md.
    """
    words = preview_words(config)
    if not words:
        return [Request(count=PREVIEW_COUNT)]
    return [
        Request(
            count=PREVIEW_COUNT // len(PREVIEW_KINDS),
            seed=seed,
            kinds=tuple(float(kind == word) for kind in KINDS),
            prompt="" if word in KINDS else word,
            guidance=2.0 if _drop_label(config) else 1.0,  # guidance needs sprites trained without a label
        )
        for seed, word in enumerate(words)
    ]


def draw_previews(checkpoint: Checkpoint) -> Tensor:
    """(PREVIEW_COUNT, 3, 16, 16) in [-1, 1]; the words take turns, so in rows of four each has a column."""
    requests = preview_requests(checkpoint.config)
    with ThreadPoolExecutor(len(requests)) as pool:  # at the same time, so that the network gets one batch
        sprites = list(pool.map(partial(generate_finished, checkpoint), requests))
    return torch.stack(sprites, dim=1).flatten(0, 1)
