"""Start the app: python app.py [--port 7860] [--runs checkpoints]. Paths, ports and the environment enter here."""

import argparse
import os
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before Gradio is imported

from diffusion.ui.app import build, look

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description="Watch a small DDPM draw sprites, in the browser.")
    parser.add_argument("--port", type=int, help="the first free one from 7860 unless given")
    parser.add_argument("--host", help="0.0.0.0 to be reached from other machines")
    parser.add_argument("--runs", type=Path, default=HERE / "checkpoints", help="the folder that holds run folders")
    parser.add_argument("--open", action="store_true", help="open the browser")
    options = parser.parse_args()
    app = build(options.runs, HERE / "assets").queue(max_size=32)
    app.launch(server_name=options.host, server_port=options.port, inbrowser=options.open, **look(HERE / "assets"))


if __name__ == "__main__":
    main()
