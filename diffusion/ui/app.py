"""The shell: a page for each language, with header, tabs in their order, and footer."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from ..engine import describe_device
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
from .parts.unexpected import SafeBlocks
from .social_preview import PreviewMiddleware
from .tabs import checkpoints, compare, learn, one_step, paint, train, watch
from .tabs.run_tables import default_run_html
from .words import ENGLISH, LANGUAGES, Words, translate

TABS = ("watch", "paint", "compare", "learn", "one-step", "train", "checkpoints")
SCOPE = ".gradio-container.gradio-container .contain"
FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]


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
    gr.HTML(language_links(words), elem_classes="languages")
    path = next(path for path, others in LANGUAGES.items() if others is words)
    begin = f'<a href="./{path}?tab=learn">{words.begin}</a>'
    gr.Markdown(f"# {words.title}\n{words.intro} {begin}", elem_classes="intro")
    problem = gr.HTML(visible=False)
    with gr.Tabs() as tabs:
        with gr.Tab(words.watch_tab, id="watch"):
            watch.build(page)
        with gr.Tab(words.paint["tab"], id="paint") as tab:
            paint.build(page, tab)
        with gr.Tab(words.compare.tab, id="compare"):
            compare.build(page)
        with gr.Tab(words.learn["tab"], id="learn"):  # before those that a phone hides in its menu
            learn.build(page)
        with gr.Tab(words.one_step_tab, id="one-step") as tab:
            one_step.build(page, tab)
        with gr.Tab(words.train.tab, id="train") as tab:
            train.build(page, tab, runner, settings)
        with gr.Tab(words.hub.tab, id="checkpoints") as tab:
            checkpoints.build(page, tab, pulls, measurements, settings)
    gr.Markdown(
        words.device.format(device=translate(words, describe_device()), gradio=gr.__version__), elem_classes="footer"
    )
    app.load(select_tab, outputs=tabs, queue=False, **PRIVATE)

    def show_problem() -> gr.HTML:
        html = default_run_html(page)
        return gr.HTML(html, visible=bool(html))

    app.load(show_problem, outputs=problem, queue=False, **PRIVATE)


def language_links(words: Words) -> str:
    """All languages by name, each a link to its page; assets/js/language.js keeps the tab and remembers the choice."""
    links = []
    for path, other in LANGUAGES.items():
        here = ' aria-current="page"' if other is words else ""
        links.append(f'<a href="./{path}" lang="{other.code}" hreflang="{other.code}"{here}>{other.language}</a>')
    return " | ".join(links)


def select_tab(request: gr.Request) -> gr.Tabs:
    """Opens the tab that a link names."""
    name = request.query_params.get("tab", "")
    name = {"finish": "paint"}.get(name, name)
    return gr.Tabs(selected=name) if name in TABS else gr.Tabs()


def preview(assets: Path) -> Middleware:
    """For `launch(app_kwargs={"middleware": …})`: what stands first in a page."""
    picture = served_path(assets) / "shipped" / "social.png"
    return Middleware(PreviewMiddleware, pages=LANGUAGES, picture=picture, script=script_text(assets, "memory.js"))


def appearance(assets: Path) -> dict[str, Any]:
    """The arguments of `launch` that set theme and style."""
    theme = gr.themes.Base(primary_hue="indigo", neutral_hue="slate", radius_size="sm", font=FONTS).set(
        block_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_label_background_fill="transparent",
        block_title_text_weight="600",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_padding="4px 2px",
        input_background_fill_dark="*neutral_800",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        layout_gap="10px",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="white",
    )
    hide = (
        "() => document.body.classList.toggle('bare', new URLSearchParams(location.search).get('controls') === 'hide')"
    )
    files = ["style.css", *sorted(path.name for path in (assets / "css").glob("*.css") if path.name != "style.css")]
    css = "\n".join((assets / "css" / file).read_text("utf-8") for file in files)
    # Rendered by the server, Gradio loads `css` before its own and does not put its container before every selector.
    scoped = f"<style>{SCOPE} {{ {css} }}</style>"
    first = "".join(
        f"<script>{script_text(assets, name)}</script>" for name in ("memory.js", "language.js", "tell.js")
    )
    ahead = "".join(f'<link rel="modulepreload" href="{address}">' for address in modules(assets, "watch.js"))
    return {
        "theme": theme,
        "css": css,
        "head": first + ahead + scoped,
        "favicon_path": assets / "shipped" / "icon.png",
        "js": hide,
        "footer_links": ["settings"],
    }
