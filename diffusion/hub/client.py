"""Requests to the Hub with deadlines and progress.

`hf_hub_download` of the Hub's client waits up to six and a half minutes for a server that hangs, reports progress
every 10 MiB, cannot be cancelled, and accepts wrong content of the right length. So files are streamed here over the
client's own session and compared with the checksums of the listing.
"""

import hashlib
import re
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, TypeVar

import httpx2
from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.errors import FileMetadataError
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

from ..errors import Message, UserError
from .errors import TIMEOUT, explain_hub_errors

PATIENCE = 15.0  # seconds of silence before a request fails
POLL_SECONDS = 0.5  # seconds of silence before a Waiting
TRIES = 3  # of a file whose connection breaks off

T = TypeVar("T")


@dataclass(frozen=True)
class Waiting:
    """The Hub has sent nothing for some seconds. Closing the generator here cancels the request."""

    seconds: float


@dataclass(frozen=True)
class Progress:
    file: str
    done: int  # bytes, over all files of this pull or push
    total: int


@dataclass(frozen=True)
class RemoteFile:
    name: str
    size: int  # bytes
    checksum: str  # sha256 of a large file (64 digits), git object of a small one (40 digits)

    def is_in(self, content: bytes) -> bool:
        return matches_checksum(content, self.checksum)


@dataclass(frozen=True, eq=False)
class Repo:
    """What a repository holds at one commit."""

    kind: str  # "model" or "dataset"
    name: str  # user/repo
    commit: str  # 40 digits, whatever revision was asked for
    private: bool
    files: dict[str, RemoteFile]

    def __str__(self) -> str:
        return f"hf://{'datasets/' if self.kind == 'dataset' else ''}{self.name}"


def matches_checksum(content: bytes, checksum: str) -> bool:
    if len(checksum) == 64:
        return hashlib.sha256(content).hexdigest() == checksum
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == checksum


def list_repo(api: HfApi, name: str, revision: str | None = None, kind: str = "model") -> Repo:
    """One request: the commit, and every file with its size and checksum."""
    info = api.repo_info(name, revision=revision, repo_type=kind, timeout=TIMEOUT, files_metadata=True)
    if not info.sha or not re.fullmatch(r"[0-9a-f]{40}", info.sha):
        raise FileMetadataError("no commit")
    files = {
        entry.rfilename: RemoteFile(
            entry.rfilename, entry.size or 0, entry.lfs.sha256 if entry.lfs else entry.blob_id or ""
        )
        for entry in getattr(info, "siblings", None) or ()
    }
    return Repo(kind, name, info.sha, bool(info.private), files)


def find_account(api: HfApi) -> Generator[Waiting, None, str]:
    """The name of the account that the token belongs to."""
    with explain_hub_errors(api, Message("account of the token")):
        found = yield from run_with_deadline(as_generator(api.whoami))
        return str(found["name"])


def fetch(
    api: HfApi, repo: Repo, file: RemoteFile, before: int = 0, total: int = 0
) -> Generator[Progress | Waiting, None, bytes]:
    """Downloads one file and checks it. before, total: bytes of all files of the pull, for the progress."""
    with explain_hub_errors(api, f"{repo}@{repo.commit[:7]}"):
        content = yield from run_with_deadline(stream(api, repo, file, before, total or file.size))
    if len(content) != file.size:
        raise UserError(
            "{file} of {repo} came as {count:,} of {size:,} bytes; try again, what is whole is kept",
            file=file.name,
            repo=repo,
            count=len(content),
            size=file.size,
        )
    if not file.is_in(content):
        raise UserError(
            "{file} of {repo} was damaged on its way: its checksum is not the listed one; try again",
            file=file.name,
            repo=repo,
        )
    return content


def stream(api: HfApi, repo: Repo, file: RemoteFile, before: int, total: int) -> Generator[Progress, None, bytes]:
    url = hf_hub_url(repo.name, file.name, repo_type=repo.kind, revision=repo.commit, endpoint=api.endpoint)
    content = bytearray()
    for tries_left in reversed(range(TRIES)):
        headers = build_hf_headers(token=api.token) | {"Accept-Encoding": "identity"}
        if content:
            headers["Range"] = f"bytes={len(content)}-"
        try:
            with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=True) as response:
                hf_raise_for_status(response)
                named = any("x-repo-commit" in one.headers for one in [*response.history, response])
                if response.status_code != 206:
                    content.clear()
                for part in response.iter_bytes():
                    content += part
                    if len(content) > file.size:
                        break
                    yield Progress(file.name, before + len(content), total)
            if not named and not file.is_in(bytes(content)):  # a mirror may lack the header
                raise FileMetadataError("not the Hub")
            return bytes(content)
        except (httpx2.NetworkError, httpx2.RemoteProtocolError):
            if not tries_left:
                raise
            time.sleep(POLL_SECONDS)
    raise AssertionError("the last try returns or raises")


def run_with_deadline(
    work: Generator[T, None, Any], patience: float | None = None
) -> Generator[T | Waiting, None, Any]:
    """Runs `work` in a thread, yields and returns what it does, and yields a Waiting while it is silent.

    TimeoutError after `patience` seconds of silence, PATIENCE unless given. When this times out or is closed, the
    thread ends at its next event.
    """
    patience = PATIENCE if patience is None else patience
    events: Queue[tuple[str, Any]] = Queue()
    over = Event()

    def run() -> None:
        try:
            while not over.is_set():
                events.put(("yields", next(work)))
        except StopIteration as end:
            events.put(("returns", end.value))
        except BaseException as problem:
            events.put(("raises", problem))

    Thread(target=run, daemon=True).start()
    last = time.monotonic()
    try:
        while True:
            try:
                how, what = events.get(timeout=min(POLL_SECONDS, patience))
            except Empty:
                silence = time.monotonic() - last
                if silence >= patience:
                    raise TimeoutError(patience) from None
                yield Waiting(silence)
                continue
            if how == "returns":
                return what
            if how == "raises":
                raise what
            yield what
            last = time.monotonic()
    finally:
        over.set()


def as_generator(call: Callable[[], T]) -> Generator[Any, None, T]:
    """A call as a generator that yields nothing and returns the result."""
    yield from ()
    return call()


def run_to_end(work: Generator[Any, None, T]) -> T:
    """Exhausts a generator and returns its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
