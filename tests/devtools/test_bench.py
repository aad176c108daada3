import itertools
import json

import pytest
import torch
from torch import nn

from diffusion.__main__ import main
from diffusion.core.context_unet import ContextUnet
from diffusion.core.samplers import Noise, sample
from diffusion.core.schedule import NoiseSchedule
from diffusion.devtools import bench, bench_soak
from diffusion.devtools.bench import Row, Spread, Table, compare_table, flops, measure_in_turn
from diffusion.devtools.course_loops import course_sampling_loop
from diffusion.devtools.page_client import PageClient
from diffusion.engine.device import Device


def test_competitors_take_turns_and_the_first_round_does_not_count():
    order = []
    seconds = measure_in_turn({name: lambda name=name: order.append(name) for name in "ab"}, rounds=3)
    assert "".join(order) == "abababab"
    assert {name: len(found) for name, found in seconds.items()} == {"a": 3, "b": 3}


def test_a_ratio_is_taken_inside_each_round():
    """Both twice as slow in the second round: the ratio stays."""
    table = compare_table("", "s", {"base": [4.0, 8.0, 4.0], "own": [1.0, 2.0, 2.0]}, lambda own: 10 * own)
    base, own = table.rows
    assert base.ratio == Spread(1, 1, 1)
    assert own.ratio == Spread(4, 3, 4)
    assert own.value == Spread(20, 15, 20)


@pytest.mark.parametrize("network", [ContextUnet()], ids=["context-unet"])
def test_flops_are_those_of_the_convolutions_and_matrices(network):
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        if isinstance(layer, nn.ConvTranspose2d):
            total += 2 * layer.weight.numel() * inputs[0][0, 0].numel()
        else:
            total += 2 * layer.weight.numel() * (output[0, 0].numel() if output.ndim == 4 else 1)

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            layer.register_forward_hook(count)
    assert flops(network.eval()) == total > 3e8


def test_the_course_s_loop_makes_the_pictures_of_our_loop(monkeypatch):
    """It must really do what it is measured for: with the same noise, the same pictures as our loop."""
    torch.manual_seed(0)
    network = ContextUnet(8).eval()
    noise = Noise(0, 2)
    draws = iter([noise.draw() for _ in range(20)])
    with monkeypatch.context() as patched:
        patched.setattr(torch, "randn", lambda *shape, device: next(draws))
        patched.setattr(torch, "randn_like", lambda x: next(draws))
        *_, theirs = itertools.islice(course_sampling_loop(network, Device("cpu", torch.float32), 2, 20), 20)
    *_, ours = sample(
        lambda x, time: network(x, time, torch.zeros(2, 5)), NoiseSchedule.course(20), Noise(0, 2), steps=20
    )
    torch.testing.assert_close(theirs, ours.x, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("section", "tables"), [("sampling", 3), ("sharing", 2), ("training", 1), ("beside-training", 1)]
)
def test_every_section_measures_all_that_it_compares(monkeypatch, section, tables):
    for name, little in {"SPRITES": 2, "STEPS": 8, "TURN": 2, "VISITORS": 2, "MATRIX": 8}.items():
        monkeypatch.setattr(bench, name, little)
    found = list(bench.SECTIONS[section](1))
    assert len(found) == tables
    assert all(row.value.median > 0 for table in found for row in table.rows)


def test_tables_and_json_say_the_same(capsys, monkeypatch):
    table = Table("A title", "s", [Row("theirs", Spread(3, 2, 4)), Row("ours", Spread(1, 1, 1), Spread(3, 2, 4))])
    monkeypatch.setattr(bench, "SECTIONS", {"sampling": lambda rounds: iter([table]), "training": None})
    assert main(["bench", "--only", "sampling"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split() == ["ours", "1.0", "1.0", "to", "1.0", "3.00", "2.00", "to", "4.00"]
    assert main(["bench", "--only", "sampling", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["tables"]
    assert found["title"] == "A title"
    assert found["rows"][1]["ratio"] == {"median": 3, "low": 2, "high": 4}


def test_no_rounds_are_refused(capsys):
    assert main(["bench", "--rounds", "0"]) == 2
    assert "at least 1" in capsys.readouterr().err


def test_the_soak_uses_the_page_as_a_browser_does(tiny_app):
    """Its tabs, a player and a download; what fails there is counted and would spoil an hour."""
    with PageClient(tiny_app) as page:
        assert page.open_all_tabs() > 5
        walk = {"Run": "tiny", "Training epoch": 31, "Sprites": 2, "Steps": 2, "Sampler": "ddim"}
        assert page.play("watch-player", walk) >= 2
        assert page.download(page.pack("run-zip", {"Run": "tiny"})[0]) > 1000


def test_the_growth_is_that_since_the_first_of_each_kind(monkeypatch):
    samples = [bench_soak.Sample(f"{size}", size, 5, 10, 0) for size in (300, 500, 520)]
    uses = bench_soak.Uses()
    monkeypatch.setitem(bench_soak.USES, "train", lambda address, number: 1 / 0)
    uses.carry_out("train", "")
    *_, failed, growth = bench_soak.report(samples, uses)
    assert growth.rows[0].value.median == 20
    assert failed.rows[0].name == "train: ZeroDivisionError: division by zero"


@pytest.mark.parametrize("minutes", ["0", "nan", "1e9"])
def test_a_soak_of_no_time_or_of_no_end_is_refused(capsys, minutes):
    assert main(["bench", "--only", "soak", "--minutes", minutes]) == 2
    assert "--minutes must be above 0" in capsys.readouterr().err
