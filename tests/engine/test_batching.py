import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import torch

from diffusion.engine import generation as generating
from diffusion.engine.batching import Batcher
from diffusion.engine.device import Device
from diffusion.engine.generation import Request, generate, predictor
from diffusion.store import checkpoint_files as store
from diffusion.store.checkpoint import RunConfig
from diffusion.store.run_folder import Checkpoint, RunFolder

ROOT = Path(__file__).parent.parent.parent

CPU = Device("cpu", torch.float32)


def checkpoint(seed=0, **config):
    torch.manual_seed(seed)
    made = RunConfig(width=8, **config)
    network = made.build()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return Checkpoint(made, 0, network.eval())


def pictures(count, value=0.0):
    return torch.full((count, 3, 16, 16), value), torch.zeros(count), torch.zeros(count, 5)


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited for nothing"
        time.sleep(0.002)


def in_threads(*works):
    """Their results in order; a error stands in place of a result."""
    results = [None] * len(works)

    def run(i):
        try:
            results[i] = works[i]()
        except Exception as error:
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a loop never ended"
    return results


class Held:
    """A network that records its evaluations and returns x + 1 once it is set free."""

    def __init__(self):
        self.evaluations, self.free = [], threading.Event()

    def __call__(self, x, time, context):
        self.evaluations.append(x[:, 0, 0, 0].tolist())
        assert self.free.wait(20)
        assert not x.isnan().any(), "a picture is broken"
        return x + 1


def request_while_held(engine, held, others):
    """The first request keeps the device busy until all others are in the queue, in their order."""
    with engine.admit():
        first = threading.Thread(target=lambda: engine.wrap(held)(*pictures(1, -1.0)))
        first.start()
        wait_until(lambda: held.evaluations)
        results, threads = {}, []
        for number, (network, arguments) in enumerate(others):

            def ask(number=number, network=network, arguments=arguments):
                try:
                    results[number] = engine.wrap(network)(*arguments)
                except AssertionError as error:
                    results[number] = error

            threads.append(threading.Thread(target=ask))
            threads[-1].start()
            wait_until(lambda number=number: len(engine.requests) == number + 1)
        held.free.set()
        for thread in (first, *threads):
            thread.join(20)
    return [results[number] for number in range(len(others))]


def test_requests_for_one_network_are_evaluated_together_and_each_gets_its_own_result():
    held = Held()
    answers = request_while_held(Batcher(), held, [(held, pictures(count, count)) for count in (1, 2, 3)])
    assert held.evaluations == [[-1], [1, 2, 2, 3, 3, 3]]
    for count, answer in zip((1, 2, 3), answers, strict=True):
        assert torch.equal(answer, pictures(count, count + 1)[0])


def test_the_oldest_request_comes_first():
    """Loops on another network are not overtaken by later requests to the busy one; no batch is too large."""
    busy, other = Held(), Held()
    other.free.set()
    order = []
    busy.evaluations = other.evaluations = order
    requests = [(other, 1), (busy, 2), (other, 3), (busy, 4), (busy, 5)]
    request_while_held(Batcher(max_batch=2), busy, [(network, pictures(1, number)) for network, number in requests])
    assert order == [[-1], [1, 3], [2, 4], [5]]


def test_a_request_larger_than_a_batch_is_evaluated_alone():
    held = Held()
    request_while_held(Batcher(max_batch=2), held, [(held, pictures(3)), (held, pictures(1))])
    assert [len(evaluation) for evaluation in held.evaluations] == [1, 3, 1]


def test_pictures_of_another_size_are_not_mixed():
    held = Held()
    small = (torch.zeros(1, 3, 8, 8), torch.zeros(1), torch.zeros(1, 5))
    answers = request_while_held(Batcher(), held, [(held, pictures(1)), (held, small)])
    assert len(held.evaluations) == 3 and answers[1].shape == (1, 3, 8, 8)


def test_an_error_reaches_only_the_loop_that_caused_it():
    held = Held()
    broken = pictures(1, float("nan"))
    first, error, last = request_while_held(
        Batcher(), held, [(held, pictures(2)), (held, broken), (held, pictures(1))]
    )
    assert torch.equal(first, pictures(2, 1.0)[0]) and torch.equal(last, pictures(1, 1.0)[0])
    assert "a picture is broken" in str(error)


REQUESTS = [
    Request(count=3, steps=6, seed=1),
    Request(count=2, steps=4, seed=2, kinds=(1, 0, 0, 0, 0), guidance=2.0),
    Request(count=1, steps=9, seed=3, sampler="ddim"),
    Request(count=2, steps=5, seed=4, youth=2.0, kinds=(0, 1, 0, 0, 0), guidance=2.0),
    Request(count=4, steps=5, seed=4, kinds=(0, 0.5, 0, 0, 0.5)),
]


YOUNG = checkpoint(2)


