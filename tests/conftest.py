import os
import shutil
import tempfile

NO_CACHE = tempfile.TemporaryDirectory(prefix="sprites-no-cache-")
os.environ |= {  # before anything imports huggingface_hub, which reads them once: no test leaves this machine
    "HF_ENDPOINT": "http://127.0.0.1:9",
    "HF_HOME": NO_CACHE.name,
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    "SPRITES_PRECISION": "float32",  # the app and the test that looks at it compute alike, however busy the machine
}
for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "SPRITES_RUN"):
    os.environ.pop(name, None)

import pytest  # noqa: E402
from support.app import visitor  # noqa: E402

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
        yield browser
        browser.close()


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
