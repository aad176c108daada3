"""Every word a visitor sees."""

TITLE = "Sprite Diffusion"
INTRO = (
    "Each sprite starts as pure noise. At every step a small network guesses the noise that is in the picture, "
    "and the guess is taken out, bit by bit, until a sprite is left."
)
WATCH = "Watch"
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
SAMPLER_NAMES = {"ddpm": "DDPM", "ddim": "DDIM"}
SAMPLER_INFO = "DDPM adds fresh noise at every step, DDIM adds none"
STEPS = "Steps"
STEPS_INFO = "More is slower and finer"
MORE = "Sampler and experiments"
GUIDANCE = "Guidance"
GUIDANCE_INFO = "1 follows the kinds; more exaggerates them; 0 ignores them"
ETA = "Fresh noise of DDIM (η)"
CLIP = "Keep the predicted sprite within white and black (clip)"
FRESH = "Add fresh noise at every step"
FRESH_INFO = "Without it DDPM's sprites collapse to blobs: try it"
GENERATE = "Generate"
STOP = "Stop"

NO_RUNS = "There is no run in {folder}. Train one: python -m diffusion train --run {folder}/mine"
NO_RUN = "There is no run {name!r}; reload the page to see those there are"
NO_EPOCH = "Choose a training epoch first"
WHOLE_NUMBER = "{name} must be a whole number"
DEVICE = "Computing on {device} · Gradio {gradio}"

PLAYER = {
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
    "save": "Save picture",
    "view": "Show",
    "view_x": "the noisy picture xₜ",
    "view_eps": "the predicted noise ε̂",
    "view_x0": "the predicted sprite x̂₀",
    "level": "Noise level {t} of {T}",
    "left": "{s} s left",
    "started": "Sampling started",
    "finished": "Finished: play it again, or move the slider",
    "stopped": "stopped",
}
