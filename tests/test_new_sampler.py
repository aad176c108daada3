"""A sampler that is only registered appears everywhere: engine, command line, page, API, table and chart."""

import argparse
from typing import get_args, get_type_hints

import gradio as gr
import numpy as np
import pytest
from support.app import ROOT
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.cli.sample import VERBS
from diffusion.core import SAMPLERS
from diffusion.core.samplers import Sampler, ddim
from diffusion.engine import Request, generate
from diffusion.evaluation import SweepResults, SweepSetting, table
from diffusion.evaluation.sweep_chart import picture
from diffusion.sprites import to_pixels
from diffusion.ui.api.endpoints import Api
from diffusion.ui.api.endpoints import build as build_api
from diffusion.ui.app import build
from diffusion.ui.words import ENGLISH


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setitem(SAMPLERS, "brand-new", Sampler(ddim, "Brand-New", "#123456", "9 9"))
    return make_run(tmp_path / "runs" / "tiny", epochs=(0, 4))


def test_it_samples_through_engine_command_line_and_api(run, tmp_path):
    *_, (step,) = generate([run.load(4)], Request(count=2, steps=3, sampler="brand-new"))
    expected = to_pixels(step.x)
    words = ["--count", "2", "--steps", "3", "--sampler", "brand-new", "--out", str(tmp_path / "x.npy")]
    assert main(["sample", "--checkpoint", str(run.path / "model_4.safetensors"), *words]) == 0
    assert np.array_equal(np.load(tmp_path / "x.npy"), expected)
    _, facts = Api(run.path.parent, "tiny").generate_sprites(count=2, steps=3, sampler="brand-new")
    assert facts["recipe"]["sampler"] == "brand-new" and "sampler=brand-new" in facts["link"]


def test_flag_schema_and_page_name_it(run):
    verb = argparse.ArgumentParser()
    VERBS["sample"][0](verb)
    assert "brand-new" in verb.format_help()
    with gr.Blocks() as blocks:
        build_api(run.path.parent, "tiny")
    hints = [get_type_hints(one.fn) for one in blocks.fns.values() if one.api_name == "generate_sprites"]
    assert "brand-new" in get_args(hints[0]["sampler"]) and "hero" in get_args(hints[0]["kind"])
    app = build(run.path.parent, ROOT / "assets")
    label = ENGLISH.settings["sampler"]["label"]
    radios = [one for one in app.blocks.values() if isinstance(one, gr.Radio) and one.label == label]
    assert len(radios) == 2 and all(("Brand-New", "brand-new") in one.choices for one in radios)


@pytest.mark.usefixtures("run")
def test_table_and_chart_show_it():
    seeds = {
        SweepSetting(name, 10): {0: {"frechet": distance}} for name, distance in (("ddpm", 2.0), ("brand-new", 1.0))
    }
    results = SweepResults("tiny", 4, 8, "x", seeds)
    assert "| steps | DDPM | Brand-New |" in table(results)
    chart = picture(results)
    assert "Brand-New" in chart and 'stroke="#123456"' in chart and 'stroke-dasharray="9 9"' in chart
