"""The server's settings, read from environment variables once when `python app.py` starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ..errors import UserError
from .hosts import Netloc
from .machine import is_loopback, listening_host

SWITCH = {"on": True, "off": False, "1": True, "0": False}
SPACE_DEFAULTS = {"shared": True, "max_training_minutes": 15, "max_upload_mb": 80}  # a Space is a public server


@dataclass(frozen=True, kw_only=True)
class Settings:
    run: str | None = None  # a run on the Hub to open beside those in the folder
    shared: bool = False  # whether several people use it: then a run can be steered only by its owner
    training: bool = True  # whether visitors may train
    max_training_minutes: int | None = None  # of a run; None: no limit
    max_upload_mb: int = 128  # of one file; the course's pictures have 66
    login: bool = False  # whether visitors can sign in and push to their own accounts
    hosts: tuple[str, ...] = ()  # names of this server beside those it knows, with or without a port

    @classmethod
    def from_env(cls, environment: Mapping[str, str], host: str | None = None) -> Self:
        """Reads SPRITES_RUN and the others; an empty variable counts as unset. Raises UserError for a wrong value.

        host: where the server is to listen. Beyond this machine it counts as shared, unless SPRITES_SHARED says off.
        """
        defaults: dict[str, Any] = SPACE_DEFAULTS if environment.get("SPACE_ID") else {}
        public = environment.get("GRADIO_SHARE", "").lower() == "true"
        if public or not is_loopback(listening_host(host, environment)):
            defaults = defaults | {"shared": True}
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


def _parse_hosts(name: str, text: str) -> tuple[str, ...]:
    found = tuple(filter(None, (host.strip() for host in text.split(","))))
    for host in found:
        if Netloc.parse(host) is None:
            raise UserError(
                "SPRITES_{name} must be names such as sprites.example.org, or sprites.example.org:8080, with commas "
                "between them and without http://, not {text!r}",
                name=name.upper(),
                text=host,
            )
    return found


PARSERS: dict[str, Callable[[str, str], Any]] = {
    "shared": _parse_switch,
    "run": lambda _, text: text,
    "training": _parse_switch,
    "max_training_minutes": _parse_amount,
    "max_upload_mb": _parse_amount,
    "login": _parse_switch,
    "hosts": _parse_hosts,
}
