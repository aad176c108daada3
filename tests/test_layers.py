"""Which module may import which: only from rows below its own, and Gradio only under ui/. See the README's map."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "diffusion"

ROWS = [
    {"__main__"},
    {"commands.jobs"},
    {"commands.runs", "commands.pictures"},
    {"commands.numbers", "commands.hub"},
    {"bench_app"},
    {"commands.common", "ui.app", "bench"},
    {"ui.learn", "ui.checkpoints"},
    {"ui.one_step", "ui.train", "ui.jobs", "ui.api"},
    {"ui.compare", "ui.wish"},
    {"ui.watch", "ui.streams"},
    {"ui.monitor", "ui.page", "ui.shelf"},
    {"poster", "ui.player", "ui.preview", "ui.controls", "ui.charts", "ui.answers", "ui.door"},
    {"ui.words", "ui.english", "ui.chinese", "ui.turns", "ui.links", "reel", "lesson"},
    {"ui.chinese_engine", "ui.english_hub", "ui.chinese_hub", "ui.english_learn", "ui.chinese_learn"},
    {"step_chart", "pace"},
    {"contest"},
    {"evaluate", "mistakes", "runner", "publish", "jobs", "pulls"},
    {"gpu", "epoch_sprites"},
    {"generate", "runs", "uploads", "log_lines", "hub"},
    {"hub_listing"},
    {"store", "card", "judge"},
    {"checkpoint", "training", "sampling", "dataset", "features", "metrics", "report", "inference", "course"},
    {"schedule", "context_unet", "sprite_unet", "device", "pixelart", "render", "sharing"},
    {"pixels", "pictures", "refs", "hub_client"},
    {"kinds", "settings", "hub_errors", "cpu", "snapshot"},
]
ROW = {module: number for number, row in enumerate(ROWS) for module in row}


def modules():
    paths = (path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in paths}


def imports(module, path):
    """(own modules, other packages) that a module imports anywhere in it."""
    own, other = set(), set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            other |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            other.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level]
            named = [*base, *node.module.split(".")] if node.module else base
            candidates = [".".join(named)] + [".".join([*named, name.name]) for name in node.names]
            own |= {candidate for candidate in candidates if candidate in ROW}
    return own, other


def test_every_module_has_a_row_and_every_row_its_modules():
    assert set(ROW) == set(modules())


@pytest.mark.parametrize("module,path", modules().items(), ids=list(modules()))
def test_imports_only_from_rows_below(module, path):
    own, other = imports(module, path)
    upward = {target for target in own if ROW[target] <= ROW[module]}
    assert not upward, f"{module} imports from its own row or above"
    if not module.startswith("ui."):
        assert "gradio" not in other, "the engine knows no browser"


def test_importing_the_engine_loads_no_gradio_and_does_nothing(tmp_path):
    """No folders, no downloads, no choice of device, no set-up of logging."""
    code = (
        "import sys, logging, diffusion, diffusion.generate, diffusion.runs, diffusion.__main__\n"
        "from diffusion.device import find_device\n"
        "assert 'gradio' not in sys.modules, 'gradio was loaded'\n"
        "assert find_device.cache_info().currsize == 0, 'a device was chosen'\n"
        "assert not logging.getLogger().handlers, 'logging was set up'\n"
    )
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir()), "importing wrote files"
