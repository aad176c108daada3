"""Measures the engine of assets/js/engine in a real Chromium: steps a second, dispatches and bytes of a step.

Without a GPU it runs on Chromium's software adapter, which tells kernels apart and nothing else. On a machine with a
GPU, SPRITES_WEBGPU=gpu takes that.
"""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import ASSETS
from ..errors import UserError
from .bench import Row, Spread, Table

SPRITES = 8
SOFTWARE = ["--use-webgpu-adapter=swiftshader", "--use-vulkan=swiftshader"]
FLAGS = ["--no-sandbox", "--enable-unsafe-webgpu", "--enable-features=Vulkan"]
ON_A_GPU = "on a real GPU: SPRITES_WEBGPU=gpu python -m diffusion bench --only browser"
MEASURE = """async ([backend, rounds, count]) => {
  const { openEngine } = await import("/assets/js/engine/engine.js");
  const engine = await openEngine({ backend });
  const folder = "/checkpoints/sprites/";
  const [file, config] = await Promise.all([
    fetch(folder + "model_31.safetensors").then((answer) => answer.arrayBuffer()),
    fetch(folder + "config.json").then((answer) => answer.json()),
  ]);
  const network = await engine.load(file, config);
  const x = Float32Array.from({ length: count * 768 }, (_, i) => Math.sin(i));
  const [seconds, before] = [[], []];
  for (let i = 0; i <= rounds; i++) {
    if (i === 1) before.push(await engine.describe());
    const start = performance.now();
    await engine.predict([network], x, 250);
    if (i) seconds.push((performance.now() - start) / 1000);
  }
  const [after, [start]] = [await engine.describe(), before];
  engine.close();
  const each = (name) => ((after[name] ?? 0) - (start[name] ?? 0)) / rounds;
  const counts = { dispatches: each("dispatches"), up: each("bytesUp"), down: each("bytesDown") };
  return { seconds, adapter: after.adapter ?? "", ...counts };
}"""


def browser(rounds: int) -> Iterator[Table]:
    """Evaluations of the shipped network for 8 sprites, with WebGPU and without. UserError without a Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        raise UserError("this needs Chromium, and playwright: pip install playwright")
    flags = FLAGS if os.environ.get("SPRITES_WEBGPU") == "gpu" else [*FLAGS, *SOFTWARE]
    with _serve(ASSETS.parent) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        page = chromium.new_page()
        page.goto(f"{address}/README.md")
        found: dict[str, Any] = {
            backend: page.evaluate(MEASURE, [backend, rounds, SPRITES]) for backend in ("webgpu", "plain")
        }
        chromium.close()
    gpu = found["webgpu"]
    names = {"webgpu": f"WebGPU, {gpu['adapter']}", "plain": "WebAssembly, one thread"}
    rows = [Row(names[name], Spread.of([1 / own for own in one["seconds"]])) for name, one in found.items()]
    yield Table(f"{SPRITES} sprites in the browser; {ON_A_GPU}", "steps/s", rows)
    counts = {
        "dispatches": gpu["dispatches"],
        "KB to the GPU": gpu["up"] / 1000,
        "KB from the GPU": gpu["down"] / 1000,
    }
    yield Table("A step with WebGPU", "", [Row(name, Spread.of([count])) for name, count in counts.items()])


@contextmanager
def _serve(folder: Path) -> Iterator[str]:
    """The address of a server of the folder's files."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
