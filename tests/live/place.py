"""An account of AWS, as it is pretended, with pipelines of a test's own."""

from dataclasses import dataclass
from datetime import timedelta

from tests.live.hosts import PROJECT
from tests.live.names import unique_names
from tests.pretended_aws import PretendedAws
from wavetank.aws.clients import AwsClients
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import Target
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.naming import Names
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.deployment.teardown.inventory import PipelineInventory, find_inventory

ADDRESS = "never-answers@example.com"
PACE_SECONDS = 0.1
TICK_MINUTES_AGO = 10


@dataclass(frozen=True)
class Place:
    """AWS as it is pretended, and the target that a command would act on."""

    pretended: PretendedAws
    target: Target
    endpoint: str

    @property
    def aws(self) -> AwsClients:
        """The account's clients."""
        return self.target.aws

    def deploy(self, *, fires: bool = False) -> Names:
        """A pipeline with one tick delivered and an unconfirmed address.

        Its rule is on and, unless it `fires`, aims at nothing, so that no tick comes in between
        however long a test takes.
        """
        names = unique_names()
        options = DeploymentOptions(names=names, addresses=(ADDRESS,))
        Deployer(self.aws, PROJECT, WallClock(), PACE_SECONDS, account=self.target.account).deploy(
            options
        )
        if not fires:
            self.aws.events.remove_targets(Rule=names.rule, Ids=["streaming-lambda"])
        minute = floor_to_minute(WallClock().now()) - timedelta(minutes=TICK_MINUTES_AGO)
        StreamingInvoker(self.aws, names).fire_and_wait(minute)
        SandboxControls(self.endpoint).deliver_now()
        return names

    def inventory(self, names: Names) -> PipelineInventory:
        """What there is of it."""
        found = find_inventory(self.aws, names.stem)
        assert found is not None
        return found
