"""Links to the page: their query as values for the controls, and the other way. A wrong part changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlencode

from ...engine import PAGE, SETTINGS, Request
from ...refs import EpochRef
from ...store import list_runs
from .run_picker import TUTORIAL_EPOCHS

Query = Mapping[str, str]
TUTORIAL_RUN = "tutorial"  # of the tutorial's network
AS_IN_TUTORIAL = Request(count=32, sampler="ddpm", steps=500)
UNNAMED = ("prompt", "surprise")  # left out of links at their defaults, as in assets/js/link.js


def request_in(query: Query, default: Request) -> Request:
    """`default` with the link's settings in its place; `default` itself if one of them is wrong.

    A link that names epochs or settings means `Request`'s where it does not name one of UNNAMED, or of PAGE, which an
    old one does not know.
    """
    named = {name: one.read for name, one in SETTINGS.items() if name in query}
    plain = {name: getattr(Request, name) for name in (*PAGE, *UNNAMED)} if named or "epochs" in query else {}
    try:
        return replace(default, **plain | {name: read(query[name]) for name, read in named.items()})
    except ValueError:
        return default


def epochs_in(query: Query) -> list[EpochRef]:
    """The epochs that a link names; those that it names wrongly are left out."""
    found = []
    for word in query.get("epochs", "").split(","):
        with suppress(ValueError):
            found.append(EpochRef.parse(unquote(word, errors="strict")))
    return found


def write_epochs(refs: Iterable[EpochRef | str]) -> str:
    """The inverse of `epochs_in`: joined by commas, so that a comma in a name must be written in another way.

    assets/js/link.js does the same.
    """
    return ",".join(str(ref).replace("%", "%25").replace(",", "%2C") for ref in refs)


def link_to(tab: str, run: str, epochs: Iterable[int], said: str, **settings: str) -> str:
    """A link to Watch or Compare with these epochs of a run, as HTML. said: its text as HTML. settings: as written."""
    query = {"tab": tab, "epochs": write_epochs(f"{run}/{epoch}" for epoch in epochs), **settings}
    return f'<a href="?{escape(urlencode(query, safe="/,"))}">{said}</a>'


def link(tab: str, refs: Sequence[EpochRef], request: Request) -> str:
    """The address, from the root of the server, of a tab with these epochs and settings."""
    query = {"tab": tab, "epochs": write_epochs(refs)}
    for name, setting in SETTINGS.items():
        value = getattr(request, name)
        if value != getattr(Request, name) or (setting.group != "experiment" and name not in UNNAMED):
            query[name] = setting.write(value)
    return f"/?{urlencode(query, safe=',/')}"


def link_as_in_tutorial(runs: Path) -> str:
    """Compare as the tutorial does: its epochs of its network, as an address; empty where its run is not there."""
    run = list_runs(runs).get(TUTORIAL_RUN)
    there = run.epochs() if run else ()
    refs = [EpochRef(TUTORIAL_RUN, epoch) for epoch in TUTORIAL_EPOCHS if epoch in there]
    return link("compare", refs, AS_IN_TUTORIAL).removeprefix("/") if len(refs) > 1 else ""
