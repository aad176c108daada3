"""Resuming a run: from which state it goes on, and to how many epochs."""

from collections.abc import Callable
from typing import Any

from ..errors import Message, UserError
from ..store import RunConfig, RunFolder, build_card, find_command
from .plan import NETWORK, Plan, training_of


def state_to_resume(run: RunFolder, config: RunConfig, tell: Callable[[Message], object]) -> dict[str, Any] | None:
    """The state to continue from; None where the run has not finished an epoch. Refuses to mix two runs."""
    planned, epochs = training_of(run).epochs, config.training["epochs"]
    before = run.config()
    for what in (*NETWORK, "training", "data"):
        found, wanted = getattr(before, what), getattr(config, what)
        if what == "training":
            found = found | {"epochs": epochs}  # may grow
        if what == "data":  # earlier versions wrote fewer entries; the sizes of sheets show in the digest
            both = [name for name in wanted if name in found]
            found, wanted = ({name: each[name] for name in both} for each in (found, wanted))
        if found != wanted:
            found, wanted = _first_difference(found, wanted)
            raise UserError(
                "{path} was begun with another {what} ({found}, not {wanted}); resume with the same",
                path=run.path,
                what=what,
                found=found,
                wanted=wanted,
            )
    if epochs < planned:
        raise UserError(
            "{path} was begun for {planned} epochs; it can be resumed for as many or more, not for {epochs}",
            path=run.path,
            planned=planned,
            epochs=epochs,
        )
    state, is_finished = run.resume_state(), run.is_finished()
    if is_finished and epochs == planned:
        raise UserError(
            "{path} is finished: it has all {epochs} epochs; to train it further, resume it with more --epochs",
            path=run.path,
            epochs=planned,
        )
    if is_finished and not (state and state["epoch"] == planned - 1):
        state = _state_of_last_epoch(run)
    if epochs > planned:
        tell(
            Message(
                "{path} was begun for {planned} epochs and goes on to {epochs}: from here the learning rate is that "
                "of a run of {epochs}",
                path=run.path,
                planned=planned,
                epochs=epochs,
            )
        )
    if state and not state["optimizer"]:
        tell(
            Message(
                "it goes on from the averaged weights of epoch {epoch}, with a new optimizer", epoch=state["epoch"]
            )
        )
    return state


def _state_of_last_epoch(run: RunFolder) -> dict[str, Any]:
    """What a finished run can go on from: it keeps the averaged weights, and nothing of its optimizer."""
    epoch = max(run.metrics().keys() & run.epochs().keys(), default=None)
    if epoch is None:
        raise UserError("{path} has no epoch left to go on from", path=run.path)
    weights = run.load(epoch).network.state_dict()
    return {"epoch": epoch, "losses": [], "network": weights, "average": weights, "optimizer": None}


def extend(run: RunFolder, config: RunConfig, plan: Plan, state: dict[str, Any] | None) -> None:
    """Writes that a run which is resumed has more epochs before it; does nothing where it has not.

    The state comes first: a run that is killed in between is resumed.
    """
    if config.training == run.config().training:
        return
    command = plan.command()
    if state:
        run.save_resume(state)
        command = f"{find_command(run.card()) or command} && {command} --resume"
    run.save_card(build_card(config, run.metrics(), command, run.baseline()))
    run.save_config(config)


def command_of(run: RunFolder, plan: Plan) -> str:
    """The command that makes the run again; two where it was made longer."""
    command = find_command(run.card())
    return command if " --resume" in command else plan.command()


def _first_difference(found: object, wanted: object) -> tuple[str, str]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        name = next(name for name in wanted if found.get(name) != wanted[name])
        return f"{name} {found.get(name)}", f"{wanted[name]}"
    return str(found), str(wanted)
