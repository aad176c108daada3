"""A small DDPM that learns to draw 16x16 sprites."""

from pathlib import Path

ASSETS = Path(__file__).parent.parent / "assets"
