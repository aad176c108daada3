"""The pages of a site, each the app's own parts in the same order, as HTML."""

import json
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from ...data import MAX_PROMPT
from ...engine import MAX_SPRITES, PAGE, Request
from ..parts.machine import describe_machine
from ..parts.page import PageData
from ..parts.part import Part, fill_html
from ..parts.player import player_part
from ..parts.prompt_box import asking_part
from ..parts.scripts import module_names
from ..parts.shell import footer_html, header_part
from ..tabs.watch import SPRITES
from ..words import CHINESE, ENGLISH, Words
from .controls import checkbox_html, controls_html, describe_settings, fold_html
from .run import SiteRun

PAGES: dict[str, Words] = {"": ENGLISH, "zh.html": CHINESE}  # by their addresses in the folder; "" is index.html
ICON, REEL = "shipped/icon.png", "shipped/reel.bin"


def page_html(page: PageData, run: SiteRun) -> str:
    """One language's page."""
    words = page.words
    header = header_part(words, page.assets, ICON, PAGES, has_server=False)
    panels, parts = watch_panel(page, run)
    titles = {"watch": words.watch_tab}
    data = {
        "parts": {
            part.name: {"name": part.name, "module": part.module, "props": part.props} for part in [header, *parts]
        },
        "run": run.describe(page),
        "settings": describe_settings(page_request()),
        "words": {**words.site, "left_out": words.left_out},
    }
    return fill_html(
        page.assets,
        "site",
        code=words.code,
        title=escape(words.title),
        line=escape(words.description),
        noscript=escape(words.site["noscript"]),
        from_disk=escape(words.site["from_disk"]),
        pages=escape(json.dumps({other.code[:2]: path for path, other in PAGES.items()})),
        preload="\n".join(_preload(name) for name in module_names(page.assets, "watch.js")),
        header=header.html,
        tabs="".join(_tab_html(name, title) for name, title in titles.items()),
        panels=_panel_html("watch", panels),
        footer=footer_html(words, '<span data-site="device"></span>'),
        data=_script_json(data),
    )


def page_request() -> Request:
    """What the page begins with, as `request_controls` in parts/controls.py where there is no GPU."""
    return replace(Request(count=SPRITES, surprise=True), **PAGE)


def watch_panel(page: PageData, run: SiteRun) -> tuple[str, list[Part]]:
    """The Watch tab, as `build` in tabs/watch.py lays it out."""
    words = page.words
    player = player_part(words, page.assets, "watch-player", REEL, machine=describe_machine(page))
    prompt, asking = prompt_html(page, run, "watch")
    keep = checkbox_html("watch-keep", words.keep_seed, False, words.keep_seed_info)
    more = controls_html(words, "watch", page_request(), MAX_SPRITES, folded=False)
    html = fill_html(
        page.assets,
        "site_watch",
        player=part_html(player),
        prompt=prompt,
        new_ones=escape(words.new_ones),
        stop=escape(words.stop),
        more=fold_html(words.more_settings, keep + more, "more"),
        epoch=run.epochs[-1],
    )
    return html, [player, asking]


def prompt_html(page: PageData, run: SiteRun, tab: str, *, with_surprise: bool = True) -> tuple[str, Part]:
    """As `build_prompt_box` in parts/prompt_box.py."""
    words = page.words
    asking = asking_part(words, page.assets, tab, [run.name])
    text: Mapping[str, Any] = words.settings["surprise"]
    switch = checkbox_html(f"{tab}-surprise", text["label"], False, text["info"], 'data-setting="surprise"')
    html = fill_html(
        page.assets,
        "site_prompt",
        tab=tab,
        label=escape(words.settings["prompt"]["label"]),
        most=MAX_PROMPT,
        placeholder=escape(words.settings["prompt"].get("placeholder", "")),
        asking=part_html(asking),
        surprise=switch if with_surprise else "",
    )
    return html, asking


def part_html(part: Part) -> str:
    return f'<div id="{part.name}" class="block {part.classes}">{part.html}</div>'


def _tab_html(name: str, title: str) -> str:
    traits = f'id="tab-{name}" data-tab-id="{name}" aria-controls="panel-{name}" aria-selected="false"'
    return f'<button type="button" role="tab" {traits}>{escape(title)}</button>'


def _panel_html(name: str, html: str) -> str:
    return f'<div class="tabitem" role="tabpanel" id="panel-{name}" aria-labelledby="tab-{name}" hidden>{html}</div>'


def _preload(name: str) -> str:
    return f'<link rel="modulepreload" href="js/{name}">'


def _script_json(data: Any) -> str:
    """JSON that may stand inside of a script."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
