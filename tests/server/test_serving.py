"""A server that others can reach: what it hands out and takes, how it bears many at once, what its settings are."""

import json
import os
import re
import select
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from support.app import ROOT, RUNNING, running_app
from support.load import Page, QueueFullError, put_on
from support.runs import make_run

from diffusion.server.settings import Settings

SECRET = "a word that stands in no answer"
MB = 1_000_000
ENDPOINTS = [
    "/gradio_api/file=",
    "/file=",
    "/gradio_api/file/",
    "/gradio_api/proxy=",
    "/static/",
    "/assets/",
    "/svelte/",
    "/gradio_api/custom_component/1/client/component/",
    "/gradio_api/stream/a/b/1/",
    "/gradio_api/deep_link?session_hash=",
    "/?deep_link=",
]
TELLING = [SECRET.encode(), b"root:x:0:0", b"SPRITES_SECRET=", b"import argparse", b"[core]", b'"format": 1']


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with runs, and around them what nobody may read or change."""
    home = tmp_path_factory.mktemp("home")
    make_run(home / "runs" / "tiny")
    for secret in (
        home / "secret.txt",
        home / "runs" / "secret.txt",
        home / "runs" / "tiny" / "training" / "secret.txt",
    ):
        secret.parent.mkdir(exist_ok=True)
        secret.write_text(SECRET)
    (home / "gradio").mkdir()
    return home


@pytest.fixture(scope="module")
def address(home):
    environment = {"GRADIO_TEMP_DIR": str(home / "gradio"), "SPRITES_MAX_UPLOAD_MB": "1", "SPRITES_SECRET": SECRET}
    with running_app(home / "runs", **environment) as address:
        yield address


@pytest.fixture(scope="module")
def browser(address):
    fresh = httpx.Limits(max_keepalive_connections=0)  # a refused upload closes its line
    with httpx.Client(base_url=address, timeout=60, verify=False, limits=fresh) as browser:
        yield browser


@pytest.fixture(scope="module")
def config(browser):
    return browser.get("/config").json()


def raw(address, request):
    """Sent byte by byte, as no client would: httpx would tidy up the path first."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(request.encode())
        answer = b""
        while part := line.recv(65536):
            answer += part
    return answer


