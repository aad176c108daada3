"""What the environment decides: `python app.py` reads it once, before anything else is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ..errors import UserError

SWITCH = {"on": True, "off": False}
ON_A_SPACE = {"shared": True, "max_training_minutes": 15, "max_upload_mb": 80}  # a public server is shared


@dataclass(frozen=True, kw_only=True)
class Settings:
    run: str | None = None  # a run on the Hub to open beside those in the folder
    shared: bool = False  # whether its visitors are strangers: then only whoever started a run may steer it
    training: bool = True  # whether visitors may train
    max_training_minutes: int | None = None  # what a run may take; None: as long as it needs
    max_upload_mb: int = 128  # of any file a visitor sends; the course's pictures have 66
    login: bool = False  # whether visitors can sign in, and so push to accounts of their own

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self:
        """SPRITES_RUN and so on; ValueError where one cannot be. Unset and empty are the same."""
        defaults = ON_A_SPACE if environment.get("SPACE_ID") else {}
        if environment.get("SYSTEM") == "spaces" and environment.get("OAUTH_CLIENT_ID"):  # hf_oauth in its README
            defaults = defaults | {"login": True}
        said = {name: environment.get(f"SPRITES_{name.upper()}", "").strip() for name in cls.__dataclass_fields__}
        return cls(**defaults | {name: READ[name](name, word) for name, word in said.items() if word})


def _switch(name: str, word: str) -> bool:
    if word.lower() not in SWITCH:
        raise UserError("SPRITES_{name} must be on or off, not {word!r}", name=name.upper(), word=word)
    return SWITCH[word.lower()]


def _amount(name: str, word: str) -> int:
    if not (word.isascii() and word.isdigit()) or int(word) < 1:
        raise UserError(
            "SPRITES_{name} must be a whole number of at least 1, not {word!r}", name=name.upper(), word=word
        )
    return int(word)


READ = {
    "shared": _switch,
    "run": lambda _, word: word,
    "training": _switch,
    "max_training_minutes": _amount,
    "max_upload_mb": _amount,
    "login": _switch,
}
