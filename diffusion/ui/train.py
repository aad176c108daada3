"""The Train tab: a short run that belongs to the server. Closing or reloading the page changes nothing."""

import base64
import io
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from ..dataset import open_dataset
from ..refs import RUN
from ..render import enlarged, sheet
from ..runner import Runner, Snapshot, interrupted
from ..runs import Plan, plan_of
from ..store import RunFolder
from ..training import TrainConfig
from .charts import loss_svg
from .controls import PRIVATE, toasted, whole
from .words import Words, told

LOOK_EVERY = 0.5  # seconds between two looks of a page at the run


def planned(
    words: Words,
    runs: Path,
    name: str,
    count: float,
    epochs: float,
    batch: float,
    lr: float,
    seed: float,
    save: float,
) -> Plan:
    """The settings of the page, checked."""
    if not RUN.fullmatch(name or ""):
        raise ValueError(words.RUN_NAME)
    return Plan(
        folder=runs / name,
        data=f"builtin:{whole(words, count, words.TRAIN_COUNT)}",
        training=TrainConfig(
            epochs=whole(words, epochs, words.TRAIN_EPOCHS),
            batch_size=whole(words, batch, words.TRAIN_BATCH),
            lr=lr,
            seed=whole(words, seed, words.SEED),
        ),
        save_every=whole(words, save, words.TRAIN_SAVE_EVERY),
    )


@toasted
def begin(words: Words, runner: Runner, runs: Path, name: str, *settings: float) -> str:
    """Start a run; refuses a name that is taken before anything is written."""
    plan = planned(words, runs, name, *settings)
    if plan.folder.exists():
        raise ValueError(words.RUN_TAKEN.format(name=name))
    open_dataset(plan.data)  # a wrong source is said now, not later by the thread
    runner.start(plan)
    return monitor(words, runner.snapshot())


@toasted
def resume(words: Words, runner: Runner, runs: Path, name: str | None) -> str:
    """Go on with a run that was stopped or interrupted."""
    if name not in resumable(runner, runs):
        raise ValueError(words.NOTHING_TO_RESUME)
    runner.start(plan_of(RunFolder(runs / name)), resume=True)
    return monitor(words, runner.snapshot())


def resumable(runner: Runner, runs: Path) -> list[str]:
    """Runs that were begun here and not finished, other than the one under way."""
    now = runner.snapshot()
    begun = (RunFolder(path) for path in sorted(runs.iterdir()) if RUN.fullmatch(path.name)) if runs.is_dir() else ()
    return [str(run) for run in begun if interrupted(run) and not (now.busy and str(run) == now.name)]


def monitor(words: Words, now: Snapshot) -> str:
    """The run as it stands, as HTML: the same for whoever looks."""
    if now.state == "idle":
        return f'<p class="hint">{words.TRAIN_IDLE}</p>'
    share = now.step / now.total if now.total else 0
    said = [f"<strong>{now.name}</strong>: {words.TRAIN_STATES[now.state]}"]
    if now.message:
        said.append(told(words, now.message))
    if now.total:
        epoch = min(now.epochs, int(share * now.epochs) + 1)
        said.append(words.TRAIN_PROGRESS.format(epoch=epoch, epochs=now.epochs, step=now.step, total=now.total))
    if now.state == "running" and now.sprites_per_second:
        said.append(words.TRAIN_SPEED.format(speed=now.sprites_per_second, left=now.seconds_left))
    strip = "".join(
        f'<figure><img alt="{words.TRAIN_SAMPLE.format(epoch=epoch)}" src="{_png(sprites)}">'
        f"<figcaption>{words.EPOCH_NUMBER.format(epoch=epoch)}</figcaption></figure>"
        for epoch, sprites in now.samples
    )
    return (
        f'<p role="status">{" · ".join(said)}</p>'
        f'<div class="player-track"><div style="width:{100 * share:.1f}%"></div></div>'
        f"{loss_svg(words, now.curve, now.held_out, now.total, now.epochs)}"
        f'<div class="strip">{strip}</div>'
        f'<p class="hint">{words.SAME_COMMAND} <code>{now.command}</code></p>'
    )


def _png(sprites: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(enlarged(sheet(sprites, 4, gap=1), 2)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def build(app: gr.Blocks, runs: Path, assets: Path, default_run: str, words: Words, runner: Runner) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it. Every page looks at the one run twice a second."""
    gr.Markdown(words.TRAIN_INTRO, elem_classes="intro")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            name = gr.Textbox("my-run", label=words.TRAIN_NAME, max_lines=1)
            slim: dict[str, Any] = {"elem_classes": "slim", "buttons": []}
            count = gr.Slider(500, 20_000, value=2000, step=500, label=words.TRAIN_COUNT, **slim)
            epochs = gr.Slider(1, 32, value=8, step=1, label=words.TRAIN_EPOCHS, **slim)
            batch = gr.Slider(10, 500, value=50, step=10, label=words.TRAIN_BATCH, **slim)
            save = gr.Slider(1, 8, value=2, step=1, label=words.TRAIN_SAVE_EVERY, **slim)
            lr = gr.Number(2e-3, label=words.TRAIN_LR)
            seed = gr.Number(0, precision=0, label=words.SEED)
            start = gr.Button(words.TRAIN_START, variant="primary")
            with gr.Row():
                pause = gr.Button(words.TRAIN_PAUSE, min_width=80)
                go_on = gr.Button(words.TRAIN_GO_ON, min_width=80)
            with gr.Row():
                keep = gr.Button(words.TRAIN_SAVE, min_width=80)
                stop = gr.Button(words.STOP, min_width=80)
            unfinished = gr.Radio([], label=words.TRAIN_UNFINISHED, elem_classes="compact", visible=False)
            again = gr.Button(words.TRAIN_RESUME, visible=False)
        with gr.Column(scale=3, min_width=320):
            view = gr.HTML(monitor(words, runner.snapshot()), elem_id="train-monitor")

    settings = [count, epochs, batch, lr, seed, save]
    quick = {"queue": False, **PRIVATE}
    start.click(partial(begin, words, runner, runs), [name, *settings], view, **PRIVATE)  # queued: else no toast
    again.click(partial(resume, words, runner, runs), unfinished, view, **PRIVATE)
    for button, act in ((pause, runner.pause), (go_on, runner.go_on), (keep, runner.save_now), (stop, runner.stop)):
        button.click(lambda act=act: act(), **quick)

    last: dict[str, tuple] = {}  # what a page was shown: nothing is sent again that has not changed

    def look(request: gr.Request):
        now = runner.snapshot()
        waiting = tuple(resumable(runner, runs)) if not now.busy else ()
        seen, offered = last.get(request.session_hash, (None, None))
        if seen is now and offered == waiting:
            return gr.skip(), gr.skip(), gr.skip()
        if len(last) > 500:
            last.clear()
        last[request.session_hash] = (now, waiting)
        shown = bool(waiting)
        return monitor(words, now), gr.Radio(choices=list(waiting), visible=shown), gr.Button(visible=shown)

    gr.Timer(LOOK_EVERY).tick(look, outputs=[view, unfinished, again], **quick)
    app.load(look, outputs=[view, unfinished, again], **quick)
