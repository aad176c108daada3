"""Who may ask this server for what: other names, other sites, large bodies, closed routes; around a stand-in app."""

import json
from contextlib import nullcontext

import pytest
from support.coroutines import wait_for

from diffusion.server.hosts import ServedHosts
from diffusion.server.settings import Settings
from diffusion.ui.guard import MAX_BODY, MB, Guard, guarded

HERE = {"host": "127.0.0.1:7860"}
QUEUE, UPLOAD = "/gradio_api/queue/join", "/gradio_api/upload"


class Inner:
    """Reads the body as Gradio does, and lets every site in as Gradio does."""

    def __init__(self) -> None:
        self.scope, self.read = None, 0

    async def __call__(self, scope, receive, send):
        self.scope, more = scope, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            self.read += len(message.get("body", b""))
            more = message.get("more_body", False)
        headers = [
            (b"access-control-allow-origin", b"http://evil.test"),
            (b"access-control-allow-credentials", b"true"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


def ask(path="/", method="GET", headers=(), body=(), hosts=None, settings=None, root=""):
    """(status, headers, text, what the inner app saw) of one request; body: the pieces in which it comes."""
    inner, sent, pieces = Inner(), [], list(body) or [b""]
    guard = Guard(inner, hosts or ServedHosts.find("127.0.0.1", (), {}), settings or Settings(max_upload_mb=8))
    path, _, query = path.partition("?")
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in dict(headers).items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}

    async def receive():
        return {"type": "http.request", "body": pieces.pop(0) if pieces else b"", "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    wait_for(guard(scope | {"scheme": "http", "root_path": root}, receive, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, b"".join(one.get("body", b"") for one in sent[1:]).decode(), inner


def status(*arguments, **named):
    return ask(*arguments, **named)[0]


SPACE = ServedHosts.find("0.0.0.0", (), {"SPACE_ID": "me/app", "SPACE_HOST": "me-app.hf.space,sprites.example.org"})
EVERYWHERE = ServedHosts.find("0.0.0.0", (), {})
PROXIED = ServedHosts.find("127.0.0.1", ("sprites.lan", "odd.lan:8443"), {"GRADIO_ROOT_PATH": "https://root.test/app"})


@pytest.mark.parametrize(
    ("hosts", "served", "refused"),
    [
        (
            None,
            "127.0.0.1:7860 127.0.0.1 localhost:8080 LOCALHOST [::1]:7860 127.9.9.9 app.localhost localhost.:1",
            "evil.test 127.0.0.1.evil.test localhost.evil.test 10.0.0.5:7860 0.0.0.0:7860 [::] x@127.0.0.1 "
            '127.0.0.1:7860/"> 127.0.0.1,evil.test [::1 äöü :7860',
        ),
        (EVERYWHERE, "10.0.0.5:7860 [fe80::1]:80 127.0.0.1 0.0.0.0:7860", "evil.test 10.0.0.5.evil.test sprites.lan"),
        (SPACE, "me-app.hf.space sprites.example.org 10.1.2.3:7860 localhost", "huggingface.co evil.hf.space.test"),
        (PROXIED, "sprites.lan sprites.lan:9000 odd.lan:8443 root.test 127.0.0.1", "evil.test 10.0.0.5"),
        (ServedHosts.find("192.168.1.5", (), {}), "192.168.1.5:7860 localhost", "192.168.1.6 evil.test"),
        (ServedHosts.find("127.0.0.1", (), {"GRADIO_SHARE": "true"}), "x1.gradio.live", "evil.test gradio.live.test"),
    ],
    ids=["here", "everywhere", "Space", "proxy", "one address", "share"],
)
def test_only_the_names_of_this_server_are_answered(hosts, served, refused):
    """A page can give its own name the address of this machine, and is then of the same origin as what answers."""
    for host in served.split():
        assert status(headers={"host": host}, hosts=hosts) == 200, host
    for host in (*refused.split(), ""):
        code, _, text, inner = ask(headers={"host": host}, hosts=hosts)
        assert (code, inner.scope) == (403, None), host
        assert "SPRITES_HOSTS=" in text and text.isascii() and len(text) < 400
    assert status(headers={}) == 403, "no Host at all"


@pytest.mark.parametrize(
    ("hosts", "host", "own", "foreign"),
    [
        (
            None,
            "127.0.0.1:7860",
            "http://127.0.0.1:7860",
            "http://127.0.0.1:8000 http://localhost:7860 http://evil.test null http://evil.test:7860 file:// "
            "http://127.0.0.1:7860.evil.test http://127.0.0.1:7860@evil.test http://127.0.0.1 [ http://[ é",
        ),
        (None, "localhost", "http://localhost https://localhost", "http://localhost:81"),
        (None, "[::1]:7860", "http://[::1]:7860", "http://[::2]:7860"),
        (
            SPACE,
            "me-app.hf.space",
            "https://me-app.hf.space https://sprites.example.org",
            "https://huggingface.co https://evil.hf.space null",
        ),
        (
            PROXIED,
            "127.0.0.1:7860",
            "https://sprites.lan http://sprites.lan:9000 https://odd.lan:8443 https://root.test",
            "https://odd.lan https://evil.test https://root.test:81",
        ),
    ],
)
def test_only_pages_of_this_server_change_anything(hosts, host, own, foreign):
    for origin in own.split():
        for path in (QUEUE, UPLOAD, "/gradio_api/mcp/", "/gradio_api/run/predict"):
            assert status(path, "POST", {"host": host, "origin": origin}, hosts=hosts) == 200, origin
    for origin in foreign.split():
        for path in (QUEUE, UPLOAD, "/gradio_api/mcp/", "/gradio_api/run/predict"):
            code, headers, text, inner = ask(path, "POST", {"host": host, "origin": origin}, hosts=hosts)
            assert (code, inner.scope) == (403, None), origin
            assert path == UPLOAD or "Only a page of this server" in json.loads(text)["detail"]
            assert not [name for name in headers if name.startswith("access-control")]
        assert status("/gradio_api/mcp/", "GET", {"host": host, "origin": origin}, hosts=hosts) == 403
        asked = {"host": host, "origin": origin, "access-control-request-method": "POST"}
        assert status(QUEUE, "OPTIONS", asked, hosts=hosts) == 403


def test_programs_say_no_origin_and_are_answered():
    for path in (QUEUE, UPLOAD, "/gradio_api/mcp/", "/gradio_api/call/generate_sprites"):
        assert status(path, "POST", HERE) == 200
    for path in ("/config", "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/health"):
        assert status(path, "GET", HERE) == 200


def test_other_sites_may_link_here_and_show_a_picture_and_no_more():
    def site(method="GET", **fetch):
        named = {f"sec-fetch-{name}": value for name, value in ({"site": "cross-site"} | fetch).items()}
        return status("/", method, HERE | named)

    assert site(mode="navigate", dest="document") == site(mode="navigate", dest="iframe") == 200
    assert site(mode="no-cors", dest="image") == 200
    assert site(mode="no-cors", dest="script") == site(mode="no-cors", dest="empty") == 403
    assert site("POST", mode="navigate", dest="document") == site("POST", mode="no-cors", dest="image") == 403
    assert site(site="same-site", mode="no-cors", dest="empty") == 403, "another port of this machine"
    assert site(site="same-origin", mode="cors", dest="empty") == site(site="none", mode="navigate") == 200


def test_no_answer_lets_another_site_read_it():
    _, headers, _, _ = ask(headers=HERE)
    assert not [name for name in headers if name.startswith("access-control")]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    assert "object-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("settings", "hosts", "framed_by"),
    [
        (Settings(), None, "'self' http://localhost:* http://127.0.0.1:*"),
        (Settings(shared=True), EVERYWHERE, "*"),
        (
            Settings(shared=True, login=True),
            SPACE,
            "'self' http://localhost:* http://127.0.0.1:* https://huggingface.co https://*.huggingface.co "
            "https://*.hf.space me-app.hf.space sprites.example.org",
        ),
    ],
    ids=["here", "shared", "Space with sign-in"],
)
def test_who_may_show_the_page_in_a_frame(settings, hosts, framed_by):
    policy = ask(headers=HERE, settings=settings, hosts=hosts)[1]["content-security-policy"]
    words = policy.partition("frame-ancestors ")[2].split()
    assert sorted(words) == sorted(framed_by.split())


# What a proxy is said to have seen


@pytest.mark.parametrize(
    ("name", "kept", "dropped"),
    [
        (
            "x-forwarded-host",
            ["localhost:9", "127.0.0.1, evil.test"],
            ["evil.test", "evil.test, 127.0.0.1", "\xff", ""],
        ),
        ("x-forwarded-proto", ["https", "http", "https,http"], ["javascript", "ht\xfftp", "\xe9", "", "HTTPS<"]),
        ("x-gradio-server", ["http://127.0.0.1:7861"], ["http://evil.test", "http://[", "x"]),
    ],
)
def test_what_a_proxy_says_is_kept_where_it_makes_sense(name, kept, dropped):
    for value in kept + dropped:
        code, _, _, inner = ask(headers=HERE | {name: value})
        assert code == 200
        assert ((name.encode(), value.encode("latin-1")) in inner.scope["headers"]) == (value in kept), value


def test_an_origin_may_be_the_name_that_a_proxy_was_asked_by_if_it_is_ours():
    there = HERE | {"x-forwarded-host": "sprites.lan", "origin": "https://sprites.lan"}
    assert status(QUEUE, "POST", there, hosts=ServedHosts.find("127.0.0.1", ("sprites.lan",), {})) == 200
    assert status(QUEUE, "POST", there) == 403


# Sizes


@pytest.mark.parametrize(("path", "most"), [(QUEUE, MAX_BODY), (UPLOAD, 9 * MB), ("/gradio_api/mcp/", MAX_BODY)])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in pieces"])
def test_a_body_is_refused_by_its_size(path, most, announced):
    """Announced, not a byte of it reaches the app; in pieces, no more than what is allowed."""
    for size, expected in ((most, 200), (most + 1, 413)):
        headers = HERE | ({"content-length": str(size)} if announced else {})
        pieces = [bytes(MB)] * (size // MB) + [bytes(size % MB)]
        code, _, text, inner = ask(path, "POST", headers, pieces)
        assert code == expected
        assert inner.read <= most and (code == 200 or not announced or inner.read == 0)
    assert f"at most {8 if path == UPLOAD else 4} MB" in text
    assert status(path, "POST", HERE | {"content-length": "9" * 5000}) == 413
    assert status(path, "POST", HERE | {"content-length": "-1"}) == 413


def test_the_refusal_is_in_the_language_of_the_page():
    there = HERE | {"content-length": str(99 * MB), "referer": "http://127.0.0.1:7860/zh?tab=train"}
    assert ask(UPLOAD, "POST", there)[2] == "太大了：一次最多 8 MB"
    assert ask(UPLOAD, "POST", there | {"referer": "http://["})[2] == "This is too large: at most 8 MB at a time"


# Routes


CLOSED = [
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/x",
    "/gradio_api/deep_link",
    "/gradio_api/dev/reload",
    "/gradio_api/process_recording",
    "/gradio_api/vibe-edit",
    "/gradio_api/vibe-edit/",
    "/gradio_api/undo-vibe-edit",
    "/gradio_api/vibe-code",
    "/gradio_api/vibe-starter-queries",
    "/gradio_api/proxy=https://a.hf.space/x",
    "/gradio_api/runs",
    "/gradio_api/run-history/records",
    "/gradio_api/custom_component/a/client/b/c.js",
    "/gradio_api/stream/x",
    "/login",
    "/svelte/x.js",
    "/gradio_api/profiling/traces",
    "/gradio_api/file=http://127.0.0.1/x",
    "/gradio_api/file/x",
    "/gradio_api/token",
    "/gradio_api/uploads",
    "/configs",
    "/anything",
]


@pytest.mark.parametrize("path", CLOSED)
def test_what_nobody_needs_is_closed(path):
    for method in ("GET", "POST"):
        assert status(path, method, HERE) == 404


def test_the_pages_and_what_they_need_are_open():
    for path in ("/", "/zh", "/static/fonts/x.woff2", "/assets/a.js", "/theme.css", "/favicon.ico", "/manifest.json"):
        assert status(path, headers=HERE) == 200
    for path in ("/gradio_api/file=assets/x.png", "/gradio_api/scripts/0/js/a.js", "/gradio_api/heartbeat/abc"):
        assert status(path, headers=HERE) == 200
    assert (
        status("/app/gradio_api/info", headers=HERE, root="/app") == status("/app/", headers=HERE, root="/app") == 200
    )
    assert status("/app/monitoring", headers=HERE, root="/app") == 404


def test_a_page_with_a_slash_at_its_end_keeps_its_query():
    code, headers, _, _ = ask("/zh/?tab=train&seed=5", headers=HERE)
    assert (code, headers["location"]) == (307, "../zh?tab=train&seed=5")
    assert ask("/zh/", headers=HERE)[1]["location"] == "../zh"


def test_there_are_no_websockets():
    sent = []

    async def send(message):
        sent.append(message)

    wait_for(Guard(Inner(), ServedHosts(), Settings())({"type": "websocket"}, None, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_it_stands_outside_of_all_other_middleware():
    class App:
        middleware_stack = Inner()

    async def start():
        async with guarded(ServedHosts(), Settings())(App):
            assert isinstance(App.middleware_stack, Guard)

    wait_for(start())


@pytest.mark.parametrize("is_answered", [True, False])
def test_an_error_that_has_its_answer_ends_here(is_answered):
    """Passed on, the server would write it down once more, and close a connection that the client uses again."""

    async def wrong(scope, receive, send):
        if is_answered:
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b"number 1a2b"})
        raise ZeroDivisionError

    async def send(_):
        pass

    guard = Guard(wrong, ServedHosts.find("127.0.0.1", (), {}), Settings())
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"127.0.0.1")]}
    with nullcontext() if is_answered else pytest.raises(ZeroDivisionError):
        wait_for(guard(scope, None, send))
