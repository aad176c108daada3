"""The page's scripts: ES modules in assets/js, each put on a gr.HTML, served under an address that changes with them.

Gradio's own address for files lets a browser keep a file without asking whether it has changed, and a module fetches
others by relative addresses. So all of them have a folder of their own, named after what is in them.
"""

import mimetypes
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FOLDER = "gradio_api/scripts"


def script_text(assets: Path, name: str) -> str:
    """A script that is no module, to be written into the page."""
    return (assets / "js" / name).read_text("utf-8")


def on_load(assets: Path, module: str) -> str:
    """For gr.HTML(js_on_load=…): imports assets/js/<module> and calls its `mount` with a Host (types.d.ts)."""
    script = (assets / "js" / "on_load.js").read_text("utf-8")
    return script.replace("{address}", f"{FOLDER}/{version(assets)}/js/{module}")


def modules(assets: Path, first: str) -> list[str]:
    """The addresses of a module and of all that it imports, to be fetched at once and not one after another."""
    return [f"{FOLDER}/{version(assets)}/js/{name}" for name in module_names(assets, first)]


def module_names(assets: Path, first: str) -> list[str]:
    """A module in assets/js and all that it imports."""
    names = [first]
    for name in names:  # it grows meanwhile
        imported = re.findall(r'from "\./([\w.]+)"', (assets / "js" / name).read_text("utf-8"))
        names += [other for other in imported if other not in names]
    return names


@cache  # every player asks
def version(assets: Path) -> str:
    """Another one for other scripts."""
    scripts = sorted(path for folder in ("js", "vendor") for path in (assets / folder).rglob("*.js"))
    return sha256(b"".join(path.name.encode() + path.read_bytes() for path in scripts)).hexdigest()[:12]


def script_route(assets: Path) -> Mount:
    """GET /gradio_api/scripts/<version>/js/player.js and the like, for `launch(app_kwargs={"routes": …})`."""
    mimetypes.add_type("text/javascript", ".js")  # Windows may call it text/plain, and browsers run no such module
    return Mount(f"/{FOLDER}/{{version}}", StaticFiles(directory=assets))


def address_of(path: Path) -> str:
    """Of a file or folder below the assets, relative to the app's address."""
    return f"gradio_api/file={served_path(path).as_posix()}"


def served_path(path: Path) -> Path:
    """A file or folder as Gradio's address for files names it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
