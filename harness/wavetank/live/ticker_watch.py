"""The ticker's pipeline as what `deploy --watch` deploys: this project's templates and handlers.

Changed code goes through its stack, whose change set takes half a second, and not directly into the
function: `check` compares what runs with what the stack names, and to put the same code into the
function twice would end the environments that have just started.
"""

from collections.abc import Iterable
from pathlib import Path

from wavetank.aws.target import Target
from wavetank.core.clock import WallClock, minute_before
from wavetank.deployment.deployer import Deployer, Deployment
from wavetank.deployment.deployment_choice import DeploymentChoice
from wavetank.live.ticker_code import correct_code

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
        self._deployed: Deployment | None = None

    def files(self) -> Iterable[Path]:
        """The templates and handlers, and the custom script."""
        shipped = [self._shipped / name for name in FILES]
        return [*shipped, self._handler] if self._handler else shipped

    def deploy(self) -> str:
        """Deploys the stacks that differ from what was deployed last."""
        clock = WallClock()
        options = self._choice.options(self._target, minute_before(clock.now()))
        before, self._deployed = self._deployed, None  # until it has succeeded
        deployer = Deployer(self._target.aws, self._shipped, clock, self._target.pace_seconds)
        self._deployed = deployer.deploy(options, before.stacks if before is not None else ())
        changed = [*self._deployed.changed_stacks]
        if before is None:
            changed += correct_code(self._target.aws, options.names, self._deployed.packages, clock)
        return ", ".join(changed)
