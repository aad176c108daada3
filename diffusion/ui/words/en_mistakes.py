"""The words of the six mistakes in the Learn tab, in English."""

from .schema_learn import MistakeWords

MISTAKES: dict[str, MistakeWords] = {
    "noising": {
        "name": "Too little noise",
        "text": "In training, the noise is weighted by 1 − ᾱ where √(1 − ᾱ) belongs. So at every level the "
        "network sees less noise than the level means, and when it draws it meets more than it ever saw.",
        "measured": "Two networks, trained alike but for this. Distance to real sprites: "
        "{theirs[frechet][mean]:.1f} with the mistake, {ours[frechet][mean]:.1f} without. Both are clumsy, for "
        "they have seen only {sprites:,} sprites; what counts is which of them is worse.",
    },
    "shortcut": {
        "name": "A layer rolled anew",
        "text": "The first block has a shortcut for its input, a small convolution, that is made anew with random "
        "numbers every time the network is used. It cannot learn, and the same question gets another answer "
        "each time.",
        "measured": "Two answers to one question are {two_looks:.2f} apart, and the noise itself is 1. Two "
        "networks, trained alike but for this. Distance to real sprites: {theirs[frechet][mean]:.1f} with the "
        "mistake, {ours[frechet][mean]:.1f} without. Both are clumsy, for they have seen only {sprites:,} sprites; "
        "what counts is which of them is worse.",
    },
    "betas": {
        "name": "One level too many",
        "text": "The table of noise has 501 rows, and ᾱ of level 0 is then overwritten with 1. So the first level "
        "holds two steps' worth of noise. This one is harmless:",
        "measured": "ᾱ is off by {abar:.4f} at most, a pixel by {difference:.1f} of 255 on average. Distance to "
        "real sprites: {theirs[frechet][mean]:.2f} and {ours[frechet][mean]:.2f}.",
    },
    "ddim": {
        "name": "Below level 0",
        "text": "Asked for 30 steps of DDIM, the loop goes down by 16 levels at a time, stands at level 4, and "
        "steps to −12. In Python, row −12 of a table is the twelfth from its other end, the noisy one. So the "
        "last step puts nearly all of the noise back.",
        "measured": "Distance to real sprites in 30 steps: {theirs[frechet][mean]:.0f} with the mistake, "
        "{ours[frechet][mean]:.1f} without. With 25 steps, which divide 500, the same loop gives "
        "{good_steps[mean]:.1f}.",
    },
    "stretch": {
        "name": "Stretched colours",
        "text": "The plots stretch each colour of each picture to its own darkest and brightest pixel. So colours "
        "drift, in each frame of the film by another amount, and white need not stay white.",
        "measured": "{white_theirs:.0%} of the corners are white, without the mistake {white_ours:.0%}; a pixel "
        "is off by {difference:.0f} of 255 on average. Distance to real sprites: {theirs[frechet][mean]:.1f} "
        "with it, {ours[frechet][mean]:.1f} without.",
    },
    "split": {
        "name": "A test that leaks",
        "text": "Pictures are split at random into training and test, though many of them are identical. So the "
        "test rewards what was learned by heart. Above, sprites of such a test; below, sprites of ours, with shapes "
        "kept out of training. (The size of the pictures is also fixed at 16; ours may be any multiple of 4.)",
        "measured": "Split their way, {theirs[twins]:.0%} of our test sprites are in the training set too; split our "
        "way, {ours[twins]:.0%}. The same network's error in the noise: {theirs[error]:.3f} on theirs, "
        "{ours[error]:.3f} on ours.",
    },
}
