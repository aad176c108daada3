"""The run of a page without a server: its epochs, their addresses, and what the page says of its words."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from ...store import RunConfig, RunFolder, find_younger
from ..parts.asking import browser_tables, page_language
from ..parts.page import PageData

WORDS = "words.json"  # what a prompt is read with


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

    @cached_property
    def files(self) -> dict[str, bytes]:
        """By their addresses beside the page; read once, for the folder and for the addresses of every page."""
        config = (self.folder.path / "config.json").read_bytes()
        weights = {self._place(epoch): self.folder.file(epoch).read_bytes() for epoch in self.epochs}
        return {f"runs/{self.name}/config.json": config, WORDS: browser_tables().encode()} | weights

    def _place(self, epoch: int) -> str:
        return f"runs/{self.name}/model_{epoch}.safetensors"

    def describe(self, page: PageData) -> dict[str, Any]:
        """For assets/js/site/run.js."""

        def address(place: str) -> str:
            """Another one for other content, so that a browser may keep it for good."""
            return f"{place}?{sha256(self.files[place]).hexdigest()[:12]}"

        return {
            "name": self.name,
            "config": address(f"runs/{self.name}/config.json"),
            "words": address(WORDS),
            "weights": {str(epoch): address(self._place(epoch)) for epoch in self.epochs},
            "young": find_younger(self.epochs, self.config, max(self.epochs) + 1),
            "epoch_number": page.words.epoch_number,
            "language": page_language(page.words),
            "examples": page.words.asking["examples"],
        }
