"""Visitors who leave, stay silent, read slowly, or come in crowds: a real server on loopback, with little patience."""

import inspect
import json
import socket
import threading
import time
import tracemalloc
import uuid
from collections import Counter
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import httpx
import pytest
import torch
from gradio import queueing, routes, state_holder
from gradio.queueing import Queue
from gradio_client.utils import apply_diff
from support.app import ROOT
from support.nuisances import listen, reset
from support.runs import make_run

from diffusion.core import Step
from diffusion.ui.api import lookup
from diffusion.ui.app import build
from diffusion.ui.parts import generation
from diffusion.ui.parts.turns import GenerationTurns
from diffusion.ui.visitors.callers import MAX_UNREAD, Caller, Patience, caller_of
from diffusion.ui.visitors.middleware import visitors
from diffusion.ui.visitors.places import MAX_CALLS
from diffusion.ui.visitors.sessions import SmallSession

PATIENCE = Patience(listen=0.8, fetch=1.5, read=1.0, check=0.1)
AT_ONCE, WAITING = 4, 8
SPRITES, STEPS = 64, 500  # frames of 200 KB
DEADLINE = 20  # seconds for what takes one
HTTP = httpx.Client(timeout=DEADLINE, verify=False, limits=httpx.Limits(max_connections=None))


class Engine:
    """In place of sampling loops: as many steps a second as asked for, counted."""

    def __init__(self):
        self.pause, self.computing, self.most, self.steps = 0.01, 0, 0, Counter()
        self.lock = threading.Lock()

    def generate(self, checkpoints, request, begin=None, younger=()):
        with self.lock:
            self.computing += 1
            self.most = max(self.most, self.computing)
        picture = torch.rand(request.count, 3, 16, 16) * 2 - 1
        try:
            for done in range(request.steps + 1):
                t = round(500 * (1 - done / request.steps))
                with self.lock:
                    self.steps[request.seed] += 1
                yield tuple(Step(t, picture, picture) for _ in checkpoints)
                time.sleep(self.pause)
        finally:
            with self.lock:
                self.computing -= 1


@pytest.fixture(scope="module")
def engine():
    return Engine()


@pytest.fixture(scope="module")
def server(tmp_path_factory, engine):
    """(address, the blocks): the app with few places, over a run with random weights."""
    runs = tmp_path_factory.mktemp("runs")
    make_run(runs / "sprites")
    with pytest.MonkeyPatch.context() as patch:
        for module in (generation, lookup):
            patch.setattr(module, "generate_on_lent_gpu", engine.generate)
        patch.setattr(generation, "MAX_AT_ONCE", AT_ONCE)
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        app = build(runs, ROOT / "assets")
        app.queue(max_size=WAITING, api_open=False)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        _, address, _ = app.launch(
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            state_session_capacity=20,
            mcp_server=False,
            app_kwargs={"middleware": [visitors(PATIENCE)]},
        )
        yield SimpleNamespace(
            address=address.rstrip("/"), app=app, queue=app._queue, visits=app._queue.push.__self__.visits
        )
        app.close()


@pytest.fixture(autouse=True)
def quiet(server, engine):
    """Every test finds an empty queue, and leaves one."""
    engine.pause = 0.01
    yield
    until(lambda: not server.queue.event_ids_to_events and not engine.computing, "the queue is not empty")
    kept = (server.queue.pending_messages_per_session, server.queue.pending_event_ids_session, server.visits)
    until(lambda: not any(kept), "something is kept for nobody")
    engine.steps.clear()
    engine.most = 0


def until(reached, problem):
    deadline = time.monotonic() + DEADLINE
    while not reached():
        assert time.monotonic() < deadline, problem
        time.sleep(0.02)


def walk_of(server, tab):
    """Of the first page: the event that streams the frames of a tab."""
    found = [one for one in server.app.fns.values() if one.concurrency_id == "sampling"]
    return found[{"watch": 0, "compare": 1}[tab]]


def walk_data(server, tab="watch", seed=0, steps=STEPS):
    fn = walk_of(server, tab)
    data = [getattr(block, "value", None) for block in fn.inputs]
    sliders = {getattr(block, "label", ""): place for place, block in enumerate(fn.inputs)}
    data[1] = ["sprites/0", "sprites/4"] if tab == "compare" else "sprites"
    if tab == "watch":
        data[2] = 4
    for place, value in ((sliders["Sprites"], SPRITES if tab == "watch" else 16), (sliders["Steps"], steps)):
        data[place] = value
    data[sliders["Seed"]] = seed
    return fn, data


