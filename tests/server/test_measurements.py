"""Measuring a run in the background: one at a time, stopped, refused, what is kept, and what the page says of it."""

import threading

import gradio as gr
import pytest
from support.page import page_of
from support.runs import make_run

from diffusion.data import open_dataset
from diffusion.evaluation import EpochMeasured, EvalConfig, SpritesDrawn
from diffusion.server import Measurements, MeasureStatus, Settings, measurements
from diffusion.store import Quality, RunConfig, RunFolder
from diffusion.ui.tabs import measure
from diffusion.ui.words import CHINESE, ENGLISH

TINY = EvalConfig(count=8, seeds=2, steps=2)


@pytest.fixture
def run(tmp_path) -> RunFolder:
    run = make_run(tmp_path / "runs" / "mine", epochs=(0, 1))
    config = RunConfig(width=8, data=open_dataset("builtin:40")[0].facts())
    (run.path / "config.json").write_text(config.to_json())
    return run


class Scripted:
    """Stands in for `evaluate_run`: draws two batches of epoch 0, and waits before the second."""

    def __init__(self, monkeypatch, error=None):
        self.go_on, self.began, self.error, self.calls = threading.Event(), threading.Event(), error, []
        monkeypatch.setattr(measurements, "evaluate_run", self)

    def __call__(self, run, config, **options):
        self.calls.append((str(run), config.count, options))
        yield SpritesDrawn(0, 5, 20)
        self.began.set()
        assert self.go_on.wait(60)
        if self.error:
            raise self.error
        yield EpochMeasured(0, Quality())
        yield SpritesDrawn(1, 15, 20)
        yield EpochMeasured(1, Quality())


def test_a_run_is_measured_in_the_background_and_the_result_is_on_the_page(run):
    page, jobs = page_of(run.path.parent), Measurements(TINY)
    assert measure.measuring_html(page, jobs.snapshot()) == ""
    measure.start_measuring(page, jobs, Settings(), "mine")
    jobs.wait(120)
    now = jobs.snapshot()
    assert (now.state, now.measured, now.done) == ("finished", (0, 1), now.total)
    assert run.metrics()[1].quality.frechet and "kinds" in run.metrics()[1].quality.knows
    html = measure.measuring_html(page, now)
    assert "mine: epochs 0, 1 measured." in html and ENGLISH.quality.knows.title in html
    with pytest.raises(gr.Error, match="all epochs of mine are measured already"):
        measure.start_measuring(page, jobs, Settings(), "mine")


def test_one_run_at_a_time_with_progress_and_a_stop(run, monkeypatch):
    scripted, jobs, page = Scripted(monkeypatch), Measurements(), page_of(run.path.parent)
    other = make_run(run.path.parent / "other")
    jobs.start(run)
    assert scripted.began.wait(60)
    status, html, timer = measure.poll_measuring(page, jobs, None)
    assert status.busy and timer.active and 'aria-valuenow="25"' in html
    assert "mine, epoch 0: 5 of 20 sprites drawn" in html
    assert measure.poll_measuring(page, jobs, status) == [gr.skip()] * 3, "nothing is new"
    with pytest.raises(gr.Error, match="mine is being measured; try again"):
        measure.start_measuring(page, jobs, Settings(), "other")
    measure.stop_measuring(page, jobs)
    assert jobs.snapshot().state == "stopping"
    scripted.go_on.set()
    jobs.wait(60)
    status, html, timer = measure.poll_measuring(page, jobs, status)
    assert (status.state, status.measured, timer.active) == ("stopped", (0,), False)
    assert "Stopped. mine has numbers for the epochs 0." in html
    jobs.start(other)
    jobs.wait(60)
    assert jobs.snapshot().state == "finished" and [call[0] for call in scripted.calls] == ["mine", "other"]
    assert scripted.calls[0][1:] == (500, {"needs": 125})


def test_what_cannot_be_measured_is_said_in_one_sentence(run, tmp_path):
    page = page_of(run.path.parent)
    for settings, name, said in (
        (Settings(), None, ENGLISH.hub.choose_run),
        (Settings(shared=True), "mine", ENGLISH.hub.measure_shared),
    ):
        with pytest.raises(gr.Error) as refused:
            measure.start_measuring(page, Measurements(), settings, name)
        assert refused.value.message == said
    jobs = Measurements()  # needs 125 sprites
    jobs.start(run)
    jobs.wait(120)
    html = measure.measuring_html(page, jobs.snapshot())
    assert "builtin:40 has 40 sprites; to be measured it needs 125 or more" in html and not run.metrics()
    own = RunConfig(width=8, data={"name": "mine.npy", "count": 60, "sha256": "ab"})
    (run.path / "config.json").write_text(own.to_json())
    jobs.start(run)
    jobs.wait(120)
    assert "was trained on mine.npy; say where that is" in measure.measuring_html(page, jobs.snapshot())
    assert "mine.npy" in measure.measuring_html(page_of(run.path.parent, CHINESE), jobs.snapshot())


def test_a_fault_is_told_with_its_number_and_the_next_one_can_begin(run, monkeypatch, caplog):
    scripted, jobs = Scripted(monkeypatch, RuntimeError("<b>secret")), Measurements()
    scripted.go_on.set()
    jobs.start(run)
    jobs.wait(60)
    html = measure.measuring_html(page_of(run.path.parent), jobs.snapshot())
    assert jobs.snapshot().state == "failed" and "something went wrong" in html and "secret" not in html
    scripted.error = None
    jobs.start(run)
    jobs.wait(60)
    assert jobs.snapshot().state == "finished"


def test_names_are_no_html(run):
    status = MeasureStatus("running", "<b>", total=0)
    assert "&lt;b&gt;" in measure.measuring_html(page_of(run.path.parent), status)


def test_a_space_with_a_lent_gpu_measures_nothing(run, monkeypatch):
    monkeypatch.setattr(measurements, "is_zero_gpu", lambda: True)
    with pytest.raises(ValueError, match="lends its GPU for a minute only"):
        Measurements().start(run)
