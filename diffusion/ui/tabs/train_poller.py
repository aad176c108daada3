"""What the pages of the Train tab are told of its runs, twice a second."""

import itertools
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from ...refs import is_run_name
from ...runs import preview_requests
from ...server import RunStatus, Settings, TrainingQueue, is_interrupted
from ...store import RunFolder, list_runs
from ..parts.page import Page, on_disk
from ..parts.share_links import link_to
from ..words import Words
from .train_originals import can_be_measured, originals_html
from .train_status import curve, epoch_frames, losses, monitor

MAX_BROWSERS = 500
STEERING = {  # the actions, and the states of a run in which they are possible
    "pause": ("running",),
    "next_epoch": ("paused",),
    "go_on": ("paused",),
    "save_now": ("running",),
    "stop": ("running", "paused"),
}


def list_resumable(runner: TrainingQueue, runs: Path, owner: str | None = None) -> list[str]:
    """Runs that were begun here and not finished, without the current run and those in the queue.

    owner: of whom; None: of anybody.
    """
    names: list[str] = []
    with suppress(OSError):
        names = sorted(name for name in os.listdir(runs) if is_run_name(name))
    begun = (RunFolder(runs / name) for name in names)
    mine = (run for run in begun if is_interrupted(run) and (owner is None or run.belongs_to(owner)))
    return [str(run) for run in mine if runner.owner_of(str(run)) is None]


class StatusPoller:
    """Answers the pages, which poll twice a second, with the parts that have changed."""

    def __init__(self, page: Page, runner: TrainingQueue, settings: Settings | None = None) -> None:
        self.page, self.runner, self.settings = page, runner, settings or Settings()
        self.numbers = map(str, itertools.count(1))
        # browser -> number of its last answer, what that depended on, the snapshot, the updates
        self.answers: dict[str | None, tuple[str, Any, RunStatus | None, dict[str, Any]]] = {}

    def poll(self, request: gr.Request, chosen: str, receipt: str, owner: str = "") -> dict[str, Any]:
        """Updates of the parts that have changed, by the names that `build` gives them. owner: the visitor.

        All parts are sent again if the page did not get the last answer.

        chosen: the run to show; "" for the current one. receipt: the number of the last answer that the page got.
        """
        words, now = self.page.words, self.runner.snapshot(chosen)
        inputs = (chosen, owner, self.runner.known_runs(), on_disk(self.page.runs))
        number, last_inputs, last, sent = self.answers.get(request.session_hash, ("", None, None, {}))
        if number != receipt:
            last, sent = None, {}
        if last is now and last_inputs == inputs:
            return {}
        if len(self.answers) > MAX_BROWSERS:
            self.answers.clear()
        last_epoch = last.samples[-1][0] if last and last.name == now.name and last.samples else -1
        updates, number = self._render(now, chosen, owner), next(self.numbers)
        self.answers[request.session_hash] = (number, inputs, now, updates)
        new = {name: update for name, update in updates.items() if update != sent.get(name)} | {"receipt": number}
        frames = epoch_frames(words, now, last_epoch)
        return new | ({"player": frames} if frames else {})

    def _render(self, now: RunStatus, chosen: str, owner: str) -> dict[str, Any]:
        """All parts but the player."""
        words, names = self.page.words, self.runner.known_runs()
        unfinished = list_resumable(self.runner, self.page.runs, owner if self.settings.shared else None)
        run = None if now.busy else list_runs(self.page.runs).get(now.name)
        current, past = names[0] if names else "", names[1:]  # the first choice is always the current run
        command = now.command
        if self.settings.shared:  # visitors need not know where the server keeps its runs
            command = command.replace(str(self.page.runs), self.page.runs.name)
        return {
            "monitor": monitor(words, now) + (link_epochs(words, run, self.settings) if run else ""),
            "originals": originals_html(words, run, now) if run else "",
            "nearest": gr.update(visible=bool(run and run.data() and now.samples)),
            "curve": curve(words, now),
            "losses": losses(words, now),
            "fold": gr.update(visible=bool(now.validation_losses)),
            "command": gr.update(value=command, visible=bool(command)),
            **{act: gr.update(visible=now.state in states) for act, states in STEERING.items()},
            "leave": gr.update(visible=bool(now.waiting)),
            "pack": gr.update(visible=run is not None),
            "chosen": gr.update(
                choices=[(current, ""), *past], value=chosen if chosen in past else "", visible=bool(past)
            ),
            "unfinished": gr.update(choices=unfinished, visible=bool(unfinished)),
            "resume": gr.update(visible=bool(unfinished)),
        }


def link_epochs(words: Words, run: RunFolder, settings: Settings) -> str:
    """Links to Watch and Compare with epochs of a finished run, set to the first kind or word of its previews; and to
    its measurement, where its pictures are enough for that."""
    try:
        epochs, config = list(run.epochs()), run.config()
        first = preview_requests(config)[0]
    except (ValueError, TypeError, KeyError, OSError):  # damaged since it was trained: its row in Checkpoints says so
        return ""
    asked = {"kinds": ",".join(f"{share:g}" for share in first.kinds), "guidance": f"{first.guidance:g}"}
    asked |= {"prompt": first.prompt} if first.prompt else {}
    some = sorted({epochs[round(i * (len(epochs) - 1) / 3)] for i in range(4)})
    links = [link_to("watch", str(run), epochs[-1:], words.train.watch, **asked)]
    if len(some) > 1:
        links.append(link_to("compare", str(run), some, words.train.compare, **asked))
    if can_be_measured(config, settings):
        links.append(link_to("checkpoints", str(run), epochs[-1:], words.train.measure))
    return f"<p>{' · '.join(links)}</p>"
