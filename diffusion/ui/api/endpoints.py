"""Four endpoints of the API for programs and agents; they are also the tools of the MCP server.

Three return a PNG picture and facts as JSON, the fourth the words that a run can be asked for. An agent reads their
docstrings.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import numpy as np
from gradio import FileData
from gradio.context import get_blocks_context
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from ...core import MAX_SEED
from ...data import make_endless_recipe, paint
from ...engine import describe_request
from ...errors import UserError
from ...sprites import columns_for, to_pixels
from ...store import EpochMetrics, list_runs
from ..parts.limits import ConcurrencyLimit, limit_calls
from ..parts.share_links import link
from .lookup import describe_asked, find_checkpoints, find_run, find_younger, generate_for
from .one_look import look_once
from .pictures import SheetForm, temporary_picture
from .schemas import (
    MAX_SCALE,
    Comparison,
    Prediction,
    Sprites,
    WordList,
    check_number,
    check_request,
    decode_image,
    epochs_of,
    list_words_of,
    measured_quality,
    with_choices,
)
from .short_calls import accept_short_calls


@dataclass(frozen=True)
class Api:
    """The endpoints over a folder of runs."""

    runs: Path
    default_run: str

    def generate_sprites(
        self,
        run: str = "",
        epoch: int | None = None,
        kind: str = "any",
        count: int = 16,
        seed: int = 0,
        steps: int = 20,
        sampler: str = "sa",
        guidance: float = 1.0,
        scale: int = 8,
        youth: float = 1.0,
        youth_below: int = 325,
        prompt: str = "",
        surprise: bool = False,
        transparent: bool = False,
        colours: int = 0,
        gap: int = 1,
        asked_by: gr.Request | None = None,
    ) -> tuple[FileData, Sprites]:
        """Draw new 16x16 pixel-art game sprites with a small diffusion model. Same arguments, same sprites.

        Args:
            run: the training run to use; empty for the app's own
            epoch: how long the network had trained, one of the run's saved epochs; null for the last
            kind: what to draw; "spell" is an item, "side-facing" a hero from the side, "any" leaves it open
            count: how many sprites, 1 to 64
            seed: 0 to 4294967295; another seed gives other sprites
            steps: of the reverse diffusion, 1 to 500; more is slower and finer, 20 is good with "sa", 50 with "ddpm"
            sampler: "sa", "ddpm" and "sde-dpmpp" add fresh noise at every step, "ddim" and "dpmpp" none
            guidance: 0 to 10; 1 follows kind and prompt, more exaggerates them, 2 is good, 0 ignores them
            scale: screen pixels a sprite pixel, 1 to 16
            youth: 0 to 5; above 1 leads away from what an early epoch of the run draws, 1.5 is good, 1 is off
            youth_below: the noisiest level at which youth counts; there each step takes twice as long
            prompt: what to draw, in English or Chinese: "a wizard with red hair and a staff", "拿法杖的红发巫师";
                weigh words from 0 to 1 as in "cat:0.5, dog:0.5"; list_words tells which words a run knows
            surprise: true gives every sprite random words of its own, beside those that are asked for
            transparent: true gives the picture an alpha channel: the white around each sprite becomes transparent
            colours: at most so many in the whole picture, up to 256; 16 is good for a game; 0 leaves them all
            gap: pixels between the sprites, 0 to 16, as large as the sprites' own

        Returns:
            picture: a PNG sheet of all sprites, row by row
            facts: the settings that make them again, the grid of the sheet, a link to watch them emerge on the page,
                the early epoch that guided them, null where none did, and the words that were understood with their
                weights: choices where a word could mean several, and with surprise the words of each sprite
        """
        started = time.monotonic()
        request = check_request(
            kind,
            count=count,
            seed=seed,
            steps=steps,
            sampler=sampler,
            guidance=guidance,
            youth=youth,
            youth_below=youth_below,
            prompt=prompt,
            surprise=surprise,
        )
        form = SheetForm(scale, transparent, colours, gap)
        name, folder = find_run(self.runs, run, self.default_run)
        [(ref, checkpoint)] = find_checkpoints(name, folder, None if epoch is None else [epoch], last=True)
        younger = find_younger(folder, [ref], request)
        [step] = generate_for(asked_by, [checkpoint], request, younger)
        sprites, columns = to_pixels(step.x), columns_for(request.count)
        facts: Sprites = {
            "recipe": describe_request(request, [ref]),
            "grid": form.grid(-(-request.count // columns), columns),
            "link": link("watch", [ref], request),
            "guided_by": epochs_of(younger),
            "seconds": round(time.monotonic() - started, 2),
            **describe_asked(checkpoint.config, request),
        }
        return form.picture(sprites, columns), facts

    def compare_epochs(
        self,
        run: str = "",
        epochs: list[int] | None = None,
        kind: str = "any",
        count: int = 8,
        seed: int = 0,
        steps: int = 20,
        sampler: str = "sa",
        guidance: float = 1.0,
        scale: int = 4,
        youth: float = 1.0,
        youth_below: int = 325,
        prompt: str = "",
        surprise: bool = False,
        transparent: bool = False,
        colours: int = 0,
        gap: int = 1,
        asked_by: gr.Request | None = None,
    ) -> tuple[FileData, Comparison]:
        """Show what training changed: the same sprites after several training epochs, all from the same noise.

        Args:
            run: the training run to use; empty for the app's own
            epochs: 2 to 6 of the run's saved epochs; null for 0, 4, 24 and 31
            kind: what to draw; "spell" is an item, "side-facing" a hero from the side, "any" leaves it open
            count: how many sprites of each epoch, 1 to 16
            seed: 0 to 4294967295; the noise that all epochs begin with
            steps: of the reverse diffusion, 1 to 500; more is slower and finer, 20 is good with "sa", 50 with "ddpm"
            sampler: "sa", "ddpm" and "sde-dpmpp" add fresh noise at every step, "ddim" and "dpmpp" none
            guidance: 0 to 10; 1 follows kind and prompt, more exaggerates them, 2 is good, 0 ignores them
            scale: screen pixels a sprite pixel, 1 to 16
            youth: 0 to 5; above 1 leads away from what an early epoch of the run draws, 1.5 is good, 1 is off
            youth_below: the noisiest level at which youth counts; there each step takes twice as long
            prompt: what to draw, in English or Chinese: "a wizard with red hair and a staff", "拿法杖的红发巫师";
                weigh words from 0 to 1 as in "cat:0.5, dog:0.5"; list_words tells which words a run knows
            surprise: true gives every sprite random words of its own, beside those that are asked for
            transparent: true gives the picture an alpha channel: the white around each sprite becomes transparent
            colours: at most so many in the whole picture, up to 256; 16 is good for a game; 0 leaves them all
            gap: pixels between the sprites, 0 to 16, as large as the sprites' own

        Returns:
            picture: a PNG sheet, one row an epoch in the order asked for, one column a sprite
            facts: the settings, the grid, a link to the page, the early epoch that guided each, null where none did,
                each epoch's measured quality where it was measured, and the words that were understood with their
                weights: choices where a word could mean several, and with surprise the words of each sprite
        """
        started = time.monotonic()
        request = check_request(
            kind,
            count=count,
            seed=seed,
            steps=steps,
            sampler=sampler,
            guidance=guidance,
            youth=youth,
            youth_below=youth_below,
            prompt=prompt,
            surprise=surprise,
        )
        form = SheetForm(scale, transparent, colours, gap)
        check_number(count, "count", 1, 16)
        name, folder = find_run(self.runs, run, self.default_run)
        pairs = find_checkpoints(name, folder, epochs)
        refs = [ref for ref, _ in pairs]
        younger = find_younger(folder, refs, request)
        last = generate_for(asked_by, [checkpoint for _, checkpoint in pairs], request, younger)
        sprites = np.concatenate([to_pixels(step.x) for step in last])
        metrics = folder.metrics()
        facts: Comparison = {
            "recipe": describe_request(request, refs),
            "grid": form.grid(len(pairs), request.count),
            "link": link("compare", refs, request),
            "guided_by": epochs_of(younger),
            "seconds": round(time.monotonic() - started, 2),
            "measured": [measured_quality(ref.epoch, metrics.get(ref.epoch, EpochMetrics())) for ref in refs],
            **describe_asked(pairs[0][1].config, request),
        }
        return form.picture(sprites, request.count), facts

    def denoise_step(
        self,
        level: int = 250,
        run: str = "",
        epoch: int | None = None,
        sprite: int = 0,
        image: str = "",
        seed: int = 0,
        scale: int = 8,
        prompt: str = "",
        asked_by: gr.Request | None = None,
    ) -> tuple[FileData, Prediction]:
        """Look inside: mix one sprite with noise up to a level, and see what the network makes of the mixture at once.

        Args:
            level: how much noise, 1 (hardly any) to the noisiest, which is 500 in the app's own run
            run: the training run to use; empty for the app's own
            epoch: how long the network had trained, one of the run's saved epochs; null for the last
            sprite: which of the built-in sprites that no network was trained on, 0 to 9999
            image: a picture of your own instead, as base64 of a PNG file (a data: URL will do); it is fitted to 16x16
            seed: 0 to 4294967295; which noise
            scale: screen pixels a sprite pixel, 1 to 16
            prompt: what the network is told that the sprite shows, in English or Chinese, such as "blue mushroom"

        Returns:
            picture: a PNG of five sprites side by side: clean, noisy, noise, predicted noise, predicted sprite
            facts: how far both predictions are from the truth, how much signal is left at the level, and the words of
                the prompt
        """
        number = check_number(sprite, "sprite", 0, 9999)
        seed = check_number(seed, "seed", 0, MAX_SEED)
        scale = check_number(scale, "scale", 1, MAX_SCALE)
        name, folder = find_run(self.runs, run, self.default_run)
        [(ref, checkpoint)] = find_checkpoints(name, folder, None if epoch is None else [epoch], last=True)
        level = check_number(level, "level", 1, checkpoint.config.levels)
        pixels = decode_image(image) if image else paint(make_endless_recipe(0, 0, number, "test"))
        panels, facts = look_once(ref, checkpoint, pixels, level, seed, prompt)
        return temporary_picture(panels, scale), facts

    def list_words(
        self, run: str = "", contains: str = "", group: str = "", asked_by: gr.Request | None = None
    ) -> WordList:
        """List the words that a run can be asked for in a prompt. A prompt may use other words for them, and Chinese.

        Args:
            run: the training run to ask; empty for the app's own
            contains: only words that contain this text, in English or Chinese, such as "hat" or "帽"; empty for all
            group: only one group, such as "shape" or "colour"; empty for all

        Returns:
            words: at most 200 of the words that were found, each with its Chinese name, and how many there are in each
                group; where none contains the text, the nearest that the run knows
        """
        name, folder = find_run(self.runs, run, self.default_run)
        return list_words_of(name, folder.config(), contains, group)


def build(runs: Path, default_run: str) -> None:
    """Add the endpoints to the enclosing gr.Blocks.

    queue=False, because for a queued tool without progress Gradio's MCP server turns the picture into text. Other
    calls go through the queue all the same, in a line of their own: of two limits for one line Gradio takes the lower.
    """
    api, limit = Api(runs, default_run), ConcurrencyLimit()
    for endpoint in (api.generate_sprites, api.compare_epochs, api.denoise_step, api.list_words):
        gr.api(with_choices(limit_calls(endpoint, limit)), queue=False, concurrency_id="api", concurrency_limit=2)
    if app := get_blocks_context():
        accept_short_calls(app.root_block, "api")


def health(runs: Path) -> Route:
    """GET /gradio_api/health: whether the server is up, and its runs; for monitoring."""

    def answer(_: WebRequest) -> JSONResponse:
        epochs = {}
        for name, run in list_runs(runs).items():
            with suppress(UserError):  # it is gone since it was listed
                epochs[name] = list(run.epochs())
        return JSONResponse({"status": "ok", "runs": epochs})

    return Route("/gradio_api/health", answer)
