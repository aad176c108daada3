"""The model card of a run, its README.md: what it is, how good it is, and the one command that makes it again."""

import math
import re
from collections.abc import Iterable, Sequence

from ..refs import Builtin, HubDataset, HubRef, parse_data
from .checkpoint import RunConfig
from .comparison import compare_epochs, describe_copies, describe_specialisation, list_qualities, pick_late_pair
from .quality import KNOWN, QUALITY_NUMBERS, Baseline, Metrics, Quality

TITLE = "# A DDPM that draws 16x16 sprites"
NETWORKS = {
    "sprite-unet": "SpriteUnet, a small U-Net in which every block knows the time",
    "context-unet": "ContextUnet, the network of the course and the tutorial, with its shortcut mended",
}
BASELINE_TITLES = {"held_out": "real, held-out shapes", "fresh": "real, training shapes"}

PAGE_COLUMNS = (
    '"As the page asks" is with the settings that the page begins with, half of the sprites asked for a kind; "asked '
    'with all words" is with these settings and all that a new real sprite shows.'
)
OWN_WORDS = "Its words are its own; how often they are recognised in its drawings cannot be measured."


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
            *_knowledge(config, metrics, baseline or Baseline()),
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
    numbers = _measured_numbers([*measured.values(), *baseline.real.values()])
    titles = ["epoch", *(QUALITY_NUMBERS[name].title for name in numbers)]
    copies = describe_copies(baseline)
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
        *(_row(str(epoch), quality, numbers) for epoch, quality in measured.items()),
        *(_row(BASELINE_TITLES[name], quality, numbers) for name, quality in baseline.real.items()),
        "",
        *([PAGE_COLUMNS, ""] if "frechet_page" in numbers or "frechet_asked" in numbers else []),
        *([str(copies), ""] if copies else []),
        "The sprites of the last epoch that are most like a training sprite, above that sprite:",
        "",
        "![Pairs of a generated and a training sprite](nearest.png)",
        "",
    ]


def _knowledge(config: RunConfig, metrics: Metrics, baseline: Baseline) -> list[str]:
    """The table of what is recognised of what was asked for, by epoch."""
    measured = list_qualities(metrics)
    names = [name for name in KNOWN if any(name in quality.knows for quality in measured.values())]
    if not measured or not names:
        return [OWN_WORDS, ""] if measured and not config.vocabulary.has_kinds() else []
    ceiling = ", ".join(f"{KNOWN[name]} {share:.0%}" for name, share in baseline.ceiling.items())
    return [
        "## What it knows by which epoch",
        "",
        "How often what was asked for is recognised in the drawing by the same feature network, as a share of how "
        "often it is recognised in real sprites that show it.",
        *([f"In real sprites it recognises: {ceiling}."] if ceiling else []),
        "",
        f"| {' | '.join(['epoch', *(KNOWN[name] for name in names)])} |",
        f"| {' | '.join(['---:'] * (len(names) + 1))} |",
        *(
            f"| {' | '.join([str(epoch), *(_percent(quality.knows.get(name)) for name in names)])} |"
            for epoch, quality in measured.items()
            if quality.knows
        ),
        "",
    ]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _measured_numbers(qualities: Iterable[Quality]) -> list[str]:
    """The names of the numbers that any of them has."""
    qualities = list(qualities)
    return [name for name in QUALITY_NUMBERS if any(getattr(quality, name) for quality in qualities)]


def _row(label: str, quality: Quality, names: Sequence[str]) -> str:
    cells = (QUALITY_NUMBERS[name].write(getattr(quality, name)) for name in names)
    return f"| {' | '.join([label, *cells])} |"
