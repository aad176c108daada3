"""100 kB of hostile text in any field of either page is answered within a second, in a sentence one can read.

The handlers are those of the built app, called as Gradio calls them: a new field or tab is tested without a new line.
"""

import base64
import inspect
import math
import time
from contextlib import closing, suppress
from itertools import islice
from types import SimpleNamespace
from typing import Literal, get_origin, get_type_hints

import gradio as gr
import pytest
from gradio.helpers import special_args
from support.runs import make_run

from diffusion import ASSETS
from diffusion.errors import UserError
from diffusion.refs import EpochRef, HubRef, parse_data
from diffusion.server import Settings, TrainingQueue
from diffusion.ui.app import build
from diffusion.ui.parts.turns import GenerationTurns

SECONDS = 1.0  # of this thread's CPU: neither a busy machine nor what is measured in the background counts
MAX_MESSAGE = 2000
SIZE = 100_000
TEXTS = {
    "braces": "{0}{" * (SIZE // 4),
    "markup": "<script>" * (SIZE // 8),
    "slashes": "a/" * (SIZE // 2),
    "long name": "hf://" + "a" * SIZE,
    "hyphens": "hf://a/" + "-" * SIZE,
    "dots": "hf://a/b@" + "a." * (SIZE // 2),
    "revision": "hf://a/b@" + "a/" * (SIZE // 2) + "!",
    "data set": "hf://datasets/" + "a-" * (SIZE // 2),
    "digits": "builtin:" + "9" * SIZE,
    "epochs": "tiny/" + "9" * SIZE,
    "spaces": " " * SIZE,
    "Chinese": "精灵" * (SIZE // 2),
    "NUL": "\0" * SIZE,
}
IN_FIELDS = ("braces", "hyphens", "digits", "Chinese", "NUL")  # the rest only where names are parsed
TEXT_FIELDS = (gr.Textbox, gr.Radio, gr.Dropdown, gr.BrowserState, gr.JSON)
DRAWING = {"run": "tiny", "pixels": base64.b64encode(bytes(768)).decode(), "t": 250, "seed": 0}


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> gr.Blocks:
    runs = tmp_path_factory.mktemp("runs")
    make_run(runs / "tiny", epochs=(0, 4, 31))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diffusion.ui.tabs.train_form.DEFAULT_COUNT", 60)  # to draw 4,000 takes a second by itself
        return build(runs, ASSETS, Settings(), "tiny")


@pytest.fixture(autouse=True)
def no_training(monkeypatch):
    """The fields beside the hostile one are good, so that a run would start; nor is the machine's speed measured."""
    monkeypatch.setattr(TrainingQueue, "start", lambda *_, **__: None)
    monkeypatch.setattr("diffusion.server.speed_meter.measure_training_speed", lambda *_: 500.0)


@pytest.fixture(autouse=True)
def every_turn_is_the_newest(monkeypatch):
    monkeypatch.setattr(GenerationTurns, "is_over", lambda *_: False)


class HostileQuery(dict):
    """A query string in which every parameter holds the text."""

    def __init__(self, tab: str, text: str) -> None:
        self.tab, self.text = tab, text

    def get(self, name: str, default: str = "") -> str:
        return self[name]

    def __getitem__(self, name: str) -> str:
        return self.tab if name == "tab" else self.text

    def __contains__(self, name: object) -> bool:
        return True


def variants(function, text: str):
    """Arguments for a handler, one field at a time hostile and the others as the page opens."""
    if is_of_api(function):  # its components are made from the types
        parameters, hints = dict(inspect.signature(function.fn).parameters), get_type_hints(function.fn)
        del parameters["asked_by"]  # Gradio's own
        good = {name: parameter.default for name, parameter in parameters.items()} | {"count": 1, "steps": 1}
        for name in parameters:
            if hints[name] is str or get_origin(hints[name]) is Literal:
                yield [text if other == name else good[other] for other in parameters]
        return
    values, hostile = [], []
    for i, component in enumerate(function.inputs):
        if isinstance(component, gr.CheckboxGroup):
            values.append(component.value)
            hostile.append((i, [text] * 3))
        elif isinstance(component, gr.HTML):
            values.append(DRAWING)
            hostile += [(i, DRAWING | {name: text}) for name in DRAWING]
        else:
            value = getattr(component, "value", None)
            values.append("" if value is None and isinstance(component, gr.Textbox) else value)
            hostile += [(i, text)] if isinstance(component, TEXT_FIELDS) else []
    for i, value in hostile:
        yield [*values[:i], value, *values[i + 1 :]]


def request_with(query: dict) -> SimpleNamespace:
    return SimpleNamespace(session_hash="x", query_params=query, headers={}, username=None, session={})


def is_of_api(function) -> bool:
    return name_of(function).startswith("diffusion.ui.api.endpoints.Api")


def answer(function, values: list) -> list[str]:
    """Calls a handler; returns what it says of a mistake. Any other exception is a bug, and comes out."""
    try:
        result = function.fn(*values)
        if inspect.isgenerator(result):
            with closing(result):
                list(islice(result, 2))
    except (gr.Error, UserError) as mistake:
        return [str(mistake.message)]
    return []


def check(call, name: str) -> None:
    started = time.thread_time()
    messages = call()
    seconds = time.thread_time() - started
    assert seconds < SECONDS, f"{name} took {seconds:.1f} s"
    assert all(len(message) <= MAX_MESSAGE for message in messages), name


def handlers(app: gr.Blocks):
    return [function for function in app.fns.values() if function.fn]


def name_of(function) -> str:
    fn = function.fn
    while hasattr(fn, "func"):
        fn = fn.func
    return f"{fn.__module__}.{fn.__qualname__}"


@pytest.mark.parametrize("kind", IN_FIELDS)
def test_every_field_of_both_pages_answers_hostile_text(app, kind):
    tried, bugs = 0, []
    for function in handlers(app):
        for values in variants(function, TEXTS[kind]):
            arguments, *_ = special_args(function.fn, list(values), request_with({}))
            try:
                check(lambda f=function, a=arguments: answer(f, a), f"{name_of(function)}, {kind}")
            except Exception as bug:
                bugs.append(f"{name_of(function)}: {type(bug).__name__} {str(bug)[:200]}")
            tried += 1
    assert not bugs, "\n".join(bugs)
    assert tried > 80, "a field was not found"


@pytest.mark.parametrize("kind", TEXTS)
def test_every_parameter_of_an_address_answers_hostile_text(app, kind):
    loads = [function for function in handlers(app) if any(event == "load" for _, event in function.targets)]
    assert len(loads) > 8
    for function in loads:
        for tab in ("watch", "compare", "one-step", "finish", TEXTS[kind]):
            query = HostileQuery(tab, TEXTS[kind])
            values = [getattr(component, "value", None) for component in function.inputs]
            arguments, *_ = special_args(function.fn, values, request_with(query))
            check(lambda f=function, a=arguments: answer(f, a), f"{name_of(function)}, {kind}")


def server_functions(app: gr.Blocks):
    """What the page's own scripts call."""
    return [f for block in app.blocks.values() if isinstance(block, gr.HTML) for f in block.server_fns]


@pytest.mark.parametrize("kind", IN_FIELDS)
def test_every_question_of_a_script_answers_hostile_text(app, kind):
    text = TEXTS[kind]
    good = {"x": "AAAA", "t": 250, "epoch": 4, "seed": 0, "steps": 2, "sampler": "ddpm", "kinds": [0, 0, 0, 0, 0]}
    questions = [good | {name: text} for name in good] + [good | {text: text}, {name: [text] for name in good}]
    assert server_functions(app)
    for function in server_functions(app):
        for question in questions:

            def call(function=function, question=question) -> list[str]:
                said = function(question)
                return [said["mistake"]] if isinstance(said, dict) and "mistake" in said else []

            check(call, f"{function.__name__}, {kind}")


@pytest.mark.parametrize("parse", [EpochRef.parse, HubRef.parse, parse_data], ids=["epoch", "Hub", "data"])
@pytest.mark.parametrize("kind", TEXTS)
def test_names_are_parsed_in_no_time(parse, kind):
    def call() -> list[str]:
        try:
            return [] if len(str(parse(TEXTS[kind]))) <= SIZE + 20 else ["x" * SIZE]
        except UserError as mistake:
            return [str(mistake)]

    check(call, kind)


VALUES = {
    "huge": 10**400,
    "below zero": -1,
    "infinite": math.inf,
    "NaN": math.nan,
    "nothing": None,
    "half": 2.5,
    "true": True,
    "text": "text",
    "list": [1, [2]],
    "object": {"a": {}},
}


def with_value(function, value):
    """Arguments for a handler, one field at a time with this value and the others as the page opens.

    The value comes as Gradio's component lets it through. What a component refuses never comes to the handler; a
    State is kept by the server, so a visitor does not send it.
    """
    if is_of_api(function):
        *given, _ = inspect.signature(function.fn).parameters.values()  # the last one is Gradio's own
        good = [parameter.default for parameter in given]
        yield from ([*good[:i], value, *good[i + 1 :]] for i in range(len(good)))
        return
    good = [DRAWING if isinstance(part, gr.HTML) else getattr(part, "value", None) for part in function.inputs]
    for i, part in enumerate(function.inputs):
        tries = [value, *(DRAWING | {name: value} for name in DRAWING)] if isinstance(part, gr.HTML) else [value]
        for one in tries:
            with suppress(gr.Error, TypeError, AttributeError, ValueError, OverflowError):
                if not isinstance(part, gr.State):
                    yield [*good[:i], part.preprocess(one), *good[i + 1 :]]


@pytest.mark.parametrize("kind", VALUES)
def test_every_field_answers_values_of_the_wrong_type_and_size(app, kind):
    tried, bugs = 0, []
    for function in handlers(app):
        for values in with_value(function, VALUES[kind]):
            arguments, *_ = special_args(function.fn, list(values), request_with({}))
            try:
                check(lambda f=function, a=arguments: answer(f, a), f"{name_of(function)}, {kind}")
            except Exception as bug:
                bugs.append(f"{name_of(function)} {values}: {type(bug).__name__} {str(bug)[:200]}")
            tried += 1
    assert not bugs, "\n".join(bugs)
    assert tried > 100, f"fields were not found: {tried}"


@pytest.mark.parametrize("kind", VALUES)
def test_every_question_of_a_script_answers_values_of_the_wrong_type_and_size(app, kind):
    noise = base64.b64encode(bytes(1536)).decode()
    walk = {
        "epoch": 4,
        "count": 1,
        "steps": 2,
        "seed": 0,
        "kinds": [0, 0, 0, 0, 0],
        "fresh_noise": True,
        "film": False,
    }
    good = [DRAWING, {"x": noise, "t": 250, "epoch": 4}, walk]
    for function in server_functions(app):
        for question in [{**one, name: VALUES[kind]} for one in good for name in one] + [VALUES[kind]]:
            assert "Traceback" not in str(function(question))
