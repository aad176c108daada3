"""The examples of `import diffusion`, in the README and in its docstring, run as they stand there."""

import re
import runpy
import textwrap
from pathlib import Path

from PIL import Image
from support.runs import make_run

import diffusion
from diffusion.data import builtin_vocabulary

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_the_readme_s_library_example_makes_an_animation(tmp_path, monkeypatch, capsys):
    code = textwrap.dedent(re.search(r"## As a library\n\n((?:    .*\n|\n)+)", README)[1])
    script = tmp_path / "example.py"
    script.write_text(code, "utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script))
    assert len(capsys.readouterr().out.splitlines()) == 6, "a line for each of 2 x 2 steps and of 2 epochs"
    with Image.open(tmp_path / "wizards.gif") as animation:
        assert animation.n_frames == 21 and animation.size == (8 * 16 * 4, 4 * 16 * 4)


def test_the_docstring_s_example_draws_a_prompt(tmp_path, monkeypatch):
    make_run(tmp_path / "checkpoints" / "sprites", epochs=(31,), vocabulary=builtin_vocabulary())
    lines = [line for line in diffusion.__doc__.splitlines() if line.startswith("    ")]
    script = tmp_path / "example.py"
    script.write_text(textwrap.dedent("\n".join(lines)), "utf-8")
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(script))
    assert found["pixels"].shape == (8, 16, 16, 3) and found["pixels"].dtype == "uint8"
    assert len(lines) <= 10, "short"
