"""Pulls epochs of a run on the Hub into a run folder.

    listing = list_epochs(api, HubRef.parse("hf://user/repo"))        epochs, sizes, numbers; writes nothing
    for event in pull_epochs(api, listing, [0, 4], folder): ...        Waiting, Progress, EpochHere

A pulled run is a run folder like any other. Its hub.json names the commit it was pulled from. Files are asked for by
that commit, only those with the names of a run's files, and each is checked before it is written.
"""

import io
from collections.abc import Collection, Generator
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi
from PIL import Image

from ..errors import Message, UserError, message_of
from ..refs import HubRef
from ..store import (
    RUN_FILES,
    SAMPLE,
    RunConfig,
    RunFolder,
    check_file,
    clear_unbegun,
    is_unbegun,
    lock_run,
    read_entries,
    sweep_temporary,
)
from .client import Progress, RemoteFile, Waiting, fetch, matches_checksum
from .listing import MAX_EXTRA, Listing, list_epochs

LOCK_SECONDS = 2.0  # to wait for another pull into the same folder, which may only look whether it has all


@dataclass(frozen=True)
class EpochHere:
    """The epoch is written to the disk."""

    epoch: int
    fetched: bool  # False: the folder had it already


@dataclass(frozen=True)
class LocalCopy:
    """The Hub did not give the run; what was pulled before is used instead."""

    reason: Message | str
    commit: str


PullEvent = Waiting | Progress | EpochHere | LocalCopy


def pull_epochs(
    api: HfApi, listing: Listing, epochs: Collection[int] | None, folder: Path, *, allow_pickle: bool = False
) -> Generator[PullEvent, None, None]:
    """Downloads these epochs, all unless given, into a run folder; those the folder has are not downloaded again.

    It can be killed or cancelled at any moment: the folder then holds whole files only, and the next call goes on.
    allow_pickle: also take .pth files, which are read with weights_only=True and so run no code.
    """
    chosen = sorted(set(listing.epochs if epochs is None else epochs))
    if absent := [epoch for epoch in chosen if epoch not in listing.epochs]:
        there = ", ".join(map(str, listing.epochs))
        raise UserError(
            "{path} has no epoch {absent}; it has: {there}", path=listing.ref, absent=absent[0], there=there
        )
    if not allow_pickle and any(listing.epochs[epoch].is_pickle for epoch in chosen):
        raise UserError(
            "{ref} holds pickles (.pth) instead of .safetensors; allow them (--allow-pickle) if you "
            "trust their author: they are then read for their numbers alone",
            ref=listing.ref,
        )
    with lock_run(folder, LOCK_SECONDS):
        sweep_temporary(folder)
        yield from _pull_locked(api, listing, chosen, RunFolder(folder))


def _pull_locked(api: HfApi, listing: Listing, chosen: list[int], run: RunFolder) -> Generator[PullEvent, None, None]:
    missing = _find_missing(run, listing, chosen)
    yield from (EpochHere(epoch, False) for epoch in chosen if epoch not in missing)
    extras = _extras_to_fetch(run, listing)
    files = [listing.epochs[epoch].file for epoch in missing]
    done, total = 0, sum(file.size for file in extras + files)
    contents = {}
    for file in extras:
        known = listing.texts.get(file.name)
        contents[file.name] = known or (yield from fetch(api, listing.repo, file, done, total))
        done += file.size
    for epoch, file in zip(missing, files, strict=True):
        content = yield from fetch(api, listing.repo, file, done, total)
        try:
            check_file(file.name, content, listing.config)
        except ValueError as mistake:
            raise UserError("{ref} cannot be used: {mistake}", ref=listing.ref, mistake=mistake) from None
        if epoch == missing[0]:
            _save_extras(run, listing, contents)
        _save_file(run, file, content)
        done += file.size
        yield EpochHere(epoch, True)
    if not missing:
        _save_extras(run, listing, contents)
    run.save_source(run.source() | {"commit": listing.repo.commit})


def find_or_pull(
    api: HfApi, ref: HubRef, runs: Path, *, allow_pickle: bool = False
) -> Generator[PullEvent, None, RunFolder]:
    """The run folder of a ref among the runs, with the epoch that the ref names, or all; pulls what is missing.

    Where the Hub does not give the run, the epochs that were pulled before are used.
    """
    run = RunFolder(runs / ref.folder())
    wanted = None if ref.epoch is None else [ref.epoch]
    try:
        listing = list_epochs(api, ref)
        yield from pull_epochs(api, listing, wanted, run.path, allow_pickle=allow_pickle)
    except ValueError as mistake:
        if not was_pulled_from(run, ref) or not set(wanted or ()) <= set(run.epochs()) or not run.epochs():
            raise
        yield LocalCopy(message_of(mistake), run.source()["commit"])
    return run


