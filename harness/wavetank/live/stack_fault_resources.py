"""The resources of a stack that faults change: its functions, found in the stack itself."""

from collections.abc import Sequence

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_http import download
from wavetank.core.clock import Clock
from wavetank.core.naming import Names
from wavetank.faults.change_journal import Journal
from wavetank.faults.injectors.api_resources import one_named
from wavetank.faults.resources import DeployedCode
from wavetank.inspection.stack_resources import FUNCTION, PipelineStacks
from wavetank.live.fault_resources import LiveResources


class StackResources(LiveResources):
    """The resources of a stack in a sandbox that faults change.

    Changes are in force at once.
    """

    def __init__(
        self,
        stacks: PipelineStacks,
        names: Names,
        clock: Clock,
        journal: Journal,
        controls: SandboxControls | None,
    ) -> None:
        super().__init__(stacks.aws, names, clock, journal, controls, None, 0.0)
        self._stacks = stacks

    def functions(self, reference: str) -> Sequence[str]:
        """The function of that name."""
        return [one_named("function", reference, self._stacks.names(FUNCTION))]

    def deployed_code(self, function: str) -> DeployedCode:
        """The package that the function runs, as Lambda returns it."""
        found = self._stacks.aws.awslambda.get_function(FunctionName=function)
        return DeployedCode(download(found["Code"]["Location"]), found["Configuration"]["Handler"])
