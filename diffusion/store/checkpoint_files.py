"""Checkpoint files: found by their names, read without running code, checked, and cached in memory."""

import errno
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from torch import nn

from ..errors import Message, UserError
from .checkpoint import COURSE, MAX_CONFIG, RunConfig, restore
from .weights import SUFFIXES, Weights, fit_kinds, infer_config, read_weights

EPOCH_FILE = re.compile(r"(context_)?model_(\d{1,6})\.(?:safetensors|pth|pt|ckpt|bin)", re.ASCII)
EPOCH_IN_NAME = (re.compile(r"epoch[=_-]?(\d{1,6})(?!\d)", re.I), re.compile(r"(?:^|[_-])(\d{1,6})$"))
CONTEXT = " (context)"  # ends the name of the run of a folder's context_model_….pth, where it has both
MAX_LOADED = 16  # checkpoints kept in memory, 6 MB each
_loading = Lock()


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network that has seen `epoch` epochs, on the CPU in float32."""

    config: RunConfig
    epoch: int
    network: nn.Module
    no_kinds: Message | None = None  # why no kind can be asked of it
    notes: tuple[Message, ...] = ()  # what was guessed when its file was read, for the person


def find_epoch_files(names: Iterable[str], context: bool | None = None) -> dict[int, str]:
    """The checkpoints among these names, in the order of their epochs; of two of one epoch, the .safetensors.

    context: only those called context_model_…, or only those called model_…; both unless given, then model_… first.
    """
    matches = [match for name in names if (match := EPOCH_FILE.fullmatch(name))]
    found = {}
    for match in sorted(matches, key=_preference):
        if context is None or bool(match[1]) == context:
            found[int(match[2])] = match[0]
    return dict(sorted(found.items()))


def _preference(match: re.Match[str]) -> tuple[bool, bool, int, str]:
    """The higher, the better."""
    suffix = Path(match[0]).suffix
    return suffix == SUFFIXES[0], not match[1], -SUFFIXES.index(suffix), match[0]


def list_files(folder: Path) -> list[str]:
    """The names of the files in a run folder."""
    if not os.path.isdir(folder):  # unlike Path.is_dir, it raises nothing
        raise UserError("{path} is not a run folder: there is no such folder", path=folder.name)
    try:
        return [name for name in os.listdir(folder) if os.path.isfile(folder / name)]
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UserError("could not read {path}: {problem}", path=folder.name, problem=reason) from problem


def find_family(path: Path) -> tuple[Path, bool | None]:
    """The folder of a run, and which of its epochs are the run's: `context` of `find_epoch_files`.

    The course's folder holds two runs, trained without and with context; the second is named with CONTEXT at the end.
    """
    stem = path.name.removesuffix(CONTEXT)
    if stem not in ("", path.name) and not os.path.exists(path) and _holds_two_runs(path.with_name(stem)):
        return path.with_name(stem), True
    return path, False if _holds_two_runs(path) else None


def _holds_two_runs(folder: Path) -> bool:
    """Does the folder hold an epoch trained without context, and the same epoch trained with it?"""
    try:
        names = list_files(folder)
    except UserError:
        return False
    return not find_epoch_files(names, False).keys().isdisjoint(find_epoch_files(names, True))


def read_config(folder: Path) -> RunConfig:
    """The config.json of a run folder; COURSE where the folder holds files as the course's and no config.json."""
    names = list_files(folder)
    if "config.json" in names:
        return RunConfig.from_json(read_bounded(folder / "config.json", MAX_CONFIG), f"{folder.name}/config.json")
    if any(not name.endswith(SUFFIXES[0]) for name in find_epoch_files(names).values()):
        return COURSE
    raise UserError("{path} is not a run folder: it has no config.json", path=folder.name)


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """The content of a small file, or one byte more than `max_bytes` of a larger one."""
    try:
        if not path.is_file():  # a pipe would be waited for
            raise FileNotFoundError(errno.ENOENT, "it is not a file")
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UserError("could not read {path}: {problem}", path=_short(path), problem=reason) from problem


