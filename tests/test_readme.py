"""Unchecked maps rot: the README's table of files is the tree, and its commands are commands."""

import re
import shlex
from pathlib import Path

import pytest

from diffusion.__main__ import VERBS, main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_map_of_files_is_the_tree():
    listed = set(re.findall(r"^\| `((?:diffusion/|app\.py)[^`]*)` \|", README, re.M))
    there = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("diffusion/**/*.py")}
    assert listed == {path for path in there if not path.endswith("__init__.py")} | {"app.py"}


def test_every_file_the_readme_speaks_of_exists():
    mentioned = re.findall(r"`((?:diffusion|assets|tests)/[\w./*-]+)`|\((assets/[\w.]+)\)", README)
    for name in (first or second for first, second in mentioned):
        assert list(ROOT.glob(name.rstrip("/"))), f"the README speaks of {name}"


@pytest.mark.parametrize("line", sorted(set(re.findall(r"`python -m diffusion (\w+[^`]*)`", README))))
def test_every_command_in_the_readme_is_understood(line, monkeypatch):
    """Parsed by the real parser; only the work itself is left out."""
    verb, *_ = words = shlex.split(line.replace(" …", ""))
    asked = []
    monkeypatch.setitem(VERBS, verb, (VERBS[verb][0], asked.append))
    assert main(words) == 0 and asked


def test_the_two_commands_stand_at_the_top_and_under_tests():
    run, tests = "pip install -r requirements.txt && python app.py", "-r tests/requirements.txt && python -m pytest"
    assert run in README[:1200] and tests in README
