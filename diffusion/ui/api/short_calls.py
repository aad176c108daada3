"""Calls that a program wrote for an earlier version, when an endpoint took fewer arguments."""

from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction


def accept_short_calls(app: gr.Blocks, line: str) -> None:
    """Fills in the defaults of the last arguments where a list of arguments ends early.

    line: the concurrency_id of the endpoints. Gradio's own clients send every argument; a program that posts a list
    may not, and Gradio refuses one that is too short. New arguments come last for that reason.
    """
    check = app.validate_inputs

    def fill_in(block_fn: BlockFunction, inputs: list[Any]) -> None:
        if block_fn.concurrency_id == line:
            inputs.extend(getattr(one, "value", None) for one in block_fn.inputs[len(inputs) :])
        check(block_fn, inputs)

    setattr(app, "validate_inputs", fill_in)  # noqa: B010 (a type checker takes a method for no attribute)
