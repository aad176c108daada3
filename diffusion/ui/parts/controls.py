"""Controls that several tabs share, and how errors reach the person."""

import inspect
import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import wraps
from itertools import islice
from typing import Any

import gradio as gr
from gradio.components import Component

from ...core import Choice, Number, Setting
from ...engine import PAGE, SETTINGS, Request, Shares, Switch, find_device
from ...errors import UserError
from ..words import Words
from .page import PRIVATE, Page
from .prompt_box import PromptBox
from .unexpected import to_toast

MAX_ROLLED = 10_000  # seeds that a press chooses from: short enough to be told to somebody


def shows_errors(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Shows a handler's errors as a toast in the page's words; of what is no UserError, a number that the log has too.

    handler: a function or a generator function; its first argument is the page.
    """

    @wraps(handler)
    def stream(page: Page, *arguments: Any) -> Iterator[Any]:
        try:
            yield from handler(page, *arguments)
        except Exception as error:
            raise to_toast(page.words, error) from error

    @wraps(handler)
    def call(page: Page, *arguments: Any) -> Any:
        try:
            return handler(page, *arguments)
        except Exception as error:
            raise to_toast(page.words, error) from error

    return stream if inspect.isgeneratorfunction(handler) else call


@dataclass(frozen=True)
class RequestControls:
    """The controls of a request's settings, by name; `inputs` in the order of `SETTINGS`."""

    page: Page
    controls: dict[str, list[Component]]

    @property
    def inputs(self) -> list[Component]:
        return [control for name in SETTINGS for control in self.controls[name]]

    @property
    def request(self) -> Request:
        """The request when the page opens."""
        return request_from(self.page, *(control.value for control in self.inputs))

    @staticmethod
    def values(request: Request) -> list[Any]:
        """A request as values for `inputs`."""
        values = {name: getattr(request, name) for name in SETTINGS}
        return [one for value in values.values() for one in (value if isinstance(value, tuple) else (value,))]


def request_controls(
    page: Page, max_sprites: int, sprites: int, box: PromptBox, *, surprise: bool = False, folded: bool = True
) -> RequestControls:
    """Lays out all settings but those of the box: the main ones, then those for the curious, the kinds among them.

    surprise: how the page opens. folded: those for the curious in an accordion of their own.
    """
    start = replace(Request(count=sprites, surprise=surprise), **PAGE)
    if find_device().name != "cpu":  # a GPU has the time
        start = replace(start, sampler="ddpm", steps=500)
    controls: dict[str, list[Component]] = {"prompt": [box.prompt]}
    if box.surprise:
        box.surprise.value = surprise
        controls["surprise"] = [box.surprise]

    def add(group: Callable[[Setting], bool]) -> None:
        for name, setting in SETTINGS.items():
            if name not in controls and group(setting):
                high = max_sprites if name == "count" else None
                controls[name] = _control(page.words, name, setting, getattr(start, name), high)

    add(lambda setting: setting.group == "main" and not isinstance(setting, Shares))
    with gr.Accordion(page.words.more, open=False) if folded else nullcontext():
        add(lambda setting: isinstance(setting, Shares))
        add(lambda setting: setting.group != "main")
    return RequestControls(page, controls)


def _control(words: Words, name: str, setting: Setting, value: Any, high: float | None) -> list[Component]:
    """The control of one setting; of `Shares`, a slider for each name."""
    text: dict[str, Any] = dict(words.settings[name])
    slim: dict[str, Any] = {"elem_classes": "slim", "buttons": []}
    match setting:
        case Shares():
            gr.Markdown(f"**{text['label']}** {text.get('info', '')}", elem_classes="hint")
            return [
                gr.Slider(0, 1, value=share, step=0.05, label=words.kind_names[kind], **slim)
                for kind, share in zip(setting.names, value, strict=True)
            ]
        case Number(step=None):
            with gr.Row(equal_height=False, elem_classes=name):
                number = gr.Number(value, precision=0 if setting.whole else None, min_width=120, **text)
                dice = gr.Button(words.dice, min_width=80, scale=0)
            dice.click(lambda: random.randrange(MAX_ROLLED), outputs=number, queue=False, **PRIVATE)
            return [number]
        case Number():
            look = slim if setting.group == "main" else {}
            end = next(one for one in (high, setting.slider_high, setting.high) if one is not None)
            low = setting.low if setting.slider_low is None else setting.slider_low
            return [gr.Slider(low, end, value=value, step=setting.step, **text, **look)]
        case Choice():
            titles = [(setting.title_of(option), option) for option in setting.options]
            return [gr.Radio(titles, value=value, elem_classes="compact", **text)]
        case Switch():
            return [gr.Checkbox(value, **text)]
    raise NotImplementedError(type(setting))


def request_from(page: Page, *values: Any) -> Request:
    """The values of `RequestControls.inputs`, checked."""
    rest = iter(values)
    found: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        if isinstance(setting, Shares):
            found[name] = tuple(islice(rest, len(setting.names)))
        elif isinstance(setting, Number) and setting.whole:
            found[name] = whole(page.words, next(rest), page.words.settings[name]["label"])
        else:
            found[name] = next(rest)
    return Request(**found)


def whole(words: Words, number: Any, name: str) -> int:
    """A number from the browser, which may be None, 2.5 or of another type, as an int."""
    is_whole = isinstance(number, int) or (isinstance(number, float) and number.is_integer())
    if not is_whole or isinstance(number, bool):
        raise UserError(words.whole_number, name=name)
    return int(number)
