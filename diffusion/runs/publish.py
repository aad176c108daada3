"""Publishes a run on the Hub, with a picture on its card."""

import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi

from ..engine import draw_card_picture
from ..errors import Message
from ..hub import Pushed, PushNote, check_push, push_run
from ..refs import HubRef
from ..store import RunFolder


def publish_run(
    api: HfApi, run: RunFolder, ref: HubRef, *, private: bool = False, with_training: bool = False
) -> Generator[Any, None, Pushed]:
    """Draws the card's picture if it is missing, then pushes. Yields Drawing, then the events of `push_run`."""
    check_push(run, ref)
    if is_writable(run.path):
        yield from draw_card_picture(run)
    elif not run.has_sample(max(run.epochs())):
        yield PushNote(Message("the card of {run} gets no picture: its folder is read-only", run=run))
    return (yield from push_run(api, run, ref, private=private, with_training=with_training))


def is_writable(folder: Path) -> bool:
    """Tried, because the rights alone do not tell: a disk may be mounted for reading."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
