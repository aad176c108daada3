"""Error messages for people: a template and its values, so that a page can translate the template.

    raise UserError("{run} has no epoch {epoch}; it has: {epochs}", run=run, epoch=4, epochs="0, 31")

The engine knows no language: a page looks a translation up by the template (ui/words), never by the finished sentence.
"""

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

MAX_VALUE = 400  # characters of one value; longer ones are shortened in the middle


class Message:
    """An English template in the form of `str.format`, and its values; a value may be a Message too."""

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values = {n: message_of(v) if isinstance(v, BaseException) else v for n, v in values.items()}

    def __str__(self) -> str:
        return self.fill(self.template, str, str)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple:
        """Pickles as plain data: values as they are written, messages as messages."""
        plain = {
            name: value if isinstance(value, Message | int | float | PurePath) else str(value)
            for name, value in self.values.items()
        }
        return _message, (self.template, plain)

    def fill(self, template: str, write: Callable[["Message"], str], write_path: Callable[[PurePath], str]) -> str:
        """The values in another template. write, write_path: write a value that is a Message itself, and a path."""

        def written(value: Any) -> Any:
            if isinstance(value, Message):
                return write(value)
            return _shorten(write_path(value) if isinstance(value, PurePath) else value)

        values = {name: written(value) for name, value in self.values.items()}
        return template.format(**values) if values else template


class UserError(ValueError):
    """An error that a person can correct; its sentence says how."""

    def __init__(self, template: str | Message, /, **values: Any) -> None:
        self.message = template if isinstance(template, Message) else Message(template, **values)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple:
        return type(self), (self.message,)


def message_of(error: BaseException) -> Message | str:
    """The message of a UserError, or the text of another error."""
    return error.message if isinstance(error, UserError) else str(error)


def path_for_visitors(path: PurePath) -> str:
    """A path without the folders of this machine: sprites/model_31.safetensors of a file, sprites of a folder."""
    return "/".join(path.parts[-2:] if path.suffix else path.parts[-1:])


def _message(template: str, values: dict[str, Any]) -> Message:
    return Message(template, **values)


def _shorten(value: Any) -> Any:
    text = str(value)
    return value if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE // 2]}…{text[-MAX_VALUE // 2 :]}"
