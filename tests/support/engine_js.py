"""Asks the engine in assets/js/engine, in Node or in a page; tests/engine_js/answer.mjs answers."""

import base64
import functools
import http.server
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent.parent
ANSWER = "tests/engine_js/answer.mjs"
TYPES = {"f4": "Float32Array", "f8": "Float64Array", "u4": "Uint32Array", "u1": "Uint8Array"}
WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"]
WEBGPU += ["--use-vulkan=swiftshader"]


class RefusedError(Exception):
    """What an EngineError says; its reason is the first argument."""


def encode(value: Any) -> Any:
    if isinstance(value, bytes):
        value = np.frombuffer(value, np.uint8)
    if isinstance(value, np.ndarray):
        content = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"type": TYPES[value.dtype.str[1:]], "base64": content}
    if isinstance(value, list | tuple):
        return [encode(one) for one in value]
    return {key: encode(one) for key, one in value.items()} if isinstance(value, dict) else value


def decode(value: Any) -> Any:
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"type", "base64"}:
        dtype = next(dtype for dtype, name in TYPES.items() if name == value["type"])
        return np.frombuffer(base64.b64decode(value["base64"]), dtype)
    return {key: decode(one) for key, one in value.items()}


class Asker:
    """Calls a function of answer.mjs; a RefusedError where it raises."""

    def __init__(self, send: Callable[[str], str]) -> None:
        self.send = send

    def __call__(self, call: str, *values: Any) -> Any:
        answer = json.loads(self.send(json.dumps([call, *encode(values)])))
        if "error" in answer:
            raise RefusedError(*answer["error"].values())
        return decode(answer["value"])


@contextmanager
def ask_node(node: str, answer: str = ANSWER) -> Iterator[Asker]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([node, ROOT / answer], encoding="utf-8", **pipes) as process:

        def send(question: str) -> str:
            process.stdin.write(question + "\n")
            process.stdin.flush()
            return process.stdout.readline()

        yield Asker(send)
        process.stdin.close()


@contextmanager
def ask_page(browser: Any) -> Iterator[Asker]:
    """In a page of the browser, from a server of this repository's files."""
    with serve_files() as address:
        page = browser.new_page()
        page.goto(f"{address}/README.md")
        yield Asker(
            lambda question: page.evaluate(
                f"async (question) => (await import('/{ANSWER}')).answer(question)", question
            )
        )
        page.close()


@contextmanager
def serve_files() -> Iterator[str]:
    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | dict.fromkeys(
            (".js", ".mjs"), "text/javascript"
        )

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=ROOT)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
