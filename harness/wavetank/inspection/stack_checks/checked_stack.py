"""A stack as its checks see it: its resources, and what the sandbox has recorded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import Clock
from wavetank.core.findings import Finding, Verdict
from wavetank.inspection.schedules import ScheduledCall, scheduled_calls
from wavetank.inspection.stack_resources import FUNCTION, PipelineStacks

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef


@dataclass(frozen=True)
class CheckedStack:
    """A stack in a sandbox that is checked; each part is read once."""

    stacks: PipelineStacks
    endpoint: str
    clock: Clock

    @property
    def aws(self) -> AwsClients:
        """Clients of the sandbox."""
        return self.stacks.aws

    @cached_property
    def functions(self) -> "dict[str, FunctionConfigurationResponseTypeDef]":
        """The configuration of each function, by logical id."""
        return {
            each.logical_id: self.aws.awslambda.get_function_configuration(
                FunctionName=each.physical_id
            )
            for each in self.stacks.of(FUNCTION)
        }

    @cached_property
    def schedules(self) -> list[ScheduledCall]:
        """What its schedules invoke."""
        return list(scheduled_calls(self.stacks))

    @cached_property
    def attempts(self) -> list[dict[str, Any]]:
        """The last attempts of all functions, oldest first."""
        return list(SandboxControls(self.endpoint).attempts()["attempts"])

    @cached_property
    def access_uses(self) -> list[dict[str, Any]] | None:
        """The actions that were used and denied; None if policies are not enforced."""
        return SandboxControls(self.endpoint).access_uses()


type StackCheck = Callable[[CheckedStack], Iterator[Finding]]


def valid(requirement: str, evidence: str) -> Finding:
    """What is as it should be."""
    return Finding(requirement, Verdict.VALID, evidence)


def invalid(requirement: str, evidence: str, fix: str) -> Finding:
    """What is broken, and what to do."""
    return Finding(requirement, Verdict.INVALID, evidence, fix=fix)
