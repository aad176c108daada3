"""What the measured numbers say, in a sentence that is computed from them."""

from ..errors import Message, UserError
from .quality import Baseline, Measured, Metrics, Quality

SPECIALISED = 0.02  # from this growth of the validation loss on
MANY_COPIES = 0.2  # of new real sprites

SENTENCES = {
    "missing_one": "Nothing to compare yet: epoch {first} has not been measured (python -m diffusion evaluate).",
    "missing_two": (
        "Nothing to compare yet: epochs {first} and {second} have not been measured (python -m diffusion evaluate)."
    ),
    "one_seed_falls": (
        "Between epochs {first} and {second} the distance to real sprites falls by {percent} %; "
        "one seed alone cannot tell chance from gain."
    ),
    "one_seed_rises": (
        "Between epochs {first} and {second} the distance to real sprites rises by {percent} %; "
        "one seed alone cannot tell chance from gain."
    ),
    "same": (
        "Between epochs {first} and {second} the distance to real sprites changes by {percent} %, "
        "no more than the spread between seeds: they really are about the same."
    ),
    "falls": (
        "Between epochs {first} and {second} the distance to real sprites still falls by {percent} %, "
        "more than the spread between seeds."
    ),
    "rises": (
        "Between epochs {first} and {second} the distance to real sprites rises by {percent} %, "
        "more than the spread between seeds: the later one is worse."
    ),
    "specialises": (
        "On pictures kept out of training the error in the predicted noise is smallest after epoch {best} and then "
        "grows by {percent} %: the network specialises in the shapes it was trained on."
    ),
    "holds": (
        "On pictures kept out of training the error in the predicted noise after epoch {last} is {ratio} times that "
        "of the best epoch, {best}: the network does not specialise in what it was trained on."
    ),
    "copies": (
        "Copies say little here: of newly drawn real sprites, which copy nothing, {percent} % are as near to a "
        "training sprite."
    ),
}


def list_qualities(metrics: Metrics) -> dict[int, Quality]:
    """The epochs whose sprites were measured, in order."""
    return {epoch: facts.quality for epoch, facts in sorted(metrics.items()) if facts.quality}


def pick_late_pair(metrics: Metrics) -> tuple[int, int] | None:
    """The two epochs that a person asks about: the last measured, and the one nearest to three quarters of it."""
    measured = list(_list_distances(metrics))
    if len(measured) < 2:
        return None
    *earlier, last = measured
    return min(earlier, key=lambda epoch: abs(epoch - 0.75 * last)), last


def compare_epochs(metrics: Metrics, first: int, second: int) -> Message:
    """Says whether the second epoch is better than the first, by the Fréchet distance and its spread between seeds."""
    if first == second:
        raise UserError("name two epochs; {first} and {second} are one", first=first, second=second)
    first, second = sorted((first, second))
    measured = _list_distances(metrics)
    missing = [epoch for epoch in (first, second) if epoch not in measured]
    if missing:
        name = "missing_two" if len(missing) == 2 else "missing_one"
        return Message(SENTENCES[name], first=missing[0], second=second)
    before, after = measured[first], measured[second]
    change, spread = after.mean - before.mean, max(before.spread or 0, after.spread or 0)
    percent = f"{100 * abs(change) / before.mean:.0f}" if before.mean > 0 else ">100"
    name = "falls" if change < 0 else "rises"
    if not spread:
        name = f"one_seed_{name}"
    elif abs(change) <= spread:
        name = "same"
    return Message(SENTENCES[name], first=first, second=second, percent=percent)


def describe_specialisation(metrics: Metrics) -> Message | None:
    """Says how the validation loss of the last epoch compares with the smallest; None with fewer than two epochs."""
    losses = {epoch: facts.validation_loss for epoch, facts in metrics.items() if facts.validation_loss is not None}
    if len(losses) < 2:
        return None
    best, last = min(losses, key=losses.__getitem__), max(losses)
    ratio = losses[last] / losses[best] if losses[best] > 0 else 1.0
    if ratio < 1 + SPECIALISED:
        return Message(SENTENCES["holds"], last=last, best=best, ratio=f"{ratio:.2f}")
    return Message(SENTENCES["specialises"], best=best, percent=f"{100 * (ratio - 1):.0f}")


def describe_copies(baseline: Baseline) -> Message | None:
    """Says that the share of copies says little, where many new real sprites count as copies; else None."""
    fresh = baseline.real.get("fresh")
    if not fresh or not fresh.copied or fresh.copied.mean < MANY_COPIES:
        return None
    return Message(SENTENCES["copies"], percent=f"{100 * fresh.copied.mean:.0f}")


def _list_distances(metrics: Metrics) -> dict[int, Measured]:
    """Fréchet distances of the epochs that have one, in order."""
    return {epoch: quality.frechet for epoch, quality in list_qualities(metrics).items() if quality.frechet}
