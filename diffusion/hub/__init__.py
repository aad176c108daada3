"""Runs on the Hugging Face Hub: list, pull and push them, with deadlines and progress."""

from .client import (
    PATIENCE,
    Progress,
    RemoteFile,
    Repo,
    Waiting,
    as_generator,
    fetch,
    find_account,
    list_repo,
    run_to_end,
    run_with_deadline,
)
from .errors import LOG_IN, explain_hub_errors
from .listing import Listing, list_epochs
from .pull import EpochHere, LocalCopy, PullEvent, find_or_pull, pull_epochs
from .push import Pushed, PushNote, check_push, push_run
