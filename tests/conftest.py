import os
import re
import shutil
import subprocess
import tempfile

NO_CACHE = tempfile.TemporaryDirectory(prefix="sprites-no-cache-")
os.environ |= {  # before anything imports huggingface_hub, which reads them once: no test leaves this machine
    "HF_ENDPOINT": "http://127.0.0.1:9",
    "HF_HOME": NO_CACHE.name,
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    "SPRITES_PRECISION": "float32",  # the app and the test that looks at it compute alike, however busy the machine
    "OMP_NUM_THREADS": "1",  # two processes with two threads each on two cores wait for one another
}
for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "SPRITES_RUN"):
    os.environ.pop(name, None)

from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from support.app import running_app, visitor  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNCOMPRESSED = {"Accept-Encoding": "identity"}  # compressing a page costs the app a second, and nobody is far away
OLDEST_NODE = (20, 19)  # older ones take a .js file for a script, not a module
MAX_FILES_OF_ONE_PROCESS = 8  # a second process takes 5 s to begin
OWN_APPS = re.compile(r"tests/browser/test_(looks|train)")  # each file starts its own; the others share `tiny_app`
SHARE_AN_APP = re.compile(r"tests/(browser/|ui/test_api)")


def pytest_xdist_auto_num_workers(config):
    """Two processes for a folder of many test files, one for what a person works on."""
    paths = [Path(config.invocation_params.dir, argument.partition("::")[0]) for argument in config.args]
    files = sum(len(list(path.rglob("test_*.py"))) if path.is_dir() else 1 for path in paths)
    return 2 if files > MAX_FILES_OF_ONE_PROCESS and (os.cpu_count() or 1) > 1 else 0


class TwoBrowsers(LoadScopeScheduling):
    """Each process has one browser for its half of the tests of the page; then it takes other files, one by one."""

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        if OWN_APPS.search(file):
            return "pages with apps of their own"
        return "pages of one app" if SHARE_AN_APP.search(file) else file


def pytest_xdist_make_scheduler(config, log):
    return TwoBrowsers(config, log)


@pytest.fixture(scope="session")
def node():
    """In CI its absence is a failure; on a person's machine these tests are skipped."""
    path = shutil.which("node")
    found = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout if path else ""
    if tuple(map(int, re.findall(r"\d+", found)[:2])) < OLDEST_NODE:
        message = f"no Node.js {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer found, but {found.strip() or 'none'}"
        assert not os.environ.get("CI"), message
        pytest.skip(message)
    return path


@pytest.fixture(scope="session")
def chromium():
    """A real browser. In CI its absence is a failure; on a person's machine these tests are skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        message = "no Chromium found; install it (Debian: apt-get install chromium) to run the browser tests"
        assert not os.environ.get("CI"), message
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        browser.new_context = partial(browser.new_context, extra_http_headers=UNCOMPRESSED)
        browser.new_page = partial(browser.new_page, extra_http_headers=UNCOMPRESSED)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory):
    """A run of our network with random weights; nobody may add to it, or to its folder."""
    from support.runs import make_run

    return make_run(tmp_path_factory.mktemp("runs") / "tiny", epochs=(0, 4, 31), width=64)


@pytest.fixture(scope="session")
def tiny_app(tiny_run):
    """The address of an app over that run, for all tests that leave the server as it was."""
    with running_app(tiny_run.path.parent) as address:
        yield address


@pytest.fixture
def page(chromium):
    with visitor(chromium) as page:
        yield page


@pytest.fixture
def runner():
    from diffusion.server.run_queue import TrainingQueue

    runner = TrainingQueue()
    yield runner
    for name in runner.snapshot().waiting:
        runner.withdraw(name)
    runner.stop()
    runner.wait(60)
