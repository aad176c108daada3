"""Where a run comes from: hub.json and training/plan.json as checked values."""

from typing import Any

from ..errors import Message
from .json_text import damaged, parse_object

SOURCE = {"repo", "revision", "commit", "files"}  # the entries of hub.json
PLAN_PATHS = ("data", "labels", "start")  # entries of plan.json: text or nothing


def parse_source(content: bytes, name: str) -> dict[str, Any]:
    """A hub.json: repo, revision (None: the main branch), commit, and the checksum of each file."""
    source = parse_object(content, name)
    if source.keys() != SOURCE or not _is_source(**source):
        raise damaged(name, Message("it does not say where on the Hub the run is"))
    return source


def _is_source(repo: Any, revision: Any, commit: Any, files: Any) -> bool:
    is_text = isinstance(repo, str) and isinstance(commit, str) and isinstance(revision, str | None)
    return is_text and isinstance(files, dict) and all(isinstance(checksum, str) for checksum in files.values())


def parse_plan(content: bytes, name: str) -> dict[str, Any]:
    """A plan.json; its values are checked again when a Plan is made of them."""
    plan = parse_object(content, name)
    if not all(isinstance(plan.get(entry), str | None) for entry in PLAN_PATHS):
        raise damaged(name, Message("it does not say where the data is"))
    return plan
