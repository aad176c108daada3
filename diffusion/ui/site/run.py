"""The run of a page without a server: its epochs, their addresses, and what the page says of its words."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from ...data import translate_word
from ...engine import known_names
from ...sprites import KINDS
from ...store import RunConfig, RunFolder, find_younger
from ..parts.asking import SEPARATORS, page_language, read_prompt
from ..parts.page import PageData


@dataclass(frozen=True)
class SiteRun:
    """Some epochs of a run, each a .safetensors file."""

    folder: RunFolder
    epochs: tuple[int, ...]  # in order

    @cached_property
    def config(self) -> RunConfig:
        return self.folder.config()

    @property
    def name(self) -> str:
        return self.folder.path.name

    def files(self) -> dict[str, bytes]:
        """By their addresses beside the page."""
        config = (self.folder.path / "config.json").read_bytes()
        weights = {self._place(epoch): self.folder.file(epoch).read_bytes() for epoch in self.epochs}
        return {f"runs/{self.name}/config.json": config} | weights

    def _place(self, epoch: int) -> str:
        return f"runs/{self.name}/model_{epoch}.safetensors"

    def describe(self, page: PageData) -> dict[str, Any]:
        """For assets/js/site/run.js."""
        language = page_language(page.words)
        names = self.config.vocabulary.names
        labels = {name: translate_word(name, language) for name in names}
        offered = read_prompt(page, [self.name], "")
        files = self.files()

        def address(place: str) -> str:
            """Another one for other content, so that a browser may keep it for good."""
            return f"{place}?{sha256(files[place]).hexdigest()[:12]}"

        return {
            "name": self.name,
            "config": address(f"runs/{self.name}/config.json"),
            "weights": {str(epoch): address(self._place(epoch)) for epoch in self.epochs},
            "young": find_younger(self.epochs, self.config, max(self.epochs) + 1),
            "epoch_number": page.words.epoch_number,
            "separator": SEPARATORS[language],
            "labels": {name: label for name, label in labels.items() if label != name},
            "kinds": KINDS,
            "unseen": sorted(set(names) - known_names(self.config)),
            "offered": {"examples": page.words.asking["examples"], "names": offered["names"]},
        }
