"""Controls that several tabs share, and the one way in which mistakes reach the person."""

import inspect
import random
from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr

from ..kinds import KINDS
from . import text


def explained(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Show the person a generator handler's ValueErrors as a toast; any other exception stays a bug."""
    assert inspect.isgeneratorfunction(handler)

    @wraps(handler)
    def wrapper(*arguments: Any) -> Any:
        try:
            yield from handler(*arguments)
        except ValueError as mistake:
            raise gr.Error(str(mistake), duration=8, print_exception=False) from mistake

    return wrapper


def kind_sliders() -> list[gr.Slider]:
    return [
        gr.Slider(0, 1, value=0, step=0.05, label=text.KIND_NAMES[kind], buttons=[], elem_classes="slim")
        for kind in KINDS
    ]


def seed_row() -> gr.Number:
    """A seed and a dice beside it."""
    with gr.Row(equal_height=False, elem_classes="seed"):
        seed = gr.Number(0, precision=0, minimum=0, label=text.SEED, info=text.SEED_INFO, min_width=120)
        dice = gr.Button(text.DICE, min_width=80, scale=0)
    dice.click(lambda: random.randrange(10_000), outputs=seed, queue=False, api_visibility="private")
    return seed


def whole(number: float | None, name: str) -> int:
    """A number from the browser, which may be None or 2.5, as an int."""
    if number is None or number != int(number):
        raise ValueError(text.WHOLE_NUMBER.format(name=name))
    return int(number)
