"""The reel: frames that the page shows before any model has run. Made once from a finished run, shipped in assets/.

    reel.bin    the header's length (4 bytes, little-endian), the header (JSON), then PNG pictures end to end

The header has two lists of frames as engine/frames.py makes them, with [start, size] of a PNG in place of a picture:
`film` has the tutorial's 32 moments of DDPM in 500 steps, for several epochs from the same noise; `learning` has the
finished sprites from one noise after every epoch of training.
"""

import io
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from ..engine import Frame, Panel, Request, describe_request, generate, generate_finished, make_frame
from ..errors import UserError
from ..refs import EpochRef
from ..sprites import SIZE, columns_for, sheet, to_pixels
from ..store import RunFolder, write_whole

EPOCHS = (0, 4, 24, 31)
STEPS = 500  # as many as the schedule has levels
MOMENTS = frozenset([*range(STEPS, 7, -20), *range(6, -1, -1)])  # every 20th level, and the last 7 steps
NOISY_COLOURS, LEARNING_COLOURS = 64, 128  # in a picture's palette; with 96 and 256 the reel has 2.2 MB
MAX_BYTES = 2_000_000


def make_reel(
    run: RunFolder, epochs: Sequence[int], count: int, seed: int, on_step: Callable[[], None] = lambda: None
) -> bytes:
    """The content of reel.bin. ValueError where it is larger than MAX_BYTES.

    epochs: those of the sampling frames; the learning frames have all epochs of the run. on_step: called for progress,
    STEPS + 1 times and once for every epoch of the run.
    """
    blobs: list[bytes] = []
    request = Request(count=count, sampler="ddpm", steps=STEPS, seed=seed)
    sampling = _sampling_frames(run, epochs, request, blobs, on_step)
    learning = _learning_frames(run, replace(request, steps=50), blobs, on_step)
    header = json.dumps({"film": sampling, "learning": learning}, separators=(",", ":")).encode()
    reel = struct.pack("<I", len(header)) + header + b"".join(blobs)
    if len(reel) > MAX_BYTES:
        raise UserError(
            "the reel has {count:,} bytes, more than {max_bytes:,}; take fewer sprites or epochs",
            count=len(reel),
            max_bytes=MAX_BYTES,
        )
    return reel


def _sampling_frames(
    run: RunFolder, epochs: Sequence[int], request: Request, blobs: list[bytes], on_step: Callable[[], None]
) -> list[Frame]:
    frames: list[Frame] = []
    for steps in generate([run.load(epoch) for epoch in epochs], request):
        on_step()
        if steps[0].t in MOMENTS:
            colours = NOISY_COLOURS if steps[0].t else None  # None: the finished sprites keep all colours
            panels: list[Panel] = [
                {
                    "label": f"epoch {epoch}",
                    "x": _put(blobs, to_pixels(step.x), colours),
                    "x0": _put(blobs, to_pixels(step.x0), colours),
                }
                for epoch, step in zip(epochs, steps, strict=True)
            ]
            place = {"seq": len(frames), "t": steps[0].t, "step": STEPS - steps[0].t, "total": STEPS}
            frames.append(make_frame(panels, request.count, **place, levels=STEPS))
    frames[0]["recipe"] = describe_request(request, [EpochRef(run.path.name, epoch) for epoch in epochs])
    return frames


def _learning_frames(run: RunFolder, request: Request, blobs: list[bytes], on_step: Callable[[], None]) -> list[Frame]:
    frames: list[Frame] = []
    epochs = list(run.epochs())
    for epoch in epochs:
        on_step()
        sprites = to_pixels(generate_finished(run.load(epoch), request))
        panels: list[Panel] = [{"label": f"epoch {epoch}", "x": _put(blobs, sprites, LEARNING_COLOURS)}]
        place = {"seq": len(frames), "t": 0, "step": epoch, "total": max(epochs[-1], 1)}
        frames.append(make_frame(panels, request.count, **place, levels=STEPS))
        frames[-1]["caption"] = f"epoch {epoch}"
    return frames


def _put(blobs: list[bytes], sprites: np.ndarray, colours: int | None) -> list[int]:
    """Adds a sheet of the sprites as PNG to the blobs, unless it is there; returns its [start, size].

    colours: size of the picture's palette; all colours where None.
    """
    picture = Image.fromarray(sheet(sprites, columns_for(len(sprites))))
    if colours:
        picture = picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    blob = file.getvalue()
    if blob not in blobs:
        blobs.append(blob)
    index = blobs.index(blob)
    return [sum(map(len, blobs[:index])), len(blob)]


def finished_sprites(path: Path) -> np.ndarray:
    """The finished sprites of the reel's last epoch, uint8 (N, 16, 16, 3)."""
    return read_sprites(path)[0]


def read_sprites(path: Path) -> dict[int, np.ndarray]:
    """The sprites of the reel's last epoch by noise level, each uint8 (N, 16, 16, 3)."""
    reel = path.read_bytes()
    (length,) = struct.unpack("<I", reel[:4])
    return {frame["t"]: _cut(frame, reel[4 + length :]) for frame in json.loads(reel[4 : 4 + length])["film"]}


def _cut(frame: Frame, pictures: bytes) -> np.ndarray:
    """The sprites of a frame's last panel, cut out of their sheet."""
    start, size = frame["panels"][-1]["x"]
    page = np.asarray(Image.open(io.BytesIO(pictures[start : start + size])).convert("RGB"))
    rows = page.reshape(frame["rows"], SIZE, frame["columns"], SIZE, 3).swapaxes(1, 2)
    return rows.reshape(-1, SIZE, SIZE, 3)[: frame["count"]]


def save_reel(reel: bytes, path: Path) -> None:
    write_whole(path, reel)
