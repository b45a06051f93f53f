"""Where a story is told in wall time: a deployed pipeline on a sandbox, or on AWS."""

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
"""Until a change of a rule or of a role is seen everywhere; AWS says `eventually`, and no more.

[IAM user guide, troubleshoot_general: eventual consistency; EventBridge API, DisableRule]
"""
SANDBOX_SETTLE_SECONDS = 1.0
"""Its schedule looks twice a second."""
AWS_DELIVERY_SECONDS = 180.0
"""The template's buffering interval, and Firehose's own time."""
SANDBOX_DELIVERY_SECONDS = 20.0
"""It is told to deliver at once."""


@dataclass(frozen=True, kw_only=True)
class LivePlace:
    """A pipeline that is deployed, and how long things take there.

    `retry_base_delay_seconds` is what Lambda waits before its first retry.
    """

    engine: EngineName
    target: Target
    names: Names
    clock: Clock
    journal: Journal
    retry_base_delay_seconds: int = AWS_RETRY_BASE_DELAY_SECONDS

    @property
    def aws(self) -> AwsClients:
        """The clients."""
        return self.target.aws

    @property
    def changed_target(self) -> ChangedTarget:
        """The pipeline, to be changed for a while."""
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
        """Whether it is AWS itself: no mailbox, no controls, and changes take a while."""
        return self.engine is EngineName.AWS

    @property
    def endpoint(self) -> str:
        """The sandbox's."""
        assert self.target.endpoint is not None  # nobody asks on AWS
        return self.target.endpoint

    @property
    def failing_seconds(self) -> float:
        """From a request to its being given up: it is tried three times."""
        return 3.0 * self.retry_base_delay_seconds

    @property
    def patience_seconds(self) -> float:
        """For each wait for Lambda, which does not keep its delays to the second."""
        return MARGIN_SECONDS + 1.5 * self.failing_seconds

    @property
    def settle_seconds(self) -> float:
        """From a change to its being in force."""
        return AWS_SETTLE_SECONDS if self.is_aws else SANDBOX_SETTLE_SECONDS

    @property
    def delivery_seconds(self) -> float:
        """From a record to its object."""
        return AWS_DELIVERY_SECONDS if self.is_aws else SANDBOX_DELIVERY_SECONDS
