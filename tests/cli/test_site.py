"""The verb `site`: what it writes, without a browser."""

import json
import re
from html.parser import HTMLParser

import pytest
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.engine import SETTINGS
from diffusion.ui.words import CHINESE, ENGLISH

ADDRESSES = {"href", "src"}
IN_SCRIPTS = re.compile(r'(?:from |import\(|new URL\()"(\.{1,2}/[^"]+\.js)"')


class Page(HTMLParser):
    """The addresses and the data of a page."""

    def __init__(self, html):
        super().__init__()
        self.addresses, self.data, self.is_data = [], "", False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        traits = dict(attrs)
        self.is_data = traits.get("id") == "site"
        self.addresses += [value for name, value in attrs if name in ADDRESSES]

    def handle_data(self, data):
        if self.is_data:
            self.data += data
            self.is_data = False


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "tiny", epochs=(0, 2, 4, 31))


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    assert main(["site", str(folder), "--run", str(run.path)]) == 0
    return folder


@pytest.mark.parametrize(("name", "words"), [("index.html", ENGLISH), ("zh.html", CHINESE)])
def test_both_pages_have_their_words_and_every_address_is_there(folder, name, words):
    page = Page((folder / name).read_text("utf-8"))
    data = json.loads(page.data)
    assert data["words"]["left_out"] == words.left_out and words.description in (folder / name).read_text("utf-8")
    weights = data["run"]["weights"]
    assert list(weights) == ["0", "4", "31"], "the tutorial's epochs, where they are there"
    parts = data["parts"].values()
    own = [address for address in page.addresses if not address.startswith("https://")]
    reels = [part["props"]["reel"] for part in parts if part["props"].get("reel")]
    modules = [f"js/{part['module']}" for part in parts]
    for address in [*own, *weights.values(), data["run"]["config"], data["run"]["words"], *reels, *modules]:
        path = re.sub(r"[?#].*", "", address).removeprefix("./")
        assert (folder / (path or "index.html")).is_file(), address
        assert not address.startswith("/"), "it may lie below any path"


def test_every_setting_has_a_control(folder):
    html = (folder / "index.html").read_text("utf-8")
    for tab, end in (("watch", "panel-paint"), ("compare", "panel-learn")):
        panel = html[html.index(f'id="panel-{tab}"') : html.index(f'id="{end}"')]
        assert set(re.findall(r'data-setting="(\w+)"', panel)) == SETTINGS.keys()


def test_scripts_import_what_is_there(folder):
    for script in (folder / "js").rglob("*.js"):
        for address in IN_SCRIPTS.findall(script.read_text("utf-8")):
            assert (script.parent / address).is_file(), f"{script.name}: {address}"


def test_nothing_comes_from_elsewhere(folder):
    """Links lead elsewhere; nothing is fetched from there."""
    for file in [*folder.glob("*.html"), folder / "page.css"]:
        text = file.read_text("utf-8")
        assert not re.search(r'(?:src="|url\(|@import |<link [^>]*href=")(?:https?:)?//', text), file.name


def test_the_card_is_a_static_spaces(folder):
    head = (folder / "README.md").read_text("utf-8").split("---")[1]
    assert "sdk: static" in head and "app_file: index.html" in head


def test_the_epochs_that_were_asked_for(run, tmp_path):
    assert main(["site", str(tmp_path / "site"), "--run", str(run.path), "--epochs", "2", "31"]) == 0
    there = {path.name for path in (tmp_path / "site" / "runs" / "tiny").iterdir()}
    assert there == {"config.json", "model_2.safetensors", "model_31.safetensors"}


def test_it_writes_over_itself_and_over_nothing_else(run, tmp_path, capsys):
    folder = tmp_path / "site"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("mine", "utf-8")
    for _ in range(2):
        assert main(["site", str(folder), "--run", str(run.path)]) == 0
    (folder / "thesis.txt").write_text("mine", "utf-8")
    (folder / "index.html").unlink()
    assert main(["site", str(folder), "--run", str(run.path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "thesis.txt" in said
    assert not (folder / "index.html").exists() and (folder / "thesis.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--run", "nowhere"], "nowhere"), (["--epochs", "3"], "no epoch 3"), (["--epochs", "nothing"], "invalid int")],
    ids=["run", "epoch", "number"],
)
def test_wrong_input_is_one_sentence(run, tmp_path, capsys, arguments, said):
    arguments = ["site", str(tmp_path / "site"), "--run", str(run.path), *arguments]
    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code
    assert status == 2 and said in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_the_courses_network_is_refused(tmp_path, capsys):
    run = make_run(tmp_path / "course", network="context-unet", variant="course", schedule="course")
    assert main(["site", str(tmp_path / "site"), "--run", str(run.path)]) == 2
    assert "the course's own network" in capsys.readouterr().err and not (tmp_path / "site").exists()
