"""The words of the tabs Paint and One step, and of the pixel editor in both. JavaScript reads the keys."""

from typing import TypedDict


class EditorWords(TypedDict):
    """The pixel editor."""

    editor: str
    cell: str
    tools_name: str
    tools: dict[str, str]
    size: str
    undo: str
    redo: str
    clear: str
    colour: str
    any_colour: str
    materials: dict[str, str]
    offline: str
    unreadable: str
    share: str
    copied: str
    in_address: str


PaintWords = TypedDict(
    "PaintWords",
    {
        "tab": str,
        "intro": str,
        "starters": dict[str, str],
        "canvas-name": str,
        "result-name": str,
        "level-name": str,
        "less": str,
        "more": str,
        "level": str,
        "kept": str,
        "again": str,
        "take": str,
        "save": str,
        "size_saved": str,
        "copy": str,
        "start-name": str,
        "starter": str,
        "drawn_before": str,
        "upload-name": str,
        "reduced": str,
        "epochs-name": str,
        "variants": str,
        "result": str,
        "first": str,
        "drawn": str,
        "picture_copied": str,
        "not_copied": str,
    },
)
"""The Paint tab."""


OneStepWords = TypedDict(
    "OneStepWords",
    {
        "upload-name": str,
        "galleries": list[dict[str, str]],
        "t-name": str,
        "noise": str,
        "paint": str,
        "truth": str,
        "columns": list[str],
        "errors": list[str],
        "best": str,
        "best_said": str,
    },
)
"""The One step tab."""
