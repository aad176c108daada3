"""Which epoch of a run guides its later ones by its mistakes."""

from collections.abc import Iterable

from .checkpoint import RunConfig
from .checkpoint_files import Checkpoint
from .run_folder import RunFolder


def load_younger(run: RunFolder, epoch: int) -> Checkpoint | None:
    """The earlier epoch that guides this one; None where there is none."""
    young = find_younger(run.epochs(), run.config(), epoch)
    return None if young is None else run.load(young)


def find_younger(there: Iterable[int], config: RunConfig, epoch: int) -> int | None:
    """Of the epochs there the one nearest to an eighth of the training; None where that is not before `epoch`.

    Of the 32 epochs of the shipped runs it is epoch 4. One for all, so that epochs side by side differ only by their
    own training.
    """
    epochs, planned = sorted(there), config.training.get("epochs")
    count = planned if isinstance(planned, int) and planned > 0 else max(epochs, default=0) + 1
    young = min(epochs, key=lambda one: abs(one - count / 8), default=epoch)
    return young if young < epoch else None
