"""The threads with which torch computes on a CPU.

OpenMP gives every thread that computes a team of its own, which stays when the work is done. With more threads in all
teams than cores, GCC's OpenMP lets the members sleep between any two operators instead of watching for the next one: a
step of 32 sprites then took 34 ms instead of 29 on two cores, although nobody else computed.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import cache

import torch  # noqa: F401 (brings its OpenMP along)

SOFT = 1  # omp_pause_soft: what the program set stays as it is


def dismiss_team() -> None:
    """Let the calling thread's team go; it comes back by itself when there is work. Nothing happens outside Linux."""
    if pause := _pause():
        pause(SOFT)


@cache
def _pause() -> Callable[[int], int] | None:
    """OpenMP's own function for this (OpenMP 5.0, omp_pause_resource_all); it acts on the thread that calls it."""
    return getattr(ctypes.CDLL(None), "omp_pause_resource_all", None) if sys.platform == "linux" else None
