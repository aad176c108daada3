"""Plain names for colours: what a person would call a ramp by its highlight."""

import colorsys
from functools import cache

from .parts import Colour

COLOUR_NAMES = (
    "red",
    "orange",
    "yellow",
    "green",
    "teal",
    "blue",
    "purple",
    "pink",
    "brown",
    "beige",
    "white",
    "grey",
    "black",
)
# What the same colour is called on metal.
METAL_NAMES = {"yellow": "gold", "orange": "bronze", "brown": "bronze", "beige": "bronze", "white": "silver"}
METALS = ("metal", "steel", "gold")
HUES = ((10, "red"), (40, "orange"), (68, "yellow"), (160, "green"), (190, "teal"), (250, "blue"), (300, "purple"))


@cache
def name_colour(colour: Colour) -> str:
    """One of COLOUR_NAMES for the highlight of a ramp."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    degrees = hue * 360
    if value < 0.44 and saturation < 0.36:
        return "black"
    if saturation < 0.145 or (value > 0.9 and saturation < 0.2 and 20 < degrees < 75):
        return "white" if value > 0.85 else "grey"
    if 10 <= degrees < 46 and (saturation < 0.55 or value < 0.87):
        return "beige" if saturation < 0.52 and value >= 0.72 else "brown"
    if (degrees >= 300 or degrees < 10) and (300 <= degrees < 343 or saturation < 0.6):
        return "pink" if value > 0.7 else "purple" if 290 < degrees < 340 else "brown"
    return next((name for below, name in HUES if degrees < below), "red")


def name_on(material: str, colour: Colour) -> str:
    """The name of a colour on a material: a yellow metal is gold."""
    name = name_colour(colour)
    return METAL_NAMES.get(name, name) if material.rstrip("23") in METALS else name
