"""The page's scripts: their pure parts in Node's own test runner, and the address they are served at."""

import shutil
import subprocess
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from diffusion.ui.parts.scripts import modules, on_load, script_route, version

ROOT = Path(__file__).parent.parent.parent
ASSETS = ROOT / "assets"


def test_the_pure_parts_in_node(node):
    tests = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.mjs"))
    assert tests
    ran = subprocess.run([node, "--test", *tests], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_module_is_served_as_one_and_used_by_a_tab():
    page = TestClient(Starlette(routes=[script_route(ASSETS)]))
    first = [
        modules(ASSETS, name)
        for name in (
            "header.js",
            "watch.js",
            "compare.js",
            "learn.js",
            "one_step.js",
            "paint.js",
            "folder.js",
            "asking.js",
        )
    ]
    addresses = set().union(*first)
    names = {address.split("/")[-1] for address in addresses}
    assert names == {path.name for path in (ASSETS / "js").glob("*.js")} - {
        "first.js",
        "language.js",
        "local_answers.js",  # fetched by answer_here.js once it is needed
        "local_drawing.js",  # likewise by here.js
        "pictures.js",
        "memory.js",
        "on_load.js",
        "tell.js",
    }
    for address in addresses:
        answer = page.get(f"/{address}")
        assert answer.status_code == 200 and "javascript" in answer.headers["content-type"], address
    for vendored in ("gifenc.js", "fflate.js"):
        assert page.get(f"/{address.rsplit('/js/', 1)[0]}/vendor/{vendored}").status_code == 200
    for beyond in ("/../app.py", "/%2e%2e/app.py", "/..%2f..%2fapp.py"):
        assert page.get(f"/{address.rsplit('/js/', 1)[0]}{beyond}").status_code == 404


def test_other_scripts_have_another_address(tmp_path):
    for folder in ("js", "vendor"):
        shutil.copytree(ASSETS / folder, tmp_path / folder)
    assert version(tmp_path) == version(ASSETS) and version(ASSETS) in on_load(ASSETS, "watch.js")
    (tmp_path / "js" / "dom.js").write_text("export {};\n", "utf-8")
    version.cache_clear()  # as when the app starts again
    assert version(tmp_path) != version(ASSETS)
