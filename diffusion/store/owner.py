"""Whose run it is: a digest, so that nobody who reads the file can pretend to be that visitor."""

import hashlib
import secrets
from pathlib import Path


def seal_owner(owner: str) -> bytes:
    """The content of the file."""
    salt = secrets.token_hex(8)
    return f"{salt} {_digest(salt, owner)}\n".encode()


def is_sealed_by(owner: str, file: Path) -> bool:
    """Whether the file is of this visitor; False where there is none, or it is damaged."""
    try:
        salt, digest = file.read_text("ascii").split()
    except (OSError, ValueError):
        return False
    return bool(owner) and secrets.compare_digest(digest, _digest(salt, owner))


def _digest(salt: str, owner: str) -> str:
    return hashlib.sha256(f"{salt} {owner}".encode()).hexdigest()
