"""The words of the tabs Paint and One step in English."""

from .schema_paint import EditorWords, OneStepWords, PaintWords

EDITOR: EditorWords = {
    "editor": "Pixel editor, 16 by 16: the arrow keys move, space paints",
    "cell": "column {column}, row {row}: {colour}",
    "tools_name": "Tools",
    "tools": {"pencil": "Pencil (P)", "eraser": "Eraser (E)", "fill": "Fill (F)", "pick": "Pick a colour (I)"},
    "size": "Large brush",
    "undo": "Undo (Ctrl+Z)",
    "redo": "Redo (Ctrl+Y)",
    "clear": "Clear",
    "colour": "Colour",
    "any_colour": "Any other colour",
    "materials": {
        "grey": "Black to white",
        "skin": "Skin",
        "hair": "Hair",
        "cloth": "Cloth",
        "metal": "Metal",
        "wood": "Wood",
        "leather": "Leather",
        "leaf": "Leaves",
        "glow": "Glow",
    },
    "offline": "The server does not answer",
    "unreadable": "That file is not a picture this browser can read",
    "share": "Copy link",
    "copied": "Link copied: it opens what is painted here",
    "in_address": "The link is in the address bar",
}

PAINT: PaintWords = {
    "tab": "Paint",
    "intro": "A few blobs of paint and a word are enough. The network makes sprites of them after every stroke.",
    "starters": {
        "hero": "hero",
        "wizard": "wizard",
        "mushroom": "mushroom",
        "slime": "slime",
        "tree": "tree",
        "sword": "sword",
    },
    "canvas-name": "You paint",
    "result-name": "The network draws",
    "level-name": "How much of your painting is kept",
    "less": "less",
    "more": "more",
    "level": "noise level {t}",
    "kept": "{share} of 100, noise level {t}",
    "again": "New variants",
    "take": "Paint on it",
    "save": "Save",
    "size_saved": "{side} × {side} PNG",
    "copy": "Copy picture",
    "start-name": "Start from",
    "starter": "Blobs",
    "drawn_before": "A sprite the network drew",
    "upload-name": "A picture of yours",
    "reduced": "{name}: {width} × {height} pixels, reduced to 16 × 16 on white",
    "epochs-name": "All epochs: what it draws after less training",
    "variants": "Variants, each from noise of its own",
    "result": "Variant",
    "first": "Drawing …",
    "drawn": "Drawn by {label} in {s} s",
    "picture_copied": "Picture copied",
    "not_copied": "This browser does not let pages copy pictures; save it instead",
}

ONE_STEP: OneStepWords = {
    "upload-name": "Upload a picture",
    "galleries": [
        {
            "name": "New sprites of shapes it knows",
            "note": "On average, each epoch sees more in these than the one before.",
        },
        {
            "name": "Shapes it never saw in training",
            "note": (
                "Training helps less here: measured at level 200, the error in the noise falls from 0.25 to 0.21 "
                "(to 0.18 for the sprites above), and on half of these, epoch 31 sees no more than epoch 4."
            ),
        },
        {"name": "Sprites the network drew"},
    ],
    "t-name": "Noise level",
    "noise": "Other noise",
    "paint": "Have it finished in Paint",
    "truth": "truth",
    "columns": ["noisy picture", "noise in it", "sprite behind it"],
    "errors": ["error in the noise", "error in the sprite"],
    "best": "Coloured: the smallest error of its column",
    "best_said": "smallest",
}