def last_pictures(checkpoints, request):
    *_, last = generate(checkpoints, request, CPU, younger=[YOUNG] * len(checkpoints))
    return torch.stack([step.x for step in last])


def test_concurrent_loops_make_the_sprites_that_each_makes_alone(monkeypatch):
    one, two = checkpoint(0), checkpoint(1)
    wanted = [([one], request) for request in REQUESTS * 2] + [([one, two], REQUESTS[0]), ([two], REQUESTS[1])]
    alone = [last_pictures(*each) for each in wanted]
    engine, sizes = Batcher(), []
    answer = engine._evaluate
    monkeypatch.setattr(engine, "_evaluate", lambda batch: (sizes.append(len(batch)), answer(batch)))
    monkeypatch.setattr(generating, "batcher", lambda: engine)
    together = in_threads(*(lambda each=each: last_pictures(*each) for each in wanted))
    assert max(sizes) > 1, "nothing was shared"
    for mine, expected in zip(together, alone, strict=True):
        torch.testing.assert_close(mine, expected, atol=1e-4, rtol=1e-4)


def test_a_closed_loop_leaves_at_once_and_the_others_continue(monkeypatch):
    engine, one = Batcher(), checkpoint()
    monkeypatch.setattr(generating, "batcher", lambda: engine)
    alone = last_pictures([one], REQUESTS[0])
    staying = generate([one], REQUESTS[0], CPU)
    next(staying)
    with closing(generate([one], REQUESTS[3], CPU)) as leaving:
        next(leaving)
        assert engine.loops == 2
    assert engine.loops == 1 and not engine.requests
    *_, (last,) = staying
    torch.testing.assert_close(last.x, alone[0], atol=1e-4, rtol=1e-4)


def test_the_engine_thread_runs_only_while_there_are_loops():
    engine = Batcher()
    held = Held()
    held.free.set()
    for _ in range(2):
        with engine.admit():
            engine.wrap(held)(*pictures(1))
            assert engine.thread.is_alive()
        wait_until(lambda: not engine.thread.is_alive())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of its threads in /proc, and only there we fork")
def test_after_a_rest_there_is_no_thread_that_a_fork_would_copy_on_its_way_out():
    """A forked child went in circles in MKL's list of threads; join returns before a thread has left that."""
    engine, held = Batcher(), Held()
    engine.wait_until_idle()
    held.free.set()
    for _ in range(200):
        with engine.admit():
            engine.wrap(held)(*pictures(1))
        engine.wait_until_idle()
        assert not Path(f"/proc/self/task/{engine.thread.native_id}").exists()


