"""The README's example of `import diffusion`, run as it stands there."""

import re
import runpy
import textwrap
from pathlib import Path

from PIL import Image

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_the_readme_s_library_example_makes_an_animation(tmp_path, monkeypatch, capsys):
    code = textwrap.dedent(re.search(r"## As a library\n\n((?:    .*\n|\n)+)", README)[1])
    script = tmp_path / "example.py"
    script.write_text(code, "utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script))
    assert len(capsys.readouterr().out.splitlines()) == 6, "a line for each of 2 x 2 steps and of 2 epochs"
    with Image.open(tmp_path / "heroes.gif") as animation:
        assert animation.n_frames == 21 and animation.size == (8 * 16 * 4, 4 * 16 * 4)
