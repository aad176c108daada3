"""What the player on the page shows at one moment: a sheet of sprites for each of its panels."""

from collections.abc import Sequence
from typing import Any, TypedDict

from ..sprites import columns_for


class Panel(TypedDict, total=False):
    """One network's sprites; of each view, the base64 of its sheet (uint8 RGB), in reel.bin its picture's number."""

    label: str
    x: Any  # the noisy sprites
    x0: Any  # the predicted sprites
    eps: Any  # the predicted noise / 3


class Frame(TypedDict, total=False):
    """JavaScript reads the keys (assets/js), and reel.bin has them too."""

    run: str  # the same for all frames of a trajectory
    seq: int  # the frame's number, without a gap
    step: int  # steps done
    total: int  # steps after the first frame
    t: int  # the noise level
    T: int  # the highest noise level
    left: float  # seconds until the end, estimated
    recipe: dict[str, Any]  # describe_request; in the first frame, for saving and sharing
    words: list[str]  # of each sprite: what it was asked for; in the first frame, where they differ
    network: dict[str, Any]  # describe_network; in the first frame, for drawing it
    names: list[str]  # of each sprite: what its file is called after, in English; in the first frame
    count: int
    columns: int
    rows: int
    panels: list[Panel]
    caption: str
    per_second: float  # the speed at which to play the frames
    ended: bool  # alone with run: the trajectory was stopped before its end


def make_frame(
    panels: Sequence[Panel],
    count: int,
    *,
    seq: int,
    step: int,
    total: int,
    t: int,
    levels: int,
    columns: int | None = None,
    left: float = 0,
) -> Frame:
    """A frame of `count` sprites in each panel; a caller adds the keys that only its frames have."""
    columns = columns or columns_for(count)
    return {
        **{"seq": seq, "step": step, "total": total, "t": t, "T": levels, "left": left},
        **{"count": count, "columns": columns, "rows": -(-count // columns)},
        "panels": list(panels),
    }
