"""The pictures of the API's answers."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from gradio import FileData
from gradio.utils import get_upload_folder

from ...engine import Switch
from ...errors import Message
from ...sprites import enlarged, png, sheet
from ...store import MAX_COLOURS, cut_out, limit_colours, write_whole
from .schemas import MAX_SCALE, Grid, check_number

MAX_GAP = 16


class SheetForm:
    """How sprites become a sheet, as a program asked for it; checked before anything is computed."""

    def __init__(self, scale: object, transparent: object, colours: object, gap: object) -> None:
        Switch().check(Message("transparent"), transparent)
        self.transparent = bool(transparent)
        self.scale = check_number(scale, "scale", 1, MAX_SCALE)
        self.colours = check_number(colours, "colours", 0, MAX_COLOURS)
        self.gap = check_number(gap, "gap", 0, MAX_GAP)

    def grid(self, rows: int, columns: int) -> Grid:
        return {"rows": rows, "columns": columns, "scale": self.scale, "gap": self.gap}

    def picture(self, sprites: np.ndarray, columns: int) -> Any:
        """Of sprites, uint8 (N, 16, 16, 3); a FileData as a dict."""
        found = cut_out(sprites) if self.transparent else sprites
        if self.colours:
            found = limit_colours(found, self.colours)
        return temporary_picture(sheet(found, columns, self.gap), self.scale)


def temporary_picture(pixels: np.ndarray, scale: int) -> Any:
    """A PNG among the app's temporary files, which Gradio serves and TemporaryFiles bounds; a FileData as a dict."""
    content = png(enlarged(pixels, scale))
    path = Path(get_upload_folder()).resolve() / "pictures" / hashlib.sha256(content).hexdigest() / "image.png"
    write_whole(path, content, "the picture")
    return FileData(path=str(path), mime_type="image/png").model_dump()
