"""The ticker's pipeline, as the project's own templates have it, with its handlers or another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.naming import Names
from wavetank.core.ticker import FIRST_PRICES
from wavetank.deployment.custom_handler import OwnHandler
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.deployment.seed import reset_prices
from wavetank.invariants import Invariant, generic_invariants
from wavetank.invariants.ticker import ticker_invariants

PACE_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class TickerPipeline:
    """Whose it is, who is told of failures, and the form of its records.

    With a `handler` somebody's own script takes the streaming function's place; it writes its
    records in its own form, and the invariants are those that the assignment's script can keep.
    """

    project_folder: Path
    names: Names
    addresses: tuple[str, ...]
    record_format: str = "ndjson"
    handler: OwnHandler | None = None
    chosen_by: tuple[tuple[str, str], ...] = ()
    """The options that made these names, for whoever plays a run again."""

    def deploy(self, aws: AwsClients, clock: Clock) -> None:
        options = DeploymentOptions(
            names=self.names,
            addresses=self.addresses,
            schedule_enabled=False,
            record_format=self.record_format,
            handler=self.handler,
        )
        Deployer(aws, self.project_folder, clock, PACE_SECONDS).deploy(options)

    def begin(self, aws: AwsClients, start: datetime) -> None:
        reset_prices(aws.dynamodb, self.names.table, FIRST_PRICES, since=start)

    def invariants(self) -> list[Invariant]:
        own = ticker_invariants(custom_handler=self.handler is not None)
        return [*generic_invariants(), *own]

    def options(self) -> Mapping[str, str]:
        options = {"--name": self.names.full_name, "--record-format": self.record_format}
        options |= dict(self.chosen_by)
        return options | ({"--handler": str(self.handler.path)} if self.handler else {})
