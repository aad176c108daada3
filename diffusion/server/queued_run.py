"""A training run that waits for its turn."""

from contextvars import Context, copy_context
from dataclasses import dataclass, field

from ..runs import Plan
from ..store import RunLock


@dataclass(frozen=True)
class QueuedRun:
    plan: Plan
    resume: bool
    owner: str
    lock: RunLock | None = None  # of the folder, where the run's data is in it already
    context: Context = field(default_factory=copy_context)  # of the request: ZeroGPU lends the GPU to its sender

    @property
    def name(self) -> str:
        return self.plan.folder.name
