"""The resources of the simulated pipeline that state faults change, by its API and in memory."""

from typing import TYPE_CHECKING

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.injectors.api_resources import ApiResources
from wavetank.faults.resources import DeployedCode, StoredPackages, code_sha256
from wavetank.simulation.topology import Topology, function_name

if TYPE_CHECKING:
    from collections.abc import Callable


class SimulatedResources(StoredPackages, ApiResources):
    """What is deployed in the simulator. Code is replaced in memory, and at once."""

    def __init__(self, simulator: Simulator, topology: Topology) -> None:
        StoredPackages.__init__(self)
        ApiResources.__init__(self, simulator.aws)
        self._simulator = simulator
        self._topology = topology
        self._former: dict[str, tuple[str, Callable[[], None]]] = {}
        """By function whose code was replaced: the digest of the former code, and its restorer."""

    def deployed_code(self, function: str) -> DeployedCode:
        """What the stack deployed as the function's code."""
        arn = self._arns()[function]
        handler = self._simulator.function(arn).handler
        return DeployedCode(self._simulator.packaged_code(arn), handler)

    def code_sha256(self, function: str) -> str:
        """The `CodeSha256` of what the function runs now."""
        return self._simulator.function(self._arns()[function]).code_sha256

    def update_code(self, function: str, archive: bytes) -> None:
        """Replace the function's code at once.

        If the zip is that of the former code, the former revision is restored with its warm
        environments.
        """
        digest = code_sha256(archive)
        former, restore = self._former.pop(function, ("", None))
        if restore is not None and former == digest:
            restore()
            return
        running = self.code_sha256(function)
        self._former[function] = (
            running,
            self._simulator.replace_code(self._arns()[function], archive),
        )

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> bool:
        """Set whether the address has confirmed."""
        self._simulator.set_confirmed(subscription, confirmed=confirmed)
        return True

    def _arns(self) -> dict[str, str]:
        return {function_name(arn): arn for arn in self._topology.configurations}
