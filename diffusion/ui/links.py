"""What a shared address says, as values for the controls. What it says wrongly is left as it was."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from ..generate import Request
from ..refs import EpochRef

Query = Mapping[str, str]

TABS = ("watch", "compare", "finish")
READ: dict[str, Callable[[str], object]] = {
    "count": int,
    "seed": int,
    "sampler": str,
    "steps": int,
    "guidance": float,
    "eta": float,
    "clip": lambda word: word == "true",
    "fresh_noise": lambda word: word == "true",
    "kinds": lambda word: tuple(float(share) for share in word.split(",")),
}


def request_in(query: Query, default: Request) -> Request:
    """`default` with what the address says in its place; all of `default` if the whole cannot be."""
    try:
        said = {name: read(query[name]) for name, read in READ.items() if name in query}
        return Request(**{**default.__dict__, **said})
    except ValueError:
        return default


def epochs_in(query: Query) -> list[EpochRef]:
    """The epochs an address names; those it names wrongly are left out."""
    found = []
    for word in query.get("epochs", "").split(","):
        with suppress(ValueError):
            found.append(EpochRef.parse(word))
    return found
