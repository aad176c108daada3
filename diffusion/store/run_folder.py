"""Reads and writes run folders.

    config.json  model_<epoch>.safetensors ...  metrics.json  README.md  hub.json  training/resume.pt
    training/data.npy  training/labels.npy   its own copy of the training data, where it has one

Every write goes to a temporary file beside its target, is flushed to disk and then renamed, so a folder never
holds half a file. A flat folder of the course's `model_<epoch>.pth` files opens as a run too.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor

from ..errors import UserError
from ..sprites import png
from .checkpoint import RunConfig
from .checkpoint_files import EPOCH_FILE, Checkpoint, list_checkpoints, load_cached, load_pickle, read_config
from .files import reason_of, write_whole
from .quality import BASELINE, Baseline, EpochMetrics, read_entries, read_metrics

SAMPLE = re.compile(r"sample_(\d{1,6})\.png", re.ASCII)  # what that epoch drew, for the card
RESUME = "training/resume.pt"
TRAINING_FILES = (RESUME, "training/plan.json")  # what resuming needs
RUN_FILES = ("config.json", "metrics.json", "README.md", "nearest.png")  # of every run, beside its epochs
DATA = {"data": "training/data.npy", "labels": "training/labels.npy"}


class RunFolder:
    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return self.path.name

    def epochs(self) -> dict[int, Path]:
        """The checkpoints there are, in the order of their epochs: {0: …/model_0.safetensors, 4: …}."""
        return list_checkpoints(self.path)

    def config(self) -> RunConfig:
        return read_config(self.path)

    def file(self, epoch: int) -> Path:
        """The checkpoint of an epoch."""
        epochs = self.epochs()
        if epoch not in epochs:
            there = ", ".join(map(str, epochs)) or "none"
            raise UserError("{path} has no epoch {absent}; it has: {there}", path=self.path, absent=epoch, there=there)
        return epochs[epoch]

    def load(self, epoch: int) -> Checkpoint:
        """Read once as long as the file stays the same: all callers share the object and do not change it."""
        config = self.config()  # first: its error says what is wrong with the folder
        return load_cached(self.file(epoch), config)

    def metrics(self) -> dict[int, EpochMetrics]:
        """What training and `evaluate` measured of each epoch, in order; empty where nothing was measured."""
        return read_metrics(self._entries())

    def baseline(self) -> Baseline:
        """The numbers of real sprites that `evaluate` measured."""
        return Baseline.from_json(self._entries().get(BASELINE))

    def card(self) -> str:
        """README.md, or nothing."""
        path = self.path / "README.md"
        return path.read_text("utf-8") if path.is_file() else ""

    def _entries(self) -> dict[str, dict[str, Any]]:
        """metrics.json as it is written: epochs as text, and "floor"."""
        path = self.path / "metrics.json"
        return read_entries(path.read_bytes()) if path.is_file() else {}

    def resume_state(self) -> dict[str, Any] | None:
        """What training resumes from, or None."""
        path = self.path / RESUME
        if not path.is_file():
            return None
        return load_pickle(path, path)

    def is_finished(self) -> bool:
        """Has training reached its last epoch? The numbers of that epoch are the last to be written."""
        epochs = self.config().training.get("epochs")
        return isinstance(epochs, int) and epochs - 1 in self.metrics()

    def create(self, config: RunConfig) -> None:
        """Starts a new run. Refuses a folder that holds anything but the run's own data."""
        self._refuse_all_but(DATA.values())
        self.save_config(config)

    def save_config(self, config: RunConfig) -> None:
        """Replaces config.json, of a run that is trained further than it was begun for."""
        self._write("config.json", config.to_json().encode())

    def save_data(self, pixels: np.ndarray, labels: np.ndarray) -> None:
        """Saves the run's own copy of its training data, before `create`; both files or none."""
        self._refuse_all_but(())
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

    def _refuse_all_but(self, names: Iterable[str]) -> None:
        allowed = {self.path / name for name in names}
        if any(path not in allowed and not path.is_dir() for path in self.path.rglob("*")):
            raise UserError("{path} is not empty; use --resume to go on with it, or name a new folder", path=self.path)

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
        self._save_entries(self._entries() | {str(epoch): facts})

    def save_quality(self, epoch: int, quality: dict[str, Any]) -> None:
        """Adds the numbers of `evaluate` to those of training."""
        self.save_metrics(epoch, self._entries().get(str(epoch), {}) | {"quality": quality})

    def save_baseline(self, baseline: dict[str, Any]) -> None:
        """Removes the epochs' "quality" where it was measured in another way ("exam"): it could not be compared."""
        entries = self._entries()
        if entries.pop(BASELINE, {}).get("exam") != baseline["exam"]:
            for facts in entries.values():
                facts.pop("quality", None)
        self._save_entries(entries | {BASELINE: baseline})

    def _save_entries(self, entries: dict[str, Any]) -> None:
        self._write("metrics.json", (json.dumps(entries, indent=2) + "\n").encode())

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
        path = self.path / "nearest.png"
        return path.read_bytes() if path.is_file() else b""

    def save_plan(self, plan: dict[str, Any]) -> None:
        """Saves what resuming needs and config.json does not hold: where the data is, which epochs are saved."""
        self._write("training/plan.json", (json.dumps(plan, indent=2) + "\n").encode())

    def plan(self) -> dict[str, Any]:
        """As saved; empty where the run came without it."""
        path = self.path / "training" / "plan.json"
        return json.loads(path.read_text("utf-8")) if path.is_file() else {}

    def save_card(self, text: str) -> None:
        self._write("README.md", text.encode())

    def pack(self, target: Path) -> None:
        """Writes the run as a .zip: all but training/, in a folder of the run's name."""
        try:
            with zipfile.ZipFile(target, "w") as archive:  # stored: weights do not get smaller
                for file in sorted(self.path.iterdir()):
                    if file.is_file() and not file.name.startswith("."):
                        archive.write(file, f"{self.path.name}/{file.name}")
        except OSError as problem:
            target.unlink(missing_ok=True)
            raise UserError(
                "could not pack {path}: {problem}", path=self.path, problem=reason_of(problem)
            ) from problem

    def source(self) -> dict[str, Any]:
        """Where on the Hub the run was pulled from or pushed to: repo, revision, commit, and the checksum of each file
        there; empty for a run that was never on the Hub."""
        try:
            source = json.loads((self.path / "hub.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return source if isinstance(source, dict) and source.keys() == {"repo", "revision", "commit", "files"} else {}

    def save_source(self, source: dict[str, Any]) -> None:
        self._write("hub.json", (json.dumps(source, indent=2) + "\n").encode())

    def save_file(self, name: str, content: bytes | memoryview) -> None:
        """Writes one of a run's files as it came from the Hub."""
        assert EPOCH_FILE.fullmatch(name) or name in RUN_FILES or SAMPLE.fullmatch(name), name
        self._write(name, content)

    def _write(self, name: str, content: bytes | memoryview) -> None:
        write_whole(self.path / name, content)


def list_runs(root: Path) -> dict[str, RunFolder]:
    """The runs in a folder, by name; leaves out what does not open as a run."""
    runs = {}
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        with suppress(ValueError, OSError):
            run = RunFolder(path)
            if run.epochs() and run.config():
                runs[path.name] = run
    return runs


def sample_name(epoch: int) -> str:
    return f"sample_{epoch}.png"
