"""What a shared address says, as values for the controls. What it says wrongly is left as it was."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from html import escape
from urllib.parse import urlencode

from ...engine import Request
from ...refs import EpochRef

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


def link_to(tab: str, run: str, epochs: Iterable[int], said: str, **request: str) -> str:
    """A link to Watch or Compare with these epochs of a run. said: as HTML. request: as links.py reads it"""
    query = {"tab": tab, "epochs": ",".join(f"{run}/{epoch}" for epoch in epochs), **request}
    return f'<a href="?{escape(urlencode(query, safe="/,"))}">{said}</a>'


def link(tab: str, refs: Sequence[EpochRef], request: Request) -> str:
    """An address that the page understands, see links.py."""
    settings = {
        "tab": tab,
        "epochs": ",".join(map(str, refs)),
        **{name: getattr(request, name) for name in ("count", "seed", "sampler", "steps", "guidance")},
        "kinds": ",".join(f"{share:g}" for share in request.kinds),
    }
    return f"/?{urlencode(settings, safe=',/')}"
