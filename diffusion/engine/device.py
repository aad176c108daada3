"""Chooses the device to compute on and its precision, once for the process, by what the hardware says it has."""

import multiprocessing
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator

from ..errors import Message
from .cpu import release_openmp_threads

CPUINFO = Path("/proc/cpuinfo")
BF16_FLAGS = {"avx512_bf16", "amx_bf16"}  # of x86, as Linux writes them; whether ARM's units help was never measured


@dataclass(frozen=True)
class Device:
    name: str  # "cpu", "cuda", "mps"
    dtype: torch.dtype  # of the network; the sampling loop stays in float32

    def __str__(self) -> str:
        return str(self.describe())

    def describe(self) -> Message:
        """For people: name, chip, precision and version."""
        threads = Message("{count} threads", count=torch.get_num_threads())
        return Message(
            "{name} ({chip}), {dtype}, torch {version}",
            name=self.name,
            chip=torch.cuda.get_device_name() if self.name == "cuda" else threads,
            dtype=str(self.dtype).removeprefix("torch."),
            version=torch.__version__,
        )


def is_zero_gpu() -> bool:
    """Whether this is a ZeroGPU Space: only processes started by zero_gpu.py have a GPU, though torch reports one."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


@cache
def find_device() -> Device:
    """A GPU if there is one, else the CPU; bfloat16 where the processor has units for it and rounds as it should.

    SPRITES_PRECISION=float32 in the environment gives the CPU in float32: then two machines make the same sprites.
    """
    if os.environ.get("SPRITES_PRECISION") == "float32":
        return Device("cpu", torch.float32)
    has_no_gpu = is_zero_gpu() and multiprocessing.parent_process() is None
    if torch.cuda.is_available() and not has_no_gpu:
        return Device("cuda", torch.bfloat16 if has_bf16_gpu() else torch.float32)
    if torch.backends.mps.is_available():
        return Device("mps", torch.float32)
    return Device("cpu", torch.bfloat16 if has_bf16_cpu() and is_bf16_right() else torch.float32)


def has_bf16_gpu() -> bool:
    """Whether the GPU computes in bfloat16 itself: NVIDIA's from compute capability 8 on, AMD's as torch says.

    `is_bf16_supported()` alone also counts an emulation, which is several times as slow as float32 on a T4, V100 or
    RTX 20 (https://github.com/pytorch/pytorch/issues/148322). Those compute in float32: float16 has too small a range
    for weights that nobody has tried in it.
    """
    if torch.version.hip:
        return torch.cuda.is_bf16_supported()
    return torch.cuda.get_device_capability()[0] >= 8 and torch.cuda.is_bf16_supported(including_emulation=False)


def has_bf16_cpu() -> bool:
    """Whether the CPU has instructions for bfloat16, by what it says of itself and never by a timing.

    A timing while the machine was busy kept a server in float32, half as fast, until its restart.
    """
    if not torch.backends.mkldnn.is_available():  # the library that has the fast convolutions
        return False
    questions = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # private, and not in every version of torch
    if any(ask() for name in questions if (ask := getattr(torch.cpu, name, None))):
        return True
    return not BF16_FLAGS.isdisjoint(_cpu_flags())


def _cpu_flags() -> set[str]:
    """What Linux says that the CPU can do; empty on other systems."""
    try:
        lines = CPUINFO.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    line = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return set(line.partition(":")[2].split())


def describe_device() -> Message:
    """For people: where sprites are computed."""
    if is_zero_gpu():
        return Message("a GPU that ZeroGPU lends for each request")
    return find_device().describe()


@torch.inference_mode()
def is_bf16_right() -> bool:
    """Whether a convolution in bfloat16 differs from float32 by no more than rounding on this CPU; takes a few ms."""
    results = []
    for dtype in (torch.float32, torch.bfloat16):
        x = torch.linspace(-1, 1, 4 * 64 * 16 * 16).view(4, 64, 16, 16).to(dtype, memory_format=torch.channels_last)
        weight = torch.linspace(-0.1, 0.1, 64 * 64 * 9).view(64, 64, 3, 3).to(x)
        results.append(F.conv2d(x, weight, padding=1).float())
    exact, rough = results
    is_right = bool((exact - rough).square().mean() < 1e-4 * exact.square().mean())
    release_openmp_threads()
    return is_right


def make_accelerator(tracker: str | None = None, logs: Path | None = None) -> Accelerator:
    """An Accelerator on the device of `find_device`, in mixed precision where the device's is bfloat16.

    tracker: the name of one that Accelerate knows. logs: the folder of a tracker that writes files.
    """
    device = find_device()
    precision = "bf16" if device.dtype == torch.bfloat16 else "no"
    return Accelerator(mixed_precision=precision, cpu=device.name == "cpu", log_with=tracker, project_dir=logs)
