"""Every word a visitor of the English page sees."""

from ...store import SENTENCES as REPORT  # noqa: F401
from . import en_learn as english_learn
from .en_hub import HUB  # noqa: F401

CODE = "en"
LANGUAGE = "English"
ENGINE: dict[str, str] = {}  # nothing to translate: the engine speaks English

TITLE = "Sprite Diffusion"
DESCRIPTION = "Watch a small neural network learn to draw game sprites out of noise."
INTRO = (
    "A small neural network has learned to draw sprites, the tiny figures of video games. It begins with coloured "
    "noise, guesses again and again which part of it is noise, and takes a little of that out, until a sprite is left."
)
BEGIN = "New to this? Learn how it works"
WATCH = "Watch"
COMPARE = "Compare"
COMPARE_INTRO = (
    "All epochs start from the same noise and receive the same noise at every step. What differs is what was learned. "
    "Move the epoch slider at any moment, also while it runs; point at a sprite to see it large in every epoch."
)
NEAREST = (
    "Does it copy? Above, the sprites of the last epoch that are most like a training sprite; below, that sprite."
)
NEAREST_ALT = "Pairs of a generated sprite and the training sprite nearest to it"
COMPARE_NUMBERS = "## Do 24 and 31 really differ?"
COMPARE_EPOCHS = "Epochs to compare"
COMPARE_EPOCHS_INFO = "Two to six"
COMPARE_GENERATE = "Compare them"
COMPARE_COUNT = "Choose between 2 and {most} epochs, not {count}"
RUN = "Run"
EPOCH = "Training epoch"
EPOCH_NUMBER = "epoch {epoch}"
EPOCH_INFO = "After how many rounds of training: 0 has seen every sprite once"
KINDS_LABEL = "What to draw"
KINDS_INFO = "All at 0: anything. Move several to blend them."
KIND_NAMES = {
    "hero": "Hero",
    "non-hero": "Creature",
    "food": "Food",
    "spell": "Item",
    "side-facing": "Hero, sideways",
}
COUNT = "Sprites"
SEED = "Seed"
SEED_INFO = "Same seed, same sprites"
DICE = "Roll"
SAMPLER = "Sampler"
SAMPLER_NAMES = {
    "ddpm": "DDPM",
    "ddim": "DDIM",
    "dpmpp": "DPM-Solver++",
    "sde-dpmpp": "SDE-DPM-Solver++",
    "sa": "SA-Solver",
}
SAMPLER_INFO = (
    "DDPM, SDE-DPM-Solver++ and SA-Solver add fresh noise at every step, the others none. "
    "SA-Solver needs the fewest steps"
)
STEPS = "Steps"
STEPS_INFO = "More is slower and finer"
MORE = "Sampler and experiments"
GUIDANCE = "Guidance"
GUIDANCE_INFO = "1 follows the kinds; more exaggerates them; 0 ignores them"
ETA = "Fresh noise of DDIM (η)"
CLIP = "Keep the predicted sprite within white and black (clip)"
FRESH = "Add fresh noise at every step"
FRESH_INFO = "Without it DDPM's sprites collapse to blobs: try it"
DRAW_NEW = "## Have it draw new ones"
GENERATE = "Generate"
STOP = "Stop"

NO_RUNS = "There is no run in {folder}. Train one: python -m diffusion train --run {folder}/mine"
NO_RUN = "There is no run {name!r}; reload the page to see those there are"
NO_EPOCH = "Choose a training epoch first"
WHOLE_NUMBER = "{name} must be a whole number"
DEVICE = "Computing on {device} · Gradio {gradio}"

