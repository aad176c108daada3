"""Chooses the device to compute on and its precision, once for the process, partly by measuring."""

import multiprocessing
import os
import time
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from accelerate import Accelerator

from ..errors import Message
from .cpu import release_openmp_threads


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
    """A GPU if there is one, else the CPU; bfloat16 where the GPU supports it or the CPU was measured to be faster.

    SPRITES_PRECISION=float32 in the environment gives the CPU in float32 without measuring: then two processes make
    bit-identical sprites, also on a busy machine, where their measurements could differ.
    """
    if os.environ.get("SPRITES_PRECISION") == "float32":
        return Device("cpu", torch.float32)
    has_no_gpu = is_zero_gpu() and multiprocessing.parent_process() is None
    if torch.cuda.is_available() and not has_no_gpu:
        return Device("cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32)
    if torch.backends.mps.is_available():
        return Device("mps", torch.float32)
    return Device("cpu", torch.bfloat16 if measure_bf16_speedup() > 1.2 else torch.float32)


def describe_device() -> Message:
    """For people: where sprites are computed."""
    if is_zero_gpu():
        return Message("a GPU that ZeroGPU lends for each request")
    return find_device().describe()


@torch.inference_mode()
def measure_bf16_speedup(rounds: int = 5) -> float:
    """How many times as fast a convolution is in bfloat16 as in float32 on this CPU; takes 30 ms.

    Below 1 for a CPU without bfloat16 units; 0 where the results differ by more than rounding.
    """
    seconds, results = {}, {}
    for dtype in (torch.float32, torch.bfloat16):
        x = torch.linspace(-1, 1, 16 * 64 * 16 * 16).view(16, 64, 16, 16).to(dtype, memory_format=torch.channels_last)
        weight = torch.linspace(-0.1, 0.1, 64 * 64 * 9).view(64, 64, 3, 3).to(x)
        durations = []
        for _ in range(rounds + 1):
            start = time.perf_counter()
            results[dtype] = F.conv2d(x, weight, padding=1)
            durations.append(time.perf_counter() - start)
        seconds[dtype] = min(durations)
    exact, rough = results[torch.float32], results[torch.bfloat16].float()
    is_close = bool((exact - rough).square().mean() < 1e-4 * exact.square().mean())
    release_openmp_threads()
    return seconds[torch.float32] / seconds[torch.bfloat16] if is_close else 0.0


def make_accelerator() -> Accelerator:
    """An Accelerator on the device of `find_device`, in mixed precision where the device's is bfloat16."""
    device = find_device()
    return Accelerator(mixed_precision="bf16" if device.dtype == torch.bfloat16 else "no", cpu=device.name == "cpu")
