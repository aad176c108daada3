"""What every request must pass before Gradio sees it, and the headers of every answer.

A page of another site may be open in the same browser. So a request must be for a name that is ours (Host), and one
that changes anything must come from a page of ours (Origin). A program sends no Origin and is let in. Bodies are
refused by their size, and the routes of Gradio that neither our page nor a program needs are closed.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..server import ServedHosts, Settings
from .answer_headers import answer_headers
from .words import LANGUAGES, Words

MB = 2**20
MAX_BODY = 4 * MB  # of all but uploads; a picture for the API has up to 2 MB of base64
UPLOAD_FRAME = 1 * MB  # what a form adds to its files
LINGER_SECONDS, LINGER_BYTES = 5.0, 512 * MB  # of a refused body to throw away, so that its sender reads the answer
MAX_SHOWN = 100  # characters of a foreign name in a sentence
OPEN_FILES = ("/favicon.ico", "/theme.css", "/robots.txt", "/manifest.json", "/pwa_icon")
SIGN_IN = ("/login/huggingface", "/login/callback", "/logout")
OPEN_API = (  # of /gradio_api/: what the page, gradio_client, an agent and a monitor ask for
    "app_id",
    "api",
    "call",
    "cancel",
    "component_server",
    "health",
    "heartbeat",
    "info",
    "login_check",
    "mcp",
    "openapi.json",
    "queue/data",
    "queue/join",
    "queue/status",
    "reset",
    "run",
    "scripts",
    "startup-events",
    "theme.css",
    "upload",
    "upload_progress",
    "user",
    "weights",
)


@dataclass(frozen=True)
class Refusal:
    status: int
    sentence: str


class Guard:
    """Around the whole of an ASGI app, outside the middleware that Gradio adds itself."""

    def __init__(self, app: ASGIApp, hosts: ServedHosts, settings: Settings) -> None:
        self.app, self.hosts = app, hosts
        self.max_upload = settings.max_upload_mb * MB
        self.headers = answer_headers(settings, hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":  # Gradio has no websockets any more
            return await send({"type": "websocket.close", "code": 1008})
        scope = {**below_root(scope), "headers": self.trusted_headers(scope)}
        headers, path = Headers(scope=scope), route_path(scope)
        send = self.with_headers(send)
        if refusal := self.refuse(scope["method"], path, headers):
            return await answer(scope, receive, send, refusal, path)
        if scope["method"] in ("GET", "HEAD") and (page := path.strip("/")) in LANGUAGES and path == f"/{page}/":
            query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
            return await redirect(send, f"../{page}{query}")
        await self.pass_on(scope, receive, send, self.max_body(path), path, headers)

    def trusted_headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """All but what a proxy is said to have seen, where that is no name of ours or no protocol of the web."""
        checks: dict[bytes, Callable[[str], bool]] = {
            b"x-forwarded-host": self.hosts.serves,
            b"x-forwarded-proto": lambda protocol: protocol in ("http", "https"),
            b"x-gradio-server": lambda address: ServedHosts().serves(urlsplit(address).netloc),
        }
        return [
            (name, value)
            for name, value in scope["headers"]
            if name not in checks or _holds(checks[name], value.decode("latin-1").split(",")[0].strip())
        ]

    def refuse(self, method: str, path: str, headers: Headers) -> Refusal | None:
        words = words_of(headers)
        host = headers.getlist("host")
        if len(host) != 1 or not self.hosts.serves(host[0]):
            return Refusal(403, words.refusals.host.format(host=_shown(", ".join(host))))
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if origin is not None:
            named = [host[0], headers.get("x-forwarded-host", "").split(",")[0]]
            if not self.hosts.is_own_origin(origin, *named):
                return Refusal(
                    403, words.refusals.origin.format(origin=_shown(origin), name=_shown(urlsplit_name(origin)))
                )
        elif site in ("cross-site", "same-site"):
            looks = method in ("GET", "HEAD")
            opened = headers.get("sec-fetch-mode") == "navigate" or headers.get("sec-fetch-dest") == "image"
            if not (looks and opened):
                return Refusal(403, words.refusals.site)
        if not is_open(path):
            return Refusal(404, HTTPStatus.NOT_FOUND.phrase)
        size = headers.get("content-length", "0")
        if not size.isdecimal() or int(size[:20]) > self.max_body(path):
            return self.too_large(path, headers)
        return None

    def max_body(self, path: str) -> int:
        return self.max_upload + UPLOAD_FRAME if is_upload(path) else MAX_BODY

    def too_large(self, path: str, headers: Headers) -> Refusal:
        most = (self.max_upload if is_upload(path) else MAX_BODY) // MB
        return Refusal(413, words_of(headers).refusals.size.format(mb=most))

    async def pass_on(
        self, scope: Scope, receive: Receive, send: Send, most: int, path: str, headers: Headers
    ) -> None:
        """Counts the body while it comes: where it is sent in pieces, nobody has said its size.

        An error that has its answer (unexpected.py) ends here: passed on, it would be logged once more, and the
        connection closed on a client that uses it again.
        """
        came, began, ended, over = 0, False, False, False

        async def count() -> Message:
            nonlocal came, over
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                over = True
                return {"type": "http.disconnect"}
            return message

        async def note(message: Message) -> None:
            nonlocal began, ended
            if not over or began:
                began = True
                await send(message)
                ended = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self.app(scope, count, note)
        except Exception:
            if not over and not ended:
                raise
        if over and not began:
            await answer(scope, receive, send, self.too_large(path, headers), path)

    def with_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": list(message.get("headers", ()))}
                headers = MutableHeaders(scope=message)
                for name in [name for name in headers if name.startswith("access-control-")]:
                    del headers[name]  # Gradio lets every site in, with its cookies
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return send_with_headers


def guarded(hosts: ServedHosts, settings: Settings) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """For `launch(app_kwargs={"lifespan": …})`: puts the guard around Gradio's app before its first request.

    `app_kwargs["middleware"]` would put it inside Gradio's own, one of which answers to other sites by itself.
    """

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        app.middleware_stack = Guard(app.middleware_stack, hosts, settings)
        yield

    return lifespan


def is_open(path: str) -> bool:
    """Whether anything of ours asks for this path."""
    if path.strip("/") in LANGUAGES or path.startswith(("/static/", "/assets/")):
        return True
    if path.startswith("/gradio_api/file="):
        return "://" not in path  # Gradio would fetch it from there
    if path.startswith("/gradio_api/"):
        rest = path.removeprefix("/gradio_api/")
        return any(rest == name or rest.startswith(f"{name}/") for name in OPEN_API)
    return any(path == name or path.startswith(f"{name}/") for name in (*OPEN_FILES, *SIGN_IN, "/config"))


def is_upload(path: str) -> bool:
    return path.rstrip("/") == "/gradio_api/upload"


def below_root(scope: Scope) -> Scope:
    """The scope with GRADIO_ROOT_PATH before its path, where ASGI wants it; some proxies take it away.

    Without it Starlette does not find what is mounted: our scripts, and the server for agents.
    """
    root = urlsplit(str(scope.get("root_path", ""))).path.rstrip("/")  # it may be a whole address
    path = str(scope["path"])
    if root and path != root and not path.startswith(f"{root}/"):
        path = root + path
    return {**scope, "root_path": root, "path": path, "raw_path": quote(path).encode()}


def route_path(scope: Scope) -> str:
    """The path without GRADIO_ROOT_PATH."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))


