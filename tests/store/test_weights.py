"""Weights as people save them: whatever the file is called and the network is wrapped in, or the true reason."""

import argparse
import dataclasses
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor

from diffusion.core import ContextUnet, Vocabulary, kinds_vocabulary
from diffusion.engine import Device, Request, generate
from diffusion.errors import UserError
from diffusion.sprites import KINDS
from diffusion.store import RunConfig, RunFolder, list_runs, list_unusable, load_file
from diffusion.store.checkpoint import restore
from diffusion.store.weights import context_inputs, fit_vocabulary

NETWORKS = {
    "course": RunConfig(network="context-unet", width=8, variant="course", schedule="course"),
    "mended": RunConfig(network="context-unet", width=8),
    "ours": RunConfig(width=8),
}


def weights(config: RunConfig = NETWORKS["course"], seed: int = 0) -> dict[str, Tensor]:
    torch.manual_seed(seed)
    network = config.build()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network.state_dict()


GOOD = weights()
OTHER = weights(seed=1)


def prefixed(prefix: str, state: dict[str, Tensor] = GOOD) -> dict[str, Tensor]:
    return {prefix + key: tensor for key, tensor in state.items()}


def is_loaded(checkpoint, expected: dict[str, Tensor] = GOOD) -> bool:
    found = checkpoint.network.state_dict()
    return all(torch.equal(found[key], tensor.to(found[key].dtype)) for key, tensor in expected.items())


# What opens


@pytest.mark.parametrize("suffix", ["pth", "pt", "ckpt", "bin", "weights"])
@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_a_state_dict_opens_whatever_it_is_called(tmp_path, suffix, is_zip):
    path = tmp_path / f"model_31.{suffix}"
    torch.save(GOOD, path, _use_new_zipfile_serialization=is_zip)
    checkpoint = load_file(path)
    assert is_loaded(checkpoint) and checkpoint.epoch == 31
    path.write_bytes(to_safetensors(GOOD))
    assert is_loaded(load_file(path)), "by what it holds, not by its name"


