"""site: the page without a server."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import ASSETS
from ..errors import UserError
from .common import Options, Verbs

if TYPE_CHECKING:
    from ..ui.site.run import SiteRun

CARD = """---
title: {title}
emoji: 👾
colorFrom: indigo
colorTo: pink
sdk: static
app_file: index.html
license: mit
short_description: Watch a tiny DDPM learn to draw 16x16 sprites
tags: [diffusion, ddpm, education, pixel-art]
---

# {title}

{line}

Everything is computed in the visitor's browser; any web host serves this folder. To look at it here:

    python -m http.server

It was written by `python -m diffusion site`, from the run `{run}`, epochs {epochs}.
"""


def _site_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("folder", type=Path, metavar="FOLDER", help="to be written; it must have no other files")
    verb.add_argument("--run", type=Path, default=Path("checkpoints/sprites"), help="a run folder")
    verb.add_argument("--epochs", type=int, nargs="+", help="those that visitors can fetch; 0 4 24 31 unless given")


def site(options: Options) -> None:
    """Write a page that any web host serves and in which the visitor's browser draws."""
    from ..ui.site.files import site_files
    from ..ui.words import ENGLISH

    run = _open_run(options.run, options.epochs)
    card = CARD.format(
        title=ENGLISH.title, line=ENGLISH.description, run=run.name, epochs=", ".join(map(str, run.epochs))
    )
    files = site_files(run, ASSETS) | {"README.md": card.encode()}
    write_site(options.folder, files)
    size = sum(map(len, files.values())) / 1e6
    print(f"{len(files)} files, {size:.1f} MB, are in {options.folder}; to look at it:")
    print(f"    python -m http.server --directory {options.folder}")


def _open_run(path: Path, epochs: Sequence[int] | None) -> "SiteRun":
    from ..store import RunFolder
    from ..ui.parts.run_picker import shown_epochs
    from ..ui.site.run import SiteRun

    folder = RunFolder(path)
    if folder.config().variant == "course":
        raise UserError("a browser does not draw with the course's own network; {folder} has one", folder=path)
    chosen = sorted(set(epochs)) if epochs else shown_epochs(folder)
    if not chosen:
        raise UserError("{folder} has no epoch", folder=path)
    for epoch in chosen:
        if folder.file(epoch).suffix != ".safetensors":
            raise UserError("a browser reads .safetensors alone; convert {path}", path=folder.file(epoch))
    return SiteRun(folder, tuple(chosen))


def write_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files by their addresses in the folder. UserError, and nothing written, where others are there.

    Hidden ones, such as a clone's .git, may be there.
    """
    from ..store import write_whole

    if folder.exists() and not folder.is_dir():
        raise UserError("{folder} is no folder", folder=folder)
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in place.parts)
        if path.is_file() and not is_hidden and place.as_posix() not in files:
            raise UserError("{folder} has other files, such as {file}; name an empty one", folder=folder, file=place)
    for address, content in files.items():
        write_whole(folder / address, content)


VERBS: Verbs = {"site": (_site_options, site)}
