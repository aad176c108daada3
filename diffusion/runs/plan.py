"""What a training run is asked to do."""

import math
import shlex
from dataclasses import MISSING, asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..core import Number, Setting, TrainConfig, Vocabulary, check_settings, declare, settings_of, to_flags
from ..data import Sheet
from ..errors import Message, UserError
from ..refs import Builtin, parse_data
from ..store import RunConfig, RunFolder


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to train on which data, and in which folder."""

    folder: Path = declare(MISSING, Setting(flags=("--run",), help="the run folder to make"))  # noqa: RUF009 (a field)
    data: str = declare(
        "builtin",
        Setting(
            help="builtin[:count][#seed], a .npy or .npz, a folder or .zip (its folders are words), hf://datasets/…"
        ),
    )
    labels: str | None = declare(
        None, Setting(help="the .npy of labels that goes with a .npy of pictures: names, numbers or (N, K)")
    )
    tile: int | None = declare(
        None,
        Number(
            low=0,
            high=1024,
            whole=True,
            name="tile size",
            help="pixels of a tile, where pictures are sheets; 0: sheets are not cut; found by itself unless given",
        ),
    )
    gap: int | None = declare(
        None,
        Number(
            low=0,
            high=64,
            whole=True,
            name="gap between tiles",
            help="pixels between two tiles of a sheet; found by itself unless given",
        ),
    )
    start: str | None = declare(
        None, Setting(flags=("--from",), metavar="FILE", help="begin with the weights of this checkpoint")
    )
    network: str | None = declare(None, settings_of(RunConfig)["network"])  # None: as in `start`, or the default
    width: int | None = declare(None, settings_of(RunConfig)["width"])
    schedule: str | None = declare(None, settings_of(RunConfig)["schedule"])
    training: TrainConfig = field(default_factory=TrainConfig)
    save_every: int = declare(
        4, Number(low=1, unit=Message("epoch"), whole=True, help="epochs; the first and the last are always saved")
    )
    half: bool = declare(False, Setting(help="save in half precision, as the shipped runs do"))

    def __post_init__(self) -> None:
        check_settings(self)
        self.sheet()  # checks more

    def keeps(self, epoch: int) -> bool:
        """Whether the weights of this epoch are saved."""
        return epoch % self.save_every == 0 or epoch == self.training.epochs - 1

    def lasting(self, updates: int, pictures: int, keep: int | None = None) -> "Plan":
        """The plan with the whole epochs that come nearest to so many updates of the weights, at least one.

        pictures: how many an epoch trains on. keep: about so many epochs are saved, evenly; `save_every` unless given.
        """
        epochs = max(1, round(updates / math.ceil(pictures / self.training.batch_size)))
        every = math.ceil((epochs - 1) / max(1, keep - 1)) if keep else self.save_every
        return replace(self, training=replace(self.training, epochs=epochs), save_every=max(1, every))

    def sheet(self) -> Sheet:
        """How sheets among the pictures are cut."""
        return Sheet(self.tile, self.gap)

    def command(self) -> str:
        """The command line that does the same."""
        folder = self.folder.relative_to(Path.cwd()) if self.folder.is_relative_to(Path.cwd()) else self.folder
        return shlex.join(["python", "-m", "diffusion", "train", *to_flags(replace(self, folder=folder))])

    def other_settings(self) -> dict[str, Any]:
        """What plan.json holds: all that resuming needs beside config.json."""
        return {name: getattr(self, name) for name in settings_of(self) if name not in (*NETWORK, "folder")}


NETWORK = tuple(name for name, own in settings_of(Plan).items() if own is settings_of(RunConfig).get(name))


def load_plan(run: RunFolder) -> Plan:
    """The plan that a run was begun with, for resuming it. Its copy of the data is looked for where the run is now."""
    config, others = run.config(), run.plan()
    if not others:
        raise UserError("{path} cannot be resumed here: it does not say where its data is", path=run.path)
    if unknown := sorted(others.keys() - settings_of(Plan).keys()):
        raise UserError(
            "{path} cannot be resumed: its plan.json has {settings}, which this version does not know; "
            "resume it with the version that began it",
            path=run.path,
            settings=", ".join(unknown),
        )
    chosen = {name: getattr(config, name) for name in NETWORK if getattr(config, name) != getattr(RunConfig, name)}
    if isinstance(parse_data(name := str(config.data.get("name"))), Builtin):
        others["data"] = name  # exact, where `builtin` alone was the name of fixed sprites in earlier versions
    return Plan(folder=run.path, training=training_of(run), **chosen, **others | run.data())


def make_config(plan: Plan, like: RunConfig, data: dict[str, Any], vocabulary: Vocabulary) -> RunConfig:
    """What config.json says of a run of this plan; the network is that of `like` unless the plan names another.

    vocabulary: of the data. A run that begins with other weights, or is resumed, also keeps the words of before.
    """
    is_new = not plan.start and not like.training
    chosen = {name: getattr(plan, name) for name in NETWORK if getattr(plan, name) is not None}
    for name, wanted in chosen.items() if plan.start else ():
        if wanted != (found := getattr(like, name)):
            raise UserError(
                "{start} has {name} {found}, not {wanted}; leave --{name} out",
                start=plan.start,
                name=name,
                found=found,
                wanted=wanted,
            )
    return replace(
        like,
        **chosen,
        vocabulary=vocabulary if is_new else like.vocabulary.extended(vocabulary),
        training=asdict(plan.training),
        data=data,
        start=plan.start or like.start,
    )


def training_of(run: RunFolder) -> TrainConfig:
    """The training settings of a run. Raises UserError where an earlier version had one that this one has not."""
    training = run.config().training
    if unknown := sorted(training.keys() - TrainConfig.__dataclass_fields__.keys()):
        raise UserError(
            "{path} cannot be resumed: it was begun with {settings}, which this version does not have; "
            "resume it with the version that began it",
            path=run.path,
            settings=", ".join(unknown),
        )
    return TrainConfig(**training)
