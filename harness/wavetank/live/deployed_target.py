"""A deployed pipeline on which scenarios run in wall time, in a sandbox or on AWS."""

from dataclasses import dataclass

from wavetank.aws.clients import AwsClients
from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.engine_names import EngineName
from wavetank.core.naming import Names
from wavetank.faults.change_journal import Journal
from wavetank.live.changed_target import ChangedTarget

AWS_RETRY_BASE_DELAY_SECONDS = 60
MARGIN_SECONDS = 30.0
AWS_SETTLE_SECONDS = 15.0
"""How long to wait until a change of a rule or a role is in effect everywhere.

AWS only says `eventually`. [IAM user guide, troubleshoot_general: eventual consistency; EventBridge
API, DisableRule]
"""
SANDBOX_SETTLE_SECONDS = 1.0
"""The sandbox's schedule is read twice a second."""
AWS_DELIVERY_SECONDS = 180.0
"""The template's buffering interval, and Firehose's own delay."""
SANDBOX_DELIVERY_SECONDS = 20.0
"""The sandbox delivers on request."""


@dataclass(frozen=True, kw_only=True)
class DeployedTarget:
    """A deployed pipeline on which scenarios run in wall time, with its clock and journal.

    `retry_base_delay_seconds` is Lambda's delay before its first retry.
    """

    engine: EngineName
    target: Target
    names: Names
    clock: Clock
    journal: Journal
    retry_base_delay_seconds: int = AWS_RETRY_BASE_DELAY_SECONDS

    @property
    def aws(self) -> AwsClients:
        """Clients of the target."""
        return self.target.aws

    @property
    def changed_target(self) -> ChangedTarget:
        """The pipeline, for temporary changes."""
        return ChangedTarget(
            aws=self.aws,
            names=self.names,
            clock=self.clock,
            journal=self.journal,
            endpoint=self.target.endpoint,
            settle_seconds=self.settle_seconds,
        )

    @property
    def is_aws(self) -> bool:
        """Whether it is on AWS: no mailbox, no sandbox API, and changes take a while."""
        return self.engine is EngineName.AWS

    @property
    def endpoint(self) -> str:
        """The sandbox's endpoint; must not be used on AWS."""
        assert self.target.endpoint is not None  # AWS has none; callers check `is_aws`
        return self.target.endpoint

    @property
    def retries_seconds(self) -> float:
        """The delays of Lambda's two retries in total."""
        return 3.0 * self.retry_base_delay_seconds

    @property
    def timeout_seconds(self) -> float:
        """The time-out of each wait for Lambda, whose delays are not exact."""
        return MARGIN_SECONDS + 1.5 * self.retries_seconds

    @property
    def settle_seconds(self) -> float:
        """How long a change takes to be in effect."""
        return AWS_SETTLE_SECONDS if self.is_aws else SANDBOX_SETTLE_SECONDS

    @property
    def delivery_seconds(self) -> float:
        """How long a record takes to be in an object."""
        return AWS_DELIVERY_SECONDS if self.is_aws else SANDBOX_DELIVERY_SECONDS
