"""A small DDPM that learns to draw 16x16 sprites. README.md, "As a library", shows how to use it from a program.

    from diffusion import Request, RunFolder, generate, to_pixels

    run = RunFolder("checkpoints/sprites")
    request = Request(prompt="a wizard with red hair and a staff", count=8, guidance=2.0)
    for (step,) in generate([run.load(31)], request):
        pixels = to_pixels(step.x)  # uint8 (8, 16, 16, 3); the last one is finished
    print(run.config().vocabulary.names)  # the words that it can be asked for

`import diffusion` loads neither torch nor Gradio: a name is imported when it is first used (PEP 562).
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core import Noise, NoiseSchedule, TrainConfig, TrainingSet, guide, sample, train
    from .data import as_tensors, open_dataset
    from .engine import Request, generate
    from .sprites import enlarged, sheet, to_pixels
    from .store import RunConfig, RunFolder, save_animation

__version__ = "0.9.0"  # pyproject.toml reads it here
__all__ = [
    "ASSETS",
    "Noise",
    "NoiseSchedule",
    "Request",
    "RunConfig",
    "RunFolder",
    "TrainConfig",
    "TrainingSet",
    "__version__",
    "as_tensors",
    "enlarged",
    "generate",
    "guide",
    "open_dataset",
    "sample",
    "save_animation",
    "sheet",
    "to_pixels",
    "train",
]

ASSETS = Path(__file__).parent.parent / "assets"
PACKAGES = ("sprites", "core", "store", "data", "engine")  # from the bottom, so that no more is loaded than needed


def __getattr__(name: str) -> Any:
    if name in __all__:
        for package in PACKAGES:
            module = import_module(f".{package}", __name__)
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
