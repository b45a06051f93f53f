"""A pipeline whose faults are recorded in a journal before they are injected.

The process that injected a fault reverts it; if that process was killed, a later one does, by the
same code, from what the journal says.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.core.naming import Names
from wavetank.deployment.deployed_code import stack_package, wait_until_updated
from wavetank.faults.broken_code import break_package
from wavetank.faults.change_journal import DamagedEntry, Journal
from wavetank.faults.changes import Change, HostChange
from wavetank.faults.fault import StateFault
from wavetank.faults.injectors.applied import OnChange, revert
from wavetank.faults.resources import code_sha256
from wavetank.inspection.stack_resources import PipelineStacks
from wavetank.live.fault_resources import Host, LiveResources
from wavetank.live.revert_retry import restore
from wavetank.live.stack_fault_resources import StackResources


@dataclass(frozen=True)
class StreamingPackages:
    """The deployed package of the streaming function, and its broken version.

    Breaking it again gives the same bytes, so code that another computer broke is recognised.
    """

    working: bytes
    broken: bytes


@dataclass(frozen=True, kw_only=True)
class ChangedTarget:
    """A deployed pipeline into which faults are injected, and its journal of changes.

    `endpoint` is the sandbox's, None on AWS; `host` is its host, None where faults of the host are
    neither injected nor reverted. `stacks` are those of a pipeline that is not the ticker's, whose
    resources faults find in them and not by `names`. `settle_seconds` is how long a change takes to
    be in force.
    """

    aws: AwsClients
    names: Names
    clock: Clock
    journal: Journal
    endpoint: str | None = None
    host: Host | None = None
    stacks: PipelineStacks | None = None
    settle_seconds: float = 0.0

    @cached_property
    def resources(self) -> LiveResources:
        """What faults change."""
        controls = None if self.endpoint is None else SandboxControls(self.endpoint)
        if self.stacks is not None:
            return StackResources(self.stacks, self.names, self.clock, self.journal, controls)
        return LiveResources(
            self.aws,
            self.names,
            self.clock,
            self.journal,
            controls,
            self.host,
            self.settle_seconds,
        )

    def require_unchanged(self) -> None:
        """Check that no earlier command left a change, which would be taken for the original state.

        Raises:
            UsageError: one did.
        """
        if remaining := self.journal.changes():
            raise UsageError(
                "a pipeline as it was deployed",
                "; ".join(change.describe() for change in remaining),
                "revert it with ./wavetank drill --restore",
            )

    @contextmanager
    def injected(
        self, name: str, fault: StateFault, on_change: OnChange = lambda *_: None
    ) -> Iterator[tuple[Change, ...]]:
        """Injects the fault for the body.

        Raises:
            NotRestoredError: a change could not be reverted; it stays in the journal.
            UsageError: what the fault names is not deployed.
        """
        changes = tuple(fault.changes(name, self.resources))
        with ExitStack() as stack:
            for change in changes:
                stack.enter_context(self.changed(change, on_change))
            yield changes

    @contextmanager
    def changed(self, change: Change, on_change: OnChange = lambda *_: None) -> Iterator[None]:
        """Applies the change for the body.

        Raises:
            NotRestoredError: it could not be reverted; it stays in the journal.
        """
        self.journal.add(change)  # before the change: a killed process leaves its record
        try:
            change.apply(self.resources)
            on_change(change, True)  # noqa: FBT003 - the signature of `OnChange`
            yield
        finally:
            self.revert(change)
            on_change(change, False)  # noqa: FBT003 - the signature of `OnChange`

    def revert(self, change: Change) -> bool:
        """Revert the change if it is in force; returns whether it was.

        Raises:
            NotRestoredError: it could not be reverted; it stays in the journal.
        """
        found: list[bool] = []

        def step() -> None:
            found[:] = [self._revert_once(change)]

        restore(change.describe(), step, self.clock)
        self.journal.remove(change)
        return found[0]

    def _revert_once(self, change: Change) -> bool:
        match change:
            case DamagedEntry():
                return any(revert_unrecorded(self))
            case HostChange() if self.host is None:
                raise UsageError(
                    "the sandbox whose host has the fault",
                    change.describe(),
                    "start it again with ./wavetank up, which begins without it",
                )
        return revert(change, self.resources)


def revert_unrecorded(target: ChangedTarget) -> tuple[bool, bool]:
    """Revert what a drill on another computer left: code as it breaks it, and 0 reserved.

    Returns whether the code, and whether the reserved concurrency, was reverted.
    """
    aws, function, resources = target.aws, target.names.streaming_function, target.resources
    packages = streaming_packages(aws, target.names)
    no_concurrency = resources.reserved_concurrency(function) == 0
    if no_concurrency:
        resources.reserve_concurrency(function, None)
    wait_until_updated(aws, function, target.clock)
    is_broken = resources.code_sha256(function) == code_sha256(packages.broken)
    if is_broken:
        resources.update_code(function, packages.working)
    return is_broken, no_concurrency


def streaming_packages(aws: AwsClients, names: Names) -> StreamingPackages:
    """Read the streaming function's package from the artifact bucket, and break it.

    Raises:
        UsageError: the package has no file for the function's handler.
    """
    working = stack_package(aws, names, "streaming").content
    found = aws.awslambda.get_function_configuration(FunctionName=names.streaming_function)
    return StreamingPackages(working, break_package(working, found["Handler"]))
