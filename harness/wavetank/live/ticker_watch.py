"""The ticker's pipeline as what `deploy --watch` deploys: this project's templates and handlers."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wavetank.aws.target import Target
from wavetank.core.clock import WallClock, minute_before
from wavetank.deployment.deployer import Deployer
from wavetank.deployment.deployment_choice import DeploymentChoice

FILES = ("init/pipeline.yaml", "init/storage.yaml", "lambdas")


@dataclass(frozen=True)
class TickerWatch:
    """The pipeline of the choice in a sandbox; `handler` is a custom script."""

    choice: DeploymentChoice
    target: Target
    shipped_folder: Path
    handler: Path | None

    def files(self) -> Iterable[Path]:
        """The templates and handlers, and the custom script."""
        shipped = [self.shipped_folder / name for name in FILES]
        return [*shipped, self.handler] if self.handler else shipped

    def deploy(self) -> str:
        """Deploys the stacks that differ."""
        clock = WallClock()
        options = self.choice.options(self.target, minute_before(clock.now()))
        deployer = Deployer(self.target.aws, self.shipped_folder, clock, self.target.pace_seconds)
        return ", ".join(deployer.deploy(options).changed_stacks)