WRAPPED = {
    "DataParallel": prefixed("module."),
    "compiled": prefixed("_orig_mod."),
    "both": prefixed("module._orig_mod."),
    "inside": {key.replace("init_conv.", "init_conv._orig_mod."): tensor for key, tensor in GOOD.items()},
    "a name of one's own": prefixed("denoise_fn."),
    "state dict": {"state_dict": GOOD},
    "course of training": {
        "epoch": 7,
        "model_state_dict": GOOD,
        "optimizer_state_dict": {"state": {0: {"a": torch.ones(3)}}},
    },
    "Lightning": {
        "epoch": 7,
        "global_step": 9,
        "state_dict": prefixed("model."),
        "callbacks": {},
        "lr_schedulers": [],
    },
    "beside a loss": {"state_dict": prefixed("net.") | {"criterion.weight": torch.ones(3)}},
    "deep": {"checkpoint": {"weights": {"unet": prefixed("module.")}}},
    "with numbers of NumPy": {"model": GOOD, "loss": np.float64(0.1), "seen": np.int64(3), "rates": np.ones(3)},
    "with arguments": {"model": GOOD, "args": argparse.Namespace(lr=1e-3), "folder": Path("runs")},
    "twice under two names": {"state_dict": prefixed("net.") | prefixed("diffusion.net.")},
    "in a list": [GOOD, {"lr": 1e-3}],
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapped_state_dict_opens(tmp_path, name):
    torch.save(WRAPPED[name], tmp_path / "last.ckpt")
    checkpoint = load_file(tmp_path / "last.ckpt")
    assert is_loaded(checkpoint)
    assert checkpoint.epoch == (7 if isinstance(WRAPPED[name], dict) and "epoch" in WRAPPED[name] else 0)


EMA = {
    "two dicts": {"model": OTHER, "ema": GOOD},
    "two prefixes": prefixed("model.", OTHER) | prefixed("ema_model.") | {"step": torch.tensor(3)},
    "inside one": {"model": OTHER, "ema": prefixed("ema_model.") | {"initted": torch.tensor(True)}},
    "two state dicts": {"model_state_dict": OTHER, "ema_state_dict": GOOD},
}


@pytest.mark.parametrize("name", EMA)
def test_of_a_network_and_its_average_the_average_is_taken_and_said(tmp_path, name):
    torch.save(EMA[name], tmp_path / "model_4.pth")
    checkpoint = load_file(tmp_path / "model_4.pth")
    assert is_loaded(checkpoint)
    assert "holds 2 networks; this is the averaged one, ema" in str(checkpoint.notes[0])


def test_of_two_networks_none_is_guessed(tmp_path):
    torch.save({"generator": GOOD, "other": OTHER}, tmp_path / "model_4.pth")
    with pytest.raises(ValueError, match=r"holds 2 networks \(generator, other\); save the one"):
        load_file(tmp_path / "model_4.pth")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_open_as_float32(tmp_path, dtype):
    torch.save(
        {key: tensor.to(dtype) if tensor.is_floating_point() else tensor for key, tensor in GOOD.items()},
        tmp_path / "a_1.pt",
    )
    checkpoint = load_file(tmp_path / "a_1.pt")
    assert {p.dtype for p in checkpoint.network.parameters()} == {torch.float32}
    torch.testing.assert_close(
        dict(checkpoint.network.named_parameters())["out.3.weight"], GOOD["out.3.weight"], atol=1e-2, rtol=1e-2
    )


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("width", [8, 16])
def test_network_and_sizes_are_read_from_the_weights(tmp_path, name, width):
    config = RunConfig(network=NETWORKS[name].network, variant=NETWORKS[name].variant, width=width)
    torch.save(config.build().state_dict(), tmp_path / "wide_31.pth")
    found = load_file(tmp_path / "wide_31.pth").config
    assert (found.network, found.variant, found.width) == (config.network, config.variant, width)
    assert found.schedule == NETWORKS[name].schedule


@pytest.mark.parametrize("count", [3, 10])
def test_a_network_of_other_kinds_draws_without_a_kind_as_it_would_itself(tmp_path, count):
    torch.manual_seed(0)
    network = ContextUnet(8, names=count, variant="course").eval()
    torch.save(network.state_dict(), tmp_path / "model_0.pth")
    checkpoint = load_file(tmp_path / "model_0.pth")
    cpu = Device("cpu", torch.float32)
    with pytest.raises(ValueError, match=f"trained with {count} kinds of its own"):
        next(generate([checkpoint], Request(count=1, kinds=(1, 0, 0, 0, 0)), cpu))
    with pytest.raises(ValueError, match=f"trained with {count} kinds of its own"):
        next(generate([checkpoint], Request(count=1, surprise=True), cpu))
    x, time = torch.randn(2, 8, 8, 8), torch.zeros(2, 5)
    assert torch.equal(checkpoint.network.contextembed1(time), network.contextembed1(torch.zeros(2, count)))
    assert x is not None and len(list(generate([checkpoint], Request(count=1, steps=1), cpu))) == 2


def test_the_config_beside_it_counts_where_it_describes_the_same_network(tmp_path):
    config = RunConfig(network="context-unet", width=8, schedule="cosine", levels=100)
    (tmp_path / "config.json").write_text(config.to_json())
    torch.save(weights(config), tmp_path / "model_1.pt")
    torch.save(GOOD, tmp_path / "course_1.pt")
    assert load_file(tmp_path / "model_1.pt").config == config
    assert load_file(tmp_path / "course_1.pt").config == NETWORKS["course"]


def test_old_state_dicts_without_the_counters_of_batchnorm_open(tmp_path):
    torch.save({key: tensor for key, tensor in GOOD.items() if "num_batches" not in key}, tmp_path / "model_0.pth")
    assert load_file(tmp_path / "model_0.pth").epoch == 0


EPOCHS = {
    "model_31.pth": (None, 31, ""),
    "context_model_31.pt": (None, 31, ""),
    "model-31.pt": (None, 31, "by its name it is 31"),
    "checkpoint_31.pth": (None, 31, "by its name it is 31"),
    "epoch=31-step=1000.ckpt": (None, 31, "by its name it is 31"),
    "ddpm_epoch31_lr0.01.pt": (None, 31, "by its name it is 31"),
    "last.ckpt": (None, 0, "does not say its epoch; it counts as 0"),
    "v2-final.ckpt": (None, 0, "it counts as 0"),
    "checkpoint_30.pth": (31, 31, ""),
    "model_30.pth": (31, 30, "says that it is of epoch 31; its name counts"),
}


@pytest.mark.parametrize("name", EPOCHS)
def test_the_epoch_is_read_and_said_where_it_is_guessed(tmp_path, name):
    inside, expected, note = EPOCHS[name]
    torch.save(GOOD if inside is None else {"model": GOOD, "epoch": inside}, tmp_path / name)
    checkpoint = load_file(tmp_path / name)
    assert checkpoint.epoch == expected
    assert [bool(note) for note in checkpoint.notes] == [True] * bool(note) and note in "".join(
        map(str, checkpoint.notes)
    )


@pytest.mark.parametrize("epoch", [-1, True, 10**9, "x", 2.5, None, [3]])
def test_an_epoch_that_is_none_is_not_used(tmp_path, epoch):
    torch.save({"model": GOOD, "epoch": epoch}, tmp_path / "last.ckpt")
    assert load_file(tmp_path / "last.ckpt").epoch == 0


# What does not open, and why


def saved(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


NARROW = {"init_conv.conv1.0.weight": torch.ones(12, 3, 3, 3)}
LARGE = {"out.3.bias": torch.full((3,), 1e300, dtype=torch.float64)}
REASONS = {
    "a network": (saved(ContextUnet(8)), r"holds a pickled object \(diffusion\.core\S+ContextUnet\), not weights"),
    "in a dict": (saved({"net": ContextUnet(8)}), r"save the weights: torch\.save\(model\.state_dict\(\)"),
    "LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS pointer"),
    "web page": (b"<!DOCTYPE html><html><body>404", "is a web page"),
    "text": (b"hello, these are not weights", "neither safetensors nor torch wrote it"),
    "empty": (b"", "is damaged or cut short"),
    "cut": (saved(GOOD)[:-999], "is damaged or cut short"),
    "another zip": (b"PK\x05\x06" + bytes(18), "is a pickle that torch did not write, or is damaged"),
    "width": (saved(weights(NETWORKS["mended"]) | NARROW), "must be a multiple of 8"),
    "no numbers": (saved(GOOD | {"out.3.bias": torch.ones(3) * 1j}), "out.3.bias holds no plain numbers"),
    "on no device": (saved(GOOD | {"out.3.bias": torch.ones(3, device="meta")}), "out.3.bias holds no plain numbers"),
    "sparse": (saved(GOOD | {"out.3.bias": torch.ones(3).to_sparse()}), "out.3.bias holds no plain numbers"),
    "too large for float32": (saved(GOOD | LARGE), "not finite"),
    "one layer missing": (saved({key: GOOD[key] for key in GOOD.keys() - {"out.3.bias"}}), "it lacks out.3.bias"),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_does_not_open_says_the_true_reason_and_no_folder_of_the_server(tmp_path, name):
    content, reason = REASONS[name]
    (tmp_path / "model_0.pth").write_bytes(content)
    with pytest.raises(ValueError, match=reason) as caught:
        load_file(tmp_path / "model_0.pth")
    assert f"{tmp_path.name}/model_0.pth" in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_a_program_of_torchscript_is_named(tmp_path):
    torch.jit.script(torch.nn.Linear(2, 2)).save(tmp_path / "model_0.pt")
    with pytest.raises(ValueError, match=r"holds a program \(TorchScript\), not weights"):
        load_file(tmp_path / "model_0.pt")


def test_a_pickle_that_is_called_safetensors_is_not_read_as_one(tmp_path):
    """Who allows no pickles, allows none."""
    torch.save(GOOD, tmp_path / "model_0.safetensors")
    with pytest.raises(ValueError, match="is no safetensors file: torch wrote it"):
        load_file(tmp_path / "model_0.safetensors")


# The course's folder, which holds two networks


@pytest.fixture
def course(tmp_path) -> Path:
    (tmp_path / "weights").mkdir()
    for epoch in (0, 31):
        torch.save(GOOD, tmp_path / f"weights/model_{epoch}.pth")
        torch.save(OTHER, tmp_path / f"weights/context_model_{epoch}.pth")
    torch.save(OTHER, tmp_path / "weights/context_model_8.pth")
    return tmp_path


def test_the_courses_folder_shows_both_of_its_runs(course):
    runs = list_runs(course)
    assert {name: list(run.epochs()) for name, run in runs.items()} == {
        "weights": [0, 31],
        "weights (context)": [0, 8, 31],
    }
    for name, expected in (("weights", GOOD), ("weights (context)", OTHER)):
        assert is_loaded(runs[name].load(31), expected)
        assert is_loaded(RunFolder(course / name).load(31), expected), "by its path too"
        assert str(RunFolder(course / name)) == name
    assert is_loaded(RunFolder(course / "weights").load(8), OTHER), "as earlier versions named it"


def test_asking_for_a_kind_of_the_one_without_names_the_other(course):
    cpu, wanted = Device("cpu", torch.float32), Request(count=1, steps=1, kinds=(1, 0, 0, 0, 0))
    with pytest.raises(
        ValueError, match=r"weights was trained without kinds; the run weights \(context\) of the same"
    ):
        next(generate([RunFolder(course / "weights").load(31)], wanted, cpu))
    assert next(generate([RunFolder(course / "weights (context)").load(31)], wanted, cpu))
    assert next(generate([RunFolder(course / "weights").load(31)], Request(count=1, steps=1), cpu))


def test_a_folder_of_that_very_name_is_itself(course):
    (course / "weights (context)").mkdir()
    assert RunFolder(course / "weights (context)").path == course / "weights (context)"


def test_weights_under_names_that_no_run_has_are_left_out_with_a_word(tmp_path):
    (tmp_path / "mine").mkdir()
    torch.save(GOOD, tmp_path / "mine/checkpoint_31.pth")
    assert list_runs(tmp_path) == {}
    assert "no file that is named like model_31.safetensors" in str(list_unusable(tmp_path)["mine"])


# The cache


def test_a_file_in_the_place_of_another_of_the_same_size_and_time_is_noticed(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.create(NETWORKS["mended"])
    first, second = weights(NETWORKS["mended"]), weights(NETWORKS["mended"], seed=1)
    run.save_epoch(0, first, {})
    before = run.file(0).stat()
    assert run.load(0) is run.load(0) and is_loaded(run.load(0), first)
    for replace in (
        lambda content: run.file(0).write_bytes(content),
        lambda content: run._write(run.file(0).name, content),
    ):
        second, first = first, second
        replace(to_safetensors(first, {"epoch": "0"}))
        os.utime(run.file(0), ns=(before.st_atime_ns, before.st_mtime_ns))
        assert run.file(0).stat().st_size == before.st_size
        assert is_loaded(run.load(0), first)


# Vocabularies


@pytest.mark.parametrize("config", [*NETWORKS.values(), RunConfig(width=8, variant="first")], ids=[*NETWORKS, "first"])
def test_a_network_whose_vocabulary_has_grown_answers_as_before_and_new_words_begin_at_nothing(config):
    wide = dataclasses.replace(config, vocabulary=config.vocabulary.extended(Vocabulary((("new", ("cat", "dog")),))))
    state = weights(config)
    grown = fit_vocabulary(state, wide, len(wide.vocabulary))
    changed = {key for key in state if grown[key].shape != state[key].shape}
    assert changed == set(context_inputs(config)) and all(grown[key].shape[1] == 7 for key in changed)
    before, after = restore(config, dict(state), "before"), restore(wide, grown, "after")
    torch.manual_seed(1)
    x, time, kinds = torch.randn(2, 3, 16, 16), torch.tensor([0.2, 0.7]), torch.rand(2, 5)
    for new in (torch.zeros(2, 2), torch.ones(2, 2)):
        one, other = (
            (torch.manual_seed(2), network(x, time, context))[1]  # the course's convolutions are random
            for network, context in ((before, kinds), (after, torch.cat([kinds, new], 1)))
        )
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_there_is_no_first_variant_of_the_tutorials_network():
    with pytest.raises(UserError, match="there is no context-unet of the variant first"):
        RunConfig(network="context-unet", variant="first")
    with pytest.raises(UserError, match="there is no sprite-unet of the variant course"):
        RunConfig(variant="course")


def test_a_config_of_an_earlier_version_says_how_its_run_was_trained():
    """Its five kinds, its network, no word dropped by itself and no weights of levels."""
    entries = json.loads(RunConfig(width=8, training={"epochs": 3, "recipe": "linear"}).to_json())
    entries = {name: value for name, value in entries.items() if name not in ("vocabulary", "variant")}
    found = RunConfig.from_json(json.dumps(entries | {"kinds": list(KINDS)}))
    assert (found.variant, found.vocabulary) == ("first", kinds_vocabulary())
    assert found.training == {"epochs": 3, "optimizer": "linear", "drop_words": 0.0, "weighting": "none"}
    assert RunConfig.from_json(json.dumps(entries | {"kinds": list(KINDS), "training": {}})).training == {}
    now = RunConfig(width=8, training={"weighting": "min-snr", "drop_words": 0.5})
    assert RunConfig.from_json(now.to_json()) == now
