"""The page in a frame of another site whose visitors forbid it to remember anything, as Incognito does by default."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from support.app import visitor
from support.fakehub import QuietServer

from diffusion.ui.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

FORBID = """for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { configurable: true, get() {
        throw new DOMException("Access is denied for this document", "SecurityError");
    } });
}"""


@pytest.fixture(scope="module")
def elsewhere(tiny_app) -> Iterator[str]:
    """The address of a page of another site that shows the app in a frame."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<iframe src="{tiny_app}{self.path}" width="1200" height="800"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = QuietServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()


@pytest.mark.parametrize(("path", "words"), [("", ENGLISH), ("zh", CHINESE)], ids=["English", "Chinese"])
def test_it_works_where_nothing_may_be_remembered(chromium, elsewhere, path, words):
    with visitor(chromium) as page:
        page.add_init_script(FORBID)
        page.goto(f"{elsewhere}/{path}?lang={words.code[:2]}&tab=learn")
        frame = page.frame_locator("iframe")
        frame.locator("#learn [data-part]").first.wait_for(timeout=60_000)
        frame.get_by_role("tab", name=words.train.tab, exact=True).click()
        frame.get_by_role("button", name=words.train.start, exact=True).wait_for(timeout=60_000)
        frame.get_by_role("tab", name=words.hub.tab, exact=True).click()
        frame.locator("#runs-here table").wait_for(timeout=60_000)
        frame.get_by_role("tab", name=words.watch_tab, exact=True).click()
        frame.get_by_role("button", name=words.new_ones, exact=True).click()
        page.wait_for_timeout(500)
