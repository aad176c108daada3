"""A small DDPM that learns to draw 16x16 game sprites."""
