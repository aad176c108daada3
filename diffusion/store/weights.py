"""Reads files of weights as people save them: by safetensors or torch, alone or inside a checkpoint, under any prefix.

No code of a file runs: torch reads tensors and plain values only. What the file holds beside one network is left out.
"""

import argparse
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PosixPath
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as from_safetensors
from torch import Tensor

from ..errors import Message, UserError
from ..sprites import KINDS
from .checkpoint import FIRST, RunConfig

SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".bin")  # of files of weights, the preferred one first
ANCHORS = {  # a network's own names, by which its weights are found: the first of them ends a prefix
    "context-unet": ("init_conv.conv1.0.weight", "contextembed1.model.0.weight"),
    "sprite-unet": ("first.weight", "time.0.weight", "context.weight"),
}
WRAPPERS = {"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}  # parts of names that torch puts in
MAX_DICTS, MAX_DEPTH = 2000, 4  # looked into for a network; an optimizer has one for each parameter
CONTEXT_INPUTS = {  # the weights with a column for each name of the vocabulary
    "context-unet": ("contextembed1.model.0.weight", "contextembed2.model.0.weight"),
    "sprite-unet": ("words.weight",),
    FIRST: ("context.weight",),
}
# Types of plain values that checkpoints hold beside tensors; NumPy's functions that make a number and an array again.
NUMPY: list[Any] = [np.dtype, np.ndarray, np.float64(0).__reduce__()[0], np.zeros(0).__reduce__()[0]]
PLAIN_TYPES: list[Any] = [*NUMPY, *(type(np.dtype(code)) for code in "?bBhHiIlLqQefd"), argparse.Namespace, PosixPath]


@dataclass(frozen=True, eq=False)
class Weights:
    """A network's tensors by their own names, and what the file says about them."""

    tensors: dict[str, Tensor]
    epoch: int | None = None
    notes: tuple[Message, ...] = ()  # what was chosen, for the person


def read_weights(source: Path | bytes, name: str) -> Weights:
    """The network in a file, or in its content. name: what the file is called; its suffix decides about pickles."""
    head = _read_head(source)
    if head.startswith(b"version https://git-lfs"):
        raise UserError("{name} is a Git LFS pointer, not the weights; fetch them with: git lfs pull", name=name)
    if re.match(rb"\s*<(!doctype|html)", head, re.I):
        raise UserError("{name} is a web page, not weights; download the file itself", name=name)
    if name.endswith(".safetensors") or head[8:9] == b"{":
        tensors, metadata = _read_safetensors(source, name)
        return _find_network(tensors, name, _epoch_of(metadata))
    content = load_pickle(source, name)
    return _find_network(content, name, _epoch_of(content))


def _read_head(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:64]
    with source.open("rb") as file:
        return file.read(64)


def _read_safetensors(source: Path | bytes, name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        if isinstance(source, bytes):
            return from_safetensors(source), {}
        with safe_open(source, "pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118 (no dict)
    except (SafetensorError, KeyError):  # KeyError: a kind of number that torch does not have
        head = _read_head(source)
        if head.startswith((b"PK", b"\x80")):
            raise UserError("{name} is no safetensors file: torch wrote it; call it .pth", name=name) from None
        if len(head) > 8 and head[8:9] != b"{":
            raise UserError(
                "{name} is no file of weights: neither safetensors nor torch wrote it", name=name
            ) from None
        raise UserError("{path} is damaged or cut short; copy or train it again", path=name) from None


def load_pickle(source: Path | bytes, name: str) -> Any:
    """Reads tensors and plain values; refuses a pickle that would run code."""
    try:
        if isinstance(source, Path) and not _read_head(source).startswith(b"PK"):
            source = source.read_bytes()  # of a damaged pickle, torch would reserve any size that it finds in it
        with warnings.catch_warnings(), torch.serialization.safe_globals(PLAIN_TYPES):
            warnings.simplefilter("ignore", UserWarning)  # about what is refused below
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            return torch.load(file, map_location="cpu", weights_only=True)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UserError("could not read {path}: {problem}", path=name, problem=reason) from problem
    except Exception as problem:  # torch raises anything from KeyError to UnpicklingError on a foreign file
        raise _explain(problem, source, name) from problem


def _explain(problem: Exception, source: Path | bytes, name: str) -> UserError:
    """The true reason why torch does not read a file."""
    head = _read_head(source)
    text = str(problem)
    if foreign := re.search(r"(?:GLOBAL|[Uu]nsupported class) ([\w.]+)", text):
        return UserError(
            "{name} holds a pickled object ({kind}), not weights alone, and reading it could run its code; "
            "where it was made, save the weights: torch.save(model.state_dict(), 'model_31.pth')",
            name=name,
            kind=foreign[1],
        )
    if "TorchScript" in text:
        return UserError(
            "{name} holds a program (TorchScript), not weights; "
            "where it was made, save the weights: torch.save(model.state_dict(), 'model_31.pth')",
            name=name,
        )
    if head and (not head.startswith((b"PK", b"\x80")) or "not in a subdirectory" in text):
        return UserError("{name} is no file of weights: neither safetensors nor torch wrote it", name=name)
    if "Unsupported operand" in text:
        return UserError(
            "{name} is a pickle that torch did not write, or is damaged; save it with torch.save", name=name
        )
    return UserError("{path} is damaged or cut short; copy or train it again", path=name)


def _epoch_of(content: Any) -> int | None:
    """The epoch that a checkpoint says it is of."""
    epoch = content.get("epoch") if isinstance(content, Mapping) else None
    if isinstance(epoch, Tensor | np.generic) and epoch.size in (1, torch.Size([])):
        epoch = epoch.item()
    if isinstance(epoch, str) and epoch.isdecimal() and len(epoch) <= 6:
        epoch = int(epoch)
    is_epoch = isinstance(epoch, int) and not isinstance(epoch, bool) and 0 <= epoch < 1_000_000
    return epoch if is_epoch else None


def _find_network(content: Any, name: str, epoch: int | None) -> Weights:
    """The one network in the content; that of averaged weights (EMA) where there are two."""
    found: dict[str, dict[str, Tensor]] = {}
    for place, tensors in _list_state_dicts(content):
        for prefix, network in _list_networks(tensors).items():
            found.setdefault(f"{place}{prefix}".rstrip("."), network)
    found = _without_aliases(found)
    averaged = [place for place in found if "ema" in place.lower()]
    if len(found) > 1 and len(averaged) != 1:
        raise UserError(
            "{name} holds {count} networks ({places}); save the one that you want alone",
            name=name,
            count=len(found),
            places=", ".join(found),
        )
    if found:
        place = averaged[0] if averaged else next(iter(found))
        note = Message(
            "{name} holds {count} networks; this is the averaged one, {place}",
            name=name,
            count=len(found),
            place=place,
        )
        return Weights(found[place], epoch, (note,) if len(found) > 1 else ())
    if not _is_state_dict(content):
        raise UserError("{name} holds no state dict; save the network's state_dict() and nothing else", name=name)
    return Weights(dict(content), epoch)


def _without_aliases(found: dict[str, dict[str, Tensor]]) -> dict[str, dict[str, Tensor]]:
    """One module under two names is one network: its tensors lie at one place in memory."""
    by_memory: dict[int, str] = {}
    for place, network in found.items():
        by_memory.setdefault(next(iter(network.values())).data_ptr(), place)
    return {place: found[place] for place in by_memory.values()}


def _is_state_dict(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(tensor, Tensor) for tensor in value.values())


def _list_state_dicts(content: Any) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Every dict with tensors in the content, the outer ones first, with the names that lead to it."""
    level: list[tuple[str, Any]] = [("", content)]
    looked_at = 0
    for _ in range(MAX_DEPTH):
        inner: list[tuple[str, Any]] = []
        for place, value in level:
            looked_at += 1
            if looked_at > MAX_DICTS:
                return
            items = value.items() if isinstance(value, Mapping) else enumerate(value)
            tensors = {key: part for key, part in items if isinstance(part, Tensor) and isinstance(key, str)}
            if tensors:
                yield place, tensors
            items = value.items() if isinstance(value, Mapping) else enumerate(value)
            inner += [(f"{place}{key}.", part) for key, part in items if isinstance(part, Mapping | list | tuple)]
        level = inner


def _list_networks(tensors: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The networks among these tensors by their prefixes, such as "module." or "ema_model.", under their own names."""
    plain = {".".join(part for part in key.split(".") if part not in WRAPPERS): one for key, one in tensors.items()}
    found = {}
    for anchor, *others in ANCHORS.values():
        for key in plain:
            prefix = key.removesuffix(anchor)
            is_whole_name = key.endswith(anchor) and (not prefix or prefix.endswith("."))
            if is_whole_name and all(prefix + other in plain for other in others):
                found[prefix] = {key.removeprefix(prefix): one for key, one in plain.items() if key.startswith(prefix)}
    if len(found) > 1 and "" in found:  # what belongs to another one is no part of this one
        longer = tuple(prefix for prefix in found if prefix)
        found[""] = {key: one for key, one in found[""].items() if not key.startswith(longer)}
    return found


def infer_config(weights: dict[str, Tensor]) -> RunConfig | None:
    """The network that these weights are of, by their names and shapes; None where it is none of ours."""
    for network, (anchor, *_) in ANCHORS.items():
        if anchor in weights:
            width = weights[anchor].shape[0] if weights[anchor].dim() else 0
            if network == "context-unet" and not any(key.startswith("init_conv.shortcut.") for key in weights):
                return RunConfig(network=network, width=width, variant="course", schedule="course")
            is_first = network == "sprite-unet" and "words.weight" not in weights
            return RunConfig(network=network, width=width, variant=FIRST if is_first else "mended")
    return None


def context_inputs(config: RunConfig) -> tuple[str, ...]:
    """The names of the weights with a column for each name of the vocabulary."""
    return CONTEXT_INPUTS[FIRST if config.variant == FIRST else config.network]


def fit_vocabulary(weights: dict[str, Tensor], config: RunConfig, names: int) -> dict[str, Tensor]:
    """The weights of a network whose vocabulary has grown to so many names: the new ones begin at 0."""
    return weights | {key: F.pad(weights[key], (0, names - weights[key].shape[1])) for key in context_inputs(config)}


def fit_kinds(weights: dict[str, Tensor], name: str) -> tuple[dict[str, Tensor], Message | None]:
    """Weights of other kinds than ours, as the same network without a kind; and why no kind can be asked of it."""
    found = infer_config(weights)
    keys = context_inputs(found) if found else ()
    inputs = {key: weights[key] for key in keys if key in weights and weights[key].dim() == 2}
    counts = {tensor.shape[1] for tensor in inputs.values()}
    if not counts or counts == {len(KINDS)}:
        return weights, None
    fitted = {}
    for key, tensor in inputs.items():  # without a kind the context is all zeros, and these weights count for nothing
        fitted[key] = tensor.new_zeros(len(tensor), len(KINDS))
    why = Message(
        "{name} was trained with {count} kinds of its own, whose names are not known; draw without a kind",
        name=name,
        count=max(counts),
    )
    return weights | fitted, why
