"""What stands around the tabs: the header with title, links and switches, and the footer."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

import gradio as gr

from ...engine import describe_device
from ...runs import code_address
from ..words import LANGUAGES, Words, translate
from .part import Part, fill_html
from .scripts import address_of
from .wordmark import wordmark

GRADIO = "https://www.gradio.app"


def build_header(words: Words, assets: Path) -> gr.HTML:
    """The bar at the top; assets/js/header.js keeps places, theme, keyboard and connection."""
    gr.set_static_paths([assets])
    icon = address_of(assets / "shipped" / "icon.png")
    return header_part(words, assets, icon, LANGUAGES, has_server=True).show(assets)


def header_part(words: Words, assets: Path, icon: str, pages: Mapping[str, Words], *, has_server: bool) -> Part:
    """pages: those of all languages by their addresses beside this one."""
    shell = words.shell
    html = fill_html(
        assets,
        "header",
        path=path_of(words, pages),
        icon=icon,
        wordmark=wordmark(words.title),
        line=words.description,
        languages=language_links(words, pages),
        **{**shell, "source": _link(code_address(), shell["source"], "site-source")},
    )
    return Part("site-header", html, "header.js", {"strings": shell, "has_server": has_server})


def build_footer(words: Words) -> gr.HTML:
    """One line at the bottom: what computes, the source where it is known, and what the page is built with."""
    device = words.device.format(device=escape(translate(words, describe_device())))
    built = _link(GRADIO, words.shell["built"].format(version=gr.__version__))
    return gr.HTML(footer_html(words, device, built), apply_default_css=False, elem_id="site-footer")


def footer_html(words: Words, device: str, *links: str) -> str:
    """device: what computes, as HTML."""
    said = " · ".join(part for part in (device, _link(code_address(), words.shell["source"]), *links) if part)
    return f'<p class="site-foot">{said}</p>'


def language_links(words: Words, pages: Mapping[str, Words]) -> str:
    """All languages by name, each a link to its page; assets/js/language.js keeps the tab and remembers the choice."""
    links = []
    for path, other in pages.items():
        here = ' aria-current="page"' if other is words else ""
        links.append(f'<a href="./{path}" lang="{other.code}" hreflang="{other.code}"{here}>{other.language}</a>')
    return "".join(links)


def path_of(words: Words, pages: Mapping[str, Words]) -> str:
    """Of this language's page, relative to the app's address."""
    return next(path for path, others in pages.items() if others is words)


def _link(address: str, text: str, name: str = "") -> str:
    if not address.startswith("https://"):
        return ""
    kind = f' class="{name}"' if name else ""
    return f'<a{kind} href="{escape(address)}" target="_blank" rel="noopener">{escape(text)}</a>'