ONE_STEP_TAB = "One step"
ONE_STEP_INTRO = (
    "Paint a sprite, pick one, or upload a picture. It is mixed with noise up to the level you choose, and each epoch "
    "gets one look at the mixture. The sprites to pick show shapes that were kept out of training."
)
FINISH_INTRO = (
    "Finish it: from that level on, every epoch walks all the way back to a sprite, eight times with different noise. "
    "Three blobs of paint and a level around 300 are enough."
)
FINISH = "Finish it"
FINISH_HINT = "Press Finish it and watch every epoch make something of your sprite"
LEVEL = "Level"
LEVEL_RANGE = "The level must be between 1 and {most}, not {level}"
NO_DRAWING = "Paint or pick a sprite first"
NO_SPRITE = "A sprite is 16 x 16 pixels of three bytes each"
ONE_STEP = {
    "editor": "Pixel editor, 16 by 16: the arrow keys move, space paints",
    "colour": "Colour",
    "clear": "Clear",
    "upload-name": "Upload a picture",
    "galleries": ["Sprites never trained on", "Sprites the network made"],
    "t-name": "Noise level",
    "noise": "Other noise",
    "truth": "truth",
    "columns": ["noisy picture", "noise in it", "sprite behind it"],
    "errors": ["error in the noise", "error in the sprite"],
    "offline": "The server does not answer",
    "unreadable": "That file is no picture this browser can read",
}

TRAIN = "Train"
TRAIN_INTRO = (
    "Teach a network of your own. The run belongs to the server: close the page, come back, and it is still there. "
    "Every epoch it saves appears at once in Watch, Compare and One step."
)
TRAIN_OFF = "Training is switched off on this server; run python app.py on your own machine to train"
TRAIN_NAME = "Name of the run"
TRAIN_SOURCE = "Train on"
TRAIN_SOURCES = {"builtin": "built-in sprites", "upload": "my pictures", "hub": "a Hub data set"}
TRAIN_COUNT = "Sprites"
TRAIN_FILES = "Files"
TRAIN_FILES_INFO = (
    "A folder or .zip of pictures (its folders hero, non-hero, food, spell and side-facing become kinds), single "
    "pictures, or the course's two .npy"
)
FOLDER = {
    "choose": "Choose a folder",
    "empty": "There are no pictures in that folder (.png, .gif, .bmp, .jpg, .webp)",
    "packing": "Packing {count} pictures …",
    "large": "The pictures in that folder have more than {most} MB; choose fewer, or smaller ones",
    "failed": "The folder could not be sent; try again, or send it as a .zip",
}
TRAIN_HUB = "Hub data set"
TRAIN_HUB_HINT = "hf://datasets/user/repo"
TRAIN_HUB_NAME = "Name the data set like hf://datasets/user/repo"
TRAIN_LOOK = "Look at the data"
TRAIN_DATA = "{count:,} to train on: {kinds}. {held_out:,} kept out of training."
TRAIN_NO_LABEL = "without a kind"
TRAIN_DATA_PICTURE = "Some of the sprites it trains on"
TRAIN_START_FROM = "Begin with"
TRAIN_FROM_NOTHING = "random weights"
TRAIN_MORE = "More settings"
TRAIN_WIDTH = "Network"
TRAIN_WIDTHS = {32: "small, learns fast", 64: "as in the shipped runs"}
TRAIN_EPOCHS = "Epochs"
TRAIN_BATCH = "Batch size"
TRAIN_SAVE_EVERY = "Save every"
TRAIN_LR = "Learning rate"
TRAIN_CONTEXT = "Tell it the kind of each sprite (context)"
TRAIN_CONTEXT_INFO = "Without it, it draws anything, and cannot be asked for a kind"
TRAIN_ABOUT = "About {time} on this machine"
TRAIN_START = "Train"
TRAIN_PACK = "Download (.zip)"
TRAIN_ACTS = {
    "pause": "Pause",
    "go_on": "Continue",
    "next_epoch": "Next epoch",
    "save_now": "Save now",
    "stop": STOP,
    "leave": "Leave the queue",
    "pack": TRAIN_PACK,
}
TRAIN_WATCH = "Watch it draw"
TRAIN_COMPARE = "Compare its epochs"
TRAIN_UNFINISHED = "Unfinished runs"
TRAIN_RESUME = "Resume"
TRAIN_IDLE = "No run is under way. The settings beside make one of about a minute; press Train."
TRAIN_FILM_HINT = "After every epoch, the same sixteen sprites appear here"
TRAIN_STATES = {
    "starting": "starting",
    "running": "training",
    "paused": "paused",
    "stopping": "saving and stopping",
    "stopped": "stopped; it can be resumed",
    "finished": "finished",
    "failed": "failed",
}
TRAIN_EPOCH = "epoch {epoch} of {epochs}"
TRAIN_STEP = "step {step:,} of {total:,}"
TRAIN_RATE = "learning rate {lr:.1e}"
TRAIN_SPEED = "{speed:,.0f} sprites a second"
TRAIN_LEFT = "{time} left"
TRAIN_SAVED = "saved at step {step:,}"
TRAIN_WAITING = "waiting: {names}"
TRAIN_OUT_OF_TIME = "it took as long as a run may take here"
TRAIN_NOT_YOURS = "Only whoever started {name} may do that; you may look on, or start a run that waits for its turn"
TRAIN_NOT_WAITING = "No run of yours is waiting"
SECONDS = "{seconds} s"
MINUTES = "{minutes} min"
HOURS = "{hours} h"
SAME_COMMAND = "Same as on the command line"
RUN_NAME = "Name the run with letters, digits, '.', '_' and '-', such as my-run"
RUN_TAKEN = "There is a run {name} already; choose another name, or resume it"
NOTHING_TO_RESUME = "Choose an unfinished run first"
NOTHING_TO_PACK = "There is no finished epoch to download yet"

