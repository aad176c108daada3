"""What the C libraries under torch are asked to do otherwise on a CPU; nothing happens where they are other ones.

OpenMP gives every thread that computes a team of its own, which stays when the work is done. With more threads in all
teams than cores, GCC's OpenMP lets the members sleep between any two operators instead of watching for the next one: a
step of 32 sprites then took 34 ms instead of 29 on two cores, although nobody else computed.

The C library gives back what an evaluation frees, and the next one gets it anew, page by page: 1,500 page faults, and
a fifteenth of the time of both cores.
"""

import ctypes
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch  # noqa: F401 (brings its OpenMP along)

SOFT = 1  # omp_pause_soft: what the program set stays as it is
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
KEPT, FROM_HEAP = 64 * 2**20, 32 * 2**20  # bytes that stay with the process, and the largest block from among them


def release_openmp_threads() -> None:
    """Let the calling thread's team go; it comes back by itself when there is work.

    Not in a forked process: the team did not come along, and to wait for its end is for ever.
    """
    pause = _function("omp_pause_resource_all")  # OpenMP 5.0; it acts on the thread that calls it
    if pause and multiprocessing.parent_process() is None:
        pause(SOFT)


@cache
def keep_freed_memory() -> None:
    """Once for the process: what is freed stays here for the next evaluation."""
    if mallopt := _function("mallopt"):
        mallopt(M_TRIM_THRESHOLD, KEPT)
        mallopt(M_MMAP_THRESHOLD, FROM_HEAP)


def wait_for_thread_exit(thread: threading.Thread, seconds: float) -> None:
    """Until the system has no such thread any more; `join` returns before the libraries have taken leave of it."""
    task, deadline = Path(f"/proc/self/task/{thread.native_id}"), time.monotonic() + seconds
    while task.exists() and time.monotonic() < deadline:
        time.sleep(0.001)


@cache
def _function(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
