"""The engine in the browser: its noise, schedules, samplers and files, against NumPy, PyTorch and the server's own."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save
from support.engine_js import RefusedError

from diffusion.core import MAX_SEED, SAMPLERS, SCHEDULES, Noise, NoiseSchedule, sample


def test_seeds_are_mixed_as_numpy_does_it(ask):
    words = [(0, 0), (0, 1), (1, 0), (123456, 63), (MAX_SEED, 5), (7, 2**31)]
    words += np.random.default_rng(0).integers(0, 2**32, (200, 2)).tolist()
    wanted = [int(np.random.SeedSequence(one).generate_state(1, np.uint64)[0]) % 2**32 for one in words]
    assert ask("seeds", words) == wanted


def test_the_generator_is_mt19937(ask):
    for seed in (0, 5489, MAX_SEED):
        wanted = np.random.Generator(np.random.MT19937(0))
        state = wanted.bit_generator.state
        legacy = np.random.RandomState(seed).get_state()
        state["state"] = {"key": legacy[1], "pos": legacy[2]}
        wanted.bit_generator.state = state
        assert (ask("bits", seed, 2000) == wanted.bit_generator.random_raw(2000)).all()


@pytest.mark.parametrize(("seed", "count", "draws"), [(0, 4, 200), (123456, 1, 150), (MAX_SEED, 2, 50)])
def test_noise_is_the_servers(ask, seed, count, draws):
    """A thousand pictures over all cases. To the last bit where PyTorch has its code for AVX2, else very nearly."""
    noise = Noise(seed, count)
    found, wanted = ask("noise", seed, count, draws), [noise.draw().numpy().ravel() for _ in range(draws)]
    if torch.backends.cpu.get_cpu_capability().startswith("AVX"):
        assert all((a == b).all() for a, b in zip(found, wanted, strict=True))
    np.testing.assert_allclose(found, wanted, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("levels", [500, 1000, 7])
def test_schedules(ask, name, levels):
    found, wanted = ask("schedule", name, levels), SCHEDULES[name](levels)
    np.testing.assert_allclose(found["alphaBar"], wanted.alpha_bar, rtol=1e-12)
    np.testing.assert_allclose(found["alpha"], wanted.alpha, rtol=1e-12)
    for steps in {1, 3, levels}:
        assert ask("levels", levels, steps) == wanted.levels(steps)


@pytest.mark.parametrize(
    "settings",
    [
        *({"sampler": name, "steps": 20} for name in SAMPLERS),
        {"sampler": "ddpm", "steps": 500},
        {"sampler": "ddpm", "steps": 50},
        {"sampler": "ddim", "steps": 30, "eta": 0.5},
        {"sampler": "ddpm", "steps": 10, "freshNoise": False},
        {"sampler": "sa", "steps": 1},
        {"sampler": "sa", "steps": 20, "level": 263},
        {"sampler": "dpmpp", "steps": 7, "level": 40},
    ],
    ids=str,
)
def test_samplers(ask, settings):
    settings = dict(settings)
    level, fresh = settings.pop("level", None), settings.get("freshNoise", True)
    x0 = torch.from_numpy(np.random.default_rng(1).uniform(-1, 1, (3, 16, 16)).astype(np.float32))

    def predict(x, time):
        return torch.tanh(x) * (1 - time.view(-1, 1, 1, 1) / 2)

    given = {key: value for key, value in settings.items() if key != "freshNoise"}
    wanted = list(
        sample(
            predict,
            NoiseSchedule.linear(),
            Noise(3, 2),
            **given,
            fresh_noise=fresh,
            begin=(x0, level) if level else None,
        )
    )
    begin = {"x0": torch.stack([x0, x0]).numpy(), "level": level} if level else None
    found = ask("sample", 3, settings | {"begin": begin})
    assert [step["t"] for step in found] == [step.t for step in wanted]
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a["x"], b.x.numpy().ravel(), atol=1e-4, rtol=1e-5)
        np.testing.assert_allclose(a["x0"], b.x0.numpy().ravel(), atol=1e-3, rtol=1e-5)


def test_tensors_of_both_precisions_are_read(ask):
    tensors = {"a": torch.randn(3, 5), "b": torch.randn(7).half(), "tiny": torch.tensor([6e-8, -0.0]).half()}
    found = ask("read", save(tensors | {"seen": torch.tensor(3)}))
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert (found[name] == tensor.float().numpy().ravel()).all(), name


def test_weights_become_float16_as_in_numpy(ask):
    values = np.random.default_rng(0).standard_normal(5000) * 10.0 ** np.random.default_rng(1).integers(-8, 5, 5000)
    values = np.clip(np.append(values, [0, 1, -1, 2**-14, 2**-24]), -60000, 60000).astype(np.float32)
    found = ask("halves", values).astype(np.uint16).view(np.float16).astype(np.float64)
    spacing = np.spacing(np.abs(values.astype(np.float16))).astype(np.float64)
    assert (np.abs(found - values) <= 0.5001 * spacing).all()


def _file(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
HOSTILE = {
    "nothing": b"",
    "a web page": b"<!doctype html><title>no</title>",
    "a header longer than the file": (2**40).to_bytes(8, "little") + b"{}" * 8,
    "no JSON": _file(b"{" * 40),
    "a list": _file([1, 2, 3]),
    "null": _file(b"null          "),
    "no entry": _file({"a": None}),
    "a kind of number that is none": _file({"a": ONE | {"dtype": "toString"}}, bytes(4)),
    "bytes that are not there": _file({"a": ONE}, bytes(3)),
    "a place before the file": _file({"a": ONE | {"data_offsets": [-4, 0]}}, bytes(4)),
    "a shape of another size": _file({"a": ONE | {"shape": [2**30, 2**30]}}, bytes(4)),
    "a negative shape": _file({"a": ONE | {"shape": [-1]}}, bytes(4)),
    "a shape of text": _file({"a": ONE | {"shape": "1"}}, bytes(4)),
    "not a number": _file({"a": ONE}, b"\x00\x00\xc0\x7f"),
    "ten thousand tensors": _file({str(i): ONE for i in range(10_000)}, bytes(4)),
}


@pytest.mark.parametrize("file", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_file_of_weights_is_refused(ask, file):
    with pytest.raises(RefusedError, match="bad-file"):
        ask("read", file)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"variant": "course", "network": "context-unet"}, "unsupported"),
        ({"network": "constructor"}, "unsupported"),
        ({"schedule": "toString"}, "unsupported"),
        ({"width": 2**31}, "unsupported"),
        ({"levels": 0.5}, "unsupported"),
        ({}, "bad-file"),  # the network has other weights
    ],
    ids=str,
)
def test_what_is_no_run_is_refused(ask, change, reason):
    config = {"network": "sprite-unet", "width": 64, "variant": "mended", "vocabulary": {"kind": ["hero"]}} | change
    with pytest.raises(RefusedError, match=reason):
        ask("refuse", {"backend": "plain"}, save({"first.weight": torch.zeros(64, 3, 3, 3)}), config)
