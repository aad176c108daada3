import pytest
from support.engine_js import WEBGPU, ask_node, ask_page


@pytest.fixture(scope="session")
def ask(node):
    with ask_node(node) as ask:
        yield ask


@pytest.fixture(scope="session")
def page(launch):
    """Asks in a page that has WebGPU, by a software adapter."""
    browser = launch(["--no-sandbox", *WEBGPU])
    with ask_page(browser) as ask:
        yield ask
    browser.close()
