"""Names of runs, epochs and data, as values: hashable, comparable, and each one word of text.

    sprites/31                      epoch 31 of the run in the folder `sprites`
    hf://user/repo                  the run in a repository of the Hub, as it is now
    hf://user/repo@v1               at a branch, a tag or a commit
    hf://user/repo@v1/model_31      one epoch of it

`EpochRef.parse(str(ref)) == ref` for every ref, likewise for HubRef. No ref names a path outside the folder of runs.
"""

import os
import re
from dataclasses import dataclass
from typing import Self

from .errors import UserError

# A run's name is its folder's: one that stays in its folder, fits in a line, and reads as it is written.
NOT_IN_RUN = r"/\\\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff" + (
    '<>:"|?*' if os.name == "nt" else ""
)
RUN = re.compile(rf"(?![. ])[^{NOT_IN_RUN}]+(?<! )")
MAX_RUN = 255  # bytes: of a folder's name
MAX_LENGTH = 400  # of any name; longer text is refused before a pattern reads it
NAME = (
    r"[A-Za-z0-9](?:[A-Za-z0-9_]|[.-](?![.-])){0,95}(?<![.-])"  # the Hub's rule: no "--", no "..", neither at the end
)
REVISION = r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)*?"
HUB_RUN = re.compile(rf"hf://(?!datasets/|spaces/)({NAME}/{NAME})(?:@({REVISION}))?(?:/model_(\d{{1,6}}))?", re.ASCII)
BUILTIN = re.compile(r"builtin(?::(\d{1,12}))?(?:([@#])(\d{1,12}))?", re.ASCII)
HUB_DATASET = re.compile(r"hf://datasets/([\w.-]+/[\w.-]+)")


def check_run_name(name: str) -> str:
    """The name, if a run can have it; a UserError that says why not."""
    if not name:
        raise UserError("give the run a name, such as my-run")
    if len(name) > MAX_RUN:  # before a pattern reads it
        raise UserError("{name!r} is too long for a run's name: at most {most} bytes", name=name, most=MAX_RUN)
    if not RUN.fullmatch(name):
        raise UserError(
            "{name!r} cannot be a run's name: no slash, backslash or control character in it, no dot or space at its "
            "beginning, no space at its end",
            name=name,
        )
    if len(name.encode()) > MAX_RUN:
        raise UserError("{name!r} is too long for a run's name: at most {most} bytes", name=name, most=MAX_RUN)
    return name


def is_run_name(name: str) -> bool:
    try:
        return bool(check_run_name(name))
    except UserError:
        return False


@dataclass(frozen=True)
class EpochRef:
    run: str
    epoch: int

    def __post_init__(self) -> None:
        if not is_run_name(self.run) or not 0 <= self.epoch < 1_000_000:
            raise UserError("{value} is not an epoch of a run; write it like sprites/31", value=self)

    def __str__(self) -> str:
        return f"{self.run}/{self.epoch}"

    @classmethod
    def parse(cls, text: str) -> Self:
        run, _, epoch = text.rpartition("/")
        if not epoch.isdecimal() or not epoch.isascii():
            raise UserError("{text!r} is not an epoch of a run; write it like sprites/31", text=text)
        return cls(run, int(epoch[:7]))


@dataclass(frozen=True)
class HubRef:
    repo: str  # user/repo
    revision: str | None = None  # a branch, a tag or a commit; the main branch unless given
    epoch: int | None = None  # all of them unless given

    def __post_init__(self) -> None:
        found = _match_hub_run(str(self))
        if not found or (found[1], found[2], found[3] and int(found[3])) != (self.repo, self.revision, self.epoch):
            raise UserError(
                "{value!r} is no run on the Hub; write it like hf://user/repo or hf://user/repo@v1", value=str(self)
            )

    def __str__(self) -> str:
        revision = "" if self.revision is None else f"@{self.revision}"
        epoch = "" if self.epoch is None else f"/model_{self.epoch}"
        return f"hf://{self.repo}{revision}{epoch}"

    @classmethod
    def parse(cls, text: str) -> Self:
        found = _match_hub_run(text)
        if not found:
            raise UserError(
                "{value!r} is no run on the Hub; write it like hf://user/repo or hf://user/repo@v1", value=text
            )
        return cls(found[1], found[2], int(found[3]) if found[3] else None)

    def folder(self) -> str:
        """The name of the run folder that it is pulled into; no name on the Hub contains "--"."""
        return "--".join(filter(None, (*self.repo.split("/"), (self.revision or "").replace("/", "-"))))


def _match_hub_run(text: str) -> re.Match[str] | None:
    return HUB_RUN.fullmatch(text) if len(text) <= MAX_LENGTH else None


@dataclass(frozen=True)
class Builtin:
    """Sprites drawn by code, from this seed: `count` new ones for every epoch, or always the same ones.

    The same ones are those that earlier versions drew: runs of theirs name them so, `builtin:20000@0`.
    """

    count: int = 20_000
    seed: int = 0
    is_fixed: bool = False

    def __str__(self) -> str:
        seed = f"@{self.seed}" if self.is_fixed else f"#{self.seed}" if self.seed else ""
        return f"builtin:{self.count}{seed}"


@dataclass(frozen=True)
class HubDataset:
    repo: str  # user/repo

    def __str__(self) -> str:
        return f"hf://datasets/{self.repo}"


@dataclass(frozen=True)
class LocalFiles:
    """A .npy file, a folder or a .zip on this machine."""

    path: str

    def __str__(self) -> str:
        return self.path


DataRef = Builtin | HubDataset | LocalFiles


def parse_data(text: str) -> DataRef:
    """Data to train on: builtin[:count][#seed], builtin[:count]@seed, hf://datasets/user/repo, or a path."""
    if len(text) > MAX_LENGTH:
        return LocalFiles(text)
    if match := BUILTIN.fullmatch(text):
        return Builtin(int(match[1] or Builtin.count), int(match[3] or Builtin.seed), is_fixed=match[2] == "@")
    if match := HUB_DATASET.fullmatch(text):
        return HubDataset(match[1])
    return LocalFiles(text)
