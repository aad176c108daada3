"""Checkpoint files: found by their names, read without running code, checked, and cached in memory."""

import io
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as from_safetensors
from torch import Tensor, nn

from ..errors import UserError, reason_of
from .checkpoint import COURSE, RunConfig, restore

EPOCH_FILE = re.compile(r"(?:context_)?model_(\d{1,6})\.(safetensors|pth)", re.ASCII)
MAX_LOADED = 16  # checkpoints kept in memory, 6 MB each
_loading = Lock()


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network that has seen `epoch` epochs, on the CPU in float32."""

    config: RunConfig
    epoch: int
    network: nn.Module


def find_epoch_files(names: Iterable[str]) -> dict[int, str]:
    """The checkpoints among these names, in the order of their epochs; of two of one epoch, the .safetensors."""
    found = {}
    for name in sorted(names):  # safetensors come after pth
        if match := EPOCH_FILE.fullmatch(name):
            found[int(match[1])] = name
    return dict(sorted(found.items()))


def list_checkpoints(folder: Path) -> dict[int, Path]:
    """The checkpoints of a run folder, in the order of their epochs: {0: …/model_0.safetensors, 4: …}."""
    if not folder.is_dir():
        raise UserError("{path} is not a run folder: there is no such folder", path=folder)
    return {epoch: folder / name for epoch, name in find_epoch_files(os.listdir(folder)).items()}


def read_config(folder: Path) -> RunConfig:
    """The config.json of a run folder; COURSE where the folder holds the course's .pth files and no config.json."""
    path = folder / "config.json"
    if path.is_file():
        return RunConfig.from_json(path.read_text("utf-8"))
    if any(file.suffix == ".pth" for file in list_checkpoints(folder).values()):
        return COURSE
    raise UserError("{path} is not a run folder: it has no config.json", path=folder)


def load_cached(file: Path, config: RunConfig) -> Checkpoint:
    """A checkpoint file, read once as long as it stays the same: all callers share the object and do not change it."""
    written = file.stat()
    with _loading:  # a second caller of the same file waits for the first
        return _load_once(file, (written.st_mtime_ns, written.st_size), config.to_json())


def check_file(name: str, content: bytes, config: RunConfig) -> None:
    """Refuses content that would not load as a checkpoint."""
    if name.endswith(".pth"):
        weights = load_pickle(io.BytesIO(content), name)
    else:
        try:
            weights = from_safetensors(content)
        except (SafetensorError, KeyError):  # KeyError: a kind of number that torch does not have
            raise UserError("{name} is no safetensors file, or is damaged", name=name) from None
    restore(config, weights, name)


def load_file(path: Path, config: RunConfig | None = None) -> Checkpoint:
    """Reads one checkpoint file. config: that of its run; the config.json beside it unless given."""
    match = EPOCH_FILE.fullmatch(path.name)
    if not path.is_file():
        raise UserError("{path} does not exist; a checkpoint is a file such as model_31.safetensors", path=path)
    if path.suffix == ".pth":
        config = config or COURSE
        weights = load_pickle(path, path)
    else:
        config = config or read_config(path.parent)
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


def load_pickle(source: Path | io.BytesIO, name: Path | str) -> dict[str, Any]:
    """Reads tensors and plain values; refuses a pickle that would run code."""
    try:
        return torch.load(source, map_location="cpu", weights_only=True)
    except OSError as problem:
        raise UserError("could not read {path}: {problem}", path=name, problem=reason_of(problem)) from problem
    except Exception as problem:  # torch raises anything from KeyError to UnpicklingError on a foreign file
        raise UserError(
            "{name} is damaged or is no file of weights ({kind})", name=name, kind=type(problem).__name__
        ) from problem
