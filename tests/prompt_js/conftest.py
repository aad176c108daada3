import json

import pytest
from support.engine_js import ask_node

from diffusion.ui.parts.asking import browser_tables

from .runs import RUNS


@pytest.fixture(scope="session")
def ask(node):
    with ask_node(node, "tests/prompt_js/answer.mjs") as ask:
        configs = {name: json.loads(config.to_json()) for name, config in RUNS.items()}
        ask("open", json.loads(browser_tables()), configs)
        yield ask
