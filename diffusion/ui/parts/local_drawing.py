"""What a browser needs to draw by itself (assets/js/local_drawing.js): the weights, and everything it is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from torch import Tensor

from ...engine import Request, contexts_of
from ...store import Checkpoint, RunFolder, find_younger, list_runs
from ..words import Words
from .page import PageData
from .run_picker import find_run

FOLDER = "gradio_api/weights"
SUFFIX = ".safetensors"  # of the files that a browser reads
BROWSER = "browser"  # the place where a drawing is made; anything else is the server
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
SHAPE = ("network", "width", "variant", "schedule", "levels")
WORDED = ("prompt", "surprise", "kinds")  # the settings that are sent as contexts


def weights_route(runs: Path) -> Route:
    """GET /gradio_api/weights/<run>/<epoch>: the file of an epoch of ours, for `launch(app_kwargs={"routes": …})`."""

    def send(request: HttpRequest) -> Response:
        run, epoch = list_runs(runs).get(request.path_params["run"]), request.path_params["epoch"]
        file = run.epochs().get(epoch) if run else None
        if not file or file.suffix != SUFFIX:
            return Response(status_code=404)
        return FileResponse(file, media_type="application/octet-stream", headers=FOR_EVER)

    return Route(f"/{FOLDER}/{{run}}/{{epoch:int}}", send)


def waiting_words(words: Words) -> dict[str, str]:
    """What a part says while a browser fetches weights and prepares a network (assets/js/fetching.js)."""
    return {"fetching": words.player["fetching"], "working": words.learn["working"]}


def plan_drawing(
    panels: Mapping[str, tuple[RunFolder, Checkpoint]],
    request: Request,
    views: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    words: Sequence[str] = (),
    names: Sequence[str] = (),
    network: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Everything in one dictionary for JSON; None where one of the files is not for browsers.

    panels: by label. The other arguments are those of `stream_frames`. UserError for what a network cannot be asked.
    """
    described = []
    for label, (run, checkpoint) in panels.items():
        young = find_younger(run.epochs(), checkpoint.config, checkpoint.epoch) if request.youth != 1 else None
        files = [_address(run, one) if one is not None else None for one in (checkpoint.epoch, young)]
        if not files[0] or (young is not None and not files[1]):
            return None
        config = {name: getattr(checkpoint.config, name) for name in SHAPE}
        described.append(
            {"label": label, "weights": files[0], "younger": files[1], "config": config | {"vocabulary": True}}
        )
    contexts = contexts_of([checkpoint for _, checkpoint in panels.values()], request)
    asked = {name: value for name, value in asdict(request).items() if name not in WORDED}
    return {
        "panels": described,
        "request": asked,
        "contexts": [_sparse(context) for context in contexts],
        "views": list(views),
        "recipe": dict(settings or {}),
        "words": list(words),
        "names": list(names) if any(names) else [],
        "network": network,
    }


def plan_answer(
    page: PageData,
    place: Any,
    run: str | None,
    checkpoints: Iterable[Checkpoint],
    request: Request,
    views: Sequence[str] = (),
) -> dict[str, Any] | None:
    """{"plan": …} in place of an answer, where the browser draws and can compute it (assets/js/local_answers.js).

    place: as the browser sent it. checkpoints: of that run.
    """
    if place != BROWSER:
        return None
    folder = find_run(page, run)
    panels = {page.words.epoch_number.format(epoch=one.epoch): (folder, one) for one in checkpoints}
    plan = plan_drawing(panels, request, views)
    return plan and {"plan": plan}


def _address(run: RunFolder, epoch: int) -> str | None:
    """Another one for another file; relative to the app's address."""
    file = run.file(epoch)
    return f"{FOLDER}/{run.name}/{epoch}?of={file.stat().st_mtime_ns:x}" if file.suffix == SUFFIX else None


def _sparse(context: Tensor) -> list[list[tuple[int, float]]]:
    """Of each sprite the places that are not 0; one row where all sprites are asked for the same."""
    rows = context[:1] if len(context) and bool((context == context[0]).all()) else context
    return [[(int(at), float(row[at])) for at in row.nonzero().flatten()] for row in rows]
