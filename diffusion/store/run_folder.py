"""Run folders on disk: the only place that reads and writes them.

    config.json  model_<epoch>.safetensors ...  metrics.json  README.md  hub.json  training/resume.pt
    training/data.npy  training/labels.npy   where it has its own copy of what it is trained on

Every write goes to a temporary file beside its target, is flushed to disk and then renamed, so a folder never
holds half a file. A flat folder of the course's `model_<epoch>.pth` files opens as a run too.
"""

import io
import json
import os
import re
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as from_safetensors
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn

from ..errors import UserError
from ..sprites import png
from .checkpoint import COURSE, RunConfig, restore
from .files import reason_of, write_whole

EPOCH_FILE = re.compile(r"(?:context_)?model_(\d{1,6})\.(safetensors|pth)", re.ASCII)
SAMPLE = re.compile(r"sample_(\d{1,6})\.png", re.ASCII)  # what that epoch drew, for the card
RESUME = "training/resume.pt"
TRAINING_FILES = (RESUME, "training/plan.json")  # what resuming needs
RUN_FILES = ("config.json", "metrics.json", "README.md", "nearest.png")  # of every run, beside its epochs
DATA = {"data": "training/data.npy", "labels": "training/labels.npy"}
MAX_LOADED = 16  # checkpoints kept in memory, 6 MB each
_loading = Lock()


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network that has seen `epoch` epochs, on the CPU in float32."""

    config: RunConfig
    epoch: int
    network: nn.Module


class RunFolder:
    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return self.path.name

    def epochs(self) -> dict[int, Path]:
        """The checkpoints there are, in the order of their numbers: {0: …/model_0.safetensors, 4: …}."""
        if not self.path.is_dir():
            raise UserError("{path} is not a run folder: there is no such folder", path=self.path)
        return {epoch: self.path / name for epoch, name in find_epoch_files(os.listdir(self.path)).items()}

    def config(self) -> RunConfig:
        path = self.path / "config.json"
        if path.is_file():
            return RunConfig.from_json(path.read_text("utf-8"))
        if any(file.suffix == ".pth" for file in self.epochs().values()):
            return COURSE
        raise UserError("{path} is not a run folder: it has no config.json", path=self.path)

    def file(self, epoch: int) -> Path:
        """The checkpoint of an epoch."""
        epochs = self.epochs()
        if epoch not in epochs:
            there = ", ".join(map(str, epochs)) or "none"
            raise UserError("{path} has no epoch {absent}; it has: {there}", path=self.path, absent=epoch, there=there)
        return epochs[epoch]

    def load(self, epoch: int) -> Checkpoint:
        """Read once as long as the file stays the same: all who load it get the same object, and leave it as it is."""
        config, file = self.config(), self.file(epoch)
        written = file.stat()
        with _loading:  # whoever asks for the same at the same time waits, and gets the same
            return _load_once(file, (written.st_mtime_ns, written.st_size), config.to_json())

    def metrics(self) -> dict[str, Any]:
        """Per epoch, keys are epochs as text; empty where nothing was measured. "quality" is evaluate.py's."""
        return {epoch: facts for epoch, facts in self._numbers().items() if epoch.isdecimal()}

    def floor(self) -> dict[str, Any]:
        """What the numbers of "quality" are for real sprites, and how both were measured; see evaluate.py."""
        return self._numbers().get("floor", {})

    def card(self) -> str:
        """README.md, or nothing."""
        path = self.path / "README.md"
        return path.read_text("utf-8") if path.is_file() else ""

    def _numbers(self) -> dict[str, Any]:
        """metrics.json: epochs as text, and "floor"."""
        path = self.path / "metrics.json"
        return json.loads(path.read_text("utf-8")) if path.is_file() else {}

    def resume_state(self) -> dict[str, Any] | None:
        """What training goes on from, or None."""
        path = self.path / RESUME
        if not path.is_file():
            return None
        return _torch_load(path, path)

    def finished(self) -> bool:
        """Whether training has come to its end: the numbers of the last epoch are the last to be written."""
        return str(self.config().training["epochs"] - 1) in self.metrics()

    def create(self, config: RunConfig) -> None:
        """A new run with nothing but its data, if that. Refuses a folder that holds anything else."""
        self._refuse_all_but(DATA.values())
        self._write("config.json", config.to_json().encode())

    def save_data(self, pixels: np.ndarray, labels: np.ndarray) -> None:
        """A copy of its own of what it is going to be trained on, before `create`. Both or nothing."""
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
        """Where its own copy is, as `open_dataset` takes it: "data" and "labels"; empty without one."""
        paths = {name: self.path / file for name, file in DATA.items()}
        return {name: str(path) for name, path in paths.items()} if paths["data"].is_file() else {}

    def remove_data(self) -> None:
        """What `save_data` made, with its folders where nothing else is in them."""
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
        self._save_numbers(self._numbers() | {str(epoch): facts})

    def save_quality(self, epoch: int, quality: dict[str, Any]) -> None:
        """Beside what training said of the epoch."""
        self.save_metrics(epoch, self.metrics().get(str(epoch), {}) | {"quality": quality})

    def save_floor(self, floor: dict[str, Any]) -> None:
        """Where the exam is another one, the epochs' "quality" goes: it could not be compared."""
        metrics = self.metrics()
        if self.floor().get("exam") != floor["exam"]:
            for facts in metrics.values():
                facts.pop("quality", None)
        self._save_numbers(metrics | {"floor": floor})

    def _save_numbers(self, numbers: dict[str, Any]) -> None:
        self._write("metrics.json", (json.dumps(numbers, indent=2) + "\n").encode())

    def save_resume(self, state: dict[str, Any]) -> None:
        content = io.BytesIO()  # not straight to the disk: torch would hide that it is full behind an error of its own
        torch.save(state, content)
        self._write(RESUME, content.getvalue())

    def remove_resume(self) -> None:
        """There is nothing to go on with: four times the size of an epoch."""
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
        """What config.json does not hold and resuming needs: where the data is, what is kept."""
        self._write("training/plan.json", (json.dumps(plan, indent=2) + "\n").encode())

    def plan(self) -> dict[str, Any]:
        """As saved; empty where the run came without it."""
        path = self.path / "training" / "plan.json"
        return json.loads(path.read_text("utf-8")) if path.is_file() else {}

    def save_card(self, text: str) -> None:
        self._write("README.md", text.encode())

    def pack(self, target: Path) -> None:
        """All that a person takes along, as a .zip: everything but training/, in a folder of the run's name."""
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
        there. Empty where it never met the Hub."""
        try:
            said = json.loads((self.path / "hub.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) and said.keys() == {"repo", "revision", "commit", "files"} else {}

    def save_source(self, source: dict[str, Any]) -> None:
        self._write("hub.json", (json.dumps(source, indent=2) + "\n").encode())

    def keep(self, name: str, content: bytes | memoryview) -> None:
        """One of a run's files as it came from elsewhere."""
        assert EPOCH_FILE.fullmatch(name) or name in RUN_FILES or SAMPLE.fullmatch(name), name
        self._write(name, content)

    def _write(self, name: str, content: bytes | memoryview) -> None:
        write_whole(self.path / name, content)