def get(address, path):
    """(status, everything that was answered)"""
    answer = raw(address, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return int(answer.split()[1]), answer


def tree(home):
    """Every file but the app's own temporary ones, and what is in it."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.is_relative_to(home / "gradio"))
    return {path: path.read_bytes() for path in files}


def test_the_server_says_that_it_is_well(browser):
    answer = browser.get("/gradio_api/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "runs": {"tiny": [0, 4]}}


def test_its_own_pictures_can_be_read(address):
    """The attempts below fail for what they ask, not because nothing is ever handed out."""
    assert get(address, "/gradio_api/file=assets/readme/film.gif")[0] == 200
    assert get(address, f"/gradio_api/file={ROOT / 'assets' / 'readme' / 'film.gif'}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "{home}/secret.txt",
        "{home}/runs/secret.txt",
        "{home}/runs/tiny/training/secret.txt",
        "{home}/gradio/../secret.txt",
        "{home}/gradio/%2e%2e/secret.txt",
        "assets/../../{relative}/secret.txt",
        "assets/%2e%2e/%2e%2e/{relative}/secret.txt",
        "assets/..%2f..%2f{relative}/secret.txt",
        "assets/%252e%252e/{relative}/secret.txt",
        "assets/....//....//{relative}/secret.txt",
        "assets\\..\\..\\secret.txt",
        "file://{home}/secret.txt",
        "{home}/link-to-secret",
        "assets/readme/film.gif/../../{relative}/secret.txt",
        "assets/readme/film.gif%00{home}/secret.txt",
        "/proc/self/environ",
        "/dev/fd/0",
        "/etc/passwd",
        "app.py",
        "diffusion/store/run_folder.py",
        ".git/config",
        "checkpoints/sprites/config.json",
        "http://127.0.0.1:{port}/config",
        "http://localhost:{port}/config",
        "http://[::1]:{port}/config",
        "http://169.254.169.254/latest/meta-data/",
        "ftp://127.0.0.1/secret.txt",
    ],
)
def test_nothing_else_can_be_read(address, home, path):
    (home / "link-to-secret").is_symlink() or (home / "link-to-secret").symlink_to(home / "secret.txt")
    relative = "/".join([".."] * len(ROOT.parts) + [*home.parts[1:]])
    asked = path.format(home=home, relative=relative, port=address.rpartition(":")[2])
    for endpoint in ENDPOINTS:
        status, answer = get(address, endpoint + asked)
        body = answer.partition(b"\r\n\r\n")[2]
        assert not [word for word in TELLING if word in body], endpoint
        page = b"<!doctype html>" in body.lower()
        assert status >= 300 or page or body == b'""', f"{endpoint} answered {status}: {body[:200]}"


@pytest.mark.parametrize(
    "name",
    [
        "../../escaped.txt",
        "..%2f..%2fescaped.txt",
        "/tmp/escaped-{port}.txt",
        "a/../../../escaped.txt",
        "escaped.txt\x00.png",
        "...",
        "",
    ],
)
def test_an_upload_stays_among_the_temporary_files(browser, address, home, name):
    before = tree(home)
    name = name.format(port=address.rpartition(":")[2])
    answer = browser.post("/gradio_api/upload", files={"files": (name, b"anything")})
    for path in answer.json() if answer.status_code == 200 else []:
        assert Path(path).resolve().is_relative_to(home / "gradio")
    assert tree(home) == before and not Path(name if name.startswith("/tmp") else "/tmp/escaped.txt").exists()


def test_what_is_too_large_is_refused(browser, home):
    kept = sum(path.stat().st_size for path in (home / "gradio").rglob("*") if path.is_file())
    fits = browser.post("/gradio_api/upload", files={"files": ("a.bin", bytes(MB // 2))})
    large = browser.post("/gradio_api/upload", files={"files": ("b.bin", bytes(3 * MB))})
    assert (fits.status_code, large.status_code) == (200, 413)
    assert "at most 1 MB at a time" in large.text
    now = sum(path.stat().st_size for path in (home / "gradio").rglob("*") if path.is_file())
    assert now - kept < MB, "the refused one was kept"


def test_many_large_files_are_refused_before_they_are_read(browser, address):
    """To an endpoint that takes none: each would be kept in memory until the last had come."""
    server = psutil.Process(RUNNING[address].pid)
    before, piece, host = server.memory_info().rss, bytes(2**20), address.removeprefix("http://")
    head = f"POST /gradio_api/queue/join HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    for size, frame in (("Content-Length: 943718400", b"%b"), ("Transfer-Encoding: chunked", b"100000\r\n%b\r\n")):
        with socket.create_connection(("127.0.0.1", int(host.split(":")[1])), timeout=60) as line:
            line.sendall(f"{head}{size}\r\n\r\n".encode())
            answer = b""
            with suppress(OSError):  # the server hangs up
                for _ in range(100):
                    line.sendall(frame % piece)
                    if select.select([line], [], [], 0)[0]:
                        break
                answer = line.recv(4096)
        assert b" 413 " in answer.splitlines()[0] and server.memory_info().rss - before < 60 * MB
    assert browser.get("/gradio_api/health").status_code == 200


def test_another_site_in_the_same_browser_is_refused(browser, address):
    """The whole server, with what Gradio adds around it: preflights, uploads and agents, too."""
    evil = {"Origin": "http://evil.test"}
    asked = evil | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answers = [
        browser.options("/gradio_api/queue/join", headers=asked),
        browser.post("/gradio_api/queue/join", headers=evil, json={}),
        browser.post("/gradio_api/upload", headers=evil, files={"files": ("a.txt", b"a")}),
        browser.post("/gradio_api/mcp/", headers=evil, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
        browser.get("/config", headers=evil),
        browser.get("/", headers={"Host": "evil.test"}),
        browser.get("/gradio_api/mcp/sse", headers={"Host": "evil.test:7860"}),
        browser.post("/gradio_api/queue/join", headers={"Origin": "null"}, json={}),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    own = browser.get("/config", headers={"Origin": address})
    assert own.status_code == 200
    assert not [name for one in (own, *answers) for name in one.headers if name.startswith("access-control")]
    strange = [
        (b"host", address.removeprefix("http://").encode()),
        (b"x-forwarded-proto", b"\xe4\xf6"),
        (b"x-forwarded-host", b"evil.test"),
    ]
    page = browser.get("/", headers=strange)
    assert page.status_code == 200 and "evil.test" not in page.text
    assert "frame-ancestors" in page.headers["content-security-policy"]


def sent(config, event, trick):
    """What a browser would send with this event, but a trick in place of every text."""
    props = {component["id"]: component["props"] for component in config["components"]}
    kinds = {component["id"]: component["type"] for component in config["components"]}
    texts = ("textbox", "radio", "checkboxgroup", "html", "api")
    return [trick if kinds[name] in texts else props[name].get("value") for name in event["inputs"]]


TRICKS = [
    "../secret.txt",
    "../runs2",
    "..",
    ".",
    "tiny/../../escaped",
    "/tmp/escaped",
    "{home}/secret.txt",
    "tiny\x00",
    "~/escaped",
    {"path": "{home}/secret.txt", "meta": {"_type": "gradio.FileData"}},
    {"pixels": "{home}/secret.txt", "t": "../secret.txt", "seed": 0},
]


@pytest.mark.parametrize("trick", TRICKS, ids=str)
def test_no_name_of_a_run_leads_anywhere_else(browser, home, config, trick):
    """Sent to every event of the page and every endpoint of the API, in place of every text."""
    trick = json.loads(json.dumps(trick).replace("{home}", str(home)))
    before, answers = tree(home), []
    for event in (event for event in config["dependencies"] if event["backend_fn"] and event["inputs"]):
        body = {"fn_index": event["id"], "session_hash": "trick", "data": sent(config, event, trick)}
        if event["queue"]:
            assert browser.post("/gradio_api/queue/join", json=body).status_code == 200
        else:
            answers.append(browser.post("/gradio_api/run/predict", json=body).text)
    with browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": "trick"}) as stream:
        answers += stream.iter_lines()
    assert tree(home) == before, "something was written or changed"
    assert len(answers) > 5 and SECRET not in "".join(answers)
    copies = [path for path in (home / "gradio").rglob("*") if path.is_file() and SECRET in path.read_text("latin-1")]
    assert not copies, "a secret became a temporary file"


def test_only_what_is_meant_to_be_called_can_be_called(browser, config):
    """Of every kind of component, what is no function of its own for the page."""
    kinds = {component["type"]: component["id"] for component in config["components"]}
    assert len(kinds) > 10
    for kind, number in kinds.items():
        for name in ("postprocess", "__init__", "get_config", "constructor_args", "unrender", "_id", ""):
            body = {"session_hash": "x", "component_id": number, "fn_name": name, "data": "/etc/passwd"}
            answer = browser.post("/gradio_api/component_server", json=body)
            assert answer.status_code in (400, 404, 422), f"{kind}.{name}: {answer.text[:200]}"


def test_the_one_function_of_a_component_takes_no_paths(browser, home, config):
    number = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "one-step")
    for trick in TRICKS:
        data = json.loads(json.dumps(trick).replace("{home}", str(home)))
        body = {"session_hash": "x", "component_id": number, "fn_name": "one_step", "data": data}
        assert SECRET not in browser.post("/gradio_api/component_server", json=body).text


def test_walks_cannot_pass_the_queue(browser, config):
    """The page's own long events are answered only to who queues: the queue is bounded."""
    for event in (event for event in config["dependencies"] if event["queue"] and event["backend_fn"]):
        body = {"fn_index": event["id"], "session_hash": "x", "data": []}
        assert browser.post("/gradio_api/run/predict", json=body).status_code == 404


def test_a_space_s_wish_that_node_renders_is_not_followed(home):
    """Spaces set it; the pages of Node would have neither link previews nor what our scripts stand on."""
    with running_app(home / "runs", GRADIO_SSR_MODE="true") as address:
        page = httpx.get(address, timeout=60, verify=False).text
    assert page.count('property="og:title"') == 1 and "globalThis.colours" in page


def test_many_at_once_lose_nothing(address):
    """A short tests/load.py."""
    load = put_on(address, clients=6, visitors=4, seconds=5, run="tiny", epoch=4)
    assert not load.clients.lost and not load.visitors.lost
    assert len(load.clients.seconds) >= 6 and len(load.visitors.seconds) >= 4
    assert load.visitors.frames >= 5 * len(load.visitors.seconds)


def test_who_comes_when_the_queue_is_full_is_told(browser, address):
    page, joined = Page(address, "tiny", 4), 0
    with ExitStack() as stack:
        with pytest.raises(QueueFullError):
            while joined < 100:
                visitor = page.open()
                visitor.generate(count=64, steps=500, stay=False)
                stack.enter_context(visitor.listening())
                joined += 1
        assert 32 + 24 <= joined <= 60, "32 wait, and 24 compute"
        assert browser.get("/gradio_api/health").status_code == 200


def test_a_crowd_that_never_listens_keeps_nobody_out(address):
    page = Page(address, "tiny", 4)
    for _ in range(60):
        with suppress(QueueFullError):
            page.open().generate(count=64, steps=500, stay=False)
    assert page.open().generate() >= 2


@pytest.mark.parametrize(
    "environment,expected",
    [
        ({}, Settings()),
        (
            {"SPRITES_RUN": " hf://someone/run ", "SPRITES_TRAINING": "OFF"},
            Settings(run="hf://someone/run", training=False),
        ),
        ({"SPRITES_TRAINING": "on", "SPRITES_MAX_TRAINING_MINUTES": "20"}, Settings(max_training_minutes=20)),
        ({"SPRITES_MAX_UPLOAD_MB": "8", "SPRITES_RUN": ""}, Settings(max_upload_mb=8)),
        ({"SPACE_ID": "someone/sprites"}, Settings(shared=True, max_training_minutes=15, max_upload_mb=80)),
        (
            {"SPRITES_SHARED": "1", "SPRITES_HOSTS": "a.test, b.test:80"},
            Settings(shared=True, hosts=("a.test", "b.test:80")),
        ),
        ({"GRADIO_SERVER_NAME": "0.0.0.0"}, Settings(shared=True)),
        ({"GRADIO_SERVER_NAME": "127.0.0.1"}, Settings()),
        ({"GRADIO_SERVER_NAME": "0.0.0.0", "SPRITES_SHARED": "0"}, Settings()),
        ({"GRADIO_SHARE": "True"}, Settings(shared=True)),
        (
            {"SPACE_ID": "someone/sprites", "SPRITES_MAX_UPLOAD_MB": "100"},
            Settings(shared=True, max_training_minutes=15, max_upload_mb=100),
        ),
    ],
)
def test_the_environment_decides(environment, expected):
    assert Settings.from_env(environment) == expected


@pytest.mark.parametrize(
    ("host", "shared"),
    [
        (None, False),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("localhost", False),
        ("::1", False),
        ("[::1]", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.5", True),
        ("no-such-name.invalid", True),
    ],
)
def test_a_server_that_others_can_reach_is_shared_unless_told_otherwise(host, shared):
    assert Settings.from_env({}, host).shared is shared
    assert Settings.from_env({"SPRITES_SHARED": "off"}, host).shared is False


@pytest.mark.parametrize(
    "name,word,answer",
    [
        ("TRAINING", "maybe", "SPRITES_TRAINING must be on or off, not 'maybe'"),
        ("MAX_TRAINING_MINUTES", "0", "SPRITES_MAX_TRAINING_MINUTES must be a whole number of at least 1, not '0'"),
        ("MAX_TRAINING_MINUTES", "½", "SPRITES_MAX_TRAINING_MINUTES must be a whole number of at least 1, not '½'"),
        ("HOSTS", "https://a.test", "SPRITES_HOSTS must be names such as sprites.example.org"),
        ("MAX_UPLOAD_MB", "-3", "SPRITES_MAX_UPLOAD_MB must be a whole number of at least 1, not '-3'"),
        ("MAX_UPLOAD_MB", "1e3", "SPRITES_MAX_UPLOAD_MB must be a whole number of at least 1, not '1e3'"),
    ],
)
def test_what_the_environment_cannot_say_is_refused(name, word, answer):
    with pytest.raises(ValueError, match=re.escape(answer)):
        Settings.from_env({f"SPRITES_{name}": word})


def test_a_wrong_setting_is_one_line_and_exit_status_2():
    command, environment = [sys.executable, "app.py"], os.environ | {"SPRITES_TRAINING": "maybe"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (2, "app.py: SPRITES_TRAINING must be on or off, not 'maybe'\n")
