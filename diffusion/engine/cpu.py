"""Settings of the C libraries under torch that make a CPU faster; other platforms than Linux are left as they are.

OpenMP keeps a pool of worker threads for every thread that computes, also after the work is done. If all pools
together have more threads than the machine has cores, GCC's OpenMP lets the workers sleep between two operators
instead of waiting actively: a step of 32 sprites took 34 ms instead of 29 on two cores, although only one thread
computed.

glibc's malloc returns freed memory to the system, so the next evaluation has to get it again, page by page: 800 page
faults a step, and 5 to 8 % of its time. So some is kept: 64 MB.

It also gives each new thread a heap of its own, and what one thread has freed stays in its heap, where the next thread
does not find it: a run of the Train tab with batches of 512 cost up to a gigabyte more than the one before. So all
threads of a server share one heap, which costs no time that could be measured, and after a run all that is free goes
back.
"""

import ctypes
import gc
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch  # noqa: F401 (loads its OpenMP)

PAUSE_SOFT = 1  # omp_pause_soft of omp.h: settings of the program are kept
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
MAX_KEPT_BYTES, MAX_HEAP_BLOCK = 64 * 2**20, 32 * 2**20  # freed bytes to keep; the largest block to take from the heap


def release_openmp_threads() -> None:
    """Ends the worker threads of the calling thread; OpenMP starts new ones when there is work.

    Does nothing in a forked process: its workers were not copied, and OpenMP would wait for them for ever.
    """
    pause = _function("omp_pause_resource_all")  # OpenMP 5.0; acts on the calling thread's workers
    if pause and multiprocessing.parent_process() is None:
        pause(PAUSE_SOFT)


@cache
def keep_freed_memory() -> None:
    """Makes the process keep some freed memory for its next evaluation. Sets it once; later calls do nothing."""
    if mallopt := _function("mallopt"):
        mallopt(M_TRIM_THRESHOLD, MAX_KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, MAX_HEAP_BLOCK)


@cache
def share_one_heap() -> None:
    """Makes all threads that begin later share one heap. Sets it once; later calls do nothing."""
    if mallopt := _function("mallopt"):
        mallopt(M_ARENA_MAX, 1)


def return_freed_memory() -> None:
    """Gives freed memory back to the system, after work that needed much; takes some milliseconds."""
    gc.collect()
    if trim := _function("malloc_trim"):
        trim(0)


def wait_for_thread_exit(thread: threading.Thread, seconds: float) -> None:
    """Waits until the system has no such thread any more, at most so many seconds.

    `join` returns earlier, while the C libraries still clean up after the thread.
    """
    task, deadline = Path(f"/proc/self/task/{thread.native_id}"), time.monotonic() + seconds
    while task.exists() and time.monotonic() < deadline:
        time.sleep(0.001)


@cache
def _function(name: str) -> Callable[..., int] | None:
    """A function of the loaded C libraries; None where there is none of that name."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
