"""job: training on the Hub's machines."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ..core import StepDone, from_flags
from ..errors import UserError
from .common import Options, Verbs, hub_ref
from .hub import show_progress
from .train import train_options

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from ..runs import Job


def _job_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--to", required=True, metavar="user/repo", help="where the job pushes its epochs")
    verb.add_argument("--hardware", default="t4-small", help="its price is shown before anything starts")
    verb.add_argument("--hours", type=float, default=1.0, help="the job is ended after so many")
    verb.add_argument("--private", action="store_true", help="only you can see the run")
    verb.add_argument("--yes", action="store_true", help="start it; without this only what it may cost is shown")
    verb.add_argument("--follow", metavar="JOB", help="go on following a job that was started before")
    verb.add_argument("--cancel", metavar="JOB", help="end a job now")
    verb.add_argument("--runs", type=Path, default=Path("checkpoints"), help="where the run is pulled to at the end")
    verb.add_argument("train", nargs="*", metavar="-- OPTION", help="after a --: options of the verb train")


def job(options: Options) -> None:
    """Train on the Hub's machines, follow the loss from here, and pull the run at the end."""
    from huggingface_hub import HfApi

    from ..hub import find_or_pull
    from ..runs import cancel_job, find_job

    api, ref = HfApi(), hub_ref(options.to)
    if options.cancel:
        cancel_job(api, find_job(api, options.cancel))
        print(f"job {options.cancel} is cancelled; what it has pushed is at {ref}")
        return
    job = find_job(api, options.follow) if options.follow else _start(api, options)
    if job:
        _follow(api, job)
        run = show_progress(find_or_pull(api, ref, options.runs))
        print(f"epochs {', '.join(map(str, run.epochs()))} are in {run.path}")


def _start(api: "HfApi", options: Options) -> "Job | None":
    """After saying what it may cost, and only with --yes."""
    from ..runs import JobPlan, Plan, list_hardware, start_job

    parser = argparse.ArgumentParser(prog="python -m diffusion job … --")
    train_options(parser)
    plan = JobPlan(
        plan=from_flags(Plan, parser.parse_args(["--run", options.to.split("/")[-1], *options.train])),
        ref=hub_ref(options.to),
        hardware=options.hardware,
        hours=options.hours,
        private=options.private,
    )
    machines = {it.name: it for it in list_hardware(api)}
    if plan.hardware not in machines:
        raise UserError(
            "there is no hardware {hardware}; there is: {machines}",
            hardware=plan.hardware,
            machines=", ".join(machines),
        )
    machine = machines[plan.hardware]
    most = machine.dollars_an_hour * plan.hours
    print(f"{machine.title}: ${machine.dollars_an_hour:.2f} an hour; at most ${most:.2f} for {plan.hours:g} hours")
    print(plan.command()[-1])
    if not options.yes:
        print("nothing was started; say --yes to start it")
        return None
    job = start_job(api, plan)
    print(f"job {job.id}: {job.url}\nCtrl-C leaves it running; --follow {job.id} comes back to it", flush=True)
    return job


def _follow(api: "HfApi", job: "Job") -> None:
    from ..hub import Waiting
    from ..runs import JobEnded, LogLine, follow_job

    bar = tqdm(unit=" steps", delay=0.1)
    for event in follow_job(api, job):
        if isinstance(event, StepDone):
            bar.total = event.total
            bar.update(event.step - bar.n)
            bar.set_postfix_str(f"loss {event.loss:.4f}")
        elif isinstance(event, Waiting):
            if event.seconds >= 15:
                bar.set_postfix_str(f"no word for {event.seconds:.0f} s")
        elif isinstance(event, LogLine):
            bar.write(event.text, file=sys.stdout)
        elif isinstance(event, JobEnded):
            bar.close()
            if event.stage != "COMPLETED":
                print(f"job {job.id} ended as {event.stage} {event.message}".rstrip(), file=sys.stderr)
        else:
            bar.write(
                f"epoch {event.epoch}: loss {event.loss:.4f}, held out {event.validation_loss:.4f}", file=sys.stdout
            )


VERBS: Verbs = {"job": (_job_options, job)}