def words_of(headers: Headers) -> Words:
    """The words of the page that asks; English where no page does."""
    with suppress(ValueError):
        return LANGUAGES.get(urlsplit(headers.get("referer", "")).path.rstrip("/").rpartition("/")[2], LANGUAGES[""])
    return LANGUAGES[""]


async def answer(scope: Scope, receive: Receive, send: Send, refusal: Refusal, path: str) -> None:
    """One sentence: as text, or as JSON where Gradio's client reads that."""
    as_json = scope["method"] not in ("GET", "HEAD") and not is_upload(path)
    text = json.dumps({"detail": refusal.sentence, "error": refusal.sentence}) if as_json else refusal.sentence
    body = b"" if scope["method"] == "HEAD" else text.encode()
    kind = b"application/json" if as_json else b"text/plain; charset=utf-8"
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(text.encode())).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if scope["method"] not in ("GET", "HEAD"):
        await _throw_away(receive)
    await send({"type": "http.response.body", "body": b""})


async def _throw_away(receive: Receive) -> None:
    """Reads on for a while: a line that is closed before it was read to its end loses the answer, too."""
    came, end = 0, monotonic() + LINGER_SECONDS
    with anyio.move_on_after(LINGER_SECONDS):
        while came < LINGER_BYTES and monotonic() < end:
            message = await receive()
            came += len(message.get("body", b""))
            if not message.get("more_body"):
                return


async def redirect(send: Send, address: str) -> None:
    """Relative, so that it is right behind a proxy too."""
    headers = [(b"location", address.encode("latin-1")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def urlsplit_name(origin: str) -> str:
    with suppress(ValueError):
        return urlsplit(origin).hostname or origin
    return origin


def _holds(check: Callable[[str], bool], value: str) -> bool:
    with suppress(ValueError):
        return check(value)
    return False


def _shown(text: str) -> str:
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in text[:MAX_SHOWN])
