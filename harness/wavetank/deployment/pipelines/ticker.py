"""The ticker's pipeline: the project's own templates, with the shipped or a custom handler."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.naming import Names
from wavetank.deployment.custom_handler import CustomHandler
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.deployment.fingerprint import Fingerprint, deployed_fingerprint
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets
from wavetank.history import TableSnapshot
from wavetank.invariants import Invariant, generic_invariants
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.first_prices import put_items, reset_prices
from wavetank.ticker.invariants import ticker_invariants

PACE_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class TickerPipeline:
    """The ticker pipeline of one person, its alert addresses, and the format of its records.

    With a `handler` a custom script replaces the streaming function; it chooses the format of its
    records itself, and the invariants are those that the assignment's script can satisfy.
    """

    shipped_folder: Path
    names: Names
    addresses: tuple[str, ...]
    record_format: str = "ndjson"
    handler: CustomHandler | None = None
    chosen_by: tuple[tuple[str, str], ...] = ()
    """The options from which the names were derived, for a replay."""

    def deploy(self, aws: AwsClients, clock: Clock, *, simulated: bool = True) -> None:
        del simulated  # every engine supports the project's own templates
        options = DeploymentOptions(
            names=self.names,
            addresses=self.addresses,
            schedule_enabled=False,
            record_format=self.record_format,
            handler=self.handler,
        )
        Deployer(aws, self.shipped_folder, clock, PACE_SECONDS).deploy(options)

    def begin(self, aws: AwsClients, start: datetime, initial: TableSnapshot | None = None) -> None:
        reset_prices(aws.dynamodb, self.names.table, FIRST_PRICES, since=start)
        if initial is not None:
            put_items(aws.dynamodb, initial.table, initial.items)

    def invariants(self) -> list[Invariant]:
        own = ticker_invariants(custom_handler=self.handler is not None)
        return [*generic_invariants(), *own]

    def fault_targets(self) -> FaultTargets:
        return TICKER_TARGETS

    def fingerprint(self, aws: AwsClients) -> Fingerprint | None:
        return deployed_fingerprint(aws, self.names)

    def with_addresses(self, addresses: tuple[str, ...]) -> "TickerPipeline":
        return replace(self, addresses=addresses)

    def options(self) -> Mapping[str, str]:
        options = {"--name": self.names.full_name, "--record-format": self.record_format}
        options |= dict(self.chosen_by)
        return options | ({"--handler": str(self.handler.path)} if self.handler else {})
