"""The runs in a folder, and what of it looks like a run and cannot be used."""

import os
from pathlib import Path

from ..errors import Message, UserError, message_of
from ..refs import check_run_name
from .checkpoint_files import CONTEXT, find_epoch_files, list_files
from .run_folder import RunFolder
from .weights import SUFFIXES


def list_runs(root: Path) -> dict[str, RunFolder]:
    """The runs in a folder, by name; `list_unusable` says of what else may be a run why it is left out."""
    return {run.name: run for found in _scan(root).values() if isinstance(found, list) for run in found}


def list_unusable(root: Path) -> dict[str, Message | str]:
    """What looks like a run in a folder and is left out by `list_runs`, each with the reason."""
    return {name: found for name, found in _scan(root).items() if not isinstance(found, list)}


def _scan(root: Path) -> dict[str, list[RunFolder] | Message | str]:
    """The runs of every folder that has some, or why they cannot be used, by the folder's name as it can be shown."""
    found: dict[str, list[RunFolder] | Message | str] = {}
    try:
        names = sorted(os.listdir(root)) if os.path.isdir(root) else []
    except OSError as problem:
        return {root.name: Message("could not read {path}: {problem}", path=root.name, problem=problem.strerror)}
    for name in names:
        if name.startswith("."):
            continue
        try:
            runs = _open_folder(root / name)
        except UserError as mistake:
            found[name.encode("utf-8", "backslashreplace").decode()] = message_of(mistake)
        else:
            if runs:
                found[name] = runs
    return found


def _open_folder(path: Path) -> list[RunFolder]:
    """The runs in a folder; none where it does not look like a run, or where training has not saved an epoch yet."""
    if not os.path.isdir(path):
        return []
    names = list_files(path)
    if "config.json" not in names and not any(name.endswith(SUFFIXES) for name in names):
        return []
    check_run_name(path.name)
    run = RunFolder(path)
    if not find_epoch_files(names):
        if any(name.endswith(SUFFIXES) for name in names):
            raise UserError("{path} has no file that is named like model_31.safetensors; rename its weights", path=run)
        return []
    run.config()
    return [run] if run.context is None else [run, RunFolder(path.with_name(path.name + CONTEXT))]
