"""The device and its precision follow from what the hardware says it has, not from how busy the machine is."""

import time

import pytest
import torch

from diffusion.engine import device
from diffusion.engine.device import find_device, has_bf16_cpu, has_bf16_gpu, is_bf16_right


@pytest.fixture(autouse=True)
def no_precision_given(monkeypatch):
    monkeypatch.delenv("SPRITES_PRECISION", raising=False)


@pytest.fixture
def gpu(monkeypatch):
    """A GPU of this compute capability, as torch describes it: it counts emulated bfloat16 unless told not to."""

    def pretend(capability: tuple[int, int], hip: str | None = None) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: capability)
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation or capability[0] >= 8
        )
        monkeypatch.setattr(torch.version, "hip", hip)

    return pretend


@pytest.mark.parametrize(
    ("capability", "dtype"),
    [
        *(
            ((6, 1), torch.float32),
            ((7, 0), torch.float32),
            ((7, 5), torch.float32),
        ),  # GTX 10xx, V100, T4 and RTX 20xx
        *(((8, 0), torch.bfloat16), ((8, 9), torch.bfloat16), ((9, 0), torch.bfloat16)),  # A100, RTX 40xx, H100
    ],
)
def test_a_gpu_that_only_emulates_bfloat16_computes_in_float32(gpu, capability, dtype):
    gpu(capability)
    assert has_bf16_gpu() == (dtype == torch.bfloat16)
    assert find_device.__wrapped__() == device.Device("cuda", dtype)


def test_a_gpu_of_amd_is_believed(gpu):
    gpu((9, 0), hip="6.2")
    assert has_bf16_gpu()


@pytest.fixture
def cpu(monkeypatch, tmp_path):
    """A CPU with these flags in /proc/cpuinfo, of which torch says this."""

    def pretend(flags: str = "", **says: bool) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
            monkeypatch.setattr(torch.cpu, name, lambda name=name: says.get(name, False), raising=False)
        (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: fpu sse2 {flags}\n\nprocessor\t: 1\n")
        monkeypatch.setattr(device, "CPUINFO", tmp_path / "cpuinfo")

    return pretend


@pytest.mark.parametrize(
    ("flags", "says", "expected"),
    [
        ("avx2 avx512f", {}, False),
        ("avx512_bf16", {}, True),
        ("amx_bf16 amx_tile", {}, True),
        ("", {"_is_avx512_bf16_supported": True}, True),
        ("", {"_is_amx_tile_supported": True}, True),
    ],
)
def test_a_cpu_is_asked_what_it_has(cpu, flags, says, expected):
    cpu(flags, **says)
    assert has_bf16_cpu() == expected
    assert find_device.__wrapped__().dtype == (torch.bfloat16 if expected else torch.float32)


def test_a_system_without_cpuinfo_and_a_torch_without_the_questions_are_no_error(cpu, monkeypatch, tmp_path):
    cpu()
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.delattr(torch.cpu, name)
    monkeypatch.setattr(device, "CPUINFO", tmp_path / "none")
    assert not has_bf16_cpu()


def test_a_busy_machine_makes_no_difference(cpu, monkeypatch):
    """The clock decided: while the machine was busy, the server took float32 and stayed with it until its restart."""
    cpu("avx512_bf16")

    def no_clock() -> float:
        raise AssertionError("a timing decides")

    monkeypatch.setattr(time, "perf_counter", no_clock)
    assert find_device.__wrapped__().dtype == torch.bfloat16


def test_bfloat16_that_computes_wrongly_is_not_taken(cpu, monkeypatch):
    cpu("avx512_bf16")
    assert is_bf16_right()
    real = torch.nn.functional.conv2d
    wrong = lambda x, *rest, **named: real(x, *rest, **named) * (1 if x.dtype == torch.float32 else 1.1)  # noqa: E731
    monkeypatch.setattr(device.F, "conv2d", wrong)
    assert find_device.__wrapped__().dtype == torch.float32
