"""Error messages for people: a template and its values, so that a page can translate the template.

    raise UserError("{run} has no epoch {epoch}; it has: {epochs}", run=run, epoch=4, epochs="0, 31")

The engine knows no language: a page looks a translation up by the template (ui/words), never by the finished sentence.
"""

import errno
import logging
import math
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

MAX_BITS = 100  # of a whole number, 30 digits; a longer one is written as a power of ten
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # in a value: they would break the line
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


def explain(error: BaseException) -> Message | str:
    """The message of a UserError. Any other error goes into the log with its traceback, under a number that the
    message names too; of the operating system's errors the message also says what is wrong.
    """
    if isinstance(error, UserError):
        return error.message
    number = secrets.token_hex(2)
    logging.getLogger(__name__).error("number %s: %s", number, type(error).__name__, exc_info=error)
    if isinstance(error, OSError | MemoryError):
        return Message(
            "the server could not do that: {problem} (number {number})", problem=reason_of(error), number=number
        )
    return Message("something went wrong on the server (number {number}); its log says what", number=number)


def reason_of(problem: BaseException) -> Message | str:
    """An OSError or MemoryError in a few words, without its path."""
    if isinstance(problem, MemoryError):
        return Message("there is not enough memory")
    if (code := getattr(problem, "errno", None)) in REASONS:
        return REASONS[code]
    if isinstance(problem, shutil.Error):  # of copytree: (from, to, the text of an OSError) for each file
        return "; ".join(dict.fromkeys(str(why).partition("] ")[2].partition(": ")[0] for *_, why in problem.args[0]))
    text = str(getattr(problem, "strerror", None) or problem).strip()
    return text.splitlines()[0] if text else type(problem).__name__


def path_for_visitors(path: PurePath) -> str:
    """A path without the folders of this machine: sprites/model_31.safetensors of a file, sprites of a folder."""
    return "/".join(path.parts[-2:] if path.suffix else path.parts[-1:])


def _message(template: str, values: dict[str, Any]) -> Message:
    return Message(template, **values)


class _Short(str):
    """A value in place of another; it is written without the form that its template has for the other."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{self}'"

    def __format__(self, form: str) -> str:
        return str(self)


def _shorten(value: Any) -> Any:
    """The value, or what stands for it in a sentence of one line where it is too long or would break the line."""
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return _Short(f"{'-' if value < 0 else ''}10^{int(value.bit_length() * math.log10(2))}")
    try:
        text = str(value)
    except ValueError:  # a list with a number of more than 4,300 digits
        return _Short("…")
    short = text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE // 2]}…{text[-MAX_VALUE // 2 :]}"
    short = CONTROL.sub(lambda found: ascii(found[0])[1:-1], short)
    return value if short == text else _Short(short)


READ_ONLY = Message("the folder is read-only")
REASONS = {  # of an OSError, by its number
    errno.ENOSPC: Message("the disk is full"),
    errno.EFBIG: Message("the file would be larger than is allowed here"),
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EROFS: READ_ONLY,
    getattr(errno, "EDQUOT", -1): Message("there is no more room for this user on the disk (quota)"),  # not on Windows
}
