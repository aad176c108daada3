"""The shell: a page for each language, with header, tabs in their order, and footer."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from ..server import (
    Measurements,
    PullLimits,
    Settings,
    TemporaryFiles,
    TemporaryLimits,
    TrainingQueue,
    VisitorPulls,
    VisitorRuns,
)
from .api import endpoints as api
from .parts.controls import PRIVATE
from .parts.page import open_page
from .parts.scripts import modules, script_text, served_path
from .parts.shell import build_footer, build_header
from .parts.theme import page_theme, styles
from .parts.unexpected import SafeBlocks
from .social_preview import PreviewMiddleware
from .tabs import checkpoints, compare, learn, one_step, paint, train, watch
from .tabs.run_tables import default_run_html
from .words import ENGLISH, LANGUAGES, Words

TABS = ("watch", "paint", "compare", "learn", "one-step", "train", "checkpoints")
SCOPE = ".gradio-container.gradio-container .contain"


def build(
    runs: Path,
    assets: Path,
    settings: Settings | None = None,
    default_run: str = "sprites",
    pulls: VisitorPulls | None = None,
    files: TemporaryFiles | None = None,
) -> gr.Blocks:
    """The whole app over the runs in a folder. It computes nothing before the first request."""
    settings = settings or Settings()
    pulls = pulls or VisitorPulls(runs, PullLimits() if settings.shared else None)
    files = files or temporary_files(settings)
    max_seconds = 60 * settings.max_training_minutes if settings.max_training_minutes else None
    runner = TrainingQueue(max_seconds, pulls.names, VisitorRuns(runs) if settings.shared else None)
    measurements = Measurements()
    app = SafeBlocks(title=ENGLISH.title, fill_width=True, analytics_enabled=False, delete_cache=(3600, 3600))
    for path, words in LANGUAGES.items():
        with app.route(words.language, path, show_in_navbar=False) if path else app:
            build_page(app, runs, assets, default_run, words, runner, measurements, pulls, settings, files)
            if words is ENGLISH:
                api.build(runs, default_run)
    return app


def temporary_files(settings: Settings) -> TemporaryFiles:
    """Gradio's folder, bounded."""
    return TemporaryFiles(Path(get_upload_folder()), TemporaryLimits.of(settings))


def build_page(
    app: gr.Blocks,
    runs: Path,
    assets: Path,
    default_run: str,
    words: Words,
    runner: TrainingQueue,
    measurements: Measurements,
    pulls: VisitorPulls,
    settings: Settings,
    files: TemporaryFiles,
) -> None:
    """One page, in these words; all pages share the trainings, the measuring and the visitors' pulls."""
    page = open_page(app, words, runs, assets, default_run, files)
    build_header(words, assets)
    problem = gr.HTML(visible=False)
    with gr.Tabs(overflow_behavior="wrap", elem_id="site-tabs") as tabs:
        with gr.Tab(words.watch_tab, id="watch"):
            watch.build(page)
        with gr.Tab(words.paint["tab"], id="paint") as tab:
            paint.build(page, tab)
        with gr.Tab(words.compare.tab, id="compare"):
            compare.build(page)
        with gr.Tab(words.learn["tab"], id="learn"):
            learn.build(page)
        with gr.Tab(words.one_step_tab, id="one-step") as tab:
            one_step.build(page, tab)
        with gr.Tab(words.train.tab, id="train") as tab:
            train.build(page, tab, runner, settings)
        with gr.Tab(words.hub.tab, id="checkpoints") as tab:
            checkpoints.build(page, tab, pulls, measurements, settings)
    build_footer(words)
    app.load(select_tab, outputs=tabs, queue=False, **PRIVATE)

    def show_problem() -> gr.HTML:
        html = default_run_html(page)
        return gr.HTML(html, visible=bool(html))

    app.load(show_problem, outputs=problem, queue=False, **PRIVATE)


def select_tab(request: gr.Request) -> gr.Tabs:
    """Opens the tab that a link names."""
    name = request.query_params.get("tab", "")
    name = {"finish": "paint"}.get(name, name)
    return gr.Tabs(selected=name) if name in TABS else gr.Tabs()


def preview(assets: Path) -> Middleware:
    """For `launch(app_kwargs={"middleware": …})`: what stands first in a page."""
    picture = served_path(assets) / "shipped" / "social.png"
    script = "".join(script_text(assets, name) for name in ("memory.js", "first.js"))
    colours = (assets / "css" / "root.css").read_text("utf-8")
    return Middleware(PreviewMiddleware, pages=LANGUAGES, picture=picture, script=script, style=colours)


def appearance(assets: Path) -> dict[str, Any]:
    """The arguments of `launch` that set theme and style."""
    shell, css = styles(assets)
    # Not by `css`, where Gradio puts its container before every selector: it cuts `:is(a, b)` and @container in two.
    scoped = f"<style>{shell} {SCOPE} {{ {css} }}</style>"
    first = "".join(f"<script>{script_text(assets, name)}</script>" for name in ("language.js", "tell.js"))
    ahead = "".join(f'<link rel="modulepreload" href="{address}">' for address in modules(assets, "watch.js"))
    return {
        "theme": page_theme(),
        "head": first + ahead + scoped,
        "favicon_path": assets / "shipped" / "icon.png",
        "footer_links": [],
    }
