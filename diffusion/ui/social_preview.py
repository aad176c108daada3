"""What stands first in each page: the tags for link previews, the scripts that must run before Gradio's own, colours.

The tags are the title, description and picture that other sites show of a shared address. Gradio adds
`launch(head=…)` with a script, and the programs that make previews run no scripts. So a middleware writes them into
the HTML of each page, in place of Gradio's own.
"""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .guard import route_path
from .words import Words

GRADIO_TAGS = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
TAGS = """<head>
<script>{script}</script>
<style>{style}</style>
<title>{title}</title>
<meta name="description" content="{line}">
<meta property="og:type" content="website">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{line}">
<meta property="og:image" content="{picture}">
<meta property="og:image:alt" content="{line}">
<meta name="twitter:card" content="summary_large_image">
"""


class PreviewMiddleware:
    """Adds TAGS to the pages of an ASGI app. pages: path -> words; other answers pass unchanged."""

    def __init__(self, app: ASGIApp, pages: Mapping[str, Words], picture: Path, script: str, style: str) -> None:
        self.app, self.pages, self.picture = app, pages, picture
        self.script, self.style = script, style

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        words = self.pages.get(route_path(scope).strip("/")) if scope["type"] == "http" else None
        if words is None:
            return await self.app(scope, receive, send)
        start: Message = {}
        body = b""

        async def add_tags(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=start)
            if headers.get("content-type", "").startswith("text/html"):
                body = self.with_tags(body.decode(), words, scope).encode()
                headers["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, add_tags)

    def with_tags(self, html: str, words: Words, scope: Scope) -> str:
        """The page with the tags first in its head. The picture's address must be absolute."""
        picture = f"{root_address(scope)}/gradio_api/file={self.picture.as_posix()}"
        tags = TAGS.format(
            title=escape(words.title),
            line=escape(words.description),
            picture=escape(picture),
            script=self.script,
            style=self.style,
        )
        return GRADIO_TAGS.sub("", html).replace("<head>", tags, 1).replace('lang="en"', f'lang="{words.code}"', 1)


def root_address(scope: Scope) -> str:
    """The app's own address, as its visitors see it. The guard has checked the headers that say it."""
    root = str(getattr(scope.get("app"), "root_path", "")).rstrip("/")  # GRADIO_ROOT_PATH as it was given
    if "://" in root:
        return root
    headers = Headers(scope=scope)
    scheme = headers.get("x-forwarded-proto", scope["scheme"]).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()
    return f"{scheme}://{host}{root}"
