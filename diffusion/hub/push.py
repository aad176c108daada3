"""Pushes a run to the Hub: its epochs, settings, numbers, pictures and card, in one commit.

    for event in push_run(api, run, HubRef.parse("hf://user/repo")): ...     Waiting, Progress, Pushed

The commit names its parent, so that a newer commit of somebody else is never overwritten. Nothing is removed from the
repository, and files that it has already are not sent again.
"""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from ..errors import Message, UserError
from ..refs import HubRef
from ..store import (
    RUN_FILES,
    TRAINING_FILES,
    RunFolder,
    build_card,
    find_command,
    find_epoch_files,
    is_generated_card,
    sample_name,
)
from .client import Progress, Repo, Waiting, as_generator, list_repo, run_with_deadline
from .errors import CardRefusedError, explain_hub_errors

SLOWEST = 50_000  # bytes a second; an upload that takes longer has stopped
COMMIT_PATIENCE = 60.0  # seconds

Content = bytes | Path  # a path where the file is large and never changes: an epoch


@dataclass(frozen=True)
class Pushed:
    url: str
    commit: str
    files: tuple[str, ...]  # that were sent; empty where the repository had them all and no commit was made


@dataclass(frozen=True)
class PushNote:
    """What was left out of a push that goes on."""

    message: Message


PushEvent = Waiting | Progress | PushNote | Pushed


def push_run(
    api: HfApi, run: RunFolder, ref: HubRef, *, private: bool = False, with_training: bool = False
) -> Generator[PushEvent, None, Pushed]:
    """Commits the run folder to the repository, which is created where it is missing.

    with_training: also what resuming needs, several times as large as an epoch.
    """
    check_push(run, ref)
    with explain_hub_errors(api, str(ref)):
        repo = yield from run_with_deadline(as_generator(lambda: _find_or_create(api, ref, private)))
    if private and not repo.private:
        raise UserError("{ref} is public; push to a new name, or make it private on its page first", ref=ref)
    contents = _contents(run, ref, with_training)
    changed = {
        name: content
        for name, content in contents.items()
        if name not in repo.files or not repo.files[name].is_in(_read(content))
    }
    commit = repo.commit
    if changed:
        _check_base(run, ref, repo)
        with explain_hub_errors(api, str(ref)):
            commit = yield from _commit(api, repo, changed)
    sums = {name: hashlib.sha256(_read(content)).hexdigest() for name, content in contents.items()}
    try:
        run.save_source({"repo": ref.repo, "revision": None, "commit": commit, "files": sums})
    except UserError as problem:  # a folder that only reads is no reason not to publish it
        yield PushNote(
            Message(
                "{ref} has the run, but {run} does not know it: {problem}; from here it cannot be pushed there again",
                ref=ref,
                run=run,
                problem=problem,
            )
        )
    pushed = Pushed(f"{api.endpoint}/{ref.repo}", commit, tuple(changed))
    yield pushed
    return pushed


def check_push(run: RunFolder, ref: HubRef) -> None:
    """Refuses a run or a ref that cannot be pushed, before the first request."""
    if ref != HubRef(ref.repo):
        raise UserError(
            "a run is pushed to a whole repository such as hf://{repo}, not to {ref}", repo=ref.repo, ref=ref
        )
    epochs = run.epochs()
    if not epochs:
        raise UserError("{run} holds no epochs to push", run=run)
    if any(path.suffix != ".safetensors" for path in epochs.values()):
        raise UserError("{run} holds pickles (.pth); make .safetensors of them with the verb convert first", run=run)


def _contents(run: RunFolder, ref: HubRef, with_training: bool) -> dict[str, Content]:
    """The files to push, by name. A generated card is written anew for this repository; a person's own stays."""
    epochs = run.epochs()
    small = (*RUN_FILES, sample_name(max(epochs)), *(TRAINING_FILES if with_training else ()))
    contents: dict[str, Content] = {path.name: path for path in epochs.values()}
    contents |= {name: (run.path / name).read_bytes() for name in small if (run.path / name).is_file()}
    text = run.card()
    if not text or is_generated_card(text):
        text = build_card(run.config(), run.metrics(), find_command(text), run.baseline(), ref, max(epochs))
    return contents | {"README.md": text.encode()}


def _find_or_create(api: HfApi, ref: HubRef, private: bool) -> Repo:
    try:
        return list_repo(api, ref.repo)
    except RepositoryNotFoundError:
        api.create_repo(ref.repo, private=private or None, exist_ok=True)  # None: as the account is set
        return list_repo(api, ref.repo)


def _check_base(run: RunFolder, ref: HubRef, repo: Repo) -> None:
    """Refuses to overwrite another run, or a commit that is newer than this folder."""
    source = run.read_source()
    if source.get("repo") != ref.repo:
        if find_epoch_files(repo.files) or "config.json" in repo.files:
            raise UserError(
                "{ref} already holds a run, and not the one of {run}; push to a new name", ref=ref, run=run
            )
    elif source["commit"] != repo.commit:
        seen, there = source["commit"][:7], repo.commit[:7]
        raise UserError(
            "{ref} has moved on to {there} since {path} met it at {seen}; pull it first, then push again",
            ref=ref,
            there=there,
            path=run.path,
            seen=seen,
        )


def _commit(api: HfApi, repo: Repo, contents: dict[str, Content]) -> Generator[Waiting | Progress, None, str]:
    """Uploads the files one by one, then makes one commit of them all."""
    sizes = {name: len(_read(content)) for name, content in contents.items()}
    additions, done = [], 0
    for name, content in contents.items():
        addition = CommitOperationAdd(name, content)
        additions.append(addition)
        send = partial(api.preupload_lfs_files, repo.name, [addition], free_memory=False)  # a small one goes below
        yield from run_with_deadline(as_generator(send), 15 + sizes[name] / SLOWEST)
        done += sizes[name]
        yield Progress(name, done, sum(sizes.values()))
    epochs = ", ".join(map(str, find_epoch_files(contents)))
    message = f"Epochs {epochs}" if epochs else "Card, numbers and pictures"

    def commit() -> str:
        try:
            return api.create_commit(repo.name, additions, commit_message=message, parent_commit=repo.commit).oid
        except HfHubHTTPError:  # some of which are ValueErrors too
            raise
        except ValueError as refused:
            raise CardRefusedError from refused

    return (yield from run_with_deadline(as_generator(commit), COMMIT_PATIENCE))


def _read(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()
