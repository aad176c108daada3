"""The reel: frames that the page shows before any model has run. Made once from a finished run, shipped in assets/.

    reel.bin    the header's length (4 bytes, little-endian), the header (JSON), then pictures (reel_pictures.py)

The header has two lists of frames as engine/frames.py makes them, with a picture's number in its place: `film` has
moments of DDPM in 500 steps, for several epochs from the same noise, in the order in which they are drawn; `learning`
has the finished sprites from one noise after every epoch of training. `pictures` has how each is made again, the
finished ones first: they need no others, so that a page can show them at once and go back from there. `sha256`
is of all pictures end to end, for the tests of readers.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ..engine import Frame, Panel, Request, describe_request, generate, generate_finished, make_frame
from ..errors import UserError
from ..refs import EpochRef
from ..sprites import SIZE, columns_for, sheet, to_pixels
from ..store import RunFolder, write_whole
from .reel_pictures import PictureWriter, read_pictures

EPOCHS = (0, 4, 24, 31)
STEPS = 500  # as many as the schedule has levels
MOMENTS = frozenset([*range(STEPS, 7, -20), *range(6, -1, -1)])  # every 20th level, and the last 7 steps
MAX_BYTES = 2_500_000
CLEAR = 100  # from this noise level down a sprite's colours are seen
# How far apart two values of a pixel are that the reel tells apart: a mean error of 0.6 of 255 where colours are seen,
# of 1.8 in the noise above; the finished sprites are exact.
FINISHED_QUANTUM, CLEAR_QUANTUM, NOISY_QUANTUM = 1, 3, 8
LEARNING_SECONDS = 3.0


def make_reel(
    run: RunFolder, epochs: Sequence[int], count: int, seed: int, on_step: Callable[[], None] = lambda: None
) -> bytes:
    """The content of reel.bin. ValueError where it is larger than MAX_BYTES.

    epochs: those of the sampling frames; the learning frames have all epochs of the run. on_step: called for progress,
    STEPS + 1 times and once for every epoch of the run.
    """
    request = Request(count=count, sampler="ddpm", steps=STEPS, seed=seed, surprise=True, guidance=2.0)
    writer = PictureWriter()
    film = _film(run, epochs, request, writer, on_step)
    learning = _learning(run, replace(request, steps=50), writer, on_step)
    digest = hashlib.sha256(b"".join(picture.tobytes() for picture in writer.decoded)).hexdigest()
    contents = {"film": film, "learning": learning, "pictures": writer.entries, "sha256": digest}
    header = json.dumps(contents, separators=(",", ":")).encode()
    reel = struct.pack("<I", len(header)) + header + b"".join(writer.streams)
    if len(reel) > MAX_BYTES:
        raise UserError(
            "the reel has {count:,} bytes, more than {max_bytes:,}; take fewer sprites or epochs",
            count=len(reel),
            max_bytes=MAX_BYTES,
        )
    return reel


def _film(
    run: RunFolder, epochs: Sequence[int], request: Request, writer: PictureWriter, on_step: Callable[[], None]
) -> list[Frame]:
    moments: list[tuple[int, list[dict[str, np.ndarray]]]] = []  # noise level, and the sheets of each epoch
    for steps in generate([run.load(epoch) for epoch in epochs], request):
        on_step()
        if steps[0].t in MOMENTS:
            moments.append((steps[0].t, [{"x": _sheet(step.x), "x0": _sheet(step.x0)} for step in steps]))
    frames: list[Frame] = []
    cleaner: list[dict[str, int]] = []  # the pictures of the frame before: from the finished sprites into the noise
    for seq, (t, sheets) in reversed(list(enumerate(moments))):
        numbers: list[dict[str, int]] = []
        for i, views in enumerate(sheets):
            likely = [cleaner[i]] if cleaner else []
            likely += [numbers[i - 1], *([cleaner[i - 1]] if cleaner else [])] if i else []
            numbers.append(_add_views(writer, views, _quantum(t), likely))
        panels: list[Panel] = [
            {"label": f"epoch {epoch}", "x": number["x"], "x0": number["x0"]}
            for epoch, number in zip(epochs, numbers, strict=True)
        ]
        frames.insert(0, make_frame(panels, request.count, seq=seq, t=t, step=STEPS - t, total=STEPS, levels=STEPS))
        cleaner = numbers
    frames[0]["recipe"] = describe_request(request, [EpochRef(run.path.name, epoch) for epoch in epochs])
    return frames


def _add_views(
    writer: PictureWriter, views: dict[str, np.ndarray], quantum: int, likely: Sequence[dict[str, int]]
) -> dict[str, int]:
    """Adds the sheets of one epoch at one level; returns their numbers. likely: those that resemble them."""
    numbers: dict[str, int] = {}
    for view, picture in views.items():
        references = [known[view] for known in likely] + list(numbers.values())
        numbers[view] = writer.add(picture, quantum, references)
    return numbers


def _quantum(t: int) -> int:
    if not t:
        return FINISHED_QUANTUM
    return CLEAR_QUANTUM if t <= CLEAR else NOISY_QUANTUM


def _learning(run: RunFolder, request: Request, writer: PictureWriter, on_step: Callable[[], None]) -> list[Frame]:
    frames: list[Frame] = []
    epochs = list(run.epochs())
    before: list[int] = []
    for epoch in epochs:
        on_step()
        number = writer.add(_sheet(generate_finished(run.load(epoch), request)), CLEAR_QUANTUM, before)
        place = {"seq": len(frames), "t": 0, "step": epoch, "total": max(epochs[-1], 1)}
        frames.append(make_frame([{"label": f"epoch {epoch}", "x": number}], request.count, **place, levels=STEPS))
        frames[-1]["caption"] = f"epoch {epoch}"
        before = [number]
    frames[0]["per_second"] = len(frames) / LEARNING_SECONDS
    return frames


def _sheet(x: torch.Tensor) -> np.ndarray:
    sprites = to_pixels(x)
    return sheet(sprites, columns_for(len(sprites)))


@dataclass(frozen=True)
class Reel:
    """A reel as a reader gets it; a picture's number in a panel is its place in `pictures`, uint8 (H, W, 3)."""

    film: list[Frame]
    learning: list[Frame]
    pictures: list[np.ndarray]

    def sprites(self, frame: Frame, panel: int = -1, view: Literal["x", "x0"] = "x") -> np.ndarray:
        """The sprites of a frame's panel, cut out of their sheet, uint8 (N, 16, 16, 3)."""
        page = self.pictures[frame["panels"][panel][view]]
        rows = page.reshape(frame["rows"], SIZE, frame["columns"], SIZE, 3).swapaxes(1, 2)
        return rows.reshape(-1, SIZE, SIZE, 3)[: frame["count"]]


def read_reel(path: Path) -> Reel:
    reel = path.read_bytes()
    (length,) = struct.unpack("<I", reel[:4])
    header = json.loads(reel[4 : 4 + length])
    first = header["film"][0]
    shape = (first["rows"] * SIZE, first["columns"] * SIZE, 3)
    return Reel(header["film"], header["learning"], read_pictures(header["pictures"], reel[4 + length :], shape))


def finished_sprites(path: Path) -> np.ndarray:
    """The finished sprites of the reel's last epoch, uint8 (N, 16, 16, 3)."""
    return read_sprites(path)[0]


def read_sprites(path: Path) -> dict[int, np.ndarray]:
    """The sprites of the reel's last epoch by noise level, each uint8 (N, 16, 16, 3)."""
    reel = read_reel(path)
    return {frame["t"]: reel.sprites(frame) for frame in reel.film}


def save_reel(reel: bytes, path: Path) -> None:
    write_whole(path, reel)
