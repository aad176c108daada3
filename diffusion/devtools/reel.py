"""The reel: what a visitor sees before any model has run. Made once from a finished run, shipped in assets/.

    reel.bin    the header's length (4 bytes, little-endian), the header (JSON), then PNG pictures end to end

The header has two lists of frames (engine/frames.py), with [start, size] of a PNG in place of a picture: `film`, the
tutorial's 32 moments of DDPM with 500 steps, for several epochs from the same noise; and `learning`, the finished
pictures from that noise after every epoch of training.
"""

import io
import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ..engine import Frame, Panel, Request, describe_request, generate, generate_finished, make_frame
from ..errors import UserError
from ..refs import EpochRef
from ..sprites import columns_for, sheet, to_pixels
from ..store import RunFolder

EPOCHS = (0, 4, 24, 31)
MOMENTS = frozenset([*range(500, 7, -20), *range(6, -1, -1)])  # every 20th level, and the last 7 steps
NOISY_COLOURS, LEARNING_COLOURS = 64, 128  # of a picture's own: with 96 and 256 the reel has 2.2 MB
MAX_BYTES = 2_000_000


def make_reel(
    run: RunFolder, epochs: Sequence[int], count: int, seed: int, on_step: Callable[[], None] = lambda: None
) -> bytes:
    """The whole file. `epochs` for the film; the learning film takes every epoch that is on the disk."""
    blobs: list[bytes] = []
    film = _film(run, epochs, Request(count=count, sampler="ddpm", steps=500, seed=seed), blobs, on_step)
    learning = _learning(run, Request(count=count, sampler="ddpm", steps=50, seed=seed), blobs, on_step)
    header = json.dumps({"film": film, "learning": learning}, separators=(",", ":")).encode()
    reel = struct.pack("<I", len(header)) + header + b"".join(blobs)
    if len(reel) > MAX_BYTES:
        raise UserError(
            "the reel has {count:,} bytes, more than {max_bytes:,}; take fewer sprites or epochs",
            count=len(reel),
            max_bytes=MAX_BYTES,
        )
    return reel


def _film(
    run: RunFolder, epochs: Sequence[int], request: Request, blobs: list[bytes], on_step: Callable[[], None]
) -> list[Frame]:
    frames: list[Frame] = []
    for steps in generate([run.load(epoch) for epoch in epochs], request):
        on_step()
        if steps[0].t in MOMENTS:
            colours = NOISY_COLOURS if steps[0].t else None  # the finished sprites as they are
            panels: list[Panel] = [
                {
                    "label": f"epoch {epoch}",
                    "x": _put(blobs, to_pixels(step.x), colours),
                    "x0": _put(blobs, to_pixels(step.x0), colours),
                }
                for epoch, step in zip(epochs, steps, strict=True)
            ]
            place = {"seq": len(frames), "t": steps[0].t, "step": 500 - steps[0].t, "total": 500}
            frames.append(make_frame(panels, request.count, **place, levels=500))
    frames[0]["recipe"] = describe_request(request, [EpochRef(run.path.name, epoch) for epoch in epochs])
    return frames


def _learning(run: RunFolder, request: Request, blobs: list[bytes], on_step: Callable[[], None]) -> list[Frame]:
    frames: list[Frame] = []
    every = list(run.epochs())
    for epoch in every:
        on_step()
        sprites = to_pixels(generate_finished(run.load(epoch), request))
        panels: list[Panel] = [{"label": f"epoch {epoch}", "x": _put(blobs, sprites, LEARNING_COLOURS)}]
        place = {"seq": len(frames), "t": 0, "step": epoch, "total": max(every[-1], 1)}
        frames.append(make_frame(panels, request.count, **place, levels=500))
        frames[-1]["caption"] = f"epoch {epoch}"
    return frames


def _put(blobs: list[bytes], sprites: np.ndarray, colours: int | None) -> list[int]:
    """A sheet as PNG, in so many colours of its own or in all; [start, size] among the blobs. Equal ones share one."""
    picture = Image.fromarray(sheet(sprites, columns_for(len(sprites))))
    if colours:
        picture = picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    blob = file.getvalue()
    if blob not in blobs:
        blobs.append(blob)
    place = blobs.index(blob)
    return [sum(map(len, blobs[:place])), len(blob)]


def finished_sprites(path: Path) -> np.ndarray:
    """The sprites that the last epoch of the film ends with, uint8 (N, 16, 16, 3)."""
    return film_sprites(path)[0]


def film_sprites(path: Path) -> dict[int, np.ndarray]:
    """Noise level -> the last epoch's pictures at that moment of the film, uint8 (N, 16, 16, 3)."""
    reel = path.read_bytes()
    (length,) = struct.unpack("<I", reel[:4])
    return {frame["t"]: _cut(frame, reel[4 + length :]) for frame in json.loads(reel[4 : 4 + length])["film"]}


def _cut(frame: Frame, pictures: bytes) -> np.ndarray:
    start, size = frame["panels"][-1]["x"]
    page = np.asarray(Image.open(io.BytesIO(pictures[start : start + size])).convert("RGB"))
    rows = page.reshape(frame["rows"], 16, frame["columns"], 16, 3).swapaxes(1, 2)
    return rows.reshape(-1, 16, 16, 3)[: frame["count"]]


def save_reel(reel: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(reel)
