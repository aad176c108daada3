"""The model card of a run, its README.md: what it is, how good it is, and the one command that makes it again."""

import math
import re

from ..refs import Builtin, HubDataset, HubRef, parse_data
from .checkpoint import RunConfig
from .comparison import compare_epochs, describe_specialisation, list_qualities, pick_late_pair
from .quality import QUALITY_NUMBERS, Baseline, Metrics, Quality

TITLE = "# A DDPM that draws 16x16 sprites"
NETWORKS = {
    "sprite-unet": "SpriteUnet, a small U-Net in which every block knows the time",
    "context-unet": "ContextUnet, the network of the course and the tutorial, with its shortcut mended",
}
BASELINE_TITLES = {"held_out": "real, held-out shapes", "fresh": "real, training shapes"}


def build_card(
    config: RunConfig,
    metrics: Metrics,
    command: str,
    baseline: Baseline | None = None,
    ref: HubRef | None = None,
    last: int = 0,
) -> str:
    """Markdown with the Hub's front matter.

    command: the command line that trains the same run; empty where it is not known.
    ref: the card's repository on the Hub; the card then shows a picture of epoch `last`, and how to use the run.
    """
    source = parse_data(str(config.data.get("name", "")))
    return "\n".join(
        [
            "---",
            *(["license: mit"] if isinstance(source, Builtin) else []),  # the author of other pictures decides
            "library_name: sprite-diffusion",
            "pipeline_tag: unconditional-image-generation",
            "tags: [diffusion, ddpm, pixel-art, sprites]",
            *([f"datasets: [{source.repo}]"] if isinstance(source, HubDataset) else []),
            "---",
            TITLE,
            "",
            *(_how_to_use(ref, last) if ref else []),
            f"{NETWORKS[config.network]}. Schedule: {config.schedule}, {config.levels} levels.",
            _training(config),
            "`model_<epoch>.safetensors` holds the averaged weights after that epoch; at 0 each sprite was seen once.",
            "",
            *(["Made by", "", f"    {command}", ""] if command else []),
            *_losses(metrics),
            *_quality(metrics, baseline or Baseline()),
        ]
    )


def is_generated_card(text: str) -> bool:
    """Was this card written by `build_card`, and not by a person?"""
    return TITLE in text.splitlines()


def _training(config: RunConfig) -> str:
    """What the run was trained on; config.json of a foreign run may say anything."""
    data, training = config.data, config.training
    count, numbers = data.get("count"), [training.get(name) for name in ("epochs", "batch_size", "seed")]
    if not isinstance(count, int) or not all(isinstance(number, int) for number in numbers):
        return "Trained elsewhere."
    epochs, batch_size, seed = numbers
    return (
        f"Trained for {epochs} epochs of {count:,} sprites (`{data.get('name')}`), "
        f"batches of {batch_size}, seed {seed}."
    )


def _how_to_use(ref: HubRef, last: int) -> list[str]:
    """A picture, and the commands that make more."""
    return [
        f"![32 sprites drawn by epoch {last}](sample_{last}.png)",
        "",
        "Drawn in 50 steps with seed 0. The same, and a copy of the run to play with:",
        "",
        f"    python -m diffusion sample --checkpoint {HubRef(ref.repo, None, last)} --out sprites.png",
        f"    python -m diffusion pull {ref}",
        "",
    ]


def find_command(text: str) -> str:
    """The training command in a card; empty where there is none."""
    found = re.search(r"^Made by\n\n    (.+)$", text, re.M)
    return found[1] if found else ""


def _losses(metrics: Metrics) -> list[str]:
    rows = [
        f"| {epoch} | {facts.step:,} | {facts.loss:.4f} | "
        f"{math.nan if facts.validation_loss is None else facts.validation_loss:.4f} |"
        for epoch, facts in sorted(metrics.items())
        if facts.step is not None and facts.loss is not None
    ]
    if not rows:
        return []
    sentence = describe_specialisation(metrics)
    head = ["| epoch | updates | training loss | held-out loss |", "| ---: | ---: | ---: | ---: |"]
    return [*head, *rows, "", *([str(sentence), ""] if sentence else [])]


def _quality(metrics: Metrics, baseline: Baseline) -> list[str]:
    """The table of the numbers that `evaluate` measured, of real sprites too, and the sentence about them."""
    measured = list_qualities(metrics)
    if not measured:
        return []
    pair, some = pick_late_pair(metrics), next(iter(measured.values()))
    steps = f", DDPM in {baseline.steps} steps" if baseline.steps else ""
    titles = ["epoch", *(number.title for number in QUALITY_NUMBERS.values())]
    return [
        "## How good the sprites are",
        "",
        *([str(compare_epochs(metrics, *pair)), ""] if pair else []),
        f"{some.sprites or 0:,} sprites an epoch{steps}, in {some.seeds or 0} seeds: mean ± standard deviation. "
        "Distances are measured in the features of `assets/shipped/features.safetensors`; "
        "the last rows are real sprites.",
        "",
        f"| {' | '.join(titles)} |",
        f"| {' | '.join(['---:'] * len(titles))} |",
        *(_row(str(epoch), quality) for epoch, quality in measured.items()),
        *(_row(BASELINE_TITLES[name], quality) for name, quality in baseline.real.items()),
        "",
        "The sprites of the last epoch that are most like a training sprite, above that sprite:",
        "",
        "![Pairs of a generated and a training sprite](nearest.png)",
        "",
    ]


def _row(label: str, quality: Quality) -> str:
    cells = (number.write(getattr(quality, name)) for name, number in QUALITY_NUMBERS.items())
    return f"| {' | '.join([label, *cells])} |"
