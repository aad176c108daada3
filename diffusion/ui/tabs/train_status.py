"""A training run as it stands, the same for whoever looks: in words, as a curve, and as a film of its sprites."""

import base64
import math
from html import escape

from ...data import NO_LABEL, SpriteSet, make_preview_sheet
from ...server import RunStatus
from ...sprites import enlarged, png, sheet
from ..parts.charts import loss_svg
from ..parts.player import Frame
from ..words import Words, translate

COLUMNS = 4
FRAMES_PER_SECOND = 3  # at which the film of the epochs is meant to be played


def monitor(words: Words, now: RunStatus) -> str:
    """How the run stands, in words and as a bar."""
    if now.state == "idle":
        return f'<p class="hint">{words.train.idle}</p>'
    share = now.step / now.total if now.total else 0
    return (
        f'<p role="status">{_standing(words, now, share)}</p>'
        f'<div class="player-track"><div style="width:{100 * share:.1f}%"></div></div>'
        f'<p class="numbers">{_measured(words, now)}</p>'
    )


def curve(words: Words, now: RunStatus) -> str:
    """The loss as a curve; empty before the first step."""
    return loss_svg(words, now.curve, now.validation_losses, now.total, now.epochs) if now.total else ""


def _standing(words: Words, now: RunStatus, share: float) -> str:
    """Only what changes seldom: a screen reader reads it aloud each time."""
    said = [f"<strong>{escape(now.name)}</strong>: {words.train.states[now.state]}"]
    if now.total:
        said.append(words.train.epoch.format(epoch=min(now.epochs, int(share * now.epochs) + 1), epochs=now.epochs))
    if now.message:
        said.append(escape(translate(words, now.message)))
    if now.out_of_time:
        said.append(words.train.out_of_time)
    if now.waiting:
        said.append(words.train.waiting.format(names=escape(", ".join(now.waiting))))
    return " · ".join(said)


def _measured(words: Words, now: RunStatus) -> str:
    said = [words.train.step.format(step=now.step, total=now.total)]
    if now.sprites_per_second:
        said.append(words.train.speed.format(speed=now.sprites_per_second))
    if now.busy:
        said.append(words.train.rate.format(lr=now.lr))
    if now.seconds_left:
        said.append(words.train.left.format(time=duration(words, now.seconds_left)))
    if now.saved_at:
        said.append(words.train.saved.format(step=now.saved_at))
    return " · ".join(said) if now.total else ""


def losses(words: Words, now: RunStatus) -> str:
    """The same as a table, epoch by epoch, for those who cannot see the curve; empty before the first is done."""
    per_epoch = now.total / now.epochs if now.epochs else 0
    rows = []
    for epoch, held_out in now.validation_losses:
        losses = [loss for step, loss in now.curve if epoch * per_epoch < step <= (epoch + 1) * per_epoch]
        mean = f"{sum(losses) / len(losses):.4f}" if losses else ""
        outside = "" if math.isnan(held_out) else f"{held_out:.4f}"
        rows.append(f"<tr><th>{epoch}</th><td>{mean}</td><td>{outside}</td></tr>")
    if not rows:
        return ""
    names = (words.epoch, words.quality.loss_raw, words.quality.loss_held_out)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def film(words: Words, now: RunStatus, after: int = -1) -> list[Frame]:
    """Frames for the player: the same sprites after every epoch that came after epoch `after`."""
    frames, kinds = [], [words.kind_names[kind] for kind in now.kinds]
    for epoch, sprites in now.samples:
        if epoch <= after:
            continue
        picture = sheet(sprites, COLUMNS)
        frames.append(
            {
                "run": now.name,
                "seq": epoch,
                "step": epoch + 1,
                "total": now.epochs,
                "per_second": FRAMES_PER_SECOND,
                "t": now.epochs - 1 - epoch,  # the film ends at 0, as one from noise to sprite does
                "T": now.epochs,
                "caption": " · ".join([words.epoch_number.format(epoch=epoch), *kinds]),
                "left": 0,
                "count": len(sprites),
                "columns": COLUMNS,
                "rows": len(sprites) // COLUMNS,
                "panels": [
                    {
                        "label": words.epoch_number.format(epoch=epoch),
                        "x": base64.b64encode(picture.tobytes()).decode(),
                    }
                ],
            }
        )
    if not now.busy and now.samples and now.samples[-1][0] < now.epochs - 1:
        frames.append({"run": now.name, "ended": True})
    return frames


def about_data(words: Words, training: SpriteSet, held_out: SpriteSet) -> str:
    """What a run would be trained on: how many of each kind, and a sheet of some."""
    names = words.kind_names | {NO_LABEL: words.train.no_label}
    kinds = ", ".join(f"{names[kind]} {count:,}" for kind, count in training.counts().items() if count)
    said = words.train.data.format(count=len(training), kinds=kinds, held_out=len(held_out))
    source = base64.b64encode(png(enlarged(make_preview_sheet(training), 2))).decode()
    return (
        f'<p>{said}</p><img class="data-sheet" alt="{words.train.data_picture}" src="data:image/png;base64,{source}">'
    )


def duration(words: Words, seconds: float) -> str:
    """About how long, as one says it."""
    if seconds < 90:
        return words.seconds.format(seconds=math.ceil(seconds))
    if seconds < 90 * 60:
        return words.minutes.format(minutes=round(seconds / 60))
    return words.hours.format(hours=round(seconds / 3600, 1))
