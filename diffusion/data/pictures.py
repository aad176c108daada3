"""Turns picture files into sprites: sheets are cut, animations give every frame, and what cannot be used is named."""

import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..errors import Message, UserError
from ..sprites import SIZE
from .decode import LOSSY, SUFFIXES, frames_of, is_named_as_picture, open_picture
from .grounds import lay_on_ground
from .names import safe_name
from .notes import MAX_NAMES, CutFile, SheetNote, join, list_files
from .readers import OWN_LIMITS, File, Limits, RefusedError, format_megabytes
from .sheets import AUTOMATIC, Cut, Sheet, chosen_grid, cut, find_grid
from .shrink import Native, find_native, to_rgba, to_sprite

MIN_SIDE = 4  # pixels of a picture's shorter side
SAME_SIZE = 4  # pictures of one size, from which on most of them decide whether they are sheets

NO_PICTURE = "{what} is no picture of a kind that is read here ({suffixes})"


class Pictures(NamedTuple):
    pixels: np.ndarray  # uint8 (N, 16, 16, 3)
    places: np.ndarray  # int64 (N,): what `label_of` gave for the file of each
    notes: tuple[Message, ...]  # what was guessed, reduced or left out


class UnusableError(Exception):
    """This one file cannot be used, for this reason."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template, self.values = template, values


def read_pictures(
    files: Iterator[File],
    name: str | Message,
    limits: Limits = OWN_LIMITS,
    sheet: Sheet = AUTOMATIC,
    label_of: Callable[[PurePosixPath], int] = lambda path: 0,
) -> Pictures:
    """Reads picture files as sprites, each with the number of its label.

    name: of their source, for messages; label_of: is called once for each file that is used, and gives the number,
    0 or more. Files that cannot be used are named in the notes. UserError where none can be used, and for more than
    the limits.
    """
    found, waiting = _Collection(name, limits, sheet, label_of), time.monotonic()
    for path, content in files:
        found.deadline += time.monotonic() - waiting  # files may come from far away
        found.check_time()
        try:
            if isinstance(content, Message):
                raise UnusableError(content.template, **content.values)
            found.add(path, content)
        except UnusableError as problem:
            found.refuse(path, problem)
        waiting = time.monotonic()
    if not found.places:
        raise found.nothing()
    pixels, notes = lay_on_ground(found.sprites_by_vote())
    return Pictures(pixels, np.array(found.places, np.int64), (*found.notes(), *notes))


@dataclass
class _Collection:
    """The sprites read so far, and what is to be said of them."""

    name: str | Message
    limits: Limits
    sheet: Sheet
    label_of: Callable[[PurePosixPath], int]
    sprites: bytearray = field(default_factory=bytearray)  # RGBA, of 16 x 16
    places: array = field(default_factory=lambda: array("I"))  # of each sprite
    unpacked: int = 0
    animations: list[tuple[str, int]] = field(default_factory=list)
    cuts: list[CutFile] = field(default_factory=list)
    sizes: Counter = field(default_factory=Counter)  # of pictures that may be sheets
    reduced: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)  # enlarged by a factor that is no whole number
    unusable: dict[tuple[str, tuple], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.limits.seconds

    def check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise UserError(
                "reading {name} takes longer than {seconds:g} seconds; use fewer pictures, or smaller ones",
                name=self.name,
                seconds=self.limits.seconds,
            )

    def refuse(self, path: PurePosixPath, problem: UnusableError) -> None:
        reason = problem.template, tuple(problem.values.items())
        self.unusable.setdefault(reason, []).append(safe_name(path))

    def add(self, path: PurePosixPath, content: bytes) -> None:
        """Adds all sprites of a file, or none."""
        try:
            with open_picture(content, path.suffix) as picture:
                self._check_size(*picture.size)
                is_lossy = picture.format in LOSSY
                frames = []
                for frame in frames_of(picture):
                    self._count(frame)
                    frames.append(self._convert(frame, is_lossy))
                    if len(self.places) + len(frames) > self.limits.files:
                        break
        except (UserError, UnusableError):
            raise
        except Exception:  # whatever a decoder raises, from struct.error to MemoryError
            if not is_named_as_picture(path.suffix):
                raise UnusableError(NO_PICTURE, suffixes=", ".join(SUFFIXES)) from None
            raise UnusableError("{what} is not a picture that can be read") from None
        self._take(safe_name(path), frames, self.label_of(path))

    def _check_size(self, width: int, height: int) -> None:
        """The size that the file states, known before it is decoded."""
        if max(width, height) > self.limits.side:
            raise UnusableError(
                "{what} is {width} x {height}; at most {side} x {side}",
                width=width,
                height=height,
                side=self.limits.side,
            )
        if min(width, height) < MIN_SIDE:
            raise UnusableError(
                "{what} is {width} x {height}; at least {side} x {side}", width=width, height=height, side=MIN_SIDE
            )

    def _count(self, frame: Image.Image) -> None:
        self.check_time()
        self.unpacked += 4 * frame.width * frame.height
        if self.unpacked > self.limits.unpacked:
            raise RefusedError(
                "the pictures in {name} take more than {unpacked}; make them smaller",
                name=self.name,
                unpacked=format_megabytes(self.limits.unpacked),
            )

    def _convert(self, frame: Image.Image, is_lossy: bool) -> "Native | tuple[Native, Cut]":
        """A frame in its own size, and its tiles where it is a sheet."""
        pixels = to_rgba(frame)
        if self.sheet.tile:
            grid = chosen_grid(pixels, self.sheet)
            tiles = cut(pixels, grid) if grid else None
            return (Native(pixels), tiles) if tiles and tiles.tiles else find_native(pixels, is_lossy)
        native = find_native(pixels, is_lossy) if self.sheet.gap is None else Native(pixels)
        is_animation = getattr(frame, "is_animated", False)  # its frames are no sheets
        grid = find_grid(native.pixels, self.sheet) if self.sheet.tile is None and not is_animation else None
        if not grid:
            return native
        if not grid.is_square:
            factors = native.factors
            raise UnusableError(
                "{what} seems to be a sheet of tiles of {width} x {height}, which are not square; "
                "cut it into squares, or set the tile size, to 0 for no cutting",
                width=round(grid.columns.tile * factors[0]),
                height=round(grid.rows.tile * factors[1]),
            )
        return native, cut(native.pixels, grid)

    def _take(self, file: str, frames: "list[Native | tuple[Native, Cut]]", place: int) -> None:
        if len(frames) > 1:
            self.animations.append((file, len(frames)))
        for frame in frames:
            native, tiles = frame if isinstance(frame, tuple) else (frame, None)
            size = native.pixels.shape[:2]
            if native.is_odd:
                self.odd.append(file)
            start = len(self.places)
            if not tiles:
                self._append(to_sprite(native), place)
                if max(size) > SIZE:
                    self.sizes[size] += 1
                    self.reduced.append(file)
                continue
            for tile in tiles.tiles:
                self._append(to_sprite(find_native(tile)), place)
            self.sizes[size] += 1
            self.cuts.append(CutFile(file, native, tiles, start))

    def _append(self, sprite: np.ndarray, place: int) -> None:
        self.check_time()
        self.sprites += sprite.tobytes()
        self.places.append(place)
        if len(self.places) > self.limits.files:
            raise UserError("{name} holds more than {files:,} pictures", name=self.name, files=self.limits.files)

    def sprites_by_vote(self) -> bytearray:
        """The sprites; where most pictures of a size are no sheets, the others of that size are none either."""
        wrong = [] if self.sheet.tile else [each for each in self.cuts if self._is_outvoted(each)]
        for each in reversed(wrong):
            ends = each.start, each.start + len(each.cut.tiles)
            byte = 4 * SIZE**2
            self.sprites[ends[0] * byte : ends[1] * byte] = to_sprite(each.native).tobytes()
            self.places[ends[0] : ends[1]] = self.places[ends[0] : ends[0] + 1]
            self.reduced.append(each.file)
        self.cuts = [each for each in self.cuts if each not in wrong]
        return self.sprites

    def _is_outvoted(self, file: CutFile) -> bool:
        size = file.native.pixels.shape[:2]
        votes = sum(each.native.pixels.shape[:2] == size for each in self.cuts)
        return self.sizes[size] >= SAME_SIZE and votes < self.sizes[size] / 2

    def nothing(self) -> UserError:
        """The error where no picture can be used."""
        if all(template == NO_PICTURE for template, _ in self.unusable):
            return UserError(
                "{name} holds no pictures ({suffixes}) and no .npy of pictures; a .zip inside it is not opened, "
                "nor a .npz inside a .zip",
                name=self.name,
                suffixes=", ".join(SUFFIXES),
            )
        problems = self._problems()
        if len(problems) == 1:
            return UserError(problems[0])
        return UserError("{name} holds nothing to train on: {problems}", name=self.name, problems=join(problems))

    def _problems(self) -> list[Message]:
        problems = []
        for (template, values), files in self.unusable.items():
            picture = list_files(files) if len(files) == 1 else Message("each of {files}", files=list_files(files))
            problems.append(
                Message(template, **dict(values), what=Message("{picture} in {name}", picture=picture, name=self.name))
            )
        return problems

    def notes(self) -> list[Message]:
        """What the person should know before training."""
        notes = []
        if self.unusable:
            count = sum(map(len, self.unusable.values()))
            notes.append(
                Message("files not used: {count:,} ({problems})", count=count, problems=join(self._problems()))
            )
        if self.animations:
            frames = sum(count for _, count in self.animations)
            files = list_files([file for file, _ in self.animations])
            notes.append(Message("{files}: every frame is a picture, {count:,} in all", files=files, count=frames))
        notes += [note for each in self.cuts[:MAX_NAMES] for note in each.notes()]
        if len(self.cuts) > MAX_NAMES:
            tiles = sum(len(each.cut.tiles) for each in self.cuts[MAX_NAMES:])
            notes.append(
                SheetNote(
                    "{count:,} more files: cut into {tiles:,} tiles in all",
                    count=len(self.cuts) - MAX_NAMES,
                    tiles=tiles,
                )
            )
        if self.reduced:
            notes.append(
                SheetNote(
                    "{files}: each taken whole, as one sprite, and reduced to {size} x {size}; "
                    "if these are sheets, set the tile size",
                    files=list_files(self.reduced),
                    size=SIZE,
                )
            )
        if self.odd:
            notes.append(
                Message(
                    "{files}: pixel art enlarged by a factor that is not whole; its own size was guessed",
                    files=list_files(self.odd),
                )
            )
        return notes