def turn_before(server, fn):
    """The event that takes a turn for a walk."""
    return next(one for one in server.app.fns.values() if fn.inputs[0] in one.outputs)


class Visitor:
    """A page, without a browser."""

    def __init__(self, server):
        self.server, self.session = server, uuid.uuid4().hex

    def post(self, path, fn, data):
        body = {"fn_index": fn._id, "session_hash": self.session, "data": data}
        return HTTP.post(f"{self.server.address}/gradio_api{path}", json=body)

    def open(self, fn):
        """Runs what fills the controls when the page opens."""
        controls = {block._id for block in fn.inputs[1:]}
        opening = [one for one in self.server.app.fns.values() if controls <= {block._id for block in one.outputs}]
        assert self.post("/run/predict", opening[0], []).status_code == 200

    def join(self, tab="watch", **settings):
        fn, data = walk_data(self.server, tab, **settings)
        self.open(fn)
        assert self.post("/run/predict", turn_before(self.server, fn), []).status_code == 200
        return self.post("/queue/join", fn, data)

    @contextmanager
    def messages(self):
        who = {"session_hash": self.session}
        with HTTP.stream("GET", f"{self.server.address}/gradio_api/queue/data", params=who) as stream:
            yield (json.loads(line[5:]) for line in stream.iter_lines() if line.startswith("data:"))

    def listen(self):
        """What came until the server closed the stream, by kind."""
        with self.messages() as messages:
            kinds = Counter(message["msg"] for message in messages)
        return kinds

    def raw(self, buffer=4096):
        return listen(self.server.address, self.session, buffer)


def test_an_ordinary_visitor_sees_every_frame(server):
    visitor = Visitor(server)
    assert visitor.join(steps=20).status_code == 200
    kinds = visitor.listen()
    assert kinds["process_generating"] >= 2 and kinds["process_completed"] == 1


def test_who_never_listens_is_dropped_and_others_get_in(server, engine):
    """A crowd fills the queue; a visitor who comes then waits only until the crowd has lost its places."""
    crowd = [Visitor(server) for _ in range(3 * (AT_ONCE + WAITING))]
    assert {one.join(seed=1).status_code for one in crowd} == {200}, "the newest takes the place of the oldest"
    assert len(server.queue) <= WAITING
    visitor = Visitor(server)
    assert visitor.join(seed=2, steps=10).status_code == 200
    assert visitor.listen()["process_generating"] >= 2
    until(lambda: not server.queue.event_ids_to_events, "silent visitors keep their places")
    assert engine.steps[1] < 10 * len(crowd), "what nobody sees was computed"


def test_a_class_behind_one_address_gets_in(server):
    """As many as there is room for begin at once; each sees the whole walk."""
    pupils = [Visitor(server) for _ in range(AT_ONCE + WAITING)]
    assert [one.join(steps=10).status_code for one in pupils] == len(pupils) * [200]
    seen = []
    threads = [threading.Thread(target=lambda one=one: seen.append(one.listen())) for one in pupils]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert len(seen) == len(pupils) and all(kinds["process_generating"] >= 2 for kinds in seen)


@pytest.mark.parametrize("computing", [True, False], ids=["computing", "waiting"])
def test_a_connection_that_breaks_frees_the_place(server, engine, computing):
    with ExitStack() as stack:
        if not computing:
            for _ in range(AT_ONCE):
                one = Visitor(server)
                one.join()
                stack.callback(reset, one.raw())
        lost = Visitor(server)
        lost.join(seed=7)
        line = lost.raw()
        assert line.recv(100)
        if computing:
            until(lambda: engine.steps[7] > 3, "it was not computed")
        reset(line)
        until(
            lambda: not [e for e in server.queue.event_ids_to_events.values() if e.session_hash == lost.session],
            "who has left keeps the place",
        )
    assert engine.steps[7] < STEPS / 2


