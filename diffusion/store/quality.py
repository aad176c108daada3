"""What the measured numbers say: in a sentence, computed from metrics.json and never written by hand."""

from typing import Any

from ..errors import Message, UserError

Metrics = dict[str, dict[str, Any]]  # epoch as text -> facts; those measured have "quality", see evaluate.py

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
}


def list_qualities(metrics: Metrics) -> dict[int, dict[str, Any]]:
    """The epochs that were measured, in order: {0: {"frechet": {"mean": …, "spread": …}, …}, 4: …}."""
    return {
        int(epoch): facts["quality"]
        for epoch, facts in sorted(metrics.items(), key=lambda item: int(item[0]))
        if "quality" in facts
    }


def pick_late_pair(metrics: Metrics) -> tuple[int, int] | None:
    """The two epochs that a person asks about: the last measured, and the one nearest to three quarters of it."""
    measured = list(list_qualities(metrics))
    if len(measured) < 2:
        return None
    *earlier, last = measured
    return min(earlier, key=lambda epoch: abs(epoch - 0.75 * last)), last


def compare_epochs(metrics: Metrics, first: int, second: int) -> Message:
    """Is the second epoch any better than the first? Judged by the Fréchet distance and its spread between seeds."""
    if first == second:
        raise UserError("name two epochs; {first} and {second} are one", first=first, second=second)
    first, second = sorted((first, second))
    measured = list_qualities(metrics)
    missing = [epoch for epoch in (first, second) if epoch not in measured]
    if missing:
        name = "missing_two" if len(missing) == 2 else "missing_one"
        return Message(SENTENCES[name], first=missing[0], second=second)
    before, after = measured[first]["frechet"], measured[second]["frechet"]
    change = after["mean"] - before["mean"]
    percent = f"{100 * abs(change) / before['mean']:.0f}" if before["mean"] > 0 else ">100"
    way = "falls" if change < 0 else "rises"
    if not (before["spread"] or after["spread"]):
        way = f"one_seed_{way}"
    elif abs(change) <= max(before["spread"], after["spread"]):
        way = "same"
    return Message(SENTENCES[way], first=first, second=second, percent=percent)


def describe_specialisation(metrics: Metrics) -> Message | None:
    """Does the error on shapes kept out of training grow again? A sentence, or nothing where it does not."""
    errors = {int(epoch): facts["held_out_loss"] for epoch, facts in metrics.items() if "held_out_loss" in facts}
    if not errors:
        return None
    best, last = min(errors, key=lambda epoch: errors[epoch]), max(errors)
    growth = errors[last] / errors[best] - 1
    if growth < 0.02:
        return None
    return Message(SENTENCES["specialises"], best=best, percent=f"{100 * growth:.0f}")
