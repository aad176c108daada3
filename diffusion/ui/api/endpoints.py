"""Three endpoints of the API for programs and agents; they are also the tools of the MCP server.

Each returns a PNG picture and facts as JSON. An agent reads their docstrings.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import numpy as np
import torch
from gradio import FileData
from gradio.context import get_blocks_context
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from ...core import Noise, Step
from ...data import make_recipe, paint
from ...engine import MAX_EPOCHS, Request, describe_request, generate_on_lent_gpu, predict_noise
from ...errors import UserError
from ...refs import EpochRef
from ...sprites import columns_for, from_pixels, sheet, to_pixels
from ...store import Checkpoint, EpochMetrics, RunFolder, list_runs, load_younger
from ..parts.limits import ConcurrencyLimit, check_presence, limit_calls
from ..parts.run_picker import TUTORIAL_EPOCHS
from ..parts.share_links import link
from ..visitors.callers import caller_of
from .schemas import (
    MAX_SCALE,
    Comparison,
    Prediction,
    Sprites,
    check_name,
    check_number,
    check_request,
    decode_image,
    epochs_of,
    measured_quality,
    root_mean_square,
    temporary_picture,
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
            guidance: 0 to 10; 1 follows the kind, more exaggerates it, 0 ignores it
            scale: screen pixels a sprite pixel, 1 to 16
            youth: 0 to 5; above 1 leads away from what an early epoch of the run draws, 1.5 is good, 1 is off
            youth_below: the noisiest level at which youth counts; there each step takes twice as long

        Returns:
            picture: a PNG sheet of all sprites, row by row on white
            facts: the settings that make them again, the grid of the sheet, a link to watch them emerge on the page,
                and the early epoch that guided them, null where none did
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
        )
        scale = check_number(scale, "scale", 1, MAX_SCALE)
        [(ref, checkpoint)] = self._checkpoints(run, None if epoch is None else [epoch], last=True)
        younger = self._younger([ref], request)
        [step] = generate_for(asked_by, [checkpoint], request, younger)
        sprites, columns = to_pixels(step.x), columns_for(request.count)
        facts: Sprites = {
            "recipe": describe_request(request, [ref]),
            "grid": {"rows": -(-request.count // columns), "columns": columns, "scale": scale},
            "link": link("watch", [ref], request),
            "guided_by": epochs_of(younger),
            "seconds": round(time.monotonic() - started, 2),
        }
        return temporary_picture(sheet(sprites, columns, gap=1), scale), facts

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
            guidance: 0 to 10; 1 follows the kind, more exaggerates it, 0 ignores it
            scale: screen pixels a sprite pixel, 1 to 16
            youth: 0 to 5; above 1 leads away from what an early epoch of the run draws, 1.5 is good, 1 is off
            youth_below: the noisiest level at which youth counts; there each step takes twice as long

        Returns:
            picture: a PNG sheet, one row an epoch in the order asked for, one column a sprite
            facts: the settings, the grid, a link to the page, the early epoch that guided each, null where none did,
                and each epoch's measured quality where it was measured
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
        )
        scale = check_number(scale, "scale", 1, MAX_SCALE)
        check_number(count, "count", 1, 16)
        pairs = self._checkpoints(run, epochs)
        refs = [ref for ref, _ in pairs]
        younger = self._younger(refs, request)
        last = generate_for(asked_by, [checkpoint for _, checkpoint in pairs], request, younger)
        sprites = np.concatenate([to_pixels(step.x) for step in last])
        metrics = RunFolder(self.runs / refs[0].run).metrics()
        facts: Comparison = {
            "recipe": describe_request(request, refs),
            "grid": {"rows": len(pairs), "columns": request.count, "scale": scale},
            "link": link("compare", refs, request),
            "guided_by": epochs_of(younger),
            "seconds": round(time.monotonic() - started, 2),
            "measured": [measured_quality(ref.epoch, metrics.get(ref.epoch, EpochMetrics())) for ref in refs],
        }
        return temporary_picture(sheet(sprites, request.count, gap=1), scale), facts

    def denoise_step(
        self,
        level: int = 250,
        run: str = "",
        epoch: int | None = None,
        sprite: int = 0,
        image: str = "",
        seed: int = 0,
        scale: int = 8,
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

        Returns:
            picture: a PNG of five sprites side by side: clean, noisy, noise, predicted noise, predicted sprite
            facts: how far both predictions are from the truth, and how much signal is left at the level
        """
        number = check_number(sprite, "sprite", 0, 9999)
        noise = Noise(check_number(seed, "seed"), 1).draw()
        scale = check_number(scale, "scale", 1, MAX_SCALE)
        [(ref, checkpoint)] = self._checkpoints(run, None if epoch is None else [epoch], last=True)
        schedule = checkpoint.config.noise_schedule()
        level = check_number(level, "level", 1, len(schedule))
        pixels = decode_image(image) if image else paint(make_recipe(seed=0, number=number, split="test"))
        clean = from_pixels(torch.from_numpy(pixels[None].copy()))
        x = schedule.noised(clean, level, noise)
        [predicted] = predict_noise([checkpoint], x, level)
        guess = schedule.clean(x, level, predicted)
        panels = {
            "clean": clean,
            "noisy": x,
            "noise": noise / 3,  # three standard deviations fit into [-1, 1]
            "predicted noise": predicted / 3,
            "predicted sprite": guess,
        }
        facts: Prediction = {
            "run": ref.run,
            "epoch": ref.epoch,
            "level": level,
            "signal": round(float(schedule.alpha_bar[level].sqrt()), 4),
            "noise_error": root_mean_square(predicted, noise),
            "sprite_error": root_mean_square(guess.clamp(-1, 1), clean),
            "panels": list(panels),
        }
        return temporary_picture(sheet(to_pixels(torch.cat(list(panels.values()))), len(panels), gap=1), scale), facts

    def _younger(self, refs: Sequence[EpochRef], request: Request) -> list[Checkpoint | None]:
        """Of each epoch the earlier one that guides it, where the request wants that."""
        runs = [RunFolder(self.runs / ref.run) for ref in refs]
        pairs = zip(runs, refs, strict=True)
        return [load_younger(run, ref.epoch) if request.youth != 1 else None for run, ref in pairs]

    def _checkpoints(
        self, run: str, epochs: list[int] | None, last: bool = False
    ) -> list[tuple[EpochRef, Checkpoint]]:
        """The epochs named, or the last, or the tutorial's four, as far as the run has them."""
        found = list_runs(self.runs)
        run = run or (self.default_run if self.default_run in found else next(iter(found), ""))
        if not found:
            raise UserError("there is no run in {runs} yet", runs=self.runs.name)
        run = check_name(run, found, "run")
        there = list(found[run].epochs())
        if epochs is None:
            epochs = there[-1:] if last else [epoch for epoch in TUTORIAL_EPOCHS if epoch in there] or there[-4:]
        elif not last and not (isinstance(epochs, list) and 2 <= len(epochs) <= MAX_EPOCHS):
            raise UserError(
                "epochs must be a list of 2 to {max_epochs} of: {there}",
                max_epochs=MAX_EPOCHS,
                there=", ".join(map(str, there)),
            )
        numbers = [check_number(epoch, "epoch") for epoch in epochs]
        for epoch in numbers:
            if epoch not in there:
                raise UserError(
                    "{path} has no epoch {absent}; it has: {there}",
                    path=run,
                    absent=epoch,
                    there=", ".join(map(str, there)),
                )
        return [(EpochRef(run, epoch), found[run].load(epoch)) for epoch in numbers]


def generate_for(
    asked_by: gr.Request | None,
    checkpoints: Sequence[Checkpoint],
    request: Request,
    younger: Sequence[Checkpoint | None],
) -> tuple[Step, ...]:
    """The last step of each checkpoint's sampling loop. A UserError as soon as nobody waits for it any more."""
    caller = caller_of(asked_by)
    for steps in generate_on_lent_gpu(checkpoints, request, younger=younger):  # noqa: B007 (the last one counts)
        check_presence(caller)
    return steps


def build(runs: Path, default_run: str) -> None:
    """Add the endpoints to the enclosing gr.Blocks.

    queue=False, because for a queued tool without progress Gradio's MCP server turns the picture into text. Other
    calls go through the queue all the same, in a line of their own: of two limits for one line Gradio takes the lower.
    """
    api, limit = Api(runs, default_run), ConcurrencyLimit()
    for endpoint in (api.generate_sprites, api.compare_epochs, api.denoise_step):
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