def test_a_process_may_end_in_the_midst_of_an_evaluation():
    """It was aborted with "terminate called without an active exception", for example by Ctrl-C in a sampling loop."""
    code = (
        "import torch\n"
        "from diffusion.engine.batching import batcher as engine\n"
        "from threading import Event, Thread\n"
        "a, begun = torch.randn(1500, 1500), Event()\n"
        "def slow(x, time, context):\n"
        "    begun.set()\n"
        "    for _ in range(20):\n"
        "        x = x + (a @ a).mean()\n"
        "    print('done', flush=True)\n"
        "    return x\n"
        "def loop():\n"
        "    with engine().admit():\n"
        "        engine().wrap(slow)(torch.zeros(1, 3, 16, 16), torch.zeros(1), torch.zeros(1, 5))\n"
        "Thread(target=loop, daemon=True).start()\n"
        "begun.wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


WORKERS = """
import os, time, torch
from diffusion.engine.cpu import release_openmp_threads
from diffusion.engine.batching import Batcher

def compute():
    return torch.ones(1000, 1000).exp()

def threads():
    time.sleep(0.5)  # those on their way out are still counted
    return len(os.listdir("/proc/self/task"))

torch.set_num_threads(4)
compute()
printed = [threads()]
release_openmp_threads()
printed.append(threads())
compute()
engine = Batcher()
with engine.admit():
    engine.wrap(lambda x, time, context: x + threads())(*torch.zeros(3, 1))
    printed.append(threads())
engine.close()
print(*printed)
"""


FAULTS = """
import resource, torch
from diffusion.engine.cpu import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        blocks = [torch.zeros(2**20 * n) for n in (1, 2, 4)]
        del blocks
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

torch.set_num_threads(1)
given_back = faults()
keep_freed_memory()
faults()
print(given_back, faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is asked on Linux only")
def test_memory_stays_for_the_next_evaluation():
    printed = subprocess.run([sys.executable, "-c", FAULTS], cwd=ROOT, capture_output=True, text=True, check=True)
    given_back, kept = map(int, printed.stdout.split())
    assert kept < 100 < given_back


ONE_HEAP = """
import sys, threading, psutil, torch
from diffusion.engine.cpu import return_freed_memory, share_one_heap

def megabytes():
    return psutil.Process().memory_info().rss / 2**20

def work():
    blocks = [torch.ones(2**16) for _ in range(800)]  # 200 MB, a quarter each: none is mapped by itself
    kept.append(blocks[-1])

kept = []
torch.set_num_threads(1)
if sys.argv[1] == "one":
    share_one_heap()
before = megabytes()
for _ in range(4):
    stays = threading.Event()
    ready = threading.Event()
    threading.Thread(target=lambda stays=stays, ready=ready: (work(), ready.set(), stays.wait()), daemon=True).start()
    ready.wait()
print(megabytes() - before, end=" ")
return_freed_memory()
print(megabytes() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is asked on Linux only")
def test_threads_find_the_memory_that_others_have_freed_and_it_can_be_given_back():
    def megabytes(heaps):
        command = [sys.executable, "-c", ONE_HEAP, heaps]
        printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return map(float, printed.stdout.split())

    (many, _), (one, given_back) = megabytes("many"), megabytes("one")
    assert given_back < 40 and one < 300, "the memory of one thread at most"
    assert many > 1.5 * one, "otherwise the setting is not needed any more"


@pytest.mark.skipif(sys.platform != "linux", reason="where a process's threads can be counted")
def test_a_caller_keeps_no_worker_threads_beside_the_engine_s():
    """With more worker threads than cores, every step took a fifth longer."""
    printed = subprocess.run([sys.executable, "-c", WORKERS], cwd=ROOT, capture_output=True, text=True, check=True)
    with_workers, without, with_engine = map(int, printed.stdout.split())
    assert with_workers == without + 3, "four threads compute: the main one and three workers"
    assert with_engine == without + 1, "the engine, and nobody else"


MEASURED = """
import os, time, torch
from diffusion.engine.device import is_bf16_right
from diffusion.runs.estimate import measure_training_speed

def threads():
    time.sleep(0.5)  # those on their way out are still counted
    return len(os.listdir("/proc/self/task"))

torch.set_num_threads(4)
before = threads()
is_bf16_right()
printed = [threads() - before]
measure_training_speed("sprite-unet", 16, 64)
print(*printed, threads() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="where a process's threads can be counted")
def test_measurements_leave_no_worker_threads_behind():
    """The main thread kept one from looking for bfloat16, another from the estimate: a step took 1.8 times as long."""
    printed = subprocess.run([sys.executable, "-c", MEASURED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert printed.stdout.split() == ["0", "0"]


def test_more_loops_than_the_limit_are_refused_until_one_ends(monkeypatch):
    engine = Batcher(max_loops=1)
    monkeypatch.setattr(generating, "batcher", lambda: engine)
    first, second = (generate([checkpoint()], REQUESTS[0], CPU) for _ in range(2))
    next(first)
    with pytest.raises(ValueError, match="1 others are drawing sprites just now; try again in a minute"):
        next(second)
    first.close()
    assert len(list(generate([checkpoint()], REQUESTS[0], CPU))) == 7


def test_a_refused_request_is_not_counted_as_a_loop(monkeypatch):
    engine = Batcher(max_loops=1)
    monkeypatch.setattr(generating, "batcher", lambda: engine)
    for _ in range(2):
        with pytest.raises(ValueError, match="between 1 and 500"):
            next(generate([checkpoint()], Request(count=1, steps=501), CPU))
    assert engine.loops == 0


def test_a_checkpoint_is_loaded_and_prepared_once_however_many_ask_for_it(tmp_path, monkeypatch):
    """Also when they ask at once, and it takes its time; but not longer than the file stays the same."""
    made, other, run = checkpoint(), checkpoint(1), RunFolder(tmp_path / "run")
    run.create(made.config)
    run.save_epoch(0, made.network.state_dict(), {})
    calls = []

    def slowly(work):
        def wrapper(*given):
            calls.append(work.__name__)
            time.sleep(0.05)
            return work(*given)

        return wrapper

    monkeypatch.setattr(store, "load_file", slowly(store.load_file))
    monkeypatch.setattr(generating, "fuse_network", slowly(generating.fuse_network))
    answers = in_threads(*[lambda: predictor(run.load(0), CPU)] * 8)
    assert len({id(answer) for answer in answers}) == 1
    assert calls == ["load_file", "fuse_network"]
    assert predictor(run.load(0), Device("cpu", torch.bfloat16)) is not answers[0]
    run.save_epoch(0, other.network.state_dict(), {})
    x = pictures(1, 0.5)
    torch.testing.assert_close(predictor(run.load(0), CPU)(*x), predictor(other, CPU)(*x))


def test_loops_of_the_course_s_variant_share_nothing():
    """Each evaluation draws a random convolution from the loop's own generator."""
    course = checkpoint(network="context-unet", variant="course", schedule="course")
    assert predictor(course, CPU) is not predictor(course, CPU)
    alone = last_pictures([course], REQUESTS[0])
    for together in in_threads(*[lambda: last_pictures([course], REQUESTS[0])] * 4):
        torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)
