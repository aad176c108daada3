"""The words of the page without a server, each with its type."""

from typing import TypedDict


class SiteWords(TypedDict):
    """JavaScript reads the keys."""

    webgpu: str
    plain: str
    slower: str
    failed: str
    noscript: str
    from_disk: str
    train_text: str  # of the lesson's last step, where there is no Train tab
