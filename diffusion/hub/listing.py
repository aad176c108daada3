"""What a run on the Hub holds, before any of its weights is downloaded."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from huggingface_hub import HfApi

from ..errors import Message, UserError
from ..refs import HubRef
from ..store import COURSE, EpochMetrics, RunConfig, find_epoch_files, read_entries, read_metrics
from .client import RemoteFile, Repo, list_repo, run_to_end, run_with_deadline, stream
from .errors import explain_hub_errors

MAX_WEIGHTS = 2**29  # bytes of one epoch
MAX_EXTRA = 2**23  # bytes of any other file


@dataclass(frozen=True, eq=False)
class RemoteEpoch:
    file: RemoteFile
    metrics: EpochMetrics

    @property
    def is_pickle(self) -> bool:
        return not self.file.name.endswith(".safetensors")


@dataclass(frozen=True, eq=False)
class Listing:
    """A run on the Hub, of which only the settings and the numbers are downloaded."""

    ref: HubRef
    repo: Repo
    config: RunConfig
    epochs: dict[int, RemoteEpoch]  # in the order of their numbers
    texts: dict[str, bytes]  # config.json and metrics.json, as the Hub has them
    problem: Message | None = None  # what is wrong with its numbers, which then count as none


def list_epochs(api: HfApi, ref: HubRef) -> Listing:
    """Asks the Hub what the repository holds; UserError where it holds no run, or does not answer in PATIENCE."""

    def ask() -> Generator[Any, None, tuple[Repo, dict[str, bytes]]]:
        repo = list_repo(api, ref.repo, ref.revision)
        texts: dict[str, bytes] = {}
        for name in ("config.json", "metrics.json"):
            if name in repo.files and repo.files[name].size <= MAX_EXTRA:
                texts[name] = yield from stream(api, repo, repo.files[name], 0, 1)
        return repo, texts

    with explain_hub_errors(api, str(ref)):
        repo, texts = run_to_end(run_with_deadline(ask()))
    for name, content in texts.items():
        if not repo.files[name].is_in(content):
            raise UserError("{name} of {ref} was damaged on its way; try again", name=name, ref=ref)
    names = find_epoch_files(repo.files)
    if not names:
        raise UserError("{ref} holds no run: it has no files like model_31.safetensors", ref=ref)
    if "config.json" in texts:
        config = _parse_config(texts["config.json"], ref)
    elif not any(name.endswith(".safetensors") for name in names.values()):
        config = COURSE
    else:
        raise UserError("{ref} holds no run: it has no config.json", ref=ref)
    metrics, problem = _parse_metrics(texts)
    epochs = {
        epoch: RemoteEpoch(repo.files[name], metrics.get(epoch, EpochMetrics()))
        for epoch, name in names.items()
        if 0 < repo.files[name].size <= MAX_WEIGHTS
    }
    return Listing(ref, repo, config, epochs, texts, problem)


def _parse_config(text: bytes, ref: HubRef) -> RunConfig:
    try:
        return RunConfig.from_json(text)
    except ValueError as mistake:
        raise UserError("{ref} holds no run that can be opened: {mistake}", ref=ref, mistake=mistake) from None


def _parse_metrics(texts: dict[str, bytes]) -> tuple[dict[int, EpochMetrics], Message | None]:
    """The numbers, and what is wrong with them: a run is not refused for damaged ones."""
    try:
        return read_metrics(read_entries(texts["metrics.json"])) if "metrics.json" in texts else {}, None
    except UserError as mistake:
        return {}, mistake.message
