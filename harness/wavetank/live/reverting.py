"""Changes made and reverted, by the same code in the process that made them and in a later one.

Each revert looks first at what is there: it is made where that is still what was put there, so that
it can be repeated, and overwrites nothing that was deployed since.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.deny_policy import allow
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import Package
from wavetank.core.naming import Names
from wavetank.deployment.broken_package import break_package
from wavetank.deployment.deployed_code import stack_package
from wavetank.faults.change_journal import (
    Change,
    CodeChange,
    ConcurrencyChange,
    DamagedEntry,
    HostChange,
    Journal,
    PolicyChange,
    RuleChange,
    SubscriptionChange,
)
from wavetank.live.restoring import (
    restore,
    restore_concurrency,
    update_code,
    wait_until_updated,
)

OFF = "DISABLED"
GONE = frozenset({"NoSuchEntity", "NotFound", "ResourceNotFoundException"})


def _no_host(change: HostChange) -> bool:
    raise UsageError(
        "the sandbox whose machine has the fault",
        change.describe(),
        "start it again with ./wavetank up, which begins without it",
    )


@dataclass(frozen=True, kw_only=True)
class ChangedTarget:
    """A pipeline that is changed for a while, and the journal of that.

    `endpoint` is the sandbox's, None on AWS; `revert_host` reverts a fault of its machine.
    """

    aws: AwsClients
    names: Names
    clock: Clock
    journal: Journal
    endpoint: str | None = None
    revert_host: Callable[[HostChange], bool] = field(default=_no_host)

    def require_unchanged(self) -> None:
        """Or what is changed already would be taken for what is to be put back.

        Raises:
            UsageError: an earlier command has left something changed.
        """
        if left := self.journal.changes():
            raise UsageError(
                "a pipeline as it was deployed",
                "; ".join(change.describe() for change in left),
                "revert it with ./wavetank drill --restore",
            )

    @contextmanager
    def changed(self, change: Change, make: Callable[[], object]) -> Iterator[None]:
        """For the body `change`, which `make` makes, is in force; then it is reverted.

        Raises:
            NotRestoredError: it could not be reverted; it stays in the journal.
        """
        self.journal.add(change)
        try:
            make()
            yield
        finally:
            self.revert(change)

    def revert(self, change: Change) -> bool:
        """Reverts the change where it is in force; whether it was.

        Raises:
            NotRestoredError: it could not be reverted; it stays in the journal.
        """
        found: list[bool] = []

        def step() -> None:
            found[:] = [_revert(self, change)]

        restore(change.describe(), step, self.clock)
        self.journal.remove(change)
        return found[0]


def _revert(target: ChangedTarget, change: Change) -> bool:
    if isinstance(change, HostChange):
        return target.revert_host(change)
    try:
        return _revert_resource(target, change)
    except ClientError as error:
        if error_code(error) in GONE:
            return False
        raise


def _revert_resource(target: ChangedTarget, change: Change) -> bool:
    match change:
        case CodeChange():
            return _revert_code(target, change)
        case ConcurrencyChange(function=function, former=former):
            return restore_concurrency(target.aws, function, former)
        case RuleChange(rule=rule):
            return _switch_on(target.aws, rule)
        case PolicyChange(role=role, policy=policy):
            return allow(target.aws, role, policy)
        case SubscriptionChange(arn=arn):
            assert target.endpoint is not None  # AWS has no such change
            target.aws.sns.get_subscription_attributes(SubscriptionArn=arn)  # else it is gone
            SandboxControls(target.endpoint).set_confirmed(arn, confirmed=True)
            return True
        case _:
            assert isinstance(change, DamagedEntry)  # the others are reverted elsewhere
            return any(revert_unrecorded(target))


def _switch_on(aws: AwsClients, rule: str) -> bool:
    if aws.events.describe_rule(Name=rule)["State"] != OFF:
        return False
    aws.events.enable_rule(Name=rule)
    return True


def _revert_code(target: ChangedTarget, change: CodeChange) -> bool:
    """Where somebody deployed other code meanwhile, that stays."""
    aws, function = target.aws, change.function
    wait_until_updated(aws, function, target.clock)
    found = aws.awslambda.get_function_configuration(FunctionName=function)["CodeSha256"]
    if found != change.put:
        return False
    code = target.journal.package(change)
    if code is None:
        code = stack_package(aws, target.names, "streaming").content
    update_code(aws, function, code, target.clock)
    return True


@dataclass(frozen=True)
class StreamingPackages:
    """The streaming function's package as its stack has it, and as a drill breaks it.

    Breaking it again gives the same bytes, so that the work of another machine's drill is known.
    """

    working: Package
    broken: Package


def streaming_packages(aws: AwsClients, names: Names) -> StreamingPackages:
    """Reads the one from the artifact bucket, and makes the other.

    Raises:
        UsageError: what is deployed has no file for its handler.
    """
    working = stack_package(aws, names, "streaming")
    found = aws.awslambda.get_function_configuration(FunctionName=names.streaming_function)
    broken = break_package(working.content, found["Handler"])
    return StreamingPackages(working, Package("streaming", broken))


def revert_unrecorded(target: ChangedTarget) -> tuple[bool, bool]:
    """Reverts what a drill of another machine's has left: code as one breaks it, and 0 reserved.

    Returns whether the code, and whether the reserved concurrency, had to be.
    """
    aws, function, clock = target.aws, target.names.streaming_function, target.clock
    packages = streaming_packages(aws, target.names)
    concurrency = restore_concurrency(aws, function, None)
    wait_until_updated(aws, function, clock)
    found = aws.awslambda.get_function_configuration(FunctionName=function)["CodeSha256"]
    is_broken: bool = found == packages.broken.code_sha256
    if is_broken:
        update_code(aws, function, packages.working.content, clock)
    return is_broken, concurrency
