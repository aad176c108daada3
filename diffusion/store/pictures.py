"""Saves pictures, animations and arrays as whole files: encoded in memory, so that a full disk leaves no half file."""

import errno
import io
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import imageio.v3 as iio
import numpy as np
from PIL import Image

from ..errors import Message, UserError, reason_of
from .files import write_whole

MAX_PALETTE = 256
CLEAR = 255  # the transparent colour of a GIF's palette
LITTLE_ROOM = 1_000_000  # bytes of a disk that is as good as full


def save_picture(picture: np.ndarray, path: Path, is_indexed: bool = False) -> None:
    """Saves uint8 (H, W, 3 or 4); the suffix decides the format. Creates the folder.

    is_indexed: with a palette, where it has at most 256 colours.
    """
    write_whole(path, _encode(picture, Image.registered_extensions()[path.suffix.lower()], is_indexed))


def save_pictures(pictures: Mapping[str, np.ndarray], path: Path, is_indexed: bool = False) -> None:
    """Saves uint8 (H, W, 3 or 4) each as a PNG in a ZIP, by its name. Creates the folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, picture in pictures.items():
            entry = zipfile.ZipInfo(name)  # without the time of day: same sprites, same file
            archive.writestr(entry, _encode(picture, "PNG", is_indexed))
    write_whole(path, content.getbuffer())


def _encode(picture: np.ndarray, file_format: str, is_indexed: bool) -> bytes:
    content = io.BytesIO()
    image = to_indexed(picture) if is_indexed else None
    (image or Image.fromarray(picture)).save(content, file_format)
    return content.getvalue()


def to_indexed(picture: np.ndarray) -> Image.Image | None:
    """uint8 (H, W, 3 or 4) with its colours as a palette, the transparent one last; None where they are more than 256.

    A pixel is transparent or it is not: other shares of alpha count as opaque.
    """
    height, width, channels = picture.shape
    clear = picture[..., 3].reshape(-1) == 0 if channels == 4 else np.zeros(height * width, bool)
    colours, place = np.unique(picture[..., :3].reshape(-1, 3)[~clear], axis=0, return_inverse=True)
    if len(colours) + bool(clear.any()) > MAX_PALETTE:
        return None
    indices = np.zeros(height * width, np.uint8)
    indices[~clear] = place.reshape(-1)
    indices[clear] = len(colours) % MAX_PALETTE
    image = Image.fromarray(indices.reshape(height, width))
    image.putpalette(np.concatenate([colours, np.zeros((int(clear.any()), 3), np.uint8)]).tobytes())
    if clear.any():
        image.info["transparency"] = len(colours)
    return image


def save_array(array: np.ndarray, path: Path) -> None:
    """Saves as .npy. Creates the folder."""
    content = io.BytesIO()
    np.save(content, array)
    write_whole(path, content.getbuffer())


def save_animation(frames: Sequence[np.ndarray], path: Path, fps: int = 20, hold: float = 1.5) -> None:
    """Saves uint8 (H, W, 3) frames as .gif, .apng or .mp4, by the suffix; the first two also (H, W, 4). Creates the
    folder.

    fps: frames a second; hold: seconds for which the last frame stays.
    """
    if path.suffix == ".mp4":
        return write_whole(path, _mp4(frames, path, fps, hold))
    durations = [1000 // fps] * (len(frames) - 1) + [int(1000 * hold)]
    is_gif, is_clear = path.suffix == ".gif", frames[0].shape[-1] == 4
    pictures = [_to_gif_frame(frame) if is_gif else Image.fromarray(frame) for frame in frames]
    more: dict[str, Any] = {"disposal": 2, "transparency": CLEAR} if is_gif and is_clear else {}
    content = io.BytesIO()
    pictures[0].save(
        content,
        "GIF" if is_gif else "PNG",
        save_all=True,
        append_images=pictures[1:],
        duration=durations,
        loop=0,
        **more,
    )
    write_whole(path, content.getbuffer())


def _to_gif_frame(frame: np.ndarray) -> Image.Image:
    """uint8 (H, W, 3 or 4) in at most 255 colours, beside which CLEAR is transparent."""
    exact = to_indexed(frame[..., :3])
    if exact is None or len(exact.getpalette() or ()) > 3 * CLEAR:
        exact = Image.fromarray(frame[..., :3]).quantize(CLEAR, dither=Image.Dither.NONE)
    if frame.shape[-1] == 3:
        return exact
    palette = exact.getpalette() or []
    indices = np.where(frame[..., 3] > 0, np.asarray(exact), CLEAR).astype(np.uint8)
    clear = Image.fromarray(indices)
    clear.putpalette(palette + [0] * (3 * (CLEAR + 1) - len(palette)))
    return clear


def _mp4(frames: Sequence[np.ndarray], path: Path, fps: int, hold: float) -> bytes:
    """imageio lets ffmpeg write a temporary file and does not say whether ffmpeg could; the index is its last part."""
    held = [*frames, *[frames[-1]] * int(fps * hold)]
    even = [np.pad(frame, ((0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)), "edge") for frame in held]
    options: dict[str, Any] = {"fps": fps, "codec": "libx264", "macro_block_size": 2}
    content, cause = b"", None
    try:
        content = iio.imwrite("<bytes>", np.stack(even), extension=".mp4", **options)
    except OSError as broken:  # ffmpeg ended before the last frame
        cause = broken
    if b"moov" in content:
        return content
    is_full = shutil.disk_usage(gettempdir()).free < LITTLE_ROOM
    reason = reason_of(OSError(errno.ENOSPC, "")) if is_full else Message("ffmpeg could not make it")
    raise UserError("could not write {path}: {problem}", path=path, problem=reason) from cause
