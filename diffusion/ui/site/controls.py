"""The controls of a request as plain HTML, with the look that assets/css/controls.css gives Gradio's."""

from html import escape
from typing import Any

from ...core import Choice, Number, Setting
from ...engine import PAGE, SETTINGS, Request, Shares, Switch
from ..parts.share_links import UNNAMED
from ..words import Words


def describe_settings(start: Request) -> dict[str, dict[str, Any]]:
    """For assets/js/site/form.js: each setting's kind, first value, and `plain`: what a link without it means.

    `request_in` in share_links.py has the same.
    """
    described: dict[str, dict[str, Any]] = {}
    for name, setting in SETTINGS.items():
        described[name] = {"kind": _kind_of(setting), "start": getattr(start, name)}
        if name in (*PAGE, *UNNAMED):
            described[name]["plain"] = getattr(Request, name)
    return described


def _kind_of(setting: Setting) -> str:
    match setting:
        case Number():
            return "number"
        case Switch():
            return "switch"
        case Shares():
            return "shares"
    return "text"


def controls_html(words: Words, tab: str, start: Request, max_sprites: int, *, folded: bool) -> str:
    """All settings but prompt and surprise, in the order of `request_controls` in parts/controls.py."""
    plain = {name: one for name, one in SETTINGS.items() if name not in UNNAMED}
    main = [name for name, one in plain.items() if one.group == "main" and not isinstance(one, Shares)]
    shares = [name for name, one in plain.items() if isinstance(one, Shares)]
    rest = [name for name in plain if name not in (*main, *shares)]

    def write(names: list[str]) -> str:
        return "".join(
            _control(words, tab, name, plain[name], getattr(start, name), max_sprites if name == "count" else None)
            for name in names
        )

    more = write([*shares, *rest])
    return write(main) + (fold_html(words.more, more) if folded else more)


def fold_html(title: str, inside: str, classes: str = "") -> str:
    return (
        f'<details class="fold {classes}"><summary>{escape(title)}</summary><div class="form">{inside}</div></details>'
    )


def _control(words: Words, tab: str, name: str, setting: Setting, value: Any, high: float | None) -> str:
    text: dict[str, Any] = dict(words.settings[name])
    label, info, key = text["label"], text.get("info", ""), f"{tab}-{name}"
    match setting:
        case Shares():
            title = f'<p class="hint"><strong>{escape(label)}</strong> {escape(info)}</p>'
            names = zip(setting.names, value, strict=True)
            return title + "".join(
                slider_html(f"{key}-{i}", name, words.kind_names[kind], share, 0, 1, 0.05)
                for i, (kind, share) in enumerate(names)
            )
        case Number(step=None):
            return (
                f'<div class="block seed-row">{label_html(key, label, info)}<div class="seed">'
                f'<input id="{key}" data-setting="{name}" type="number" value="{value:g}" min="{setting.low:g}">'
                f'<button type="button" class="secondary sm" data-part="dice">{escape(words.dice)}</button>'
                "</div></div>"
            )
        case Number():
            end = next(one for one in (high, setting.slider_high, setting.high) if one is not None)
            low = setting.low if setting.slider_low is None else setting.slider_low
            return slider_html(key, name, label, value, low, end, setting.step or 1, info)
        case Choice():
            return radio_html(key, name, label, info, {one: setting.title_of(one) for one in setting.options}, value)
        case Switch():
            return checkbox_html(key, label, value, info, f'data-setting="{name}"')
    raise NotImplementedError(type(setting))


def label_html(key: str, label: str, info: str = "") -> str:
    told = f'<div class="info-text">{escape(info)}</div>' if info else ""
    return f'<label for="{key}"><span data-testid="block-info">{escape(label)}</span></label>{told}'


def slider_html(
    key: str, name: str, label: str, value: float, low: float, high: float, step: float, info: str = ""
) -> str:
    """One line: its name, its track, its number; the number is assets/js/site/form.js's."""
    bounds = f'min="{low:g}" max="{high:g}" step="{step:g}" value="{value:g}"'
    traits = f'data-mirrors="{key}" aria-label="{escape(label)}"'
    return (
        f'<div class="block slim"><div class="wrap"><div class="head">'
        f'<label for="{key}"><span data-testid="block-info">{escape(label)}</span></label>'
        f'<div class="tab-like-container"><input type="number" {bounds} {traits}>'
        f'</div></div><div class="slider_input_container">'
        f'<input id="{key}" data-setting="{name}" type="range" {bounds}></div></div>'
        + (f'<div class="info-text">{escape(info)}</div>' if info else "")
        + "</div>"
    )


def radio_html(key: str, name: str, label: str, info: str, titles: dict[str, str], value: str) -> str:
    options = "".join(
        f'<label><input type="radio" name="{key}" data-setting="{name}" value="{escape(option)}"'
        f"{' checked' if option == value else ''}><span>{escape(title)}</span></label>"
        for option, title in titles.items()
    )
    told = f'<div class="info-text">{escape(info)}</div>' if info else ""
    return (
        f'<fieldset class="block compact" id="{key}"><legend data-testid="block-info">{escape(label)}</legend>{told}'
        f'<div class="wrap">{options}</div></fieldset>'
    )


def boxes_html(key: str, label: str, info: str, titles: dict[str, str], chosen: list[str]) -> str:
    """Several of several."""
    options = "".join(
        f'<label><input type="checkbox" value="{escape(option)}"{" checked" if option in chosen else ""}>'
        f"<span>{escape(title)}</span></label>"
        for option, title in titles.items()
    )
    return (
        f'<fieldset class="block compact" id="{key}"><legend data-testid="block-info">{escape(label)}</legend>'
        f'<div class="info-text">{escape(info)}</div><div class="wrap">{options}</div></fieldset>'
    )


def checkbox_html(key: str, label: str, value: bool, info: str = "", traits: str = "") -> str:
    told = f'<div class="info-text">{escape(info)}</div>' if info else ""
    return (
        f'<div class="block" id="{key}"><label class="checkbox-container"><input type="checkbox" {traits}'
        f'{" checked" if value else ""}><span class="label-text">{escape(label)}</span></label>{told}</div>'
    )
