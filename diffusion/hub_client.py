"""Ask the Hub: with deadlines, with progress, and in one sentence when something is wrong.

Its client's own `hf_hub_download` waits up to six and a half minutes on a server that hangs, tells of its progress
every 10 MiB, cannot be cancelled, and takes wrong content of the right length for good. So files are streamed here,
over the client's own session, and compared with the checksums of the listing.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, TypeVar

import httpx2
from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.errors import (
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

PATIENCE = 15.0  # seconds of silence after which the Hub is given up
BEAT = 0.5  # seconds of silence after which that is said
TIMEOUT = 10.0  # seconds, of one network operation
TRIES = 3  # of a file whose connection breaks off
LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"

T = TypeVar("T")


@dataclass(frozen=True)
class Waiting:
    """Nothing has come for so long. A good moment to say so; closing the generator here cancels."""

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
        return fits(content, self.checksum)


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


def fits(content: bytes, checksum: str) -> bool:
    if len(checksum) == 64:
        return hashlib.sha256(content).hexdigest() == checksum
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == checksum


def look(api: HfApi, name: str, revision: str | None = None, kind: str = "model") -> Repo:
    """One request: the commit, and every file with its size and checksum."""
    info = api.repo_info(name, revision=revision, repo_type=kind, timeout=TIMEOUT, files_metadata=True)
    if not re.fullmatch(r"[0-9a-f]{40}", info.sha or ""):
        raise FileMetadataError("no commit")
    files = {
        entry.rfilename: RemoteFile(
            entry.rfilename, entry.size or 0, entry.lfs.sha256 if entry.lfs else entry.blob_id or ""
        )
        for entry in info.siblings or ()
    }
    return Repo(kind, name, info.sha, bool(info.private), files)


def fetch(
    api: HfApi, repo: Repo, file: RemoteFile, before: int = 0, total: int = 0
) -> Generator[Progress | Waiting, None, bytes]:
    """One file, whole and checked. before, total: bytes of other files, for the progress over all of them."""
    with in_sentences(api, f"{repo}@{repo.commit[:7]}"):
        content = yield from patiently(stream(api, repo, file, before, total or file.size))
    if len(content) != file.size:
        raise ValueError(
            f"{file.name} of {repo} came as {len(content):,} of {file.size:,} bytes; try again, what is whole is kept"
        )
    if not file.is_in(content):
        raise ValueError(
            f"{file.name} of {repo} was damaged on its way: its checksum is not the listed one; try again"
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
                if "x-repo-commit" not in [*response.history, response][0].headers:
                    raise FileMetadataError("not the Hub")
                if response.status_code != 206:
                    content.clear()
                for part in response.iter_bytes():
                    content += part
                    if len(content) > file.size:
                        return content
                    yield Progress(file.name, before + len(content), total)
            return bytes(content)
        except (httpx2.NetworkError, httpx2.RemoteProtocolError):
            if not tries_left:
                raise
            time.sleep(BEAT)
    raise AssertionError("the last try returns or raises")


def patiently(work: Generator[T, None, Any], patience: float | None = None) -> Generator[T | Waiting, None, Any]:
    """Run `work` in a thread of its own and pass on what it yields and returns; a Waiting whenever it is silent.

    TimeoutError after `patience` seconds of silence, PATIENCE unless given. Where it gives up or is closed, the thread
    is left behind and ends with the next thing it has to say.
    """
    patience = PATIENCE if patience is None else patience
    said: Queue[tuple[str, Any]] = Queue()
    over = Event()

    def run() -> None:
        try:
            while not over.is_set():
                said.put(("yields", next(work)))
        except StopIteration as end:
            said.put(("returns", end.value))
        except BaseException as problem:
            said.put(("raises", problem))

    Thread(target=run, daemon=True).start()
    heard = time.monotonic()
    try:
        while True:
            try:
                how, what = said.get(timeout=min(BEAT, patience))
            except Empty:
                silence = time.monotonic() - heard
                if silence >= patience:
                    raise TimeoutError(patience) from None
                yield Waiting(silence)
                continue
            if how == "returns":
                return what
            if how == "raises":
                raise what
            yield what
            heard = time.monotonic()
    finally:
        over.set()


def once(call: Callable[[], T]) -> Generator[Any, None, T]:
    """A call as a generator that has nothing to say before it returns."""
    yield from ()
    return call()


def result_of(work: Generator[Any, None, T]) -> T:
    """What a generator returns, its events unheard."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@contextmanager
