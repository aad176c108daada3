"""Untrusted file names in messages."""

import re
from collections.abc import Iterable

MAX_NAMES = 5


def safe_name(name: object) -> str:
    """An untrusted file name for a message: at most 80 printable characters, without HTML."""
    text = re.sub(r"[<>&]", "?", "".join(c if c.isprintable() else "?" for c in str(name)))
    return text if len(text) <= 80 else f"…{text[-79:]}"


def list_names(names: Iterable[object]) -> str:
    """The first few names, for a message."""
    found = list(names)
    return ", ".join(map(safe_name, found[:MAX_NAMES])) + (", …" if len(found) > MAX_NAMES else "")
