"""Draws the picture on the card of a run: sprites of its last epoch."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..sprites import enlarged, sheet, to_pixels
from ..store import RunFolder
from .generation import generate
from .request import Request

PICTURE = Request(count=32, steps=50, seed=0)


@dataclass(frozen=True)
class Drawing:
    """Progress of the picture."""

    done: int  # steps
    total: int


def draw_card_picture(run: RunFolder) -> Iterator[Drawing]:
    """Draws sprites of the last epoch and saves them in the run folder, 30 KB, unless they are there already."""
    epoch = max(run.epochs(), default=None)
    if epoch is None or run.has_sample(epoch):
        return
    for done, (step,) in enumerate(generate([run.load(epoch)], PICTURE)):  # noqa: B007 (the last step is used)
        yield Drawing(done, PICTURE.steps)
    run.save_sample(epoch, enlarged(sheet(to_pixels(step.x), gap=2), 4))
