"""The picture on the card of a run: what its last epoch draws."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..sprites import enlarged, sheet, to_pixels
from ..store import RunFolder
from .generation import generate
from .request import Request

PICTURE = Request(count=32, steps=50, seed=0)  # of the last epoch, for the card


@dataclass(frozen=True)
class Drawing:
    """The card's picture, step by step."""

    done: int
    total: int


def draw_card_picture(run: RunFolder) -> Iterator[Drawing]:
    """Draws sprites of the last epoch into the run folder, 30 KB, unless they are there."""
    epoch = max(run.epochs(), default=None)
    if epoch is None or run.has_sample(epoch):
        return
    for done, (step,) in enumerate(generate([run.load(epoch)], PICTURE)):  # noqa: B007 (the last one counts)
        yield Drawing(done, PICTURE.steps)
    run.save_sample(epoch, enlarged(sheet(to_pixels(step.x), gap=2), 4))
