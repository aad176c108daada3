"""What the verbs share."""

import argparse
from collections.abc import Callable
from pathlib import Path

from ..errors import UserError
from ..refs import HubRef

Options = argparse.Namespace
Verbs = dict[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[Options], None]]]

ALLOW_PICKLE = "also take .pth files from the Hub; they are read for their numbers alone"


def hub_ref(name: str) -> HubRef:
    """user/repo, or hf://user/repo."""
    return HubRef.parse(name if name.startswith("hf://") else f"hf://{name}")


def check_suffix(path: Path, *allowed: str) -> None:
    if path.suffix not in allowed:
        raise UserError("--out must end in {allowed}, not {path!r}", allowed=", ".join(allowed), path=path.name)
