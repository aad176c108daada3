"""What the verbs share."""

import argparse
from collections.abc import Callable
from pathlib import Path

Options = argparse.Namespace
Verbs = dict[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[Options], None]]]


def check_suffix(path: Path, *allowed: str) -> None:
    if path.suffix not in allowed:
        raise ValueError(f"--out must end in {', '.join(allowed)}, not {path.name!r}")