def in_sentences(api: HfApi, name: str) -> Iterator[None]:
    """Whatever the Hub's client raises inside becomes a ValueError of one sentence.

    Never in the client's own words: a server's may repeat the token, and an error about a header does.
    """
    try:
        yield
    except (OSError, httpx2.HTTPError, httpx2.InvalidURL, RuntimeError, ValueError, KeyError, TypeError) as problem:
        raise ValueError(sentence(problem, name, api.endpoint)) from None


def sentence(problem: BaseException, name: str, endpoint: str) -> str:
    """name: as hf://user/repo@v1"""
    status, pause, seconds = 0, "", TIMEOUT
    if isinstance(problem.__cause__, HfHubHTTPError):  # the client wraps those of an upload
        problem = problem.__cause__
    if isinstance(problem, HfHubHTTPError):
        status, pause = problem.response.status_code, problem.response.headers.get("retry-after", "")
    elif isinstance(problem, TimeoutError) and problem.args:
        seconds = problem.args[0]  # from `patiently`
    by_kind = (text for kinds, text in SENTENCES.items() if isinstance(problem, kinds))
    return next(by_kind, STATUS.get(status, STATUS[500 if status >= 500 else 0])).format(
        name=name,
        page=f"{endpoint}/{name.removeprefix('hf://').split('@')[0]}",
        endpoint=endpoint,
        seconds=f"{seconds:g}",
        when=f"in {pause} s" if pause.isdecimal() else "in a few minutes",
        status=status or type(problem).__name__,
    )


class CardRefusedError(ValueError):
    """The Hub cannot read the front matter of README.md."""


SENTENCES: dict[type | tuple[type, ...], str] = {  # the first that fits
    GatedRepoError: f"{{name}} is gated; ask for access at {{page}}, then {LOG_IN}",
    RepositoryNotFoundError: f"there is no {{name}}, or it is private; check the name, or {LOG_IN}",
    RevisionNotFoundError: "there is no {name}: the repository has no such branch, tag or commit",
    RemoteEntryNotFoundError: "a file of {name} is gone since it was listed; list it again",
    OfflineModeIsEnabled: "the Hub was not asked for {name}: HF_HUB_OFFLINE is set; unset it to go online",
    (TimeoutError, httpx2.TimeoutException): (
        "the Hub at {endpoint} has not answered for {seconds} s; try again later"
    ),
    (FileMetadataError, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError): (
        "what answers at {endpoint} is not the Hub; is there a network whose login page must be opened first?"
    ),
    HFValidationError: "there is no {name}: nothing on the Hub has such a name",
    CardRefusedError: "the Hub cannot read the lines between --- at the top of README.md; mend them and push again",
    (UnicodeEncodeError, httpx2.LocalProtocolError): f"HF_TOKEN or the stored token is no token; {LOG_IN}",
    (httpx2.ConnectError, httpx2.ProxyError, httpx2.UnsupportedProtocol, httpx2.InvalidURL): (
        "the Hub at {endpoint} cannot be reached; check the connection and try again"
    ),
    (httpx2.TransportError, ConnectionError, RuntimeError): (
        "the connection to the Hub at {endpoint} broke off; try again"
    ),
}
STATUS = {  # of other answers
    401: f"the Hub does not accept the token, or there is none; {LOG_IN}",
    403: "the token may not do that with {name}; use one that may write, or name a repository of your own",
    402: "the account has no credit left for {name}; add some at {endpoint}/settings/billing",
    404: "there is no {name}",
    409: "somebody has changed {name} meanwhile; pull it first, then push again",
    412: "somebody has changed {name} meanwhile; pull it first, then push again",
    429: "the Hub asks for a pause, there were too many requests; try again {when}",
    500: "the Hub has trouble of its own (error {status}); try again later",
    0: "the request about {name} failed ({status})",
}
