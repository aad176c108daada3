"""Unchecked maps rot: the README's table of files is the tree, its commands are commands; CONTRIBUTING.md's too."""

import os
import re
import shlex
from difflib import unified_diff
from pathlib import Path

import pytest

from diffusion.__main__ import VERBS, main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
CHINESE = (ROOT / "assets" / "README.zh.md").read_text("utf-8")


def test_the_map_of_packages_is_the_tree():
    listed = set(re.findall(r"^\| `((?:diffusion/|app\.py)[^`]*)` \|", README, re.M))
    packages = {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in ROOT.glob("diffusion/*/__init__.py")}
    modules = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("diffusion/*.py") if path.name[0] != "_"}
    assert listed == packages | modules | {"app.py"}


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README.md", "CONTRIBUTING.md"])
def test_every_file_it_speaks_of_exists(text):
    mentioned = re.findall(r"`((?:diffusion|assets|tests)/[\w./*-]+)`|\((assets/[\w.]+)\)", text)
    for name in {first or second for first, second in mentioned}:
        assert list(ROOT.glob(name.rstrip("/"))), f"it speaks of {name}"


@pytest.mark.parametrize("line", sorted(set(re.findall(r"`python -m diffusion (\w+[^`]*)`", README + CONTRIBUTING))))
def test_every_command_in_the_readme_is_understood(line, monkeypatch):
    """Parsed by the real parser; only the work itself is left out."""
    verb, *_ = words = shlex.split(line.replace(" …", ""))
    asked = []
    monkeypatch.setitem(VERBS, verb, (VERBS[verb][0], asked.append))
    assert main(words) == 0 and asked


def test_the_two_commands_stand_at_the_top_and_under_tests():
    run, tests = "pip install -r requirements.txt && python app.py", "-r tests/requirements.txt && python -m pytest"
    assert run in README[:1200] and tests in README


# The same in Chinese

EACH_OTHER = {"README.md", "assets/README.zh.md"}
CODE = r"`[^`]+`"
LINK = r"\]\(([^)]+)\)"
NUMBER = r"\d+(?:[.,]\d+)*"
MARK = re.compile(r"#+ |- |!\[|\||    ")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")


def units(text):
    """Headings, paragraphs, list items, rows of tables and lines of code, without the front matter."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    for block in re.split(r"\n{2,}", text.strip("\n")):
        yield from block.split("\n") if MARK.match(block) else [block.replace("\n", " ")]


def address(to, folder):
    """Where a link in a README in this folder leads, from the root; a heading has another name in each language."""
    return "#" if to[0] == "#" else to if "://" in to else os.path.normpath(f"{folder}/{to}")


def bones(text, folder):
    """What a translation must keep of each unit: what it is, its code, numbers, links and pictures, in any order."""
    for unit in units(text):
        mark = MARK.match(unit)
        links = [address(to, folder) for to in re.findall(LINK, unit)]
        words = re.sub(LINK, "]", re.sub(CODE, "", unit))
        kept = [*re.findall(CODE, unit), *re.findall(NUMBER, words), *(to for to in links if to not in EACH_OTHER)]
        if mark and mark[0] == "    ":
            kept = [unit.strip()]
        if mark and mark[0] == "|":
            kept.append(f"{unit.count('|')} bars")
        yield " ".join([mark[0].strip() if mark else "text", *sorted(kept)])


def difference(english, chinese):
    """A diff, empty where both say the same: lines with - are missing in Chinese, lines with + in English."""
    return list(
        unified_diff([*bones(english, ".")], [*bones(chinese, "assets")], "README.md", "README.zh.md", "", "", 1)
    )


def test_the_chinese_readme_has_the_same_files_commands_numbers_tables_and_pictures():
    found = difference(README, CHINESE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "english,chinese",
    {
        "See `a.py` 2 times, 1,000 in all": "看 `a.py`，共 1,000 次",
        "See `a.py`": "看 `b.py`",
        "    python app.py": "    python app.pi",
        "| `a` | one |\n| `b` | two |": "| `b` | 二 |",
        "| a | 1 |": "| 甲 | 1 | |",
        "![a](assets/readme/film.gif)": "![甲](assets/readme/film.gif)",
        "[a](https://a.example)": "[甲](https://b.example)",
        "# A\n\n## B": "# 甲\n\n# 乙",
        "One.\n\nTwo.": "一。",
    }.items(),
)
def test_a_difference_is_noticed(english, chinese):
    assert difference(english, chinese)


def test_another_order_of_words_is_no_difference():
    assert (
        difference("Of `b` take\n2 or 1: ![a](assets/readme/film.gif)", "取 1 或 2 个 `b`：![甲](readme/film.gif)")
        == []
    )


def test_nothing_of_the_chinese_readme_was_left_in_english():
    """Titles of papers and courses stay as they are; no Latin punctuation beside a Chinese character."""
    prose = [re.sub(rf"{CODE}|(?<!!)\[[^]]*{LINK}", "", unit) for unit in units(CHINESE) if unit[:4].strip()]
    assert [text for text in prose if re.search("[a-z]{2,} [a-z]{2,}", text)] == []
    assert [text for text in prose if HALF_WIDTH.search(text)] == []


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh.md"])
def test_links_within_a_readme_lead_to_a_heading(text):
    headings = {f"#{title.lower().replace(' ', '-')}" for title in re.findall("^#+ (.*)$", text, re.M)}
    inside = {to for to in re.findall(LINK, text) if to[0] == "#"}
    assert inside and inside <= headings


def test_the_two_readmes_point_to_each_other():
    assert "[中文说明](assets/README.zh.md)" in README[:1500]
    assert CHINESE.startswith("[English](../README.md)")


@pytest.mark.parametrize("run", ["sprites", "tutorial"])
def test_the_shipped_runs_are_made_by_the_commands_of_their_cards(run):
    card = (ROOT / "checkpoints" / run / "README.md").read_text("utf-8")
    [command] = re.findall(r"^ *(python -m diffusion train .*)$", card, re.MULTILINE)
    assert f"`{command}`" in CONTRIBUTING
