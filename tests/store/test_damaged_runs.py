"""What strangers and accidents put into a run's JSON is said in one sentence, and disturbs no other run."""

import json
import os
import time
from pathlib import Path

import pytest
from support.runs import make_run

from diffusion.refs import EpochRef, check_run_name, is_run_name
from diffusion.runs.previews import preview_requests
from diffusion.store import EpochMetrics, RunConfig, RunFolder, list_runs, list_unusable
from diffusion.store.json_text import MAX_BYTES, parse_json

HOSTILE = {
    "empty": (b"", "it is empty"),
    "cut short": (b'{"0": {"step": 1, "lo', "it is cut short or no JSON (line 1"),
    "not UTF-8": (b'{"0": "\xff"}', "it is not UTF-8 text"),
    "half a character": (b'{"0": {"a": "\\ud800"}}', "it is not UTF-8 text"),
    "deep": (b"[" * 10_000 + b"]" * 10_000, "it is nested deeper than 24 levels"),
    "rather deep": (b'{"0": ' + b"[" * 200 + b"]" * 200 + b"}", "it is nested deeper than 24 levels"),
    "digits": (b'{"0": {"step": ' + b"9" * 5000 + b"}}", "it holds a number of 5000 digits"),
    "10^400": (b'{"0": {"step": 1' + b"0" * 400 + b"}}", "it holds a number of 401 digits"),
    "large": (b'{"0": [' + b"1," * (MAX_BYTES // 2) + b"1]}", "it is larger than 4.2 MB"),
    "twice": (b'{"0": {}, "0": {"loss": 1}}', "it names 0 twice"),
    "a list": (b"[1, 2]", "it holds no names and values"),
    "a number": (b"7", "it holds no names and values"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("file", ["config.json", "metrics.json", "hub.json", "training/plan.json"])
def test_a_damaged_file_is_named_and_disturbs_nothing_else(tmp_path, file, name):
    content, reason = HOSTILE[name]
    run, other = make_run(tmp_path / "sprites", epochs=(0,)), make_run(tmp_path / "other", epochs=(0,))
    (run.path / "training").mkdir()
    (run.path / file).write_bytes(content)
    started = time.thread_time()
    found, unusable = list_runs(tmp_path), list_unusable(tmp_path)
    if file == "config.json":
        if name == "large":
            reason = "it is larger than 2.1 MB"
        assert list(found) == ["other"]
        assert str(unusable["sprites"]).startswith(f"sprites/config.json is damaged: {reason}")
    else:
        assert list(found) == ["other", "sprites"] and unusable == {}
        [problem] = run.problems()
        assert str(problem).startswith(f"sprites/{file} is damaged: {reason}")
        assert run.metrics() == {} and run.baseline().real == {} and run.source() == {}
        assert run.load(0).epoch == 0 and not run.is_finished()
    assert time.thread_time() - started < 2
    assert other.problems() == []


STRANGE = [
    {"0": {"step": 1e308, "loss": float("inf"), "quality": None}, "floor": []},
    {"0": {"step": [], "quality": {"frechet": {"mean": 10**39}}}, "floor": {"fresh": 3, "exam": []}},
    {"0": {"loss": 0, "held_out_loss": float("nan")}, "٣": {}, "-1": {}, "9" * 4000: {}, "<b>": {"step": 1}},
]


@pytest.mark.parametrize("content", STRANGE, ids=range(len(STRANGE)))
def test_numbers_of_another_form_count_as_not_measured(tmp_path, content):
    run = make_run(tmp_path / "run", epochs=(0,))
    (run.path / "metrics.json").write_text(json.dumps(content))
    assert run.problems() == [] and run.metrics().keys() == {0}
    assert run.metrics()[0].quality is None or run.metrics()[0].quality.frechet is None
    assert run.baseline().steps is None


def test_a_damaged_metrics_json_is_kept_when_new_numbers_are_saved(tmp_path):
    run = make_run(tmp_path / "run", epochs=(0,))
    (run.path / "metrics.json").write_bytes(b'{"0": {"loss": 0.5}, "1": {"los')
    run.save_metrics(2, {"loss": 0.25})
    assert run.metrics() == {2: EpochMetrics(loss=0.25)}
    assert (run.path / "metrics.json.damaged").read_bytes().startswith(b'{"0": {"loss": 0.5}')
    assert [str(one) for one in run.problems()] == ["metrics.json was damaged; it is kept as metrics.json.damaged"]


def test_a_finished_run_with_damaged_numbers_is_not_trained_anew(tmp_path):
    run = make_run(tmp_path / "run", epochs=(0, 3))
    run._write("config.json", RunConfig(width=8, training={"epochs": 4}).to_json().encode())
    assert not run.is_finished()
    (run.path / "metrics.json").write_bytes(b"{")
    assert run.is_finished()
    run.save_quality(0, {})
    assert run.is_finished(), "the damaged file is put aside"
    run.save_resume({"epoch": 2})
    assert not run.is_finished(), "killed while the last epoch was saved"


@pytest.mark.parametrize(
    "source", [{"repo": 3}, {"repo": "a/b", "revision": None, "commit": "c", "files": []}, {"x": 1}]
)
def test_a_hub_json_of_another_form_is_named(tmp_path, source):
    run = make_run(tmp_path / "run", epochs=(0,))
    (run.path / "hub.json").write_text(json.dumps(source))
    assert run.source() == {} and "does not say where on the Hub" in str(run.problems()[0])
    with pytest.raises(ValueError, match=r"run/hub\.json is damaged"):
        run.read_source()


@pytest.mark.parametrize("training", [{}, {"drop_label": "x"}, {"epochs": "many", "drop_label": None}])
def test_training_settings_of_a_stranger_break_no_page(training):
    config = RunConfig(training=training)
    assert preview_requests(config)[0].count == 16


def test_a_byte_order_mark_and_nan_are_read():
    assert parse_json(b'\xef\xbb\xbf{"a": NaN}', "x")["a"] != parse_json(b'{"a": 1}', "x")["a"]


# Names

GOOD_NAMES = [
    "sprites (1)",
    "我的 训练",
    "héros",
    "a,b",
    "50%",
    "%2C",
    "a#b?c&d=e",
    'it\'s "quoted"',
    "<b>bold&amp;",
    "a+b",
    "a...",
    "-rf",
    "emoji 👩‍🚀",
    "全角　空格",
    "x" * 255,
    "é" * 127,
]
BAD_NAMES = [
    "",
    " a",
    "a ",
    ".a",
    "..",
    "a/b",
    "a\\b",
    "a\nb",
    "a\x7fb",
    "a\x85b",
    "a\u202eb",
    "\udcff",
    "x" * 256,
    "é" * 128,
]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_every_ordinary_name_of_a_folder_is_a_runs_name(tmp_path, name):
    make_run(tmp_path / name, epochs=(0,))
    assert list(list_runs(tmp_path)) == [name] and list_unusable(tmp_path) == {}
    ref = EpochRef(name, 31)
    assert EpochRef.parse(str(ref)) == ref
    assert (tmp_path / name).parent == tmp_path


@pytest.mark.parametrize("name", BAD_NAMES)
def test_other_names_are_refused_when_made_and_left_out_with_a_word(tmp_path, name):
    assert not is_run_name(name)
    with pytest.raises(ValueError, match="name"):
        check_run_name(name)
    with pytest.raises(ValueError, match="is not an epoch of a run"):
        EpochRef(name, 0)
    if name and "/" not in name and name not in ("..", ".a") and len(os.fsencode(name)) < 250:
        make_run(tmp_path / "good", epochs=(0,)).path.rename(tmp_path / name)
        assert list_runs(tmp_path) == {}
        [(shown, reason)] = list_unusable(tmp_path).items()
        assert "cannot be a run's name" in str(reason) and shown.encode()


def test_odd_folders_beside_a_run_break_nothing(tmp_path, monkeypatch):
    make_run(tmp_path / "good", epochs=(0, 4))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "file").write_text("hello")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "good")
    locked = make_run(tmp_path / "locked", epochs=(0,)).path
    (tmp_path / "good" / "model_8.safetensors").symlink_to(tmp_path / "gone")
    (tmp_path / "good" / "model_9.safetensors").mkdir()
    real = os.listdir

    def denied(path: Path | str = ".") -> list[str]:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", denied)
    assert {name: list(run.epochs()) for name, run in list_runs(tmp_path).items()} == {
        "good": [0, 4],
        "linked": [0, 4],
    }
    assert [str(one) for one in list_unusable(tmp_path).values()] == ["could not read locked: Permission denied"]
    monkeypatch.setattr(os, "listdir", lambda _: denied(locked))
    assert list_runs(tmp_path) == {} and len(list_unusable(tmp_path)) == 1
    assert list_runs(tmp_path / "gone") == list_unusable(tmp_path / "gone") == {}


def test_a_run_of_any_name_can_be_packed(tmp_path):
    run = RunFolder(make_run(tmp_path / ("é" * 127), epochs=(0,)).path)
    (run.path / "odd\udcff").write_text("x")
    os.utime(run.path / "config.json", (0, 0))  # before 1980, where the time of a .zip begins
    run.pack(tmp_path / "x.zip")
    assert (tmp_path / "x.zip").stat().st_size > 1000
