"""The checkpoints that an endpoint names, what they understand, and the sprites that they draw."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import gradio as gr

from ...core import Step
from ...engine import MAX_EPOCHS, Request, generate_on_lent_gpu, understand, words_asked
from ...errors import UserError
from ...refs import EpochRef
from ...store import Checkpoint, RunConfig, RunFolder, list_runs, load_younger
from ..parts.limits import check_presence
from ..parts.run_picker import TUTORIAL_EPOCHS
from ..visitors.callers import caller_of
from .schemas import Asked, check_name, check_number


def find_run(runs: Path, run: object, default: str) -> tuple[str, RunFolder]:
    """The run of that name, or the app's own for an empty one. UserError where there is none."""
    found = list_runs(runs)
    if not found:
        raise UserError("there is no run in {runs} yet", runs=runs.name)
    name = check_name(run or (default if default in found else next(iter(found))), found, "run")
    return name, found[name]


def find_checkpoints(
    name: str, run: RunFolder, epochs: list[int] | None, last: bool = False
) -> list[tuple[EpochRef, Checkpoint]]:
    """The epochs named, or the last, or the tutorial's four, as far as the run has them."""
    there = list(run.epochs())
    if epochs is None:
        epochs = there[-1:] if last else [epoch for epoch in TUTORIAL_EPOCHS if epoch in there] or there[-4:]
    elif not last and not (isinstance(epochs, list) and 2 <= len(epochs) <= MAX_EPOCHS):
        raise UserError(
            "epochs must be a list of 2 to {max_epochs} of: {there}",
            max_epochs=MAX_EPOCHS,
            there=", ".join(map(str, there)),
        )
    numbers = [check_number(epoch, "epoch") for epoch in epochs]
    for epoch in numbers:
        if epoch not in there:
            raise UserError(
                "{path} has no epoch {absent}; it has: {there}",
                path=name,
                absent=epoch,
                there=", ".join(map(str, there)),
            )
    return [(EpochRef(name, epoch), run.load(epoch)) for epoch in numbers]


def find_younger(run: RunFolder, refs: Sequence[EpochRef], request: Request) -> list[Checkpoint | None]:
    """Of each epoch the earlier one that guides it, where the request wants that."""
    return [load_younger(run, ref.epoch) if request.youth != 1 else None for ref in refs]


def describe_asked(config: RunConfig, request: Request) -> Asked:
    """What the run understands of a request that it can be asked. With guidance 0 it is asked nothing."""
    if not request.guidance:
        return {"words": {}, "choices": {}, "each": []}
    words, prompt = words_asked(config, request), understand(config, request.prompt)
    plain = words_asked(config, replace(request, surprise=False, count=1))[0]
    return {
        "words": plain,
        "choices": {typed: list(names) for typed, names in prompt.choices},
        "each": [list(one) for one in words] if request.surprise else [],
    }


def generate_for(
    asked_by: gr.Request | None,
    checkpoints: Sequence[Checkpoint],
    request: Request,
    younger: Sequence[Checkpoint | None],
) -> tuple[Step, ...]:
    """The last step of each checkpoint's sampling loop. A UserError as soon as nobody waits for it any more."""
    caller = caller_of(asked_by)
    for steps in generate_on_lent_gpu(checkpoints, request, younger=younger):  # noqa: B007 (the last one counts)
        check_presence(caller)
    return steps
