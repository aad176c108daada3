"""The words of the Learn tab in English."""

from .en_mistakes import MISTAKES
from .en_symbols import SYMBOLS
from .schema_learn import LearnWords

LEARN: LearnWords = {
    "tab": "Learn",
    "epoch_number": "epoch {epoch}",
    "bar": "Steps of the lesson",
    "back": "Back",
    "next": "Next",
    "play": "Play",
    "pause": "Pause",
    "play_hint": "plays this step for you (space)",
    "present": "Present",
    "present_end": "Leave (Esc)",
    "where": "Step {n} of {of}: {name}",
    "extra": "Beyond the lesson: {name}",
    "done": "done",
    "finished": "You did all eight.",
    "do": "Do it yourself",
    "source": "In our own source: {file}, line {line}",
    "code_theirs": "The course's way, repeated in {file}, line {line}",
    "code_ours": "Ours: {file}, line {line}",
    "watch": "Try it in the Watch tab",
    "compare": "Try it in the Compare tab",
    "one_step": "Paint your own in the One step tab",
    "train_tab": "Open the Train tab",
    "tutorial": "As in the tutorial: epochs 0, 4, 24 and 31 side by side",
    "working": "The network is at work …",
    "offline": "The server does not answer",
    "no_run": "There is no trained network here yet; train one in the Train tab",
    "busy": "The server is busy; try again in a minute",
    "odd_question": "The page asked for what is not here; load it again",
    "no_reel": "The film is not there",
    "steps": {
        "film": {
            "name": "Noise to sprite",
            "title": "Sampling: out of noise, a sprite",
            "text": "All 32 pictures start as pure noise: every pixel a random colour. A small neural network looks "
            "at them and says what in them is noise. A little of that is taken out, and it looks again: 500 times.",
            "moves": [
                "Press {play} and watch.",
                "Drag the slider. How early can you tell what a sprite will be?",
                "Switch to what the network sees behind the noise.",
            ],
        },
        "noise": {
            "name": "Drown a sprite",
            "title": "Drown a sprite in noise",
            "text": "Before a network can learn to take noise out, somebody has to put it in. Level 0 is the clean "
            "sprite. With every level a little of the picture is replaced by noise, and any level can be reached in "
            "one go: two weights, one sum.",
            "moves": [
                "Pick a sprite.",
                "Drag the level to 500. Where do you lose it?",
                "Roll other noise: the picture changes, the recipe does not.",
            ],
        },
        "ask": {
            "name": "Ask for the noise",
            "title": "Ask the network for the noise",
            "text": "The network is given the noisy picture and its level, nothing else. It answers with the noise it "
            "believes is in there. Subtract that, and what is left is the sprite it believes in. These shapes it has "
            "never seen: they were kept out of training.",
            "moves": [
                "Ask the network for the noise.",
                "Subtract it.",
                "Move the level: where does it begin to make things up?",
            ],
        },
        "leaps": {
            "name": "One leap or many steps",
            "title": "Sampling: one leap, or many small steps",
            "text": "At level 500 almost nothing of a sprite is left, so its one guess is a bit of every sprite it "
            "could be: blurred, and too loud in its colours. So we believe only a little of the guess, and ask again. "
            "Step by step it makes up its mind.",
            "moves": [
                "Press {play}: on the left one leap, on the right many small steps.",
                "Choose another number of steps.",
                "Try three numbers. Which is the smallest that you are content with?",
            ],
        },
        "fresh": {
            "name": "Leave out the noise",
            "title": "Sampling: why noise is put back",
            "text": "After each step the recipe (its name is DDPM) adds a little fresh noise, z. A waste? The network "
            "is told the level and expects the noise that belongs there. Without z there is less, so it takes details "
            "for noise and wipes them out: the sprites come out smooth, brown and much alike.",
            "moves": [
                "Take z out.",
                "Drag the moment: when do the two batches part?",
                "Other noise: does it always end like that?",
            ],
        },
        "epochs": {
            "name": "From epoch 0 to 31",
            "title": "Training: how it learned",
            "text": "Show it a noisy sprite, let it guess the noise, compare with the truth, and move each of its "
            "{parameters} numbers a little, so that the guess gets better. A round of training is an epoch; the "
            "first is epoch 0. Below, what it draws from the same noise after each epoch.",
            "more": " Its epochs have {sprites} sprites each.",
            "moves": [
                "Slide from epoch 0 to 31.",
                "Find the first epoch with a face you believe.",
                "Compare 24 with 31. Can you tell them apart?",
            ],
        },
        "blend": {
            "name": "Ask for it",
            "title": "Ask for it, and blend two wishes",
            "text": "While it learned, the network was told in words what each sprite shows (and now and then nothing "
            "at all). So we can ask. It knows {words} words, each with a place in a list of numbers, the context; "
            "and between two lists there is room for what it was never shown: half of one, half of another.",
            "moves": [
                "Slide from one to the other.",
                "Stop half-way. What is it?",
                "Roll other noise.",
                "Ask for something else: type it, or choose a pair.",
            ],
        },
        "train": {
            "name": "Train one yourself",
            "title": "Training: now you",
            "text": "A network of your own can see its first sprites in a minute, if it is small and has few of them "
            "to learn from: the Train tab begins that way. Below, for comparison, what the shipped network drew "
            "after its first five epochs, 0 to 4.",
            "moves": ["Slide from epoch 0 to 4.", "Open the Train tab, and press Train there."],
        },
        "mistakes": {
            "name": "Six mistakes",
            "title": "Six mistakes in the published code",
            "text": "The course's code, which the tutorial takes over, runs and draws sprites. Six things in it are "
            "wrong. Here is what each does to the pictures, beside the same without the mistake.",
            "moves": [],
        },
    },
    "questions": {
        "tutorial": [
            "What is the run “tutorial”?",
            "The network of the course and of the tutorial, with its one broken layer mended, trained as they train "
            "it. “As in the tutorial” opens Compare with that network, 32 sprites, DDPM in 500 steps and the epochs "
            "0, 4, 24 and 31. Drawing them takes a few minutes.",
        ],
        "embeddings": [
            "How do the level and the words get into the network?",
            "As embeddings. A few small layers turn the level into the time embedding, others turn what is asked "
            "for (step 7) into the context embedding; the blocks of the U-Net scale and shift their features by "
            "both.",
        ],
        "every": [
            "Why is not every epoch kept?",
            "One epoch and the next draw almost the same, and each is a file of {megabytes} MB. The first, the last "
            "and one in {every} between them are enough to see how it learned. For a run of your own you choose how "
            "many are kept.",
        ],
    },
    "pairs": [
        ["hero", "food"],
        ["ghost", "mushroom"],
        ["wizard", "skeleton"],
        ["green dragon", "blue fish"],
        ["sword", "flower"],
    ],
    "knobs": {
        "at": "Moment",
        "t": "Noise level t",
        "view": "Show",
        "view_x": "the noisy picture xₜ",
        "view_x0": "the sprite the network sees behind it, x̂₀",
        "sprite": "Sprite",
        "roll": "Other noise",
        "epoch": "Training epoch",
        "ask": "Ask for the noise",
        "subtract": "Subtract it",
        "n": "Steps",
        "leave": "Take z out",
        "put": "Put z back",
        "wish_from": "Asked for at the left end",
        "wish_to": "Asked for at the right end",
        "blend": "From one wish to the other",
        "pairs": "Or:",
        "hero": "hero",
        "food": "food",
        "mistake": "Mistake",
        "adamw": "AdamW",
    },
    "pictures": {
        "sheet": "32 sprites at level {t}",
        "clean": "the sprite",
        "noise": "noise",
        "mixture": "the noisy picture",
        "guess": "the guessed noise",
        "behind": "what is left",
        "truth": "the truth",
        "leap": "one leap",
        "many": "{n} steps",
        "with_z": "with z",
        "without_z": "without z",
        "epoch": "epoch {n}",
        "blend": "{one} % {from}, {other} % {to}",
        "theirs": "with the mistake",
        "ours": "without it",
    },
    "readings": {
        "level": "Level {t} of 500",
        "finished": "Finished",
        "noise_error": "the guess is off by {error} (0 is perfect, 1 is no idea)",
        "not_asked": "not asked yet",
        "distance": "Distance to real sprites (smaller is better) after epoch {epoch}: {mean} ± {spread}; "
        "real ones: {real}",
        "leaps": "Distance to real sprites (smaller is better): one leap {one}, {n} steps {many}",
        "leaps_many": "Distance to real sprites (smaller is better) in {n} steps: {many}",
        "fresh": "Distance to real sprites (smaller is better): with z {ours}, without {theirs}",
        "drawing": "{label}: being drawn …",
        "seen": "{sprites} sprites seen, after about {minutes} min of training",
    },
    "symbols": SYMBOLS,
    "cites": {
        "film": "Ho, Jain, Abbeel 2020, algorithm 2",
        "noise": "Ho, Jain, Abbeel 2020, equation 4",
        "ask": "Ho, Jain, Abbeel 2020, equation 15",
        "leaps": "Ho, Jain, Abbeel 2020, algorithm 2, over any stride",
        "fresh": "Ho, Jain, Abbeel 2020, section 3.2: the spread of z is a choice",
        "epochs": "Ho, Jain, Abbeel 2020, equation 14",
        "blend": "Ho, Salimans 2022: classifier-free guidance",
        "train": "Ho, Jain, Abbeel 2020, algorithm 1",
    },
    "sources": {
        "ddpm": "Ho, Jain, Abbeel 2020: Denoising Diffusion Probabilistic Models (DDPM)",
        "ddim": "Song, Meng, Ermon 2021: Denoising Diffusion Implicit Models (DDIM)",
        "improved": "Nichol, Dhariwal 2021: Improved DDPM",
        "guidance": "Ho, Salimans 2022: Classifier-Free Diffusion Guidance",
        "film": "Perez et al. 2018: how time and context enter our network (FiLM)",
        "distance": "Heusel et al. 2017: the distance between sets of pictures",
        "course": "How Diffusion Models Work, the course",
    },
    "mistakes": MISTAKES,
}
