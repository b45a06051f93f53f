"""A pipeline that is deployed in a sandbox, whatever it is: the interface of the commands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_mailbox import MailboxMessage
from wavetank.core.clock import Clock
from wavetank.core.findings import Finding
from wavetank.core.iam_report import RoleReport
from wavetank.core.reporter import Reporter
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.inspection.sandbox_watcher import PipelineWatcher
from wavetank.inspection.stack_resources import PipelineStacks
from wavetank.live.changed_target import ChangedTarget


@dataclass(frozen=True)
class PipelineStatus:
    """The status of a pipeline for `status`: two lines of text, and values for JSON."""

    title: str
    state: str
    values: Mapping[str, object]


class SandboxPipeline(Protocol):
    """Interface of a pipeline in a sandbox: the ticker's, or a stack of other templates."""

    @property
    def record(self) -> SandboxRecord: ...

    @property
    def aws(self) -> AwsClients: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def stem(self) -> str:
        """The short name, which names its stacks and its journal of changes."""
        ...

    def stacks(self) -> PipelineStacks:
        """Its stacks with their resources, read now."""
        ...

    def schedule(self) -> str:
        """How often its functions are invoked, in words: `a tick every 60 s`."""
        ...

    def watcher(self) -> PipelineWatcher:
        """A watcher of its events."""
        ...

    def status(self) -> PipelineStatus:
        """Its state now."""
        ...

    def fire(self, reporter: Reporter) -> None:
        """Does once what its schedule does, waits for the result, and shows it.

        Raises:
            UsageError: it has no schedule or several, so that a function must be named.
            InfrastructureError: the function failed.
        """
        ...

    def findings(self) -> Iterable[Finding]:
        """What `check` finds, one at a time."""
        ...

    def role_reports(self) -> list[RoleReport]:
        """For each of its roles, its permissions and those it used since the sandbox's start."""
        ...

    def wait_until_checkable(self, reporter: Reporter) -> None:
        """Waits for what a check needs and is still in flight, as long as that may take."""
        ...

    def pending_confirmations(self) -> list[MailboxMessage]:
        """The confirmation messages of its addresses that no one has answered."""
        ...

    def target(self) -> ChangedTarget:
        """The pipeline as the target of temporary changes, with their journal."""
        ...
