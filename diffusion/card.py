"""The model card of a run, its README.md: what it is, how good it is, and the one command that makes it again."""

from typing import Any

from .checkpoint import RunConfig

NETWORKS = {
    "sprite-unet": "SpriteUnet, a small U-Net in which every block knows the time",
    "context-unet": "ContextUnet, the network of the course and the tutorial, with its shortcut mended",
}


def card(config: RunConfig, metrics: dict[str, Any], command: str) -> str:
    """Markdown with the Hub's front matter."""
    training, data = config.training, config.data
    rows = [
        f"| {epoch} | {facts['step']:,} | {facts['loss']:.4f} | {facts.get('held_out_loss', float('nan')):.4f} |"
        for epoch, facts in sorted(metrics.items(), key=lambda item: int(item[0]))
    ]
    table = (
        ["| epoch | updates | training loss | held-out loss |", "| ---: | ---: | ---: | ---: |", *rows] if rows else []
    )
    return "\n".join(
        [
            "---",
            "license: mit",
            "library_name: sprite-diffusion",
            "pipeline_tag: unconditional-image-generation",
            "tags: [diffusion, ddpm, pixel-art, sprites]",
            "---",
            "# A DDPM that draws 16x16 sprites",
            "",
            f"{NETWORKS[config.network]}. Schedule: {config.schedule}, {config.levels} levels.",
            f"Trained for {training['epochs']} epochs of {data['count']:,} sprites (`{data['name']}`), "
            f"batches of {training['batch_size']}, seed {training['seed']}.",
            "`model_<epoch>.safetensors` holds the averaged weights after that epoch; at 0 each sprite was seen once.",
            "",
            "Made by",
            "",
            f"    {command}",
            "",
            *table,
            "",
        ]
    )