def test_a_listener_who_reads_nothing_costs_little_and_is_dropped(server, engine):
    """Frames between are not made for a line that is full; when nothing is taken for a while, the line is closed."""
    engine.pause = 0.02
    silent, most = Visitor(server), 0
    silent.join(seed=3)
    line = silent.raw()
    until(lambda: engine.steps[3] > 20, "it was not computed")
    while server.queue.event_ids_to_events:
        messages = server.queue.pending_messages_per_session.get(silent.session)
        most = max(most, messages.qsize() if messages else 0)
        time.sleep(0.01)
    assert most <= MAX_UNREAD + 4, f"{most} messages were kept"
    assert engine.steps[3] < STEPS, "it was computed to the end for nobody"
    reset(line)


def test_a_slow_reader_misses_frames_between_but_neither_the_first_nor_the_last(server, engine):
    engine.pause = 0.004
    slow = Visitor(server)
    slow.join(seed=4, steps=250)
    line, raw = slow.raw(65536), b""
    line.settimeout(DEADLINE)
    while b"close_stream" not in raw[-300:]:
        raw += line.recv(40_000)
        time.sleep(0.004)  # 10 MB/s at most, and 50 MB are there to be read
    line.close()
    said = [json.loads(part[6:]) for part in raw.partition(b"\r\n\r\n")[2].decode().split("\n\n") if part]
    frame, seen = None, []
    for message in said:
        if message["msg"] == "process_generating":
            data = message["output"]["data"][0]
            frame = apply_diff(frame, data) if frame else data
            seen.append((frame["seq"], frame["t"]))
    assert [number for number, _ in seen] == list(range(len(seen)))
    assert (seen[0][1], seen[-1][1]) == (500, 0)
    assert 2 < len(seen) < 250


def test_generate_again_takes_the_place_of_ones_own_waiting_walk(server, engine):
    """A place for each page, however often its button is pressed; the last press is the one that is answered."""
    with ExitStack() as stack:
        others = [Visitor(server) for _ in range(AT_ONCE)]
        for one in others:
            one.join()
            stack.callback(reset, one.raw())
        until(lambda: engine.computing == AT_ONCE, "the others do not compute")
        eager = Visitor(server)
        for seed in range(10, 15):
            assert eager.join(seed=seed, steps=10).status_code == 200
        assert len(server.queue) == 1
    kinds = eager.listen()
    assert kinds["process_generating"] >= 2 and kinds["process_completed"] == 5
    assert [seed for seed in range(10, 15) if engine.steps[seed]] == [14]


def test_a_page_has_two_walks_at_most(server, engine):
    """The third Generate, on another tab, ends the oldest walk."""
    page = Visitor(server)
    page.join(seed=20)
    with page.messages() as messages:
        until(lambda: engine.computing == 1, "the first does not compute")
        page.join("compare", seed=21, steps=150)
        until(lambda: engine.computing == 2, "the second does not compute")
        page.join("watch", seed=22, steps=10)
        completed = sum(
            message["msg"] == "process_completed" for message in messages if message["msg"] != "estimation"
        )
    assert completed == 3
    assert engine.most <= 3 and engine.steps[20] < STEPS


def test_turns_of_made_up_sessions_end_nobodys_walk():
    turns = GenerationTurns(max_browsers=10)
    mine = turns.next("me")
    for number in range(1005):
        turns.next(f"made up {number}")
    assert not turns.is_over("me", mine)
    assert len(turns.newest) <= 10
    turns.next("me")
    assert turns.is_over("me", mine), "Stop and a new Generate still end it"


# ---- programs ----


def call_data(**changed):
    values = {"run": "", "epoch": None, "kind": "any", "count": 1, "seed": 0, "steps": STEPS, "sampler": "sa"}
    return [*(values | changed).values(), 1.0, 1]


def call_of(server):
    return next(one for one in server.app.fns.values() if one.api_name == "generate_sprites")


def test_the_call_of_a_program_that_leaves_the_queue_stops(server, engine):
    program = Visitor(server)
    assert program.post("/queue/join", call_of(server), call_data(seed=30)).status_code == 200
    line = program.raw()
    until(lambda: engine.steps[30] > 3, "it was not computed")
    reset(line)
    until(lambda: not engine.computing, "it computes for nobody")
    assert engine.steps[30] < STEPS


