"""Runs as tables, those on the disk and one on the Hub; how a pull or a push goes, as a bar and in words."""

import math
from collections.abc import Iterable
from html import escape
from typing import Any

from ...hub import Listing
from ...server import StartupPull
from ...store import RunConfig, RunFolder
from ..parts.hub_progress import note
from ..parts.share_links import link_to
from ..words import Words, translate


def runs_here(words: Words, runs: dict[str, RunFolder], endpoint: str) -> str:
    """A row for each run on the disk. endpoint: of the Hub, for the addresses."""
    if not runs:
        return f'<p class="hint">{words.hub.none_here}</p>'
    sizes = {name: {e: file.stat().st_size for e, file in run.epochs().items()} for name, run in runs.items()}
    rows = [_row(words, run, sizes[name], endpoint) for name, run in runs.items()]
    total = sum(sum(of_run.values()) for of_run in sizes.values())
    said = words.hub.sum.format(runs=len(runs), size=_megabytes(total))
    return f'{_table(words.hub.columns, rows)}<p class="hint">{said}</p>'


def _row(words: Words, run: RunFolder, sizes: dict[int, int], endpoint: str) -> list[str]:
    config, last = run.config(), max(sizes)
    try:
        facts = run.metrics().get(str(last), {})
    except (ValueError, AttributeError):  # numbers of a foreign run
        facts = {}
    step = number(facts, "step")
    return [
        link_to("watch", str(run), [last], escape(str(run))),
        _network(words, config),
        _epochs(words, sizes),
        _data(words, config.data),
        "" if step is None else f"{step:,.0f}",
        _distance(facts),
        _source(words, run.source(), endpoint),
    ]


def _network(words: Words, config: RunConfig) -> str:
    return words.hub.networks["course" if config.variant == "course" else config.network]


def _epochs(words: Words, sizes: dict[int, int]) -> str:
    """In the order of their numbers; a size that all share is said once."""
    said = {epoch: _megabytes(size) for epoch, size in sizes.items()}
    if len(said) > 1 and len(set(said.values())) == 1:
        return words.hub.each.format(epochs=", ".join(map(str, said)), size=next(iter(said.values())))
    return ", ".join(words.hub.one.format(epoch=epoch, size=size) for epoch, size in said.items())


def _data(words: Words, data: dict[str, Any]) -> str:
    name, count = data.get("name"), data.get("count")
    if not isinstance(name, str) or not isinstance(count, int):
        return ""
    form = words.hub.built_in if name.startswith("builtin") else words.hub.pictures
    return escape(form.format(name=name, count=count))


def _distance(facts: dict[str, Any]) -> str:
    mean, spread = number(facts, "quality", "frechet", "mean"), number(facts, "quality", "frechet", "spread")
    if mean is None:
        return ""
    return f"{mean:.2f}" if spread is None else f"{mean:.2f} ± {spread:.2f}"


def _source(words: Words, source: dict[str, Any], endpoint: str) -> str:
    if not source:
        return words.hub.from_here
    revision = f"@{source['revision']}" if source["revision"] else ""
    address = f"{endpoint}/{source['repo']}/tree/{source['commit']}"
    name = f"hf://{source['repo']}{revision} ({str(source['commit'])[:7]})"
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(name)}</a>'


def run_there(words: Words, listing: Listing, here: RunFolder) -> str:
    """A row for each epoch on the Hub, before any is downloaded. here: the folder they would go to."""
    have = here.epochs() if here.path.is_dir() else {}
    said = words.hub.found.format(
        ref=escape(str(listing.ref)),
        commit=listing.repo.commit[:7],
        network=_network(words, listing.config),
        epochs=len(listing.epochs),
    )
    rows = []
    for epoch, remote in listing.epochs.items():
        losses = (number(remote.facts, name) for name in ("loss", "held_out_loss"))
        mark = f" · {words.hub.is_here}" if epoch in have else ""
        numbers = ["" if loss is None else f"{loss:.4f}" for loss in losses]
        rows.append([f"{epoch}{mark}", _megabytes(remote.file.size), *numbers, _distance(remote.facts)])
    return f'<p role="status">{said}</p><div class="shelf-scroll">{_table(words.hub.listing, rows)}</div>'


def opening(words: Words, stands: StartupPull | None) -> str:
    """Of the run that the app opens with; empty where all is well."""
    if stands is None or stands.state == "here":
        return ""
    why = escape(translate(words, stands.message))
    said = words.hub.opening[stands.state].format(ref=escape(str(stands.ref)), why=why)
    if stands.state != "pulling" or not stands.total:
        return note(said, "problem" if stands.state == "failed" else "hint")
    share = stands.done / stands.total
    return f'{note(said)}<div class="player-track"><div style="width:{100 * share:.1f}%"></div></div>'


def number(facts: Any, *path: str) -> float | None:
    """A number in what a metrics.json says, if it is one."""
    for name in path:
        facts = facts.get(name) if isinstance(facts, dict) else None
    known = isinstance(facts, int | float) and not isinstance(facts, bool) and math.isfinite(facts)
    return facts if known else None


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _table(names: list[str], rows: Iterable[list[str]]) -> str:
    """Cells as HTML; on a narrow screen each stands under its column's name."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    lines = []
    for first, *rest in rows:
        cells = zip(names[1:], rest, strict=True)
        lines.append(
            f'<tr><th scope="row">{first}</th>'
            + "".join(f'<td data-name="{escape(name)}">{cell}</td>' for name, cell in cells)
            + "</tr>"
        )
    return f'<table class="shelf"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'
