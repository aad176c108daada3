"""Runs as tables of HTML: those on the disk, and the epochs of one on the Hub."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from ...errors import Message, UserError, message_of
from ...hub import Listing
from ...server import StartupPull
from ...store import QUALITY_NUMBERS, EpochMetrics, RunConfig, RunFolder, list_runs, list_unusable
from ..parts.hub_progress import note
from ..parts.page import Page
from ..parts.share_links import link_to
from ..words import Words, translate
from ..words.schema_hub import HubWords


def list_local_runs(
    words: Words,
    runs: dict[str, RunFolder],
    endpoint: str,
    unusable: Mapping[str, Message | str] = MappingProxyType({}),
) -> str:
    """A table with a row for each run on the disk. endpoint: of the Hub, for links.

    unusable: why what looks like a run cannot be opened, by its name; it has a row too.
    """
    hub, rows, problems, total = words.hub, [], dict(unusable), 0
    for name, run in runs.items():
        try:
            sizes = {epoch: _size(file) for epoch, file in run.epochs().items()}
            rows.append(_row(words, run, sizes, endpoint))
            total += sum(sizes.values())
        except UserError as mistake:  # it has changed since it was listed
            problems[name] = message_of(mistake)
    broken = "".join(_problem_row(words, name, reason) for name, reason in problems.items())
    if not rows and not broken:
        return f'<p class="hint">{hub.none_here}</p>'
    summary = hub.sum.format(runs=len(rows), size=_megabytes(total))
    return f'{_table(hub.columns, rows, broken)}<p class="hint">{summary}</p>'


def _problem_row(words: Words, name: str, reason: Message | str) -> str:
    columns = len(words.hub.columns) - 1
    said = escape(translate(words, reason))
    return f'<tr><th scope="row">{escape(name)}</th><td class="problem" colspan="{columns}">{said}</td></tr>'


def default_run_html(page: Page) -> str:
    """What is wrong with the run that the page opens with; empty where nothing is."""
    name, run = page.default_run, list_runs(page.runs).get(page.default_run)
    reason = list_unusable(page.runs).get(name)
    problems: list[Message] = run.problems() if run else []
    if reason:
        problems.append(Message(page.words.cannot_open, run=name, reason=reason))
    return "".join(note(escape(translate(page.words, problem)), "problem") for problem in problems)


def _size(file: Path) -> int:
    return os.path.getsize(file) if os.path.isfile(file) else 0


def _row(words: Words, run: RunFolder, sizes: dict[int, int], endpoint: str) -> list[str]:
    hub, config, last = words.hub, run.config(), max(sizes)
    facts = run.metrics().get(last, EpochMetrics())
    problems = [f'<br><span class="problem">{escape(translate(words, one))}</span>' for one in run.problems()]
    return [
        link_to("watch", str(run), [last], escape(str(run))) + "".join(problems),
        _network(hub, config),
        _epochs(hub, sizes),
        _data(hub, config.data),
        "" if facts.step is None else f"{facts.step:,}",
        _write_distance(facts),
        _source(hub, run.source(), endpoint),
    ]


def _network(hub: HubWords, config: RunConfig) -> str:
    return hub.networks["course" if config.variant == "course" else config.network]


def _epochs(hub: HubWords, sizes: dict[int, int]) -> str:
    """The epochs with their sizes; a size that all share is written once."""
    written = {epoch: _megabytes(size) for epoch, size in sizes.items()}
    if len(written) > 1 and len(set(written.values())) == 1:
        return hub.each.format(epochs=", ".join(map(str, written)), size=next(iter(written.values())))
    return ", ".join(hub.one.format(epoch=epoch, size=size) for epoch, size in written.items())


def _data(hub: HubWords, data: dict[str, Any]) -> str:
    name, count = data.get("name"), data.get("count")
    if not isinstance(name, str) or not isinstance(count, int):
        return ""
    template = hub.built_in if name.startswith("builtin") else hub.pictures
    return escape(template.format(name=name, count=count))


def _write_distance(facts: EpochMetrics) -> str:
    return QUALITY_NUMBERS["frechet"].write(facts.quality.frechet if facts.quality else None)


def _source(hub: HubWords, source: dict[str, Any], endpoint: str) -> str:
    if not source:
        return hub.from_here
    revision = f"@{source['revision']}" if source["revision"] else ""
    address = f"{endpoint}/{source['repo']}/tree/{source['commit']}"
    name = f"hf://{source['repo']}{revision} ({str(source['commit'])[:7]})"
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(name)}</a>'


def list_remote_epochs(words: Words, listing: Listing, here: RunFolder | None) -> str:
    """A table with a row for each epoch on the Hub. here: the run folder they would be pulled into, if
    it has a name that a run can have."""
    hub, there = words.hub, cast(Collection[int], ())
    problem = note(escape(translate(words, listing.problem)), "problem") if listing.problem else ""
    with suppress(UserError):  # there is no such folder yet
        there = here.epochs() if here else ()
    heading = hub.found.format(
        ref=escape(str(listing.ref)),
        commit=listing.repo.commit[:7],
        network=_network(hub, listing.config),
        epochs=len(listing.epochs),
    )
    rows = []
    for epoch, remote in listing.epochs.items():
        losses = (remote.metrics.loss, remote.metrics.validation_loss)
        mark = f" · {hub.is_here}" if epoch in there else ""
        numbers = ["" if loss is None else f"{loss:.4f}" for loss in losses]
        rows.append([f"{epoch}{mark}", _megabytes(remote.file.size), *numbers, _write_distance(remote.metrics)])
    return f'<p role="status">{heading}</p>{problem}<div class="run-scroll">{_table(hub.listing, rows)}</div>'


def startup_pull_html(words: Words, pull: StartupPull | None) -> str:
    """The state of the run that the app starts with; empty where it is here."""
    if pull is None or pull.state == "here":
        return ""
    why = escape(translate(words, pull.message))
    state = words.hub.opening[pull.state].format(ref=escape(str(pull.ref)), why=why)
    if pull.state != "pulling" or not pull.total:
        return note(state, "problem" if pull.state == "failed" else "hint")
    share = pull.done / pull.total
    return f'{note(state)}<div class="player-track"><div style="width:{100 * share:.1f}%"></div></div>'


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _table(names: Sequence[str], rows: Iterable[list[str]], last: str = "") -> str:
    """rows: cells as HTML. On a narrow screen each cell shows its column's name. last: more rows as HTML."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    lines = []
    for first, *rest in rows:
        cells = zip(names[1:], rest, strict=True)
        lines.append(
            f'<tr><th scope="row">{first}</th>'
            + "".join(f'<td data-name="{escape(name)}">{cell}</td>' for name, cell in cells)
            + "</tr>"
        )
    return f'<table class="run-table"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}{last}</tbody></table>'
