"""Saves pictures, animations and arrays as whole files: encoded in memory, so that a full disk leaves no half file."""

import errno
import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import imageio.v3 as iio
import numpy as np
from PIL import Image

from ..errors import Message, UserError, reason_of
from .files import write_whole

LITTLE_ROOM = 1_000_000  # bytes of a disk that is as good as full


def save_picture(picture: np.ndarray, path: Path) -> None:
    """Saves uint8 (H, W, 3 or 4); the suffix decides the format. Creates the folder."""
    content = io.BytesIO()
    Image.fromarray(picture).save(content, Image.registered_extensions()[path.suffix.lower()])
    write_whole(path, content.getbuffer())


def save_array(array: np.ndarray, path: Path) -> None:
    """Saves as .npy. Creates the folder."""
    content = io.BytesIO()
    np.save(content, array)
    write_whole(path, content.getbuffer())


def save_animation(frames: Sequence[np.ndarray], path: Path, fps: int = 20, hold: float = 1.5) -> None:
    """Saves uint8 (H, W, 3) frames as .gif or .mp4, by the suffix. Creates the folder.

    fps: frames a second; hold: seconds for which the last frame stays.
    """
    write_whole(path, _gif(frames, fps, hold) if path.suffix == ".gif" else _mp4(frames, path, fps, hold))


def _gif(frames: Sequence[np.ndarray], fps: int, hold: float) -> memoryview:
    durations = [1000 // fps] * (len(frames) - 1) + [int(1000 * hold)]
    pictures = [Image.fromarray(frame).quantize(255, dither=Image.Dither.NONE) for frame in frames]
    content = io.BytesIO()
    pictures[0].save(content, "GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0)
    return content.getbuffer()


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
