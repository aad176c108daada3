"""The shell: header, tabs in their order, footer."""

from pathlib import Path

import gradio as gr

from ..device import find_device
from ..runner import Runner
from . import compare, one_step, text, train, watch
from .controls import PRIVATE


def build(runs: Path, assets: Path, default_run: str = "sprites") -> gr.Blocks:
    """The whole app over the runs in a folder. Nothing is computed until somebody asks."""
    with gr.Blocks(title=text.TITLE, fill_width=True, analytics_enabled=False, delete_cache=(3600, 3600)) as app:
        gr.Markdown(f"# {text.TITLE}\n{text.INTRO}", elem_classes="intro")
        with gr.Tabs() as tabs:
            for name, title, tab in (
                ("watch", text.WATCH, watch),
                ("compare", text.COMPARE, compare),
                ("one-step", text.ONE_STEP_TAB, one_step),
            ):
                with gr.Tab(title, id=name):
                    tab.build(app, runs, assets, default_run)
            with gr.Tab(text.TRAIN, id="train"):
                train.build(app, runs, assets, default_run, Runner())
        gr.Markdown(text.DEVICE.format(device=find_device(), gradio=gr.__version__), elem_classes="footer")
        app.load(tab_asked_for, outputs=tabs, queue=False, **PRIVATE)
    return app


def tab_asked_for(request: gr.Request) -> gr.Tabs:
    """The tab a shared address names."""
    name = {"finish": "one-step"}.get(asked := request.query_params.get("tab", ""), asked)
    return gr.Tabs(selected=name) if name in ("watch", "compare", "one-step") else gr.Tabs()


def look(assets: Path) -> dict:
    """What `launch` is given for the looks: theme and style."""
    theme = gr.themes.Base(
        primary_hue="indigo", neutral_hue="slate", radius_size="sm", font=["system-ui", "sans-serif"]
    ).set(
        block_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_label_background_fill="transparent",
        block_title_text_weight="600",
        block_padding="4px 2px",
        layout_gap="10px",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="white",
    )
    hide = (
        "() => document.body.classList.toggle('bare', new URLSearchParams(location.search).get('controls') === 'hide')"
    )
    return {"theme": theme, "css_paths": assets / "style.css", "js": hide, "footer_links": ["settings"]}
