"""Errors of the Hub and of the connection to it, each as one sentence that says what helps."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from huggingface_hub import HfApi
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

from ..errors import Message, UserError
from .proxies import find_proxy, find_unusable_proxy

TIMEOUT = 10.0  # seconds, of one network operation
LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


@contextmanager
def explain_hub_errors(api: HfApi, name: str | Message) -> Iterator[None]:
    """Turns the errors that the Hub's client raises inside into UserErrors.

    They never contain the client's own text: it may repeat the token, and an error about a header does.
    """
    try:
        check_endpoint(api.endpoint)
        yield
    except UserError:  # a ValueError, and a sentence already
        raise
    except (
        OSError,
        ImportError,
        httpx2.HTTPError,
        httpx2.InvalidURL,
        RuntimeError,
        ValueError,
        KeyError,
        TypeError,
        CardRefusedError,
    ) as problem:
        raise UserError(explain(problem, name, api.endpoint)) from None


def explain(problem: BaseException, name: str | Message, endpoint: str) -> Message:
    """name: as hf://user/repo@v1"""
    status, pause, seconds = 0, "", TIMEOUT
    if isinstance(problem.__cause__, HfHubHTTPError):  # the client wraps those of an upload
        problem = problem.__cause__
    if isinstance(problem, HfHubHTTPError):
        status, pause = problem.response.status_code, problem.response.headers.get("retry-after", "")
    elif isinstance(problem, TimeoutError) and problem.args:
        seconds = problem.args[0]  # of run_with_deadline
    proxy = find_proxy(endpoint)
    if unusable := find_unusable_proxy(problem):
        return unusable
    if isinstance(problem, OSError) and problem.filename:
        reason = problem.strerror or type(problem).__name__
        return Message("{path} cannot be read or written: {reason}", path=Path(str(problem.filename)), reason=reason)
    if proxy and isinstance(problem, httpx2.ConnectError | httpx2.ProxyError | httpx2.ConnectTimeout):
        return Message(
            "the Hub at {endpoint} cannot be reached through the proxy {proxy} of {variable}; is the proxy there, and "
            "does it let this through?",
            endpoint=endpoint,
            proxy=proxy.shown,
            variable=proxy.variable,
        )
    by_kind = (text for kinds, text in SENTENCES.items() if isinstance(problem, kinds))
    return Message(
        next(by_kind, STATUS.get(status, STATUS[500 if status >= 500 else 0])),
        name=name,
        page=f"{endpoint}/{str(name).removeprefix('hf://').split('@')[0]}",
        endpoint=endpoint,
        seconds=f"{seconds:g}",
        when=Message("in {pause} s", pause=pause) if pause.isdecimal() else Message("in a few minutes"),
        status=status or type(problem).__name__,
    )


def check_endpoint(endpoint: str) -> None:
    """Raises UserError where HF_ENDPOINT is no address. The client's own error would not name it."""
    try:
        parts = urlsplit(endpoint)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and " " not in endpoint:
            return
    except ValueError:  # such as a port that is no number
        pass
    if not endpoint:
        raise UserError("HF_ENDPOINT is set to nothing; unset it, or set it to https://huggingface.co")
    if "://" not in endpoint:
        raise UserError(
            "HF_ENDPOINT is {endpoint}, and https:// is missing at its beginning; set it to https://{endpoint}",
            endpoint=endpoint,
        )
    raise UserError(
        "HF_ENDPOINT is {endpoint}, which is no address of a Hub; one looks like https://huggingface.co",
        endpoint=endpoint,
    )


class CardRefusedError(Exception):
    """The Hub refuses the front matter of README.md."""


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
    httpx2.TooManyRedirects: "the Hub at {endpoint} sends each request on and on; check HF_ENDPOINT",
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