def load_cached(file: Path, config: RunConfig, no_kinds: Message | None = None) -> Checkpoint:
    """A checkpoint file, read once as long as it stays the same: all callers share the object and do not change it.

    A file of the same size and time in its place is noticed by its inode and by the time of the replacement.
    """
    now = file.stat()
    version = (now.st_dev, now.st_ino, now.st_ctime_ns, now.st_mtime_ns, now.st_size)
    with _loading:  # a second caller of the same file waits for the first
        return _load_once(file, version, config.to_json(), no_kinds)


def check_file(name: str, content: bytes, config: RunConfig) -> None:
    """Refuses content that would not load as a checkpoint."""
    _restore(read_weights(content, name), config, name)


def load_file(path: Path, config: RunConfig | None = None, no_kinds: Message | None = None) -> Checkpoint:
    """Reads one checkpoint file.

    config: that of its run; unless given, the config.json beside it, or what its weights say.
    no_kinds: why no kind can be asked of it.
    """
    if not os.path.isfile(path):
        raise UserError("{path} does not exist; a checkpoint is a file such as model_31.safetensors", path=path)
    name = _short(path)
    try:
        weights = read_weights(path, name)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UserError("could not read {path}: {problem}", path=name, problem=reason) from problem
    notes = list(weights.notes)
    config = config or _config_beside(path, weights) or COURSE
    checkpoint = _restore(weights, config, name)
    epoch = _find_epoch(path, weights, notes)
    if checkpoint.config.variant == "mended" and not os.path.isfile(path.parent / "config.json"):
        notes.append(Message("{name} has no config.json beside it; the linear schedule is taken", name=name))
    return Checkpoint(checkpoint.config, epoch, checkpoint.network, no_kinds or checkpoint.no_kinds, tuple(notes))


@lru_cache(maxsize=MAX_LOADED)
def _load_once(path: Path, version: tuple[int, ...], config: str, no_kinds: Message | None) -> Checkpoint:
    return load_file(path, RunConfig.from_json(config), no_kinds)


def _config_beside(path: Path, weights: Weights) -> RunConfig | None:
    """The config.json in the folder of a file; of a file of torch only where it describes that network."""
    if not os.path.isfile(path.parent / "config.json"):
        return None
    if path.suffix == SUFFIXES[0]:
        return read_config(path.parent)
    found = infer_config(weights.tensors)
    try:
        config = read_config(path.parent)
    except ValueError:  # it may be of anything
        return None
    is_same = found and all(getattr(config, part) == getattr(found, part) for part in ("network", "width", "variant"))
    return config if is_same else None


def _restore(weights: Weights, config: RunConfig, name: str) -> Checkpoint:
    """The network. Where the config is the course's, of which no folder says more, the weights say what it is."""
    tensors, no_kinds = weights.tensors, None
    if config == COURSE:
        try:
            config = infer_config(tensors) or config
        except UserError as mistake:
            raise UserError("{name}: {mistake}", name=name, mistake=mistake) from None
        tensors, no_kinds = fit_kinds(tensors, name)
    return Checkpoint(config, 0, restore(config, tensors, name), no_kinds)


def _find_epoch(path: Path, weights: Weights, notes: list[Message]) -> int:
    """The epoch by the name of a run's file, or that in the file, or the number in its name; said where guessed."""
    name = path.name
    if match := EPOCH_FILE.fullmatch(name):
        epoch = int(match[2])
        if weights.epoch not in (None, epoch):
            notes.append(
                Message("{name} says that it is of epoch {other}; its name counts", name=name, other=weights.epoch)
            )
        return epoch
    if weights.epoch is not None:
        return weights.epoch
    for pattern in EPOCH_IN_NAME:
        numbers = {int(number) for number in pattern.findall(path.stem)}
        if len(numbers) == 1:
            epoch = numbers.pop()
            notes.append(Message("{name} does not say its epoch; by its name it is {epoch}", name=name, epoch=epoch))
            return epoch
    notes.append(Message("{name} does not say its epoch; it counts as 0", name=name))
    return 0


def _short(path: Path) -> str:
    """What people are told of a path: the run and the file, and no folder of this machine."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name
