"""The five kinds of sprite, in the one order used everywhere: labels, context vectors, sliders."""

KINDS = ("hero", "non-hero", "food", "spell", "side-facing")

# Rows of each kind in the course's data set of 89,400 sprites; the built-in set keeps these proportions.
COURSE_COUNTS = (8000, 32400, 6000, 35000, 8000)
