"""The words of the page in English."""

from .en_hub import HUB
from .en_learn import LEARN
from .en_machine import MACHINE
from .en_paint import EDITOR, ONE_STEP, PAINT
from .en_save import SAVE
from .en_site import SITE
from .en_train import TRAIN
from .schema import AskingWords, ChartWords, CompareWords, QualityWords, RefusalWords, SettingWords, Words

SETTINGS: dict[str, SettingWords] = {
    "count": {"label": "Sprites"},
    "seed": {"label": "Seed", "info": "Same seed, same sprites"},
    "sampler": {
        "label": "Sampler",
        "info": (
            "DDPM, SDE-DPM-Solver++ and SA-Solver add fresh noise at every step, the others none. "
            "SA-Solver needs the fewest steps"
        ),
    },
    "steps": {"label": "Steps", "info": "More is slower and finer"},
    "guidance": {
        "label": "Guidance",
        "info": (
            "1 follows what was asked; 1.5 draws it best and takes twice as long; more exaggerates it; 0 ignores it"
        ),
    },
    "youth": {
        "label": "Guided by its youth",
        "info": (
            "Leads away from the mistakes of an early epoch, about an eighth of the way into the training. 1 is off; "
            "try 1.5. Epochs up to that one are drawn without it"
        ),
    },
    "prompt": {"label": "Ask in words", "placeholder": "a wizard with red hair and a staff"},
    "surprise": {"label": "Surprise me", "info": "Every sprite gets random words of its own"},
    "youth_below": {
        "label": "Guided by its youth up to level",
        "info": "There each step asks two networks. 325 of 500: drawing takes 1.5 times as long; 0 is off",
    },
    "eta": {"label": "Fresh noise of DDIM (η)"},
    "fresh_noise": {
        "label": "Add fresh noise at every step",
        "info": "Without it DDPM's sprites come out smooth and much alike: try it",
    },
    "kinds": {"label": "Kinds", "info": "They join the words above. All at 0: anything. Move several to blend them."},
}

ASKING: AskingWords = {
    "understood": "Understood: {words}",
    "unknown": "Not understood: {text}.",
    "unknown_by": "{runs} does not understand: {text}.",
    "impossible": "{shape} cannot be {text}.",
    "choice": "{text} is drawn as {taken}.",
    "instead": "Instead:",
    "examples": [
        "a wizard with red hair and a staff",
        "blue mushroom",
        "green dragon",
        "skeleton",
        "a knight with a sword",
        "a ghost with a crown",
        "golden key",
        "a cup of tea",
    ],
    "example": "Try:",
    "kinds": "Kinds of sprites",
    "plurals": {"hero": "Heroes", "creature": "Creatures", "food": "Food", "item": "Items"},
    "surprise": "Surprise me",
    "weight": "Weight of {word}",
    "remove": "Remove {word}",
    "suggestions": "Suggestions",
    "suggested": "{count} suggestions: the arrow keys choose, Enter takes one, Escape closes the list",
}

