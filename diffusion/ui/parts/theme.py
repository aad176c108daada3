"""Gradio's theme: its variables as the page's own colours (assets/css/root.css), which know light and dark."""

from inspect import signature
from pathlib import Path

import gradio as gr

FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
MONO = ["ui-monospace", "Cascadia Mono", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace"]
VARIABLES = {  # value: the variables of Gradio that have it
    "var(--paper)": ("body_background_fill", "background_fill_primary"),
    "var(--card)": (
        "background_fill_secondary",
        "table_even_background_fill",
        "table_odd_background_fill",
        "input_background_fill",
        "input_background_fill_focus",
        "input_background_fill_hover",
        "checkbox_background_color",
        "checkbox_label_background_fill",
        "button_secondary_background_fill",
        "code_background_fill",
        "error_background_fill",
        "checkbox_background_color_hover",
        "checkbox_background_color_focus",
        "panel_background_fill",
    ),
    "var(--sunk)": (
        "button_secondary_background_fill_hover",
        "checkbox_label_background_fill_hover",
        "table_row_focus",
        "stat_background_fill",
        "color_accent_soft",
    ),
    "var(--ink)": (
        "body_text_color",
        "block_title_text_color",
        "block_label_text_color",
        "checkbox_label_text_color",
        "button_secondary_text_color",
        "button_secondary_text_color_hover",
        "table_text_color",
        "accordion_text_color",
    ),
    "var(--soft)": ("body_text_color_subdued", "block_info_text_color", "input_placeholder_color"),
    "var(--edge)": ("border_color_primary", "block_border_color", "panel_border_color", "table_border_color"),
    "var(--line)": (
        "input_border_color",
        "input_border_color_hover",
        "checkbox_border_color",
        "checkbox_border_color_hover",
        "button_secondary_border_color",
        "button_secondary_border_color_hover",
        "checkbox_label_border_color",
        "checkbox_label_border_color_hover",
    ),
    "var(--accent)": (
        "color_accent",
        "slider_color",
        "loader_color",
        "border_color_accent",
        "link_text_color",
        "link_text_color_hover",
        "link_text_color_active",
        "link_text_color_visited",
        "input_border_color_focus",
        "checkbox_border_color_focus",
        "checkbox_border_color_selected",
        "checkbox_background_color_selected",
        "checkbox_label_background_fill_selected",
        "checkbox_label_border_color_selected",
        "button_primary_background_fill",
        "button_primary_border_color",
    ),
    "var(--accent-2)": ("button_primary_background_fill_hover", "button_primary_border_color_hover"),
    "var(--on-accent)": (
        "checkbox_label_text_color_selected",
        "button_primary_text_color",
        "button_primary_text_color_hover",
        "checkbox_label_text_color_selected",
        "button_primary_text_color",
        "button_primary_text_color_hover",
    ),
    "var(--wrong)": ("error_text_color", "error_border_color", "error_icon_color"),
    "transparent": ("block_background_fill", "block_label_background_fill", "block_title_background_fill"),
    "0px": ("block_border_width",),
    "1px": ("input_border_width", "button_border_width", "checkbox_label_border_width"),
    "none": (
        "block_shadow",
        "input_shadow",
        "input_shadow_focus",
        "checkbox_shadow",
        "button_primary_shadow",
        "button_secondary_shadow",
        "checkbox_label_shadow",
        "button_primary_shadow_hover",
        "button_secondary_shadow_hover",
    ),
    "600": ("block_title_text_weight", "button_large_text_weight"),
    "4px 2px": ("block_padding",),
    "12px": ("layout_gap",),
}


def page_theme() -> gr.themes.Base:
    """The theme of every page."""
    values = theme_values()
    both = values | {f"{name}_dark": value for name, value in values.items()}
    known = signature(gr.themes.Base.set).parameters
    return gr.themes.Base(radius_size="sm", font=FONTS, font_mono=MONO).set(
        **{name: value for name, value in both.items() if name in known}
    )


def styles(assets: Path) -> tuple[str, str]:
    """(what stands outside of Gradio's container, all that stands inside): shell.css, the others after style.css.

    root.css, the colours, stands in each page's head already; site.css is for the page without a server alone.
    """
    first = ("root.css", "shell.css", "style.css", "site.css")
    files = ["style.css", *sorted(path.name for path in (assets / "css").glob("*.css") if path.name not in first)]
    shell, *inside = ((assets / "css" / file).read_text("utf-8") for file in ("shell.css", *files))
    return shell, "\n".join(inside)


def theme_values() -> dict[str, str]:
    """Gradio's variables with their values."""
    return {name: value for value, names in VARIABLES.items() for name in names}


def site_styles(assets: Path) -> str:
    """The style sheet of a page without Gradio."""
    shell, inside = styles(assets)
    own, colours = ((assets / "css" / file).read_text("utf-8") for file in ("site.css", "root.css"))
    return "\n".join([theme_css(), own, colours, shell, inside])


def theme_css() -> str:
    """Gradio's variables as a style sheet."""
    fonts = {"font": FONTS, "font_mono": MONO}
    values = theme_values() | {name: ", ".join(map(_quoted, family)) for name, family in fonts.items()}
    lines = [f"  --{name.replace('_', '-')}: {value};" for name, value in values.items()]
    return "\n".join([":root {", *lines, "}", ""])


def _quoted(font: str) -> str:
    return f'"{font}"' if " " in font else font
