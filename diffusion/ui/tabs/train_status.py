"""The status of a training run as HTML: in words, as a curve and a table; and its sprites as frames for the player."""

import math
from html import escape

from ...data import NO_LABEL, ONE_IN, SpriteSet, make_preview_sheet, translate_word
from ...engine import Frame, make_frame
from ...server import RunStatus
from ...sprites import data_url, encode_pixels, enlarged, png, sheet
from ..parts.charts import loss_svg
from ..words import Words, translate

COLUMNS = 4
MAX_COUNTS = 40  # words of the data that are listed
FRAMES_PER_SECOND = 3  # of the player, an epoch each


def monitor(words: Words, now: RunStatus) -> str:
    """The status in words and as a progress bar."""
    if now.state == "idle":
        return f'<p class="hint">{words.train.idle}</p>'
    share = now.step / now.total if now.total else 0
    return (
        f'<p role="status">{_status_line(words, now, share)}</p>'
        f'<div class="player-track"><div style="width:{100 * share:.1f}%"></div></div>'
        f'<p class="numbers">{_numbers_line(words, now)}</p>'
    )


def curve(words: Words, now: RunStatus) -> str:
    """The loss as a curve; empty before the first step."""
    return loss_svg(words, now.curve, now.validation_losses, now.total, now.epochs) if now.total else ""


def _status_line(words: Words, now: RunStatus, share: float) -> str:
    """Only what changes rarely, because a screen reader reads every change aloud."""
    parts = [f"<strong>{escape(now.name)}</strong>: {words.train.states[now.state]}"]
    if now.total:
        parts.append(words.train.epoch.format(epoch=min(now.epochs, int(share * now.epochs) + 1), epochs=now.epochs))
    if now.message:
        parts.append(escape(translate(words, now.message)))
    if now.out_of_time:
        parts.append(words.train.out_of_time)
    if now.waiting:
        parts.append(words.train.waiting.format(names=escape(", ".join(now.waiting))))
    return " · ".join(parts)


def _numbers_line(words: Words, now: RunStatus) -> str:
    parts = [words.train.step.format(step=now.step, total=now.total)]
    if now.sprites_per_second:
        parts.append(words.train.speed.format(speed=now.sprites_per_second))
    if now.busy:
        parts.append(words.train.rate.format(lr=now.lr))
    if now.seconds_left:
        parts.append(words.train.left.format(time=duration(words, now.seconds_left)))
    if now.saved_at:
        parts.append(words.train.saved.format(step=now.saved_at))
    return " · ".join(parts) if now.total else ""


def losses(words: Words, now: RunStatus) -> str:
    """The losses as a table with a row for each epoch; empty before the first epoch ends."""
    per_epoch = now.total / now.epochs if now.epochs else 0
    has_validation = any(math.isfinite(loss) for _, loss in now.validation_losses)
    rows = []
    for epoch, validation_loss in now.validation_losses:
        losses = [loss for step, loss in now.curve if epoch * per_epoch < step <= (epoch + 1) * per_epoch]
        mean = f"{sum(losses) / len(losses):.4f}" if losses else ""
        validation = "" if math.isnan(validation_loss) else f"{validation_loss:.4f}"
        cells = [mean, validation] if has_validation else [mean]
        rows.append(f"<tr><th>{epoch}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    if not rows:
        return ""
    names = [words.epoch, words.quality.loss_raw, *([words.quality.loss_held_out] if has_validation else [])]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def epoch_frames(words: Words, now: RunStatus, after: int = -1) -> list[Frame]:
    """Frames for the player: the preview sprites of every epoch later than `after`."""
    frames: list[Frame] = []
    kinds = [escape(_shown(words, kind)) for kind in now.kinds]
    for epoch, sprites in now.samples:
        if epoch <= after:
            continue
        label = words.epoch_number.format(epoch=epoch)
        frame = make_frame(
            [{"label": label, "x": encode_pixels(sheet(sprites, COLUMNS))}],
            len(sprites),
            seq=epoch,
            step=epoch + 1,
            total=now.epochs,
            t=now.epochs - 1 - epoch,  # 0 in the last frame, as at the end of the sampling loop
            levels=now.epochs,
            columns=COLUMNS,
        )
        caption = " · ".join([label, *kinds])
        frames.append({**frame, "run": now.name, "per_second": FRAMES_PER_SECOND, "caption": caption})
    if not now.busy and now.samples and now.samples[-1][0] < now.epochs - 1:
        frames.append({"run": now.name, "ended": True})
    return frames


def about_data(words: Words, training: SpriteSet, validation: SpriteSet) -> str:
    """The training data as HTML: how many sprites each kind and each of the most frequent words has, what was done to
    the pictures, and a sheet of some."""
    counts = {name: count for name, count in training.counts().items() if count}
    shown = [f"{escape(_shown(words, name))} {count:,}" for name, count in counts.items()]
    if len(shown) > MAX_COUNTS:
        without = shown[MAX_COUNTS:][-1:] if NO_LABEL in counts else []
        others = len(shown) - MAX_COUNTS - len(without)
        more = [words.train.more_words.format(count=others)] if others else []
        shown = [*shown[:MAX_COUNTS], *more, *without]
    kinds = words.train.no_words if counts.keys() == {NO_LABEL} else ", ".join(shown)
    form, share = (words.train.data if len(validation) else words.train.data_all), {"least": ONE_IN, "share": ONE_IN}
    text = form.format(count=len(training), kinds=kinds, validation=len(validation), **share)
    source = data_url(png(enlarged(make_preview_sheet(training), 2)))
    said = "".join(f"<li>{escape(translate(words, note))}</li>" for note in training.notes)
    text = f"<p>{text}</p>" + (f'<ul class="data-notes">{said}</ul>' if said else "")
    return f'{text}<img class="data-sheet" alt="{words.train.data_picture}" src="{source}">'


def _shown(words: Words, name: str) -> str:
    """What the page calls a kind or a word."""
    if name == NO_LABEL:
        return words.train.no_label
    return words.kind_names.get(name) or translate_word(name, "zh" if words.code.startswith("zh") else "en")


def duration(words: Words, seconds: float) -> str:
    """A rounded time in words."""
    if seconds < 90:
        return words.seconds.format(seconds=math.ceil(seconds))
    if seconds < 90 * 60:
        return words.minutes.format(minutes=round(seconds / 60))
    return words.hours.format(hours=round(seconds / 3600, 1))
