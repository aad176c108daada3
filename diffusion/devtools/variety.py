"""Measures how often the built-in sprites repeat, when new ones are drawn for every epoch."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..data import draw_builtin
from ..refs import Builtin
from ..sprites import KINDS

COARSE = 32  # levels that count as one colour in the second measure, so that a tint alone makes no new sprite


@dataclass
class Variety:
    """The sprites of one kind so far."""

    count: int = 0
    pictures: set[int] = field(default_factory=set)  # hashes
    coarse: set[int] = field(default_factory=set)  # of the pictures in few colours

    def shares(self) -> dict[str, float]:
        """Distinct pictures, and those distinct in coarse colours, over all: in [0, 1]."""
        count = max(1, self.count)
        return {"distinct": len(self.pictures) / count, "coarse": len(self.coarse) / count}


def measure_variety(ref: Builtin, epochs: int) -> Iterator[dict[str, Variety]]:
    """Draws one epoch after the other; yields the kinds' numbers after each."""
    kinds = {kind: Variety() for kind in KINDS}
    for epoch in range(epochs):
        sprites = draw_builtin(ref, epoch=epoch)
        for pixels, kind in zip(sprites.pixels, sprites.kinds.argmax(1), strict=True):
            variety = kinds[KINDS[kind]]
            variety.count += 1
            variety.pictures.add(hash(pixels.tobytes()))
            variety.coarse.add(hash((pixels // COARSE).tobytes()))
        yield kinds
