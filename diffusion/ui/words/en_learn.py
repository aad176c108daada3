"""The words of the Learn tab in English."""

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
    "working": "The network is at work …",
    "offline": "The server does not answer",
    "no_run": "There is no trained network here yet; train one in the Train tab",
    "busy": "The server is busy; try again in a minute",
    "odd_question": "The page asked for what is not here; load it again",
    "no_reel": "The film is not there",
    "steps": {
        "film": {
            "name": "Noise to sprite",
            "title": "Out of noise, a sprite",
            "text": "All 32 pictures start as pure noise: every pixel a random colour. A small neural network looks "
            "at them and says what in them is noise. A little of that is taken out, and it looks again: 500 times.",
            "moves": [
                "Press ▶ and watch.",
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
            "title": "Ask for the noise, and subtract it",
            "text": "The network is given the noisy picture and the level, nothing else. It answers with the noise it "
            "believes is in there. Subtract that, and what is left is the sprite it believes in. It has never seen "
            "these shapes.",
            "moves": [
                "Ask the network for the noise.",
                "Subtract it.",
                "Move the level: where does it begin to make things up?",
            ],
        },
        "leaps": {
            "name": "One leap or many steps",
            "title": "One leap, or many small steps",
            "text": "At level 500 almost nothing of a sprite is left, so its one guess is a bit of every sprite it "
            "could be: mush. So we believe only a little of the guess, and ask again. Step by step it makes up its "
            "mind.",
            "moves": [
                "Press ▶: on the left one leap, on the right 500 small steps.",
                "Choose another number of steps.",
                "Find the smallest number that you are content with.",
            ],
        },
        "fresh": {
            "name": "Leave out the noise",
            "title": "Why noise is put back",
            "text": "After each step the recipe (its name is DDPM) adds a little fresh noise, z. A waste? The network "
            "is told the level and expects the noise that belongs there. Without z there is less, so it wipes away "
            "details instead.",
            "moves": [
                "Take z out.",
                "Drag the moment: when do the two batches part?",
                "Other noise: do they always collapse?",
            ],
        },
        "epochs": {
            "name": "From epoch 0 to 31",
            "title": "How it learned",
            "text": "Show it a noisy sprite, let it guess the noise, compare with the truth, and move each of its 1.5 "
            "million numbers a little, so that the guess gets better. 20,000 sprites are one epoch; after epoch 0 "
            "each has been seen once. Below, what it draws from the same noise after each epoch.",
            "moves": [
                "Slide from epoch 0 to 31.",
                "Find the first epoch with a face you believe.",
                "Compare 24 with 31. Can you tell them apart?",
            ],
        },
        "blend": {
            "name": "Hero or food",
            "title": "Half hero, half food",
            "text": "While it learned, the network was told what each sprite is, as five numbers (and now and then "
            "nothing at all). So we can ask, and even ask for what it was never shown: half of one, half of another.",
            "moves": ["Slide from hero to food.", "Stop half-way. What is it?", "Roll other noise."],
        },
        "train": {
            "name": "Train for a minute",
            "title": "Your turn: train for a minute",
            "text": "Our network learned 528 sprites a second on two processor cores, so an epoch of 20,000 took 38 "
            "seconds. A minute is enough to see something. Here is what the shipped network drew after its first "
            "epochs.",
            "moves": ["Slide through the first five epochs.", "Open the Train tab and press Train."],
        },
        "mistakes": {
            "name": "Six mistakes",
            "title": "Six mistakes in the published code",
            "text": "The course's code, which the tutorial takes over, runs and draws sprites. Six things in it are "
            "wrong. Here is what each does to the pictures, from the same noise as ours.",
            "moves": [],
        },
    },
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
        "blend": "From hero to food",
        "hero": "hero",
        "food": "food",
        "seen": "Epochs of training",
        "mistake": "Mistake",
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
        "blend": "{hero} % hero, {food} % food",
        "theirs": "with the mistake",
        "ours": "ours",
    },
    "readings": {
        "level": "Level {t} of 500",
        "finished": "Finished",
        "noise_error": "the guess is off by {error} (0 is perfect, 1 is no idea)",
        "not_asked": "not asked yet",
        "distance": "Distance to real sprites (smaller is better) after epoch {epoch}: {mean} ± {spread}; "
        "real ones: {real}",
        "leaps": "Distance to real sprites (smaller is better), no kind asked for: one leap {one}, {n} steps {many}",
        "leaps_unmeasured": "Distance to real sprites (smaller is better), no kind asked for: one leap {one}",
        "fresh": "Distance to real sprites (smaller is better), no kind asked for: with z {ours}, without {theirs}",
        "seen": "{sprites} sprites seen: about {seconds} seconds on two cores",
    },
    "symbols": {
        "xt": "the noisy picture at level t",
        "x0": "the clean sprite",
        "x0hat": "the sprite the network believes in",
        "xs": "the picture one step cleaner",
        "xT": "where we start: pure noise",
        "t": "the level: 0 is clean, 500 is noise; now {t}",
        "t_epochs": "the level, another random one for each sprite",
        "t_blend": "the level: 0 is clean, 500 is noise",
        "eps": "the noise: a random number for each pixel and colour",
        "epshat": "the noise the network sees",
        "net": "the network; θ are its 1.5 million numbers",
        "abar": "how much of the picture is left, 1 to 0; now {abar}",
        "alpha": "how much of it this one step leaves, ᾱ at t divided by ᾱ at s",
        "z": "fresh noise, new at every step; none at the last",
        "normal": "random numbers, each apart from the others, of mean 0 and spread 1",
        "loss": "the error: the mean of all squared differences",
        "c": "the wish: five numbers, one for each kind",
        "b": "where the slider stands: {b}",
        "eta": "the learning rate: how far the numbers move",
        "grad": "the direction in which the error grows",
    },
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
        "film": "Perez et al. 2018: how time and kind enter our network (FiLM)",
        "distance": "Heusel et al. 2017: the distance between sets of pictures",
        "course": "How Diffusion Models Work, the course",
    },
    "mistakes": {
        "noising": {
            "name": "Too little noise",
            "text": "While training, the noise is weighed with 1 − ᾱ where √(1 − ᾱ) belongs. So at every level the "
            "network sees less noise than the level means, and when it draws it meets more than it ever saw.",
            "measured": "Two networks, trained alike but for this on 60,000 sprites. Distance to real sprites: "
            "{theirs[frechet][mean]:.1f} with the mistake, {ours[frechet][mean]:.1f} without.",
        },
        "shortcut": {
            "name": "A layer rolled anew",
            "text": "The first block has a shortcut for its input, a small convolution, that is made anew with random "
            "numbers every time the network is used. It cannot learn, and the same question gets another answer "
            "each time.",
            "measured": "Two answers to one question are {two_looks:.2f} apart, where the noise itself has 1. Two "
            "networks, trained alike but for this. Distance to real sprites: {theirs[frechet][mean]:.1f} with the "
            "mistake, {ours[frechet][mean]:.1f} without.",
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
            "text": "Pictures are split at random into training and test, though many of them are equal. So the test "
            "asks for what was learned by heart. Above, sprites of such a test; below, sprites of ours, with shapes "
            "kept out of training. (The size of the pictures is also fixed at 16; ours may be any multiple of 4.)",
            "measured": "Of our sprites, split their way, {theirs[twins]:.0%} of the test stand in training too; of "
            "ours {ours[twins]:.0%}. The same network's error in the noise: {theirs[error]:.3f} on theirs, "
            "{ours[error]:.3f} on ours.",
        },
    },
}
