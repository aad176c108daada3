"""In place of the package of ZeroGPU Spaces, strict where it is: a decorated generator runs in a forked process.

Arguments and what is yielded are pickled, and a tensor among them is refused; of an exception only the name of its
class arrives; the work ends at its next yield once its reader is gone. Each borrowing is a line of $FAKE_SPACES_LOG.
"""

import inspect
import io
import multiprocessing
import os
import pickle
import queue
import threading
from functools import wraps
from pathlib import Path

FORK = multiprocessing.get_context("fork")


class CpuPickler(pickle.Pickler):
    def reducer_override(self, value):
        if type(value).__name__ in ("Tensor", "Parameter"):
            raise pickle.PicklingError("a tensor is on its way across the border")
        return NotImplemented


def pickled(value) -> bytes:
    file = io.BytesIO()
    CpuPickler(file).dump(value)
    return file.getvalue()


def GPU(task, duration):  # noqa: N802 (its name)
    assert inspect.isgeneratorfunction(task)

    @wraps(task)
    def lent(*arguments):
        with Path(os.environ["FAKE_SPACES_LOG"]).open("a") as log:
            log.write(f"{task.__name__} {duration(*arguments):g}\n")
        results, stop, sent = FORK.SimpleQueue(), FORK.Event(), pickled(arguments)
        process = FORK.Process(target=_work, args=(task, sent, results, stop), daemon=True)
        process.start()
        waiting = queue.Queue()  # as there: the work does not wait for its reader
        reader = threading.Thread(target=_read, args=(results, waiting), daemon=True)
        reader.start()
        try:
            while True:
                kind, value = waiting.get(timeout=120)
                if kind == "end":
                    return
                if kind == "error":
                    raise RuntimeError(f"ZeroGPU worker error: {value}")
                yield pickle.loads(value)
        finally:
            stop.set()
            reader.join(60)
            process.join(60)
            assert process.exitcode == 0, "the borrowed process did not end"

    return lent


def _work(task, sent, results, stop):
    try:
        events = task(*pickle.loads(sent))
        for event in events:
            if stop.is_set():
                events.close()
                break
            results.put(("event", pickled(event)))
        results.put(("end", None))
    except Exception as mistake:
        results.put(("error", type(mistake).__name__))


def _read(results, waiting):
    kind = ""
    while kind not in ("end", "error"):
        kind, value = results.get()
        waiting.put((kind, value))