def was_pulled_from(run: RunFolder, ref: HubRef) -> bool:
    """Was this run pulled from that ref, or pushed to it?"""
    source = run.source()
    return (source.get("repo"), source.get("revision")) == (ref.repo, ref.revision)


def _find_missing(run: RunFolder, listing: Listing, chosen: list[int]) -> list[int]:
    """The chosen epochs that are not in the folder. Refuses to mix two runs, or to overwrite local changes."""
    if is_unbegun(run.path):
        clear_unbegun(run.path)
        return chosen
    run.read_source()  # raises its own error where hub.json is damaged
    if not was_pulled_from(run, listing.ref):
        raise UserError("{run} holds another run, not one of {ref}; name a new folder", run=run, ref=listing.ref)
    if run.epochs() and run.config() != listing.config:
        raise UserError(
            "{ref} holds another run than when it was pulled into {run}; name a new folder", ref=listing.ref, run=run
        )
    recorded = run.source()["files"]
    missing, outdated = [], []
    for epoch, remote in listing.epochs.items():
        path = run.path / remote.file.name
        content = path.read_bytes() if path.is_file() else None
        if content is not None and remote.file.is_in(content):
            continue
        if epoch in chosen:
            missing.append(epoch)
            if content is not None and not _is_replaceable(path.name, content, recorded, listing.config):
                here = f"{run}/{path.name}"
                raise UserError(
                    "{here} was changed here and is not the one of {ref}; move it away first",
                    here=here,
                    ref=listing.ref,
                )
        elif content is not None and matches_checksum(content, recorded.get(path.name, "")):
            outdated.append(epoch)
    if outdated:
        numbers = ", ".join(map(str, outdated))
        raise UserError(
            "{ref} has newer weights of epoch {numbers}; pull those too, or name a new folder",
            ref=listing.ref,
            numbers=numbers,
        )
    return missing


def _is_replaceable(name: str, content: bytes, recorded: dict[str, str], config: RunConfig) -> bool:
    """Is this file as it was pulled, or damaged? Then nothing is lost with it."""
    if matches_checksum(content, recorded.get(name, "")):
        return True
    try:
        check_file(name, content, config)
    except ValueError:
        return True
    return False


def _extras_to_fetch(run: RunFolder, listing: Listing) -> list[RemoteFile]:
    """Numbers, card, pictures: those missing here, or unchanged since they were pulled and newer on the Hub."""
    recorded, wanted = run.source().get("files", {}), []
    for name, file in listing.repo.files.items():
        if (name in RUN_FILES[1:] or SAMPLE.fullmatch(name)) and 0 < file.size <= MAX_EXTRA:
            path = run.path / name
            content = path.read_bytes() if path.is_file() else None
            if content is None or (matches_checksum(content, recorded.get(name, "")) and not file.is_in(content)):
                wanted.append(file)
    return wanted


def _save_extras(run: RunFolder, listing: Listing, extras: dict[str, bytes]) -> None:
    """Writes all of the run but its epochs."""
    if not run.source():
        source = {"repo": listing.ref.repo, "revision": listing.ref.revision, "commit": listing.repo.commit}
        run.save_source(source | {"files": {}})
    for name, content in extras.items():
        if _is_valid(name, content):
            _save_file(run, listing.repo.files[name], content)
    if "config.json" in listing.texts and not (run.path / "config.json").is_file():
        _save_file(run, listing.repo.files["config.json"], listing.texts["config.json"])


def _save_file(run: RunFolder, file: RemoteFile, content: bytes) -> None:
    """Writes the file, and its checksum to hub.json, by which a later change is found."""
    run.save_file(file.name, content)
    source = run.source()
    run.save_source(source | {"files": source["files"] | {file.name: file.checksum}})


def _is_valid(name: str, content: bytes) -> bool:
    """Does the content fit the name? A run is not refused for its numbers, card or pictures; they are left out."""
    try:
        if name.endswith(".png"):
            with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
                picture.verify()
        elif name == "metrics.json":
            return bool(read_entries(content))
        else:
            content.decode()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True
