"""The values of the training form, the plan they make, and the settings that it begins with for each source."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from ...core import Number, Setting, TrainConfig, name_of, settings_of
from ...data import Limits, Sheet, SpriteSet, open_upload
from ...engine import is_zero_gpu
from ...errors import UserError
from ...refs import EpochRef, HubDataset, check_run_name, parse_data
from ...runs import Plan, Speed, estimate_epoch_seconds
from ...server import Settings
from ...store import RunFolder, list_runs
from ..parts.controls import whole
from ..parts.page import Page
from ..words import Words, translate


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What the form begins with for a source."""

    updates: int
    batch_size: int
    lr: float
    begins_trained: bool  # with the last epoch of the shipped run, not with random weights


# A run from random weights that visibly learns; about a minute on two fast CPU cores, on others with fewer updates:
# `fitting_updates`. Of 15 settings that take as long, these have the smallest Fréchet distance, 10.9. OWN: a few dozen
# pictures of one's own are drawn crisp, and new ones of their style. What lost against both stands in .github/LOG.md.
BUILTIN = Preset(updates=1250, batch_size=32, lr=4e-3, begins_trained=False)
OWN = Preset(updates=320, batch_size=16, lr=1e-3, begins_trained=True)
PRESETS = {"builtin": BUILTIN, "upload": OWN, "hub": OWN}  # by source
DEFAULT_COUNT = 4000
MAX_FIXED = 10_000  # the fixed set repeats itself beyond
DEFAULTS = Plan(
    folder=Path(), width=32, training=TrainConfig(epochs=10, batch_size=BUILTIN.batch_size, lr=BUILTIN.lr, ema=0.98)
)
KEEP = 6  # epochs
TARGET_SECONDS, MIN_EPOCHS = 55.0, 3  # the open page takes some more seconds
OFFERED: dict[str, tuple[Number, Any]] = {  # the settings that the form sets, in its order, with their values
    "updates": (Number(low=1, whole=True, step=5, slider_low=10, slider_high=5000), BUILTIN.updates),
    **{
        name: (setting, getattr(DEFAULTS.training, name))
        for name, setting in settings_of(DEFAULTS.training).items()
        if isinstance(setting, Number) and setting.is_offered
    },
    "keep": (Number(low=2, whole=True, step=1, slider_high=32, name="checkpoints"), KEEP),
}


@dataclass(frozen=True)
class TrainForm:
    """The values of the controls, in their order."""

    name: str | None
    source: str  # builtin, upload or hub
    count: float  # of built-in sprites
    files: list[str] | None  # what was uploaded
    hub: str | None  # hf://datasets/user/repo
    start: str | None  # an EpochRef as text, or None: random weights
    width: int
    context: bool
    settings: dict[str, float]  # of each name in OFFERED
    tile: float | None = None  # of a sheet: pixels; None: found by itself; 0: not cut
    gap: float | None = None

    @classmethod
    def read(cls, *values: Any) -> Self:
        own = [part.name for part in fields(cls)].index("settings")
        rest = own + len(OFFERED)
        of_controls = [*values[:own], dict(zip(OFFERED, values[own:rest], strict=True)), *values[rest:]]
        return cls(*of_controls)

    def sheet(self, words: Words) -> Sheet:
        """How uploaded sheets are cut."""
        sizes = ((self.tile, words.train.tile), (self.gap, words.train.gap))
        return Sheet(*(None if size is None else whole(words, size, name) for size, name in sizes))

    def checked_settings(self, words: Words) -> dict[str, Any]:
        """The settings by name. Raises a UserError about the first that is not in range."""
        checked: dict[str, Any] = {}
        for name, (setting, _) in OFFERED.items():
            value = self.settings[name]
            checked[name] = whole(words, value, label_of(words, name, setting)) if setting.whole else value
            setting.check(name_of(name, setting), checked[name])
        return checked


def label_of(words: Words, name: str, setting: Setting) -> str:
    """The name of a setting, with a capital letter."""
    text = translate(words, name_of(name, setting))
    return text[:1].upper() + text[1:]


def builtin_source(count: int) -> str:
    """Few sprites are those of the fixed set: a minute is too short for new ones of 1,182 shapes in every epoch."""
    return f"builtin:{count}@0" if count <= MAX_FIXED else f"builtin:{count}"


def make_plan(page: Page, form: TrainForm, pictures: int | None = None, **data: str) -> Plan:
    """The plan of the form, checked. data: the plan's data and labels, of an upload.

    pictures: how many to train on, from which the epochs follow; those of the defaults where it is not known yet.
    """
    words = page.words
    check_run_name(form.name or "")
    is_dataset = isinstance(parse_data(form.hub or ""), HubDataset)
    if form.source not in words.train.sources or (form.source == "hub" and not is_dataset):
        raise UserError(words.train.hub_name)
    start = EpochRef.parse(form.start) if form.start else None
    sources = {"builtin": builtin_source(whole(words, form.count, words.train.count)), "hub": form.hub}
    values = form.checked_settings(words)
    updates, keep = values.pop("updates"), values.pop("keep")
    source: dict[str, Any] = {"data": sources.get(form.source)} | data
    if form.source == "hub":
        source |= form.sheet(words).facts()
    plan = replace(
        DEFAULTS,
        folder=page.runs / (form.name or ""),
        start=str(RunFolder(page.runs / start.run).file(start.epoch)) if start else None,
        width=None if start else form.width,
        training=replace(DEFAULTS.training, drop_label=TrainConfig.drop_label if form.context else 1.0, **values),
        **source,
    )
    return plan.lasting(updates, pictures, keep) if pictures else plan


def open_uploaded_files(page: Page, settings: Settings, form: TrainForm) -> SpriteSet:
    limits = Limits(bytes=settings.max_upload_mb * 2**20)
    return open_upload([Path(file) for file in form.files or ()], limits, form.sheet(page.words))


def fitting_updates(speed: Speed) -> int | None:
    """How many updates with the defaults take about a minute on this machine; None where that is not known yet."""
    if is_zero_gpu():
        return BUILTIN.updates
    epochs = DEFAULTS.training.epochs
    seconds = estimate_epoch_seconds(DEFAULTS, DEFAULT_COUNT, min(2000, DEFAULT_COUNT), speed)
    if seconds is None:
        return None
    return BUILTIN.updates * min(epochs, max(MIN_EPOCHS, int(TARGET_SECONDS / seconds))) // epochs


def first_weights(page: Page, source: str) -> str:
    """What a run on this source begins with: the last epoch of the shipped run as text, or "" for random weights."""
    run = list_runs(page.runs).get(page.default_run)
    epochs = list(run.epochs()) if run and PRESETS[source].begins_trained else []
    return str(EpochRef(page.default_run, epochs[-1])) if epochs else ""
