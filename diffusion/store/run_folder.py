"""Reads and writes run folders.

    config.json  model_<epoch>.safetensors ...  metrics.json  README.md  hub.json  training/resume.pt
    training/data.npy  training/labels.npy   its own copy of the training data, where it has one

Every write goes to a temporary file beside its target, is flushed to disk and then renamed, so a folder never
holds half a file. A flat folder of the course's `model_<epoch>.pth` files opens as a run too; where it also holds
`context_model_<epoch>.pth` of the same epochs, as the course's does, these are a second run, "weights (context)".
"""

import io
import json
import os
import re
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor

from ..errors import Message, UserError, reason_of
from ..refs import is_run_name
from ..sprites import png
from .checkpoint import RunConfig
from .checkpoint_files import (
    CONTEXT,
    EPOCH_FILE,
    Checkpoint,
    find_epoch_files,
    find_family,
    list_files,
    load_cached,
    read_bounded,
    read_config,
)
from .files import write_whole
from .json_text import MAX_BYTES
from .leftovers import clear_unbegun, is_unbegun
from .metrics_file import ASIDE, METRICS, MetricsFile
from .origin import parse_plan, parse_source
from .owner import is_sealed_by, seal_owner
from .quality import BASELINE, Baseline, EpochMetrics, read_metrics
from .weights import load_pickle

SAMPLE = re.compile(r"sample_(\d{1,6})\.png", re.ASCII)  # what that epoch drew, for the card
RESUME = "training/resume.pt"
TRAINING_FILES = (RESUME, "training/plan.json")  # what resuming needs
RUN_FILES = ("config.json", METRICS, "README.md", "nearest.png")  # of every run, beside its epochs
OWNER = "training/owner"
DATA = {"data": "training/data.npy", "labels": "training/labels.npy"}