PLAYER = {
    "mode": "Show",
    "mode_one": "one epoch",
    "mode_wipe": "wipe between two",
    "mode_grid": "epochs × time",
    "mode_learning": "the film of its learning",
    "invite": "Drag to the left: what did it draw when it had trained less?",
    "wipe_from": "From",
    "wipe": "Where the two epochs meet",
    "epoch": "Training epoch",
    "lens": "One sprite in every epoch",
    "label": "Player: space plays and pauses, the arrow keys step",
    "canvas": "The sprites at the level shown",
    "hint": "Press Generate and watch noise turn into sprites",
    "scrub": "Position in the film",
    "play": "Play",
    "pause": "Pause",
    "back": "One step back",
    "forward": "One step forward",
    "loop": "Repeat",
    "speed": "Speed",
    "save": "Save …",
    "save_gif": "Film (GIF)",
    "save_picture": "Picture (PNG, as shown)",
    "save_sheet": "Sheet (PNG, native size)",
    "save_zip": "Each sprite (ZIP of PNGs)",
    "save_recipe": "Recipe (JSON)",
    "share": "Copy link",
    "copied": "Link copied",
    "in_address": "The address bar now holds the link",
    "failed": "That did not work",
    "no_recipe": "a drawing that was finished has no recipe",
    "view": "Show",
    "view_x": "the noisy picture xₜ",
    "view_eps": "the predicted noise ε̂",
    "view_x0": "the predicted sprite x̂₀",
    "epoch_number": "epoch {epoch}",
    "gif": "GIF {done} of {total}",
    "level": "Noise level {t} of {T}",
    "left": "{s} s left",
    "started": "Sampling started",
    "finished": "Finished: play it again, or move the slider",
    "stopped": "stopped",
}

# The measured numbers of a run (charts.py)
QUALITY = {
    "loss": "Error in the predicted noise",
    "loss_desc": "Mean squared, smaller is better; 1 is no idea at all.",
    "loss_x": "training epochs done",
    "loss_raw": "training, each step",
    "loss_smooth": "training, smoothed",
    "loss_held_out": "on sprites kept out of training",
    "none": "This run has not been measured yet: python -m diffusion evaluate --run checkpoints/…",
    "unreadable": "This run's metrics.json cannot be read; measure it again: python -m diffusion evaluate --run …",
    "epoch": "epoch {epoch}",
    "epochs": "Epoch",
    "held_out": "real, shapes never trained on",
    "fresh": "real, shapes trained on",
    "frechet": "Distance to real sprites",
    "frechet_desc": "Fréchet distance, smaller is better. The band is the spread between seeds; dashed: real sprites.",
    "frechet_x": "training epoch",
    "shares": "Precision and recall",
    "shares_desc": "How many of the generated could be real, and how many of the real could be generated.",
    "shares_x": "training epoch",
    "precision": "Precision",
    "recall": "Recall",
    "errors": "Error in the predicted noise",
    "errors_desc": "On shapes never trained on, by noise level; smaller is better, 1 is no idea at all.",
    "errors_x": "noise level, from clean to noisy",
    "kernel": "Kernel distance",
    "copied": "Copies of a training sprite",
    "recognised": "Kind recognised as asked",
    "table": "The numbers as a table",
    "caption": "Mean ± standard deviation between seeds; the last rows are real sprites",
}

LEARN = english_learn.LEARN
