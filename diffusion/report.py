"""What the measured numbers say: in a sentence, computed from metrics.json and never written by hand."""

from typing import Any

Metrics = dict[str, dict[str, Any]]  # epoch as text -> facts; those measured have "quality", see evaluate.py


def qualities(metrics: Metrics) -> dict[int, dict[str, Any]]:
    """The epochs that were measured, in order: {0: {"frechet": {"mean": …, "spread": …}, …}, 4: …}."""
    return {
        int(epoch): facts["quality"]
        for epoch, facts in sorted(metrics.items(), key=lambda item: int(item[0]))
        if "quality" in facts
    }


def late_pair(metrics: Metrics) -> tuple[int, int] | None:
    """The two epochs that a person asks about: the last measured, and the one nearest to three quarters of it."""
    measured = list(qualities(metrics))
    if len(measured) < 2:
        return None
    *earlier, last = measured
    return min(earlier, key=lambda epoch: abs(epoch - 0.75 * last)), last


def answer(metrics: Metrics, first: int, second: int) -> str:
    """Is the second epoch any better than the first? Judged by the Fréchet distance and its spread between seeds."""
    if first == second:
        raise ValueError(f"name two epochs; {first} and {second} are one")
    first, second = sorted((first, second))
    measured = qualities(metrics)
    missing = [str(epoch) for epoch in (first, second) if epoch not in measured]
    if missing:
        what = f"epochs {missing[0]} and {missing[1]} have" if len(missing) == 2 else f"epoch {missing[0]} has"
        return f"Nothing to compare yet: {what} not been measured (python -m diffusion evaluate)."
    before, after = measured[first]["frechet"], measured[second]["frechet"]
    change = after["mean"] - before["mean"]
    percent = f"{abs(change) / before['mean']:.0%}".replace("%", " %") if before["mean"] > 0 else "more than all"
    between = f"Between epochs {first} and {second} the distance to real sprites"
    if not (before["spread"] or after["spread"]):
        falls = "falls" if change < 0 else "rises"
        return f"{between} {falls} by {percent}; one seed alone cannot tell chance from gain."
    if abs(change) <= max(before["spread"], after["spread"]):
        return (
            f"{between} changes by {percent}, no more than the spread between seeds: they really are about the same."
        )
    if change < 0:
        return f"{between} still falls by {percent}, more than the spread between seeds."
    return f"{between} rises by {percent}, more than the spread between seeds: the later one is worse."


def specialises(metrics: Metrics) -> str:
    """Does the error on shapes kept out of training grow again? A sentence, or nothing where it does not."""
    errors = {int(epoch): facts["held_out_loss"] for epoch, facts in metrics.items() if "held_out_loss" in facts}
    if not errors:
        return ""
    best, last = min(errors, key=errors.get), max(errors)
    growth = errors[last] / errors[best] - 1
    if growth < 0.02:
        return ""
    return (
        f"On pictures kept out of training the error in the predicted noise is smallest after epoch {best} and then "
        f"grows by {100 * growth:.0f} %: the network specialises in the shapes it was trained on."
    )
