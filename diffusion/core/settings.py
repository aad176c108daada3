"""Settings, each declared once as a dataclass field: its range, its flag, its control in a form.

    @dataclass(frozen=True, kw_only=True)
    class Config:
        steps: int = declare(20, Number(low=1, whole=True, help="network calls"))

The checks, the flags of the command line, and the command line of a config are made from the declarations. A field
that holds such a dataclass counts with all of its settings. People read the name of a field without its underscores.
"""

import argparse
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from numbers import Integral, Real
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_type_hints

from ..errors import Message, UserError

Config = TypeVar("Config")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting of any value."""

    help: str = ""  # of its flag; empty: it has no flag
    name: str = ""  # what people read; the field's name unless given
    flags: tuple[str, ...] = ()  # the first is written, all are read; made of the field's name unless given
    metavar: str | None = None
    is_offered: bool = False  # whether the page's training form sets it
    group: str = "main"  # where it stands in the page's form of a request: main, more or experiment

    def check(self, name: Message, value: Any) -> None:
        """Raises a UserError unless the value is in range."""

    def convert(self, value: Any) -> Any:
        """A value from JSON in the type that the setting has."""
        return value

    def read(self, text: str) -> Any:
        """The value in a link; a ValueError where there is none."""
        return text

    def write(self, value: Any) -> str:
        """The inverse of `read`."""
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Number(Setting):
    """A number from `low` to `high`. In a form a slider with `step` from `low` to `slider_high`; a box without."""

    low: float
    high: float | None = None
    without: float | None = None  # the bound that is not allowed itself
    whole: bool = False
    unit: Message | None = None  # of `low`, in the message of a setting without `high`
    step: float | None = None
    slider_low: float | None = None  # `low` unless given
    slider_high: float | None = None

    def check(self, name: Message, value: Any) -> None:
        low, high = self.low, self.high
        if self.whole and not _is_number(value, Integral):
            raise UserError("{name} must be a whole number, not {value!r}", name=name, value=value)
        if not _is_number(value, Real):
            raise UserError("{name} must be a number, not {value!r}", name=name, value=value)
        if high is None and not value >= low and self.unit:
            raise UserError(
                "{name} must be at least {low} {unit}, not {value}", name=name, low=low, unit=self.unit, value=value
            )
        if high is None and not value >= low:
            raise UserError("{name} must be at least {low}, not {value}", name=name, low=low, value=value)
        if high is None or (low <= value <= high and value != self.without):
            return
        values = {"name": name, "low": low, "high": high, "value": value}
        if self.without == low:
            raise UserError("{name} must be above {low} and at most {high}, not {value}", **values)
        if self.without == high:
            raise UserError("{name} must be at least {low} and below {high}, not {value}", **values)
        raise UserError("{name} must be between {low} and {high}, not {value}", **values)

    def convert(self, value: Any) -> Any:
        return int(value) if self.whole and isinstance(value, float) and value.is_integer() else value

    def read(self, text: str) -> float:
        return int(text) if self.whole else float(text)


def _is_number(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


@dataclass(frozen=True, kw_only=True)
class Size(Setting):
    """A whole number from 1 to `high`, a multiple of `multiple_of`."""

    high: int
    multiple_of: int = 1

    def check(self, name: Message, value: Any) -> None:
        if not isinstance(value, int) or not 1 <= value <= self.high:
            raise UserError(
                "{name} must be a whole number from 1 to {high}, not {value!r}", name=name, high=self.high, value=value
            )
        if value % self.multiple_of:
            raise UserError(
                "{name} must be a multiple of {number}, not {value}", name=name, number=self.multiple_of, value=value
            )


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of several names."""

    options: Collection[str]

    def check(self, name: Message, value: Any) -> None:
        if not isinstance(value, str) or value not in self.options:
            raise UserError(
                "{name} must be one of {options}, not {value!r}",
                name=name,
                options=", ".join(self.options),
                value=value,
            )

    def title_of(self, option: str) -> str:
        """What a form shows: the title of what the name stands for, if that has one."""
        return getattr(self.options[option], "title", option) if isinstance(self.options, Mapping) else option


def declare(default: Any, setting: Setting) -> Any:
    """A field of a dataclass. default: MISSING where a value must be given, None where it may be left out."""
    return field(default=default, metadata={"setting": setting})


def settings_of(config: Any) -> dict[str, Setting]:
    """The settings of a dataclass by the names of their fields, in order, without those inside a field."""
    return {part.name: part.metadata["setting"] for part in fields(config) if "setting" in part.metadata}


def name_of(field_name: str, setting: Setting) -> Message:
    """What people read, to be translated."""
    return Message(setting.name or field_name.replace("_", " "))


def check_settings(config: Any) -> None:
    """Raises a UserError about the first value that is not in range. None is in range where it is the default."""
    for part in fields(config):
        value, setting = getattr(config, part.name), part.metadata.get("setting")
        if setting and not (value is None and part.default is None):
            setting.check(name_of(part.name, setting), value)


def add_flags(parser: argparse.ArgumentParser, config: Any) -> None:
    """The flag of every setting that has a help, in the order of the fields."""
    for part, kind in _fields_with_types(config):
        if is_dataclass(kind):
            add_flags(parser, kind)
            continue
        setting: Setting = part.metadata["setting"]
        flag, *others = _flags(part)
        how: dict[str, Any] = {"action": "store_true"} if kind is bool else {"action": _Store, "type": kind}
        if kind is not bool:
            how["metavar"] = setting.metavar
        if isinstance(setting, Choice):
            how["choices"] = tuple(setting.options)
        given = {"required": True} if part.default is MISSING else {"default": part.default}
        parser.add_argument(flag, dest=part.name, help=setting.help, **how, **given)
        for other in others:
            parser.add_argument(other, dest=part.name, help=argparse.SUPPRESS, default=argparse.SUPPRESS, **how)


class _Store(argparse.Action):
    """Stores the value, and that it was given, for `is_given`."""

    def __call__(self, _: object, options: argparse.Namespace, value: Any, flag: str | None = None) -> None:
        setattr(options, self.dest, value)
        options.given = {*getattr(options, "given", ()), self.dest}


def is_given(options: argparse.Namespace, name: str) -> bool:
    """Whether the flag of this setting was written on the command line."""
    return name in getattr(options, "given", ()) or getattr(options, name) is True


def from_flags(config: Callable[..., Config], options: argparse.Namespace) -> Config:
    """The dataclass with the values that the flags have."""
    return config(
        **{
            part.name: from_flags(cast(type, kind), options) if is_dataclass(kind) else getattr(options, part.name)
            for part, kind in _fields_with_types(config)
        }
    )


def to_flags(config: Any) -> list[str]:
    """The flags of all settings that are not at their default: the inverse of `from_flags`."""
    words: list[str] = []
    for part in fields(config):
        value = getattr(config, part.name)
        if is_dataclass(value):
            words += to_flags(value)
        elif value != part.default:
            text = value.as_posix() if isinstance(value, Path) else str(value)
            words += [_flags(part)[0], *([] if value is True else [text])]
    return words


def _fields_with_types(config: Any) -> Iterator[tuple[Field, Any]]:
    """Each field with its type; of `int | None` the first."""
    hints = get_type_hints(config)
    for part in fields(config):
        kind = hints[part.name]
        yield part, get_args(kind)[0] if isinstance(kind, UnionType) else kind


def _flags(part: Field) -> tuple[str, ...]:
    return part.metadata["setting"].flags or (f"--{part.name.replace('_', '-')}",)
