"""Names for the epochs of runs, as values: hashable, comparable and one word of text.

    sprites/31      epoch 31 of the run in the folder `sprites`

`EpochRef.parse(str(ref)) == ref` for every ref, and no ref can point outside the folder of runs.
"""

import re
from dataclasses import dataclass
from typing import Self

RUN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ -]*")  # no slash, no leading dot: cannot leave its folder


@dataclass(frozen=True)
class EpochRef:
    run: str
    epoch: int

    def __post_init__(self) -> None:
        if not RUN.fullmatch(self.run) or not 0 <= self.epoch < 1_000_000:
            raise ValueError(f"{self} is not an epoch of a run; write it like sprites/31")

    def __str__(self) -> str:
        return f"{self.run}/{self.epoch}"

    @classmethod
    def parse(cls, text: str) -> Self:
        run, _, epoch = text.rpartition("/")
        if not epoch.isdecimal() or not epoch.isascii():
            raise ValueError(f"{text!r} is not an epoch of a run; write it like sprites/31")
        return cls(run, int(epoch[:7]))
