"""Publishes a run on the Hub, with a picture on its card."""

from collections.abc import Generator
from typing import Any

from huggingface_hub import HfApi

from ..engine import draw_card_picture
from ..hub import Pushed, check_push, push_run
from ..refs import HubRef
from ..store import RunFolder


def publish_run(
    api: HfApi, run: RunFolder, ref: HubRef, *, private: bool = False, with_training: bool = False
) -> Generator[Any, None, Pushed]:
    """Draws the card's picture if it is missing, then pushes. Yields Drawing, then the events of `push_run`."""
    check_push(run, ref)
    yield from draw_card_picture(run)
    return (yield from push_run(api, run, ref, private=private, with_training=with_training))
