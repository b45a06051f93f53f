"""The ticker's pipeline as what `deploy --watch` deploys: this project's templates and handlers.

Changed code is put into its function first, which takes half a second, and into the stack
afterwards, so that both agree: `check` compares what runs with what the stack names.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from wavetank.aws.target import Target
from wavetank.core.clock import Clock, WallClock, minute_before
from wavetank.core.lambda_package import Package
from wavetank.core.naming import Names
from wavetank.deployment.deployer import (
    Deployer,
    Deployment,
    DeploymentOptions,
    wanted_packages,
)
from wavetank.deployment.deployment_choice import DeploymentChoice
from wavetank.live.revert_retry import update_code

FILES = ("init/pipeline.yaml", "init/storage.yaml", "lambdas")


class TickerWatch:
    """The pipeline of the choice in a sandbox; `handler` is a custom script."""

    def __init__(
        self, choice: DeploymentChoice, target: Target, shipped_folder: Path, handler: Path | None
    ) -> None:
        self._choice = choice
        self._target = target
        self._shipped = shipped_folder
        self._handler = handler
        self._deployed: Deployment | None = None

    def files(self) -> Iterable[Path]:
        """The templates and handlers, and the custom script."""
        shipped = [self._shipped / name for name in FILES]
        return [*shipped, self._handler] if self._handler else shipped

    def deploy(self) -> str:
        """Puts changed code into its function, then deploys the stacks that differ."""
        clock = WallClock()
        options = self._choice.options(self._target, minute_before(clock.now()))
        before, self._deployed = self._deployed, None  # until it has succeeded
        if before is not None:
            self._update_functions(options, before.packages, clock)
        deployer = Deployer(self._target.aws, self._shipped, clock, self._target.pace_seconds)
        self._deployed = deployer.deploy(options, before.stacks if before is not None else ())
        return ", ".join(self._deployed.changed_stacks)

    def _update_functions(
        self, options: DeploymentOptions, before: Mapping[str, Package], clock: Clock
    ) -> None:
        for name, package in wanted_packages(options, self._shipped).items():
            if before[name] != package:
                function = _deployed_function(options.names, name)
                update_code(self._target.aws, function, package.content, clock)


def _deployed_function(names: Names, name: str) -> str:
    return names.streaming_function if name == "streaming" else names.notification_function
