"""The pages of a site, each the app's own parts in the same order, as HTML."""

import json
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from itertools import combinations
from typing import Any

from ...data import MAX_PROMPT
from ...engine import MAX_EPOCHS, MAX_SPRITES, PAGE, Request
from ...store import compare_epochs
from ..parts.charts import pick_shown_pair
from ..parts.local_drawing import waiting_words
from ..parts.machine import describe_machine
from ..parts.page import PageData
from ..parts.part import Part, fill_html
from ..parts.player import comparison_part, player_part
from ..parts.prompt_box import asking_part
from ..parts.run_picker import shown_epochs
from ..parts.scripts import module_names
from ..parts.shell import footer_html, header_part
from ..tabs.compare import MAX_COMPARED, numbers_shown
from ..tabs.compare import SPRITES as COMPARED
from ..tabs.learn import BLEND_GUIDANCE, learn_part
from ..tabs.one_step import one_step_part
from ..tabs.paint import GUIDANCE, VARIANTS, paint_part
from ..tabs.watch import SPRITES
from ..words import CHINESE, ENGLISH, Words, translate
from .controls import boxes_html, checkbox_html, controls_html, describe_settings, fold_html
from .run import SiteRun

PAGES: dict[str, Words] = {"": ENGLISH, "zh.html": CHINESE}  # by their addresses in the folder; "" is index.html
WATCH = replace(Request(count=SPRITES, surprise=True), **PAGE)  # as the tabs begin, where there is no GPU
COMPARE = replace(Request(count=COMPARED), **PAGE)
ICON, REEL, LESSON = "shipped/icon.png", "shipped/reel.bin", "shipped/lesson.png"

Panel = tuple[str, list[Part]]  # a tab's HTML, and the parts to mount on it


def page_html(page: PageData, run: SiteRun) -> str:
    """One language's page."""
    words = page.words
    header = header_part(words, page.assets, ICON, PAGES, has_server=False)
    panels: dict[str, tuple[str, Panel]] = {
        "watch": (words.watch_tab, watch_panel(page, run)),
        "paint": (words.paint["tab"], paint_panel(page, run)),
        "compare": (words.compare.tab, compare_panel(page, run)),
        "learn": (words.learn["tab"], learn_panel(page, run)),
        "one-step": (words.one_step_tab, one_step_panel(page, run)),
    }
    parts = [header, *(part for _, (_, found) in panels.values() for part in found)]
    data = {
        "parts": {part.name: {"name": part.name, "module": part.module, "props": part.props} for part in parts},
        "run": run.describe(page),
        "settings": {"watch": describe_settings(WATCH), "compare": describe_settings(COMPARE)},
        "max_epochs": MAX_EPOCHS,
        "pairs": describe_pairs(page, run),
        "paint": {"guidance": GUIDANCE, "variants": VARIANTS},
        "blend": {"guidance": BLEND_GUIDANCE},
        "words": {**words.site, **waiting_words(words), "left_out": words.left_out, "count": words.compare.count},
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
        tabs="".join(_tab_html(name, title) for name, (title, _) in panels.items()),
        panels="".join(_panel_html(name, html) for name, (_, (html, _)) in panels.items()),
        footer=footer_html(words, '<span data-site="device"></span>'),
        data=_script_json(data),
    )


def watch_panel(page: PageData, run: SiteRun) -> Panel:
    """The Watch tab, as `build` in tabs/watch.py lays it out."""
    words = page.words
    player = player_part(words, page.assets, "watch-player", REEL, machine=describe_machine(page))
    prompt, asking = prompt_html(page, run, "watch")
    keep = checkbox_html("watch-keep", words.keep_seed, False, words.keep_seed_info)
    more = controls_html(words, "watch", WATCH, MAX_SPRITES, folded=False)
    html = fill_html(
        page.assets,
        "site_watch",
        player=part_html(player),
        prompt=prompt,
        buttons=buttons_html(words, "watch", words.new_ones),
        new_ones=escape(words.new_ones),
        more=fold_html(words.more_settings, keep + more, "more"),
        epoch=run.epochs[-1],
    )
    return html, [player, asking]