def test_a_call_whose_answer_is_never_fetched_stops(server, engine):
    answer = HTTP.post(f"{server.address}/gradio_api/call/generate_sprites", json={"data": call_data(seed=31)})
    assert answer.status_code == 200
    until(lambda: engine.steps[31] > 3, "a program that fetches the answer later has it computed meanwhile")
    until(lambda: not engine.computing, "it computes for nobody")
    assert engine.steps[31] < STEPS


def test_the_answer_of_a_call_can_be_fetched_with_a_second_request(server):
    address = f"{server.address}/gradio_api/call/generate_sprites"
    event = HTTP.post(address, json={"data": call_data(steps=3)}).json()["event_id"]
    assert "event: complete" in HTTP.get(f"{address}/{event}").text


def test_a_direct_call_stops_when_its_caller_leaves(server, engine):
    host, port = server.address.removeprefix("http://").split(":")
    body = json.dumps({"data": call_data(seed=32)})
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            f"POST /gradio_api/run/generate_sprites HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        until(lambda: engine.steps[32] > 3, "it was not computed")
        reset(line)
    until(lambda: not engine.computing, "it computes for nobody")
    assert engine.steps[32] < STEPS


@pytest.mark.parametrize("path", ["queue/data?session_hash=nobody", "call/generate_sprites/nothing"])
def test_a_stream_that_is_not_there_ends_as_streams_do(server, caplog, path):
    """It was cut off in the middle, with a traceback in the log."""
    response = httpx.get(f"{server.address}/gradio_api/{path}", timeout=20)
    assert response.status_code == 200 and "Not Found" in response.text
    assert not caplog.records


def test_one_program_cannot_take_all_places(server):
    program = Visitor(server)
    answers = [
        program.post("/queue/join", call_of(server), call_data(steps=3)).status_code for _ in range(MAX_CALLS + 2)
    ]
    assert answers[:MAX_CALLS] == MAX_CALLS * [200] and set(answers) <= {200, 503}


# ---- what is kept ----


def test_a_session_keeps_little(server):
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [SmallSession(server.app) for _ in range(20)]
    size = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    tracemalloc.stop()
    assert size < 10_000, f"{size / 1000:.0f} KB"


def test_sessions_without_a_page_are_bounded_and_do_not_push_out_a_page(server):
    holder, page = server.app.state_holder, Visitor(server)
    with HTTP.stream("GET", f"{server.address}/gradio_api/heartbeat/{page.session}") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "data: ALIVE"
        fn, _ = walk_data(server)
        take_turn = turn_before(server, fn)
        page.post("/run/predict", take_turn, [])
        for _ in range(2 * holder.capacity):
            Visitor(server).post("/run/predict", take_turn, [])
        assert page.session in holder.session_data
        assert len(holder.session_data) <= holder.capacity + 1
        assert set(holder.time_last_used) == set(holder.session_data)


# ---- what Gradio keeps to itself ----


def test_gradio_is_as_places_knows_it(server):
    """Where this fails after an update of Gradio, read places.py and sessions.py beside its queueing.py again."""
    assert list(inspect.signature(Queue.push).parameters) == ["self", "body", "request", "username"]
    assert list(inspect.signature(Queue.clean_events).parameters) == ["self", "session_hash", "event_id"]
    names = vars(Queue(False, 1, 1.0, None, SimpleNamespace()))  # type: ignore[arg-type]
    assert {
        "pending_messages_per_session",
        "pending_event_ids_session",
        "event_ids_to_events",
        "event_queue_per_concurrency_id",
        "max_size",
    } <= names.keys()
    assert {"queue", "current_concurrency"} <= vars(queueing.EventQueue("x", 1)).keys()
    assert vars(state_holder.SessionState(server.app)).keys() == {
        "blocks_config",
        "config_values",
        "state_data",
        "_state_ttl",
        "is_closed",
        "STATE_TTL_WHEN_CLOSED",
    }
    assert "session_data" in inspect.getsource(state_holder.StateHolder.update)
    paths = inspect.getsource(routes.App.create_app)
    assert '"/queue/data"' in paths and '"/heartbeat/{session_hash}"' in paths


def test_without_a_server_a_caller_stays():
    assert not Caller().is_gone() and not Caller().is_behind()
    assert not caller_of(SimpleNamespace(session_hash="me")).is_gone()
    left = Caller(is_pending=True)
    left.leave()
    assert left.is_gone()
