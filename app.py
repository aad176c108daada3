"""Start the app: python app.py [--port 7860] [--runs checkpoints]. Paths, ports and the environment enter here."""

import argparse
import os
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before Gradio is imported
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "100")  # it keeps 10,000, and makes a table of them after each
with suppress(ImportError):
    import spaces  # noqa: F401 (it must come before torch on a ZeroGPU Space, see diffusion/engine/zero_gpu.py)

from huggingface_hub import HfApi, constants, get_token

from diffusion.errors import UserError
from diffusion.refs import HubRef
from diffusion.server.hosts import ServedHosts
from diffusion.server.machine import (
    Address,
    choose_address,
    is_loopback,
    reach_itself_without_proxy,
    use_own_temporary_folder,
    without_proxies,
)
from diffusion.server.settings import Settings
from diffusion.server.visitor_pulls import PullLimits, VisitorPulls

if TYPE_CHECKING:
    from gradio import Blocks

HERE = Path(__file__).parent
SHARED_HINT = "Nobody acts as its owner on the Hub. (SPRITES_SHARED=off where all of them are you)"
MAX_WAITING = 32  # events in the queue; a further visitor gets a message that it is full


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Watch a small DDPM draw sprites, in the browser.",
        epilog="SPRITES_RUN, SPRITES_TRAINING, SPRITES_SHARED, SPRITES_HOSTS, SPRITES_MAX_TRAINING_MINUTES and "
        "SPRITES_MAX_UPLOAD_MB in the environment change what it serves; the README says how.",
    )
    parser.add_argument("--port", type=int, help="the first free one from 7860 unless given")
    parser.add_argument("--host", help="0.0.0.0 to be reached from other machines")
    parser.add_argument("--runs", type=Path, default=HERE / "checkpoints", help="the folder that holds run folders")
    parser.add_argument("--open", action="store_true", help="open the browser")
    options = parser.parse_args()
    try:
        settings = Settings.from_env(os.environ, options.host)
        run = HubRef.parse(settings.run) if settings.run else None
        address = choose_address(options.host, options.port, os.environ)
        use_own_temporary_folder(os.environ)
    except UserError as mistake:
        parser.exit(2, f"{parser.prog}: {mistake}\n")
    if settings.shared:
        constants.HF_HUB_DISABLE_IMPLICIT_TOKEN = True  # visitors must not read with the owner's token
        if not os.environ.get("SPACE_ID"):
            print(f"* Shared with others: each steers only their own runs. {SHARED_HINT}", flush=True)
    elif not is_loopback(address.host):
        print("* SPRITES_SHARED=off: whoever reaches this server acts as its owner, also on the Hub", flush=True)
    pulls = VisitorPulls(options.runs, PullLimits() if settings.shared else None)
    reach_itself_without_proxy(os.environ, address.host)
    try:
        with without_proxies(os.environ):
            app = serve(address, options, settings, run, pulls)
    except OSError as problem:  # such as a port that was taken since it was looked at
        parser.exit(2, f"{parser.prog}: the server does not start at {address}: {problem}\n")
    if run:  # the page starts with the runs on the disk, and shows this one once it is pulled
        pulls.start(HfApi(token=get_token()), run)
    app.block_thread()


def serve(
    address: Address, options: argparse.Namespace, settings: Settings, run: HubRef | None, pulls: VisitorPulls
) -> "Blocks":
    """Starts the app in a thread."""
    from diffusion.ui.api.endpoints import health
    from diffusion.ui.app import appearance, build, preview, temporary_files
    from diffusion.ui.guard import guarded
    from diffusion.ui.parts.local_drawing import weights_route
    from diffusion.ui.parts.scripts import script_route
    from diffusion.ui.parts.unexpected import answer_exception
    from diffusion.ui.upload_guard import guard_uploads
    from diffusion.ui.visitors.middleware import visitors

    files = temporary_files(settings)
    app = build(options.runs, HERE / "assets", settings, run.folder() if run else "sprites", pulls, files)
    app.queue(max_size=MAX_WAITING, api_open=False)
    app.launch(
        server_name=address.bracketed,
        server_port=address.port,
        ssr_mode=False,  # Node would send pages without what stands first in ours: link previews, colours, scripts
        inbrowser=options.open,
        prevent_thread_lock=True,
        max_file_size=f"{settings.max_upload_mb}mb",
        mcp_server=find_spec("mcp") is not None,
        run_history=False,  # it would store all frames of a generation in the browser
        enable_monitoring=False,
        state_session_capacity=1000,  # sessions, of which open pages' stay; see ui/visitors/sessions.py
        app_kwargs={
            "routes": [health(options.runs), script_route(HERE / "assets"), weights_route(options.runs)],
            "middleware": [preview(HERE / "assets"), guard_uploads(files), visitors()],
            "exception_handlers": {Exception: answer_exception},
            "lifespan": guarded(ServedHosts.find(address.host, settings.hosts, os.environ), settings),
        },
        **appearance(HERE / "assets"),
    )
    return app


if __name__ == "__main__":
    main()