def list_runs(root: Path) -> dict[str, RunFolder]:
    """The runs under a folder, by name. What does not open as a run is not listed."""
    runs = {}
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        with suppress(ValueError, OSError):
            run = RunFolder(path)
            if run.epochs() and run.config():
                runs[path.name] = run
    return runs


def find_epoch_files(names: Iterable[str]) -> dict[int, str]:
    """The checkpoints among these names, in the order of their numbers; where there are two, safetensors win."""
    found = {}
    for name in sorted(names):  # safetensors come after pth
        if match := EPOCH_FILE.fullmatch(name):
            found[int(match[1])] = name
    return dict(sorted(found.items()))


def sample_name(epoch: int) -> str:
    return f"sample_{epoch}.png"


def check_file(name: str, content: bytes, config: RunConfig) -> None:
    """Refuse what would not load as a checkpoint, before it is kept."""
    if name.endswith(".pth"):
        weights = _torch_load(io.BytesIO(content), name)
    else:
        try:
            weights = from_safetensors(content)
        except (SafetensorError, KeyError):  # KeyError: a kind of number that torch does not have
            raise UserError("{name} is no safetensors file, or is damaged", name=name) from None
    restore(config, weights, name)


def load_file(path: Path, config: RunConfig | None = None) -> Checkpoint:
    """One checkpoint file. Its config.json is looked for beside it unless given."""
    match = EPOCH_FILE.fullmatch(path.name)
    if not path.is_file():
        raise UserError("{path} does not exist; a checkpoint is a file such as model_31.safetensors", path=path)
    if path.suffix == ".pth":
        config = config or COURSE
        weights = _torch_load(path, path)
    else:
        config = config or RunFolder(path.parent).config()
        weights = _read_safetensors(path)
    if not match and path.suffix not in (".pth", ".safetensors"):
        raise UserError("{path} is not a checkpoint; it should be named like model_31.safetensors", path=path)
    return Checkpoint(config, int(match[1]) if match else 0, restore(config, weights, path.name))


@lru_cache(maxsize=MAX_LOADED)
def _load_once(path: Path, written: tuple[int, int], config: str) -> Checkpoint:
    return load_file(path, RunConfig.from_json(config))


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except SafetensorError:
        raise UserError("{path} is damaged or cut short; copy or train it again", path=path) from None
    except OSError as problem:
        raise UserError("could not read {path}: {problem}", path=path, problem=reason_of(problem)) from problem


def _torch_load(source: Path | io.BytesIO, name: Path | str) -> dict[str, Any]:
    """Tensors and plain values only: a pickle that would run code is refused."""
    try:
        return torch.load(source, map_location="cpu", weights_only=True)
    except OSError as problem:
        raise UserError("could not read {path}: {problem}", path=name, problem=reason_of(problem)) from problem
    except Exception as problem:  # torch raises anything from KeyError to UnpicklingError on a foreign file
        raise UserError(
            "{name} is damaged or is no file of weights ({kind})", name=name, kind=type(problem).__name__
        ) from problem
