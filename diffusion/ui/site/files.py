"""The files of a site: pages, scripts, styles, pictures and the run."""

from pathlib import Path

from ..parts.page import PageData
from ..parts.theme import site_styles
from .pages import ICON, LESSON, PAGES, REEL, page_html
from .run import SiteRun


def site_files(run: SiteRun, assets: Path) -> dict[str, bytes]:
    """By their addresses in the folder."""
    runs = run.folder.path.parent
    files = {
        path or "index.html": page_html(PageData(words, runs, assets, run.name), run) for path, words in PAGES.items()
    }
    files["page.css"] = site_styles(assets)
    scripts = [path for folder in ("js", "vendor") for path in (assets / folder).rglob("*") if path.suffix != ".ts"]
    pictures = [assets / name for name in (ICON, REEL, LESSON)]
    copied = {path.relative_to(assets).as_posix(): path for path in [*scripts, *pictures] if path.is_file()}
    return (
        {address: text.encode() for address, text in files.items()}
        | {address: path.read_bytes() for address, path in copied.items()}
        | run.files
    )