class RunFolder:
    """A run in a folder of its own; or, with CONTEXT at the end of the path, the second run of the course's folder."""

    def __init__(self, path: Path | str) -> None:
        self.name = Path(path).name
        self.path, self.context = find_family(Path(path))
        self.numbers = MetricsFile(self.path, self.name)

    def __str__(self) -> str:
        return self.name

    def epochs(self) -> dict[int, Path]:
        """The checkpoints there are, in the order of their epochs: {0: …/model_0.safetensors, 4: …}."""
        found = find_epoch_files(list_files(self.path), self.context)
        return {epoch: self.path / name for epoch, name in found.items()}

    def config(self) -> RunConfig:
        return read_config(self.path)

    def file(self, epoch: int) -> Path:
        """The checkpoint of an epoch."""
        epochs = self.epochs()
        if epoch in epochs:
            return epochs[epoch]
        other = find_epoch_files(list_files(self.path)).get(epoch)
        if self.context is False and other:  # as earlier versions named it
            return self.path / other
        there = ", ".join(map(str, epochs)) or "none"
        raise UserError("{path} has no epoch {absent}; it has: {there}", path=self, absent=epoch, there=there)

    def load(self, epoch: int) -> Checkpoint:
        """Read once as long as the file stays the same: all callers share the object and do not change it."""
        config = self.config()  # first: its error says what is wrong with the folder
        other = Message(
            "{run} was trained without kinds; the run {other} of the same folder knows them",
            run=self,
            other=f"{self}{CONTEXT}",
        )
        file = self.file(epoch)
        has_no_kinds = self.context is False and not file.name.startswith("context_")
        return load_cached(file, config, other if has_no_kinds else None)

    def metrics(self) -> dict[int, EpochMetrics]:
        """What training and `evaluate` measured of each epoch, in order; empty where nothing was, or it is damaged."""
        return read_metrics(self.numbers.read_or_empty())

    def baseline(self) -> Baseline:
        """The numbers of real sprites that `evaluate` measured."""
        return Baseline.from_json(self.numbers.read_or_empty().get(BASELINE))

    def problems(self) -> list[Message]:
        """What is damaged in a run that opens all the same, in a sentence each."""
        found: list[Message] = []
        for read in (self.numbers.read, self.read_source, self.plan):
            try:
                read()
            except UserError as mistake:
                found.append(mistake.message)
        if self.numbers.is_put_aside():
            found.append(Message("{name} was damaged; it is kept as {aside}", name=METRICS, aside=ASIDE))
        return found

    def card(self) -> str:
        """README.md, or nothing."""
        return (self._read("README.md") or b"").decode(errors="replace").replace("\r\n", "\n")

    def _read(self, name: str) -> bytes | None:
        """A small file of the run, or None where there is none."""
        path = self.path / name
        return read_bounded(path, MAX_BYTES) if os.path.isfile(path) else None

    def resume_state(self) -> dict[str, Any] | None:
        """What training resumes from, or None."""
        path = self.path / RESUME
        return load_pickle(path, f"{self}/{RESUME}") if path.is_file() else None

    def is_finished(self) -> bool:
        """Has training reached its last epoch? Its numbers are written last; if they are damaged, its weights say."""
        epochs = self.config().training.get("epochs")
        if not isinstance(epochs, int):
            return False
        if epochs - 1 in self.metrics():
            return True
        return self.numbers.is_damaged() and epochs - 1 in self.epochs() and not (self.path / RESUME).is_file()

    def create(self, config: RunConfig, plan: dict[str, Any] | None = None) -> None:
        """Starts a new run. Refuses a folder that holds anything but the leftovers of a run that never began.

        plan: as for `save_plan`. It is written first, because a run with a config.json can be resumed.
        """
        own = Path(str((plan or {}).get("data"))).absolute() == (self.path / DATA["data"]).absolute()
        owner = self.path / OWNER
        self._clear(keep=(owner, *(self.path / name for name in DATA.values() if own)))
        if plan is not None:
            self.save_plan(plan)
        self.save_config(config)

    def save_config(self, config: RunConfig) -> None:
        """Replaces config.json, of a run that is trained further than it was begun for."""
        self._write("config.json", config.to_json().encode())

    def save_owner(self, owner: str) -> None:
        """Saves whose run it is, so that nobody who reads the file can pretend to be that visitor."""
        self._write(OWNER, seal_owner(owner))

    def has_owner(self) -> bool:
        """Whether a visitor of a shared server began the run."""
        return (self.path / OWNER).is_file()

    def belongs_to(self, owner: str) -> bool:
        """Whether this visitor began the run; False where nobody knows."""
        return is_sealed_by(owner, self.path / OWNER)

    def save_data(self, pixels: np.ndarray, labels: np.ndarray) -> None:
        """Saves the run's own copy of its training data, before `create`; both files or none."""
        self._clear()
        try:
            for name, array in ((DATA["labels"], labels), (DATA["data"], pixels)):
                content = io.BytesIO()
                np.save(content, array)
                self._write(name, content.getbuffer())
        except BaseException:
            self.remove_data()
            raise

    def data(self) -> dict[str, str]:
        """The paths of the run's own data, as `open_dataset` takes them: "data" and "labels"; empty without it."""
        paths = {name: self.path / file for name, file in DATA.items()}
        return {name: str(path) for name, path in paths.items()} if paths["data"].is_file() else {}

    def remove_data(self) -> None:
        """Removes what `save_data` made, and its folders where they are empty."""
        for name in DATA.values():
            (self.path / name).unlink(missing_ok=True)
        for folder in (self.path / "training", self.path):
            with suppress(OSError):
                folder.rmdir()

    def _clear(self, keep: tuple[Path, ...] = ()) -> None:
        """Removes what a killed process left of a run that never began; refuses a folder with anything else."""
        if self.path.is_dir() and not is_unbegun(self.path):
            raise UserError("{path} is not empty; use --resume to go on with it, or name a new folder", path=self.path)
        clear_unbegun(self.path, keep)

    def save_epoch(
        self, epoch: int, weights: dict[str, Tensor], facts: dict[str, Any], dtype: torch.dtype = torch.float32
    ) -> None:
        """`facts` also go into the file itself, as text."""
        stored = {
            name: (tensor.to(dtype) if tensor.is_floating_point() else tensor).contiguous()
            for name, tensor in weights.items()
        }
        metadata = {"epoch": str(epoch), **{name: str(value) for name, value in facts.items()}}
        self._write(f"model_{epoch}.safetensors", to_safetensors(stored, metadata))

    def save_metrics(self, epoch: int, facts: dict[str, Any]) -> None:
        """facts: an entry of metrics.json; replaces the one that is there."""
        self.numbers.save(self.numbers.read_to_change() | {str(epoch): facts})

    def save_quality(self, epoch: int, quality: dict[str, Any]) -> None:
        """Adds the numbers of `evaluate` to those of training."""
        self.save_metrics(epoch, self.numbers.read_to_change().get(str(epoch), {}) | {"quality": quality})

    def save_baseline(self, baseline: dict[str, Any]) -> None:
        """Removes the epochs' "quality" where it was measured in another way ("exam"): it could not be compared."""
        entries = self.numbers.read_to_change()
        if entries.pop(BASELINE, {}).get("exam") != baseline["exam"]:
            for facts in entries.values():
                facts.pop("quality", None)
        self.numbers.save(entries | {BASELINE: baseline})

    def save_resume(self, state: dict[str, Any]) -> None:
        content = io.BytesIO()  # not straight to the disk: torch would hide that it is full behind an error of its own
        torch.save(state, content)
        self._write(RESUME, content.getvalue())

    def remove_resume(self) -> None:
        """Removes the state that resuming needs: four times the size of an epoch."""
        (self.path / RESUME).unlink(missing_ok=True)

    def save_picture(self, name: str, pixels: np.ndarray) -> None:
        """uint8 (H, W, 3) as PNG."""
        self._write(name, png(pixels))

    def has_sample(self, epoch: int) -> bool:
        """Is there a picture of what this epoch draws, for the card?"""
        return (self.path / sample_name(epoch)).is_file()

    def save_sample(self, epoch: int, pixels: np.ndarray) -> None:
        """What this epoch draws, uint8 (H, W, 3), for the card."""
        self.save_picture(sample_name(epoch), pixels)

    def nearest(self) -> bytes:
        """nearest.png: sprites of the last epoch above the training sprites they are most like; empty without it."""
        return self._read("nearest.png") or b""

    def save_plan(self, plan: dict[str, Any]) -> None:
        """Saves what resuming needs and config.json does not hold: where the data is, which epochs are saved."""
        self._write("training/plan.json", (json.dumps(plan, indent=2) + "\n").encode())

    def plan(self) -> dict[str, Any]:
        """As saved; empty where the run came without it. A UserError where it is damaged."""
        content = self._read("training/plan.json")
        return {} if content is None else parse_plan(content, f"{self}/training/plan.json")

    def save_card(self, text: str) -> None:
        self._write("README.md", text.encode())

    def pack(self, target: Path) -> None:
        """Writes the run as a .zip: all but training/, in a folder of the run's name."""
        try:
            with zipfile.ZipFile(target, "w", strict_timestamps=False) as archive:  # weights do not get smaller
                for file in sorted(self.path.iterdir()):
                    if os.path.isfile(file) and is_run_name(file.name):  # not hidden, and a .zip can name it
                        archive.write(file, f"{self.path.name}/{file.name}")
        except OSError as problem:
            target.unlink(missing_ok=True)
            raise UserError("could not pack {path}: {problem}", path=self, problem=reason_of(problem)) from problem

    def source(self) -> dict[str, Any]:
        """Where on the Hub the run was pulled from or pushed to, as in hub.json; empty for no run of the Hub."""
        with suppress(UserError):  # `problems` says it
            return self.read_source()
        return {}

    def read_source(self) -> dict[str, Any]:
        """As `source`; a UserError where hub.json is damaged."""
        content = self._read("hub.json")
        return {} if content is None else parse_source(content, f"{self}/hub.json")

    def save_source(self, source: dict[str, Any]) -> None:
        self._write("hub.json", (json.dumps(source, indent=2) + "\n").encode())

    def save_file(self, name: str, content: bytes | memoryview) -> None:
        """Writes one of a run's files as it came from the Hub."""
        assert EPOCH_FILE.fullmatch(name) or name in RUN_FILES or SAMPLE.fullmatch(name), name
        self._write(name, content)

    def _write(self, name: str, content: bytes | memoryview) -> None:
        write_whole(self.path / name, content, f"{self}/{name}")


def sample_name(epoch: int) -> str:
    return f"sample_{epoch}.png"
