"""Reads JSON that may come from strangers: bounded in every direction, and wrong in one sentence.

What comes back has few levels, short numbers, no name twice and only text that can be written as UTF-8. NaN and
Infinity are read, because Python writes them; whoever uses a number checks that it is finite.
"""

import json
from collections import Counter
from typing import Any

from ..errors import Message, UserError

MAX_BYTES = 2**22
MAX_DEPTH = 24  # lists and dicts in each other
MAX_DIGITS = 40  # of a whole number


def parse_json(content: bytes | str, name: object, max_bytes: int = MAX_BYTES) -> Any:
    """The value of a JSON text; a UserError that says of `name` what is wrong."""
    try:
        return _parse(content, max_bytes)
    except UserError as reason:
        raise damaged(name, reason) from None


def parse_object(content: bytes | str, name: object, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """As `parse_json`, of a text that holds names and values."""
    value = parse_json(content, name, max_bytes)
    if not isinstance(value, dict):
        raise damaged(name, Message("it holds no names and values"))
    return value


def damaged(name: object, reason: Message | UserError) -> UserError:
    """The error that says so of a file."""
    return UserError("{name} is damaged: {reason}", name=name, reason=reason)


def _parse(content: bytes | str, max_bytes: int) -> Any:
    if len(content) > max_bytes:
        raise UserError("it is larger than {size:.1f} MB", size=max_bytes / 1e6)
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        if not text.strip():
            raise UserError("it is empty")
        value = json.loads(text, parse_int=_whole_number, object_pairs_hook=_without_repetition)
        _check_depth(value)
        if "\\u" in text:  # an escape may be half of a character
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        raise UserError("it is not UTF-8 text") from None
    except RecursionError:
        raise UserError("it is nested deeper than {depth} levels", depth=MAX_DEPTH) from None
    except json.JSONDecodeError as problem:
        raise UserError(
            "it is cut short or no JSON (line {line}, column {column})", line=problem.lineno, column=problem.colno
        ) from None
    return value


def _whole_number(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise UserError("it holds a number of {digits} digits", digits=len(digits.lstrip("-")))
    return int(digits)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise UserError("it names {key} twice", key=next(name for name, count in counts.items() if count > 1))
    return found


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level := [
        inner
        for outer in level
        if isinstance(outer, dict | list)
        for inner in (outer.values() if isinstance(outer, dict) else outer)
        if isinstance(inner, dict | list)
    ]:
        depth += 1
        if depth >= MAX_DEPTH:
            raise RecursionError