ENGLISH = Words(
    code="en",
    language="English",
    messages={},  # the engine speaks English
    title="Sprite Diffusion",
    description="Watch a small neural network learn to draw game sprites out of noise.",
    shell={
        "begin": "Learn in 8 steps",
        "links": "About this page",
        "source": "Source",
        "built": "Built with Gradio {version}",
        "theme": "Colours",
        "theme_light": "Light",
        "theme_dark": "Dark",
        "theme_system": "System",
        "lost": "The server does not answer. What is on the page stays, and goes on working.{walk} "
        "Trying again every few seconds …",
        "lost_walk": " The drawing that was under way has ended here.",
        "back": "The server is back.",
        "back_walk": "The server is back. The drawing that was under way is gone: start it again.",
        "busy": "Many people are drawing just now. Try again in a moment.",
    },
    watch_tab="Watch",
    compare=CompareWords(
        tab="Compare",
        intro=(
            "Every epoch starts from the same noise and gets the same noise at every step; what differs is what it "
            "has learned. Point at a sprite to see it in every epoch."
        ),
        nearest=(
            "Does it copy? Above, the sprites of the last epoch that are most like a training sprite; below, that "
            "sprite."
        ),
        nearest_alt="Pairs of a generated sprite and the training sprite nearest to it",
        question="Do epochs {first} and {second} really differ?",
        measured="What was measured",
        epochs="Epochs to compare",
        epochs_info="Two to six",
        runs={
            "sprites": "sprites: our network, as it comes with the app",
            "tutorial": "tutorial: the tutorial's network, trained on fewer of the same sprites",
        },
        generate="Compare them",
        count="Choose between 2 and {most} epochs, not {count}",
    ),
    run="Run",
    epoch="Training epoch",
    epoch_number="epoch {epoch}",
    settings=SETTINGS,
    asking=ASKING,
    left_out="Drawn without what was not understood: {words}",
    kind_names={
        "hero": "Hero",
        "non-hero": "Creature",
        "food": "Food",
        "spell": "Item",
        "side-facing": "Hero, sideways",
    },
    dice="Roll",
    more="Kinds, sampler and experiments",
    new_ones="New ones",
    more_settings="More",
    keep_seed="Keep the seed",
    keep_seed_info="Otherwise “New ones” takes another one each time",
    stop="Stop",
    no_runs="There is no run in {folder}. Train one: python -m diffusion train --run {folder}/mine",
    cannot_open="{run} cannot be opened: {reason}",
    no_run="There is no run {name!r}; reload the page to see those there are",
    no_epoch="Choose a training epoch first",
    whole_number="{name} must be a whole number",
    unreadable="What was sent could not be read: a value is missing, or not one that its control takes",
    no_such_event="There is nothing of that name or number here; load the page again",
    device="Computing on {device}",
    one_step_tab="One step",
    one_step_intro=(
        "A sprite is mixed with noise up to the level you choose, and each epoch gets one look at the mixture: how "
        "well does it know the noise, and the sprite behind it? Pick a sprite, paint one, or upload a picture."
    ),
    level="Level",
    level_range="The level must be between 1 and {most}, not {level}",
    no_drawing="Paint or pick a sprite first",
    no_sprite="A sprite is 16 x 16 pixels of three bytes each",
    editor=EDITOR,
    paint=PAINT,
    one_step=ONE_STEP,
    train=TRAIN,
    folder={
        "choose": "Choose a folder",
        "empty": "There are no files in that folder",
        "drop": "or drop it here, with its subfolders",
        "packing": "Packing {count} files …",
        "sent": "{name}: {count} files sent",
        "large": "The files in that folder have more than {most} MB; choose fewer, or smaller ones",
        "failed": "The folder could not be sent; try again, or send it as a .zip",
    },
    seconds="{seconds} s",
    minutes="{minutes} min",
    hours="{hours} h",
    same_command="Same as on the command line",
    nothing_to_pack="There is no finished epoch to download yet",
    player={
        "mode": "Show",
        "mode_one": "one epoch",
        "mode_wipe": "wipe between two",
        "mode_grid": "epochs × time",
        "mode_learning": "the film of its learning",
        "trained": "Trained until",
        "trained_info": "After how many rounds of training: 0 has seen every sprite once",
        "wipe_from": "From",
        "wipe": "Where the two epochs meet",
        "epoch": "Training epoch",
        "lens": "One sprite in every epoch",
        "compared": "{count} sprites from the same noise, drawn by: {epochs}",
        "canvas_wipe": "{count} sprites; left of the line {from}, right of it {epoch}; {level}",
        "canvas_grid": "Rows: {epochs}; columns: noise levels {levels}",
        "canvas_learning": "The same {count} sprites, finished by {epoch}",
        "label": "Player: space plays and pauses, the arrow keys step",
        "canvas": "{count} sprites: {words}; {level}",
        "hint": "Sprites come out of noise here",
        "not_drawn": "Nothing was drawn. Press “New ones” to try again",
        "drawing": "Drawing …",
        "made_before": "Made before you came: run “sprites”, {epoch}, 500 steps of DDPM",
        "drawn_now": "Drawn for you: run “{run}”, {epoch}, seed {seed}, {words}",
        "reel": "made before you came",
        "anything": "anything",
        "surprises": "random words",
        "clean": "finished",
        "noise": "Noise",
        "sprite": "Sprite",
        "asked": "Sprite {n}: {words}",
        "all_asked": "What each was asked for: {words}",
        "use": "Ask for this",
        "scrub": "Position in the film",
        "play": "Play",
        "pause": "Pause",
        "back": "One step back",
        "forward": "One step forward",
        "loop": "Repeat",
        "speed": "Speed",
        "share": "Copy link",
        "copied": "Link copied",
        "in_address": "The address bar now holds the link",
        "failed": "That did not work",
        "view": "Show",
        "view_x": "the noisy picture xₜ",
        "view_eps": "the predicted noise ε̂",
        "view_x0": "the predicted sprite x̂₀",
        "epoch_number": "epoch {epoch}",
        "level": "Noise level {t} of {T}",
        "left": "{s} s left",
        "started": "Sampling started",
        "fetching": "Fetching {label}: {done} of {all} MB",
        "handed": "This browser could not go on; the server draws",
        "finished": "Finished: play it again, or move the slider",
        "stopped": "stopped",
    },
    place={
        "place": "Drawn by",
        "place_browser": "this browser",
        "place_server": "the server",
        "place_info": "Your own graphics card draws the same as the server, and nobody waits",
        "place_none": "This browser reaches no graphics card (WebGPU), so the server draws",
    },
    machine=MACHINE,
    save=SAVE,
    quality=QualityWords(
        loss=ChartWords(
            title="Error in the predicted noise",
            description="Mean squared, smaller is better; 1 is no idea at all.",
            x="training epochs done",
        ),
        frechet=ChartWords(
            title="Distance to real sprites",
            description=(
                "Fréchet distance, smaller is better. The band is the spread between seeds; dashed: real sprites."
            ),
            x="training epoch",
        ),
        shares=ChartWords(
            title="Precision and recall",
            description="How many of the generated could be real, and how many of the real could be generated.",
            x="training epoch",
        ),
        errors=ChartWords(
            title="Error in the predicted noise",
            description="On shapes never trained on, by noise level; smaller is better, 1 is no idea at all.",
            x="noise level, from clean to noisy",
        ),
        knows=ChartWords(
            title="What it knows by which epoch",
            description="How often what was asked for is recognised, as a share of how often it is in real sprites.",
            x="training epoch",
        ),
        known={
            "kinds": "kinds",
            "shapes": "shapes",
            "shapes_rarest": "the rarest tenth of the shapes",
            "colours": "colours",
            "combinations": "combinations never seen in training",
        },
        known_table="What it knows, as a table",
        known_caption="Recognised of what was asked for, as a share of how often it is recognised in real sprites",
        ceiling="Of real sprites, it is recognised in: {shares}.",
        real={"held_out": "real, shapes never trained on", "fresh": "real, shapes trained on"},
        numbers={
            "frechet_page": "Distance as the page asks",
            "frechet_asked": "Distance asked with all words",
            "kernel": "Kernel distance",
            "precision": "Precision",
            "recall": "Recall",
            "copied": "Copies of a training sprite",
            "recognised": "Kind recognised as asked",
        },
        loss_raw="training, each step",
        loss_smooth="training, smoothed",
        loss_held_out="on sprites kept out of training",
        none="This run has not been measured yet: python -m diffusion evaluate --run checkpoints/…",
        unreadable="This run's metrics.json cannot be read; measure it again: python -m diffusion evaluate --run …",
        epoch="epoch {epoch}",
        epochs="Epoch",
        table="The numbers as a table",
        caption="Mean ± standard deviation between seeds; the last rows are real sprites",
    ),
    learn=LEARN,
    hub=HUB,
    site=SITE,
    refusals=RefusalWords(
        host="This server does not answer to the name {host}. If it is one of its names, start it with "
        "SPRITES_HOSTS={host}",
        origin="Only a page of this server may ask for that, not one of {origin}. If {name} is a name of this server, "
        "start it with SPRITES_HOSTS={name}",
        site="Only a page of this server may ask for that, not one of another site",
        size="This is too large: at most {mb} MB at a time",
    ),
)
