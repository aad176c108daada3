"""Trains on the Hub's machines: a job fetches this code, trains, and pushes each epoch as it is saved.

    plan = JobPlan(plan=Plan(...), ref=HubRef("user/repo"), hardware="t4-small", hours=1)
    job = start_job(api, plan)                               costs money from here on
    for event in follow_job(api, job): ...                   StepDone, EpochLine, LogLine, Waiting, JobEnded
    pull_epochs(api, list_epochs(api, plan.ref), None, run)  what it has pushed, also while it runs

A job's disk is deleted when it ends, so each saved epoch is pushed at once: a job that reaches its time limit loses
only what came after the last one.
"""

import os
import re
import shlex
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from pathlib import Path

from huggingface_hub import HfApi, JobInfo, get_token

from ..core import StepDone
from ..errors import Message, UserError
from ..hub import LOG_IN, Waiting, as_generator, explain_hub_errors, run_to_end, run_with_deadline
from ..refs import HubRef, LocalFiles, parse_data
from .log_lines import EpochLine, from_line
from .train_run import Plan

IMAGE = "python:3.12-bookworm"  # has git; PyTorch comes with what it needs of CUDA
MAX_HOURS = 24
SILENCE = 3600.0  # seconds without a line after which a job is no longer followed
CODE = re.compile(r"https://[\w.-]+(?:/[\w.-]+)+(?:@\w[\w./-]*)?", re.ASCII)


@dataclass(frozen=True)
class Hardware:
    name: str  # t4-small
    title: str  # Nvidia T4 - small
    gpu: str  # empty: none
    dollars_an_hour: float


@dataclass(frozen=True)
class Job:
    id: str
    owner: str
    url: str


@dataclass(frozen=True)
class LogLine:
    """A line of the job's log that is no training event."""

    text: str


@dataclass(frozen=True)
class JobEnded:
    stage: str  # COMPLETED, CANCELED, ERROR or DELETED
    message: str


JobEvent = StepDone | EpochLine | LogLine | Waiting | JobEnded


def code_address() -> str:
    """Where the job fetches this code: SPRITES_CODE, or the Space that this is. Empty where neither is set."""
    space = os.environ.get("SPACE_ID", "")
    return os.environ.get("SPRITES_CODE", f"https://huggingface.co/spaces/{space}" if space else "")


@dataclass(frozen=True, kw_only=True)
class JobPlan:
    """What to train, on which hardware, for how long at most, and the repository of the run."""

    plan: Plan
    ref: HubRef
    hardware: str = "t4-small"
    hours: float = 1.0
    private: bool = False
    code: str = field(default_factory=code_address)  # a git address, perhaps with @branch, @tag or @commit

    def __post_init__(self) -> None:
        if self.ref != HubRef(self.ref.repo):
            raise UserError(
                "a job pushes to a whole repository such as hf://{repo}, not to {ref}",
                repo=self.ref.repo,
                ref=self.ref,
            )
        if not 0 < self.hours <= MAX_HOURS:
            raise UserError(
                "a job may take up to {max_hours} hours, not {hours:g}", max_hours=MAX_HOURS, hours=self.hours
            )
        if isinstance(parse_data(self.plan.data), LocalFiles) or self.plan.labels:
            raise UserError(
                "a job cannot see {data} on this machine; train on builtin, or on hf://datasets/user/repo",
                data=self.plan.data,
            )
        if not CODE.fullmatch(self.code):
            raise UserError(
                "{code} is no address of this code; set SPRITES_CODE to one such as "
                "https://huggingface.co/spaces/user/sprite-diffusion@main",
                code=self.code or Message("nothing"),
            )

    def command(self) -> list[str]:
        """The command of the job. The token is not in it: the job gets that as a secret in its environment."""
        address, _, revision = self.code.partition("@")
        training = replace(self.plan, folder=Path("checkpoints") / self.ref.folder()).command()
        lines = [
            f"git clone -q {shlex.quote(address)} code",
            "cd code",
            f"git checkout -q {shlex.quote(revision)}" if revision else "",
            "pip install -q --root-user-action ignore -r requirements.txt",
            f"{training} --log json --push-to {self.ref.repo}",
        ]
        return ["bash", "-euc", "\n".join(filter(None, lines))]


def list_hardware(api: HfApi) -> list[Hardware]:
    """The hardware that jobs can use, with its prices now; the cheapest first."""
    in_an_hour = {"second": 3600, "minute": 60, "hour": 1}
    with explain_hub_errors(api, Message("list of hardware")):
        found = [
            Hardware(
                it.name,
                it.pretty_name,
                it.accelerator.model if it.accelerator else "",
                it.unit_cost_usd * in_an_hour[it.unit_label],
            )
            for it in run_to_end(run_with_deadline(as_generator(api.list_jobs_hardware)))
        ]
    return sorted(found, key=lambda it: it.dollars_an_hour)


def start_job(api: HfApi, plan: JobPlan) -> Job:
    """Starts the job, which costs money. The repository is created first, so that a wrong name costs nothing."""
    token = api.token if isinstance(api.token, str) else get_token()
    if not token:
        raise UserError("a job needs to know who pays for it; {log_in}", log_in=Message(LOG_IN))

    def submit() -> JobInfo:
        api.create_repo(plan.ref.repo, private=plan.private or None, exist_ok=True)
        return api.run_job(
            image=IMAGE,
            command=plan.command(),
            secrets={"HF_TOKEN": token},
            env={"TQDM_DISABLE": "1"},  # bars would fill its log
            flavor=plan.hardware,
            timeout=round(3600 * plan.hours),
        )

    return _request_job(api, Message("job for {ref}", ref=plan.ref), submit)


def find_job(api: HfApi, job_id: str) -> Job:
    """A job that was started before, of the account that is logged in."""
    return _request_job(api, Message("job {id}", id=job_id), lambda: api.inspect_job(job_id=job_id))


def follow_job(api: HfApi, job: Job) -> Generator[JobEvent, None, None]:
    """Yields the job's log as events, from its first line to its end. Closing this leaves the job running."""

    def listen() -> Generator[JobEvent, None, None]:
        for line in api.fetch_job_logs(job_id=job.id, namespace=job.owner, follow=True):
            if text := line.strip():
                yield from_line(text) or LogLine(text)
        status = api.inspect_job(job_id=job.id, namespace=job.owner).status
        yield JobEnded(str(status.stage), status.message or "")

    with explain_hub_errors(api, Message("job {id}", id=job.id)):
        yield from run_with_deadline(listen(), SILENCE)


def cancel_job(api: HfApi, job: Job) -> None:
    """Ends the job, and its cost. What it has pushed stays."""
    with explain_hub_errors(api, Message("job {id}", id=job.id)):
        run_to_end(run_with_deadline(as_generator(lambda: api.cancel_job(job_id=job.id, namespace=job.owner))))


def _request_job(api: HfApi, name: Message, call: Callable[[], JobInfo]) -> Job:
    with explain_hub_errors(api, name):
        info = run_to_end(run_with_deadline(as_generator(call)))
        return Job(info.id, info.owner.name, info.url)
