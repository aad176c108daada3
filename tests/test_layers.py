"""Which package may import which: only those below its own, and Gradio only under ui/. See CONTRIBUTING.md."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import diffusion

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "diffusion"

LAYERS = [  # from the top; a package imports only from those below it
    "__init__",
    "__main__",
    "cli",
    "ui",
    "devtools",
    "server",
    "evaluation",
    "runs",
    "engine",
    "data",
    "hub",
    "store",
    "core",
    "sprites",
    "svg_chart",
    "refs",
    "errors",
]
FACED = {"core", "store", "hub", "data", "engine", "runs", "evaluation", "server"}  # used through their __init__
HEIGHT = {package: -number for number, package in enumerate(LAYERS)}


def modules():
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}


def imports(module, path):
    """(own modules, other packages) that a module imports anywhere in it, both dotted."""
    own, other = set(), set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            other |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            other.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            base = _target(module, node)
            own |= {base} if node.module else {f"{base}.{name.name}".strip(".") for name in node.names}
    return own, other


def _target(module, node):
    """The module that a relative import names, dotted."""
    return ".".join(filter(None, [*module.split(".")[: -node.level], node.module]))


def test_every_package_has_a_layer_and_every_layer_its_package():
    there = {module.split(".")[0] for module in modules()}
    assert there == set(LAYERS)


def test_contributing_lists_the_layers_in_their_order():
    text = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    assert re.findall(r"^\| `diffusion/(\w+)[^`]*` \|", text, re.M) == LAYERS


@pytest.mark.parametrize("module,path", modules().items(), ids=list(modules()))
def test_imports_run_down(module, path):
    own, other = imports(module, path)
    mine = module.split(".")[0]
    for target in own - {"ASSETS"}:
        package = target.split(".")[0]
        if package == mine:
            continue
        assert HEIGHT[package] < HEIGHT[mine], f"{module} imports {target}, which lies above it"
        assert package not in FACED or target == package, (
            f"{module} imports {target}; what others use of {package} stands in its __init__"
        )
    if mine != "ui":
        assert "gradio" not in other, "the engine knows no browser"


@pytest.mark.parametrize("package", sorted(FACED))
def test_a_face_shows_what_others_use_and_hides_no_module(package):
    """A function of a module's own name would hide the module behind it."""
    path = PACKAGE / package
    face = ast.parse((path / "__init__.py").read_text("utf-8"))
    names = {name.name for node in face.body if isinstance(node, ast.ImportFrom) for name in node.names}
    assert not names & {module.stem for module in path.glob("*.py")}
    used = set()
    for module, file in modules().items():
        if not module.startswith(f"{package}."):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.level and _target(module, node) == package:
                    used |= {name.name for name in node.names}
    assert used == names


def test_the_public_names_are_found():
    for name in diffusion.__all__:
        assert getattr(diffusion, name) is not None
    assert dir(diffusion) == diffusion.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        diffusion.nothing  # noqa: B018 (the question is the test)


def test_importing_the_engine_loads_no_gradio_and_does_nothing(tmp_path):
    """No folders, no downloads, no choice of device, no set-up of logging; `import diffusion` alone loads no torch."""
    code = (
        "import sys, logging, diffusion\n"
        "assert diffusion.ASSETS.is_dir() and diffusion.__version__\n"
        "assert not {'torch', 'numpy', 'gradio'} & set(sys.modules), 'a large package was loaded'\n"
        "import diffusion.engine, diffusion.runs, diffusion.__main__\n"
        "from diffusion.engine import find_device\n"
        "assert 'gradio' not in sys.modules, 'gradio was loaded'\n"
        "assert find_device.cache_info().currsize == 0, 'a device was chosen'\n"
        "assert not logging.getLogger().handlers, 'logging was set up'\n"
    )
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir()), "importing wrote files"
