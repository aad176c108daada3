"""What stands around the tabs: the header with title, links and switches, and the footer."""

from html import escape
from pathlib import Path

import gradio as gr

from ...engine import describe_device
from ...runs import code_address
from ..words import LANGUAGES, Words, translate
from .scripts import address_of, on_load
from .wordmark import wordmark

GRADIO = "https://www.gradio.app"


def build_header(words: Words, assets: Path) -> gr.HTML:
    """The bar at the top; assets/js/header.js keeps places, theme, keyboard and connection."""
    gr.set_static_paths([assets])
    shell = words.shell
    html = (assets / "html" / "header.html").read_text("utf-8")
    filled = html.format(
        path=path_of(words),
        icon=address_of(assets / "shipped" / "icon.png"),
        wordmark=wordmark(words.title),
        line=words.description,
        languages=language_links(words),
        **{**shell, "source": _link(code_address(), shell["source"], "site-source")},
    )
    return gr.HTML(
        html_template=filled,
        js_on_load=on_load(assets, "header.js"),
        apply_default_css=False,
        elem_id="site-header",
        strings=shell,
    )


def build_footer(words: Words) -> gr.HTML:
    """One line at the bottom: what computes, the source where it is known, and what the page is built with."""
    device = words.device.format(device=escape(translate(words, describe_device())))
    links = [
        _link(code_address(), words.shell["source"]),
        _link(GRADIO, words.shell["built"].format(version=gr.__version__)),
    ]
    said = " · ".join(part for part in (device, *links) if part)
    return gr.HTML(f'<p class="site-foot">{said}</p>', apply_default_css=False, elem_id="site-footer")


def language_links(words: Words) -> str:
    """All languages by name, each a link to its page; assets/js/language.js keeps the tab and remembers the choice."""
    links = []
    for path, other in LANGUAGES.items():
        here = ' aria-current="page"' if other is words else ""
        links.append(f'<a href="./{path}" lang="{other.code}" hreflang="{other.code}"{here}>{other.language}</a>')
    return "".join(links)


def path_of(words: Words) -> str:
    """Of this language's page, relative to the app's address."""
    return next(path for path, others in LANGUAGES.items() if others is words)


def _link(address: str, text: str, name: str = "") -> str:
    if not address.startswith("https://"):
        return ""
    kind = f' class="{name}"' if name else ""
    return f'<a{kind} href="{escape(address)}" target="_blank" rel="noopener">{escape(text)}</a>'
