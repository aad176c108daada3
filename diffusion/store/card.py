"""The model card of a run, its README.md: what it is, how good it is, and the one command that makes it again."""

import re
from typing import Any

from ..refs import Builtin, HubDataset, HubRef, parse_data
from .checkpoint import RunConfig
from .quality import compare_epochs, describe_specialisation, list_qualities, pick_late_pair

TITLE = "# A DDPM that draws 16x16 sprites"
NETWORKS = {
    "sprite-unet": "SpriteUnet, a small U-Net in which every block knows the time",
    "context-unet": "ContextUnet, the network of the course and the tutorial, with its shortcut mended",
}
FLOOR_NAMES = {"held_out": "real, held-out shapes", "fresh": "real, training shapes"}


def build_card(
    config: RunConfig,
    metrics: dict[str, Any],
    command: str,
    floor: dict[str, Any] | None = None,
    ref: HubRef | None = None,
    last: int = 0,
) -> str:
    """Markdown with the Hub's front matter. metrics, floor: as RunFolder has them.

    ref: where on the Hub it will stand, with a picture of what epoch `last` draws and the commands to use it.
    """
    training, data = config.training, config.data
    source = parse_data(str(data.get("name", "")))
    trained = (
        f"Trained for {training['epochs']} epochs of {data['count']:,} sprites (`{data['name']}`), "
        f"batches of {training['batch_size']}, seed {training['seed']}."
        if training and data
        else "Trained elsewhere."
    )
    return "\n".join(
        [
            "---",
            *(["license: mit"] if isinstance(source, Builtin) else []),  # of other pictures it is not ours to say
            "library_name: sprite-diffusion",
            "pipeline_tag: unconditional-image-generation",
            "tags: [diffusion, ddpm, pixel-art, sprites]",
            *([f"datasets: [{source.repo}]"] if isinstance(source, HubDataset) else []),
            "---",
            TITLE,
            "",
            *(_use(ref, last) if ref else []),
            f"{NETWORKS[config.network]}. Schedule: {config.schedule}, {config.levels} levels.",
            trained,
            "`model_<epoch>.safetensors` holds the averaged weights after that epoch; at 0 each sprite was seen once.",
            "",
            *(["Made by", "", f"    {command}", ""] if command else []),
            *_losses(metrics),
            *_quality(metrics, floor or {}),
        ]
    )


def is_generated_card(text: str) -> bool:
    """Was this card written by `card`, and not by a person?"""
    return TITLE in text.splitlines()


def _use(ref: HubRef, last: int) -> list[str]:
    """A picture, and how to make more."""
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
    """The command that a card says its run was made by; empty where it says none."""
    found = re.search(r"^Made by\n\n    (.+)$", text, re.M)
    return found[1] if found else ""


def _losses(metrics: dict[str, Any]) -> list[str]:
    rows = [
        f"| {epoch} | {facts['step']:,} | {facts['loss']:.4f} | {facts.get('held_out_loss', float('nan')):.4f} |"
        for epoch, facts in sorted(metrics.items(), key=lambda item: int(item[0]))
        if {"step", "loss"} <= facts.keys()
    ]
    if not rows:
        return []
    said = describe_specialisation(metrics)
    head = ["| epoch | updates | training loss | held-out loss |", "| ---: | ---: | ---: | ---: |"]
    return [*head, *rows, "", *([str(said), ""] if said else [])]


def _quality(metrics: dict[str, Any], floor: dict[str, Any]) -> list[str]:
    """The table of evaluate.py's numbers, the same numbers of real sprites below it, and what it says."""
    measured = list_qualities(metrics)
    if not measured:
        return []
    real = {label: floor[name] for name, label in FLOOR_NAMES.items() if name in floor}
    exam, pair = floor.get("exam", {}), pick_late_pair(metrics)
    how = f", DDPM in {exam['steps']} steps" if exam else ""
    some = next(iter(measured.values()))
    return [
        "## How good the sprites are",
        "",
        *([str(compare_epochs(metrics, *pair)), ""] if pair else []),
        f"{some['sprites']:,} sprites an epoch{how}, in {some['seeds']} seeds: mean ± standard deviation. "
        "Distances are measured in the features of `assets/shipped/features.safetensors`; "
        "the last rows are real sprites.",
        "",
        "| epoch | Fréchet distance | kernel distance | precision | recall | copies of training sprites | kind seen |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_row(str(epoch), quality) for epoch, quality in measured.items()),
        *(_row(label, quality) for label, quality in real.items()),
        "",
        "The sprites of the last epoch that are most like a training sprite, above that sprite:",
        "",
        "![Pairs of a generated and a training sprite](nearest.png)",
        "",
    ]


def _row(label: str, quality: dict[str, Any]) -> str:
    distances = [_cell(quality[name], "{:.2f}", 1) for name in ("frechet", "kernel")]
    shares = [_cell(quality.get(name), "{:.0f} %", 100) for name in ("precision", "recall", "copied", "recognised")]
    return f"| {' | '.join([label, *distances, *shares])} |"


def _cell(number: dict[str, float] | None, form: str, unit: float) -> str:
    if number is None:
        return ""
    return f"{form.format(unit * number['mean'])} ± {form.format(unit * number['spread'])}"