def compare_panel(page: PageData, run: SiteRun) -> Panel:
    """The Compare tab, as `build` in tabs/compare.py lays it out."""
    words = page.words
    player = comparison_part(words, page.assets, "compare-player", REEL)
    prompt, asking = prompt_html(page, run, "compare")
    titles = {str(epoch): str(epoch) for epoch in run.epochs}
    shown = [epoch for epoch in shown_epochs(run.folder) if epoch in run.epochs]
    chosen = [str(epoch) for epoch in (shown if len(shown) > 1 else run.epochs[:MAX_EPOCHS])]
    html = fill_html(
        page.assets,
        "site_compare",
        intro=escape(words.compare.intro),
        player=part_html(player),
        prompt=prompt,
        buttons=buttons_html(words, "compare", words.compare.generate),
        epochs=boxes_html("compare-epochs", words.compare.epochs, words.compare.epochs_info, titles, chosen),
        settings=controls_html(words, "compare", COMPARE, MAX_COMPARED, folded=True),
        numbers=numbers_shown(page, []),
    )
    return html, [player, asking]


def describe_pairs(page: PageData, run: SiteRun) -> list[dict[str, Any]]:
    """What Compare says of each two measured epochs, as `numbers_of` in tabs/compare.py says it."""
    metrics, question = run.folder.metrics(), page.words.compare.question
    return [
        {
            "epochs": pair,
            "question": question.format(first=pair[0], second=pair[1]),
            "comparison": translate(page.words, compare_epochs(metrics, *pair)),
        }
        for pair in combinations(run.epochs, 2)
        if pick_shown_pair(metrics, pair) == pair
    ]


def paint_panel(page: PageData, run: SiteRun) -> Panel:
    """The Paint tab, as `build` in tabs/paint.py lays it out."""
    return bench_panel(page, run, paint_part(page), page.words.paint["intro"])


def one_step_panel(page: PageData, run: SiteRun) -> Panel:
    """The One step tab, as `build` in tabs/one_step.py lays it out."""
    return bench_panel(page, run, one_step_part(page), page.words.one_step_intro)


def learn_panel(page: PageData, run: SiteRun) -> Panel:
    """The Learn tab; the step that leads to the Train tab says where there is one."""
    part = learn_part(page, REEL, LESSON, run.epochs)
    words = part.props["strings"]
    train = words["steps"]["train"] | {
        "text": page.words.site["train_text"],
        "moves": words["steps"]["train"]["moves"][:1],
    }
    strings = words | {"steps": words["steps"] | {"train": train}, "train_tab": ""}
    return part_html(part), [replace(part, props=part.props | {"strings": strings})]


def bench_panel(page: PageData, run: SiteRun, bench: Part, intro: str) -> Panel:
    """A bench with the box of a prompt beside it."""
    prompt, asking = prompt_html(page, run, bench.name, with_surprise=False, text=bench.props.get("prompt", ""))
    parts = {"intro": escape(intro), "bench": part_html(bench), "prompt": prompt}
    return fill_html(page.assets, "site_bench", **parts), [bench, asking]


def buttons_html(words: Words, tab: str, generate: str) -> str:
    start = f'<button type="button" class="primary" id="{tab}-generate">{escape(generate)}</button>'
    stop = f'<button type="button" class="stop" id="{tab}-stop">{escape(words.stop)}</button>'
    return f'<div class="generate-row">{start}{stop}</div><p class="hint" data-site="slower"></p>'


def prompt_html(
    page: PageData, run: SiteRun, tab: str, *, with_surprise: bool = True, text: str = ""
) -> tuple[str, Part]:
    """As `build_prompt_box` in parts/prompt_box.py."""
    words = page.words
    asking = asking_part(words, page.assets, tab, [run.name])
    surprise: Mapping[str, Any] = words.settings["surprise"]
    switch = checkbox_html(f"{tab}-surprise", surprise["label"], False, surprise["info"], 'data-setting="surprise"')
    html = fill_html(
        page.assets,
        "site_prompt",
        tab=tab,
        label=escape(words.settings["prompt"]["label"]),
        most=MAX_PROMPT,
        value=escape(text),
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
