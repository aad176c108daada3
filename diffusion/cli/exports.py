"""How draw and sample save sprites: a sheet with its layout, one picture each, an animation, or an array."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from .common import Options, check_suffix

if TYPE_CHECKING:
    import numpy as np

MAX_GAP, MAX_SCALE = 64, 32


def add_export_options(verb: argparse.ArgumentParser, scale: int) -> None:
    verb.add_argument("--scale", type=int, default=scale, help="screen pixels a pixel (default: %(default)s)")
    verb.add_argument(
        "--gap", type=int, default=2, help="pixels between the sprites of a sheet (default: %(default)s)"
    )
    verb.add_argument("--transparent", action="store_true", help="make the background transparent; not in .mp4")
    verb.add_argument("--colours", type=int, default=0, help="at most so many colours, 2 to 256 (default: all)")
    verb.add_argument(
        "--palette", choices=("shared", "each"), default="shared", help="of --colours: one for all, or each its own"
    )
    verb.add_argument(
        "--layout", action="store_true", help="with .png: also write where the sprites are, as Aseprite does, as .json"
    )


@dataclass(frozen=True)
class Export:
    """The options above, checked before anything is computed."""

    out: Path
    scale: int
    gap: int
    transparent: bool
    colours: int
    palette: str
    layout: bool

    @classmethod
    def of(cls, options: Options, *suffixes: str) -> "Export":
        """suffixes: those that --out may have."""
        from ..store import MAX_COLOURS

        check_suffix(options.out, *suffixes)
        export = cls(**{name: getattr(options, name) for name in cls.__dataclass_fields__})
        if not 1 <= export.scale <= MAX_SCALE:
            raise UserError("--scale must be between 1 and {most}, not {scale}", most=MAX_SCALE, scale=export.scale)
        if not 0 <= export.gap <= MAX_GAP:
            raise UserError("--gap must be between 0 and {most}, not {gap}", most=MAX_GAP, gap=export.gap)
        if export.colours and not 2 <= export.colours <= MAX_COLOURS:
            raise UserError(
                "--colours must be between 2 and {most}, not {colours}", most=MAX_COLOURS, colours=export.colours
            )
        if export.transparent and options.out.suffix == ".mp4":
            raise UserError("an .mp4 has no transparency; --out may end in .gif or .apng")
        if export.layout and options.out.suffix != ".png":
            raise UserError("--layout goes with a sheet: --out must end in .png, not {path!r}", path=options.out.name)
        return export

    def save(self, sprites: "np.ndarray", subjects: Sequence[str], columns: int | None = None) -> None:
        """Saves finished sprites, uint8 (N, 16, 16, 3). subjects: what each shows, for its name."""
        from ..sprites import columns_for, enlarged, sheet
        from ..store import layout_of, name_sprites, save_array, save_picture, save_pictures, write_whole

        found, names = self._dress(sprites), name_sprites(subjects)
        columns, is_indexed = columns or columns_for(len(sprites)), bool(self.colours)
        if self.out.suffix == ".npy":
            save_array(found, self.out)
        elif self.out.suffix == ".zip":
            files = {f"{name}.png": enlarged(one, self.scale) for name, one in zip(names, found, strict=True)}
            save_pictures(files, self.out, is_indexed)
        else:
            save_picture(enlarged(sheet(found, columns, self.gap), self.scale), self.out, is_indexed)
        if self.layout:
            layout = layout_of(names, columns, self.scale, self.out.name, self.gap)
            write_whole(self.out.with_suffix(".json"), (json.dumps(layout, indent=1) + "\n").encode())

    def save_animation(self, moments: "Sequence[np.ndarray]") -> None:
        """Saves an animation of sprites. A limited palette is that of its last moment."""
        from ..sprites import enlarged, sheet
        from ..store import cut_out, find_palette, map_to_palette, save_animation

        found = [cut_out(sprites) for sprites in moments] if self.transparent else list(moments)
        if self.colours:
            palette = find_palette(found[-1], self.colours)
            found = [map_to_palette(sprites, palette) for sprites in found]
        save_animation([enlarged(sheet(one, gap=self.gap), self.scale) for one in found], self.out)

    def _dress(self, sprites: "np.ndarray") -> "np.ndarray":
        from ..store import cut_out, limit_colours

        found = cut_out(sprites) if self.transparent else sprites
        return limit_colours(found, self.colours, self.palette == "shared") if self.colours else found
