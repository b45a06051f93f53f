"""The ticker's pipeline as what `deploy --watch` deploys: this project's templates and handlers.

Changed code is put into its function first, which takes a second, and into the stack afterwards, so
that both agree: `check` compares what runs with what the stack names.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wavetank.aws.target import Target
from wavetank.core.clock import WallClock, minute_before
from wavetank.core.naming import Names
from wavetank.deployment.deployer import Deployer, wanted_packages
from wavetank.deployment.deployment_choice import DeploymentChoice
from wavetank.live.revert_retry import update_code

if TYPE_CHECKING:
    from wavetank.core.lambda_package import Package

FILES = ("init/pipeline.yaml", "init/storage.yaml", "lambdas")


class TickerWatch:
    """The ticker pipeline for `deploy --watch`; `handler` is a custom script."""

    def __init__(
        self, choice: DeploymentChoice, target: Target, shipped_folder: Path, handler: Path | None
    ) -> None:
        self._choice = choice
        self._target = target
        self._shipped = shipped_folder
        self._handler = handler
        self._packages: Mapping[str, Package] = {}

    def files(self) -> Iterable[Path]:
        """The templates and handlers, and the custom script."""
        shipped = [self._shipped / name for name in FILES]
        return [*shipped, self._handler] if self._handler else shipped

    def deploy(self) -> str:
        """Puts changed code into its function, then deploys the stacks that differ."""
        clock = WallClock()
        options = self._choice.options(self._target, minute_before(clock.now()))
        packages = wanted_packages(options, self._shipped)
        before, self._packages = self._packages, {}  # until it has succeeded
        for name, package in packages.items():
            if name in before and before[name] != package:
                function = _deployed_function(options.names, name)
                update_code(self._target.aws, function, package.content, clock)
        deployer = Deployer(self._target.aws, self._shipped, clock, self._target.pace_seconds)
        changed = deployer.deploy(options).changed_stacks
        self._packages = packages
        return ", ".join(changed)


def _deployed_function(names: Names, name: str) -> str:
    return names.streaming_function if name == "streaming" else names.notification_function
