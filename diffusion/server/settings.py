"""The server's settings, read from environment variables once when `python app.py` starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ..errors import UserError

SWITCH = {"on": True, "off": False}
SPACE_DEFAULTS = {"shared": True, "max_training_minutes": 15, "max_upload_mb": 80}  # a Space is a public server


@dataclass(frozen=True, kw_only=True)
class Settings:
    run: str | None = None  # a run on the Hub to open beside those in the folder
    shared: bool = False  # whether several people use it: then a run can be steered only by its owner
    training: bool = True  # whether visitors may train
    max_training_minutes: int | None = None  # of a run; None: no limit
    max_upload_mb: int = 128  # of one file; the course's pictures have 66
    login: bool = False  # whether visitors can sign in and push to their own accounts

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self:
        """Reads SPRITES_RUN and the others; an empty variable counts as unset. Raises UserError for a wrong value."""
        defaults: dict[str, Any] = SPACE_DEFAULTS if environment.get("SPACE_ID") else {}
        if environment.get("SYSTEM") == "spaces" and environment.get("OAUTH_CLIENT_ID"):  # hf_oauth in its README
            defaults = defaults | {"login": True}
        texts = {name: environment.get(f"SPRITES_{name.upper()}", "").strip() for name in cls.__dataclass_fields__}
        return cls(**defaults | {name: PARSERS[name](name, text) for name, text in texts.items() if text})


def _parse_switch(name: str, text: str) -> bool:
    if text.lower() not in SWITCH:
        raise UserError("SPRITES_{name} must be on or off, not {text!r}", name=name.upper(), text=text)
    return SWITCH[text.lower()]


def _parse_amount(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise UserError(
            "SPRITES_{name} must be a whole number of at least 1, not {text!r}", name=name.upper(), text=text
        )
    return int(text)


PARSERS: dict[str, Callable[[str, str], Any]] = {
    "shared": _parse_switch,
    "run": lambda _, text: text,
    "training": _parse_switch,
    "max_training_minutes": _parse_amount,
    "max_upload_mb": _parse_amount,
    "login": _parse_switch,
}
