"""Runs on the Hugging Face Hub: list, pull and push them, with deadlines and progress."""

from .client import PATIENCE, Progress, RemoteFile, Waiting, fetch, look, once, patiently, result_of
from .errors import LOG_IN, in_sentences
from .listing import Listing, list_epochs
from .pull import EpochHere, Event, LocalCopy, find_or_pull, pull_epochs
from .push import Pushed, check_push, push_run

__all__ = [
    "LOG_IN",
    "PATIENCE",
    "EpochHere",
    "Event",
    "Listing",
    "LocalCopy",
    "Progress",
    "Pushed",
    "RemoteFile",
    "Waiting",
    "check_push",
    "fetch",
    "find_or_pull",
    "in_sentences",
    "list_epochs",
    "look",
    "once",
    "patiently",
    "pull_epochs",
    "push_run",
    "result_of",
]
