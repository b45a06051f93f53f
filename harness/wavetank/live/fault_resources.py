"""The resources of one deployed pipeline that faults change, by AWS's public API.

An account also has other resources, so the pipeline's are found by their names.
"""

from collections.abc import Sequence
from typing import Protocol

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import topic_arn
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import Clock
from wavetank.core.naming import Names
from wavetank.deployment.deployed_code import stack_package, update_code, wait_until_updated
from wavetank.faults.change_journal import Journal
from wavetank.faults.injectors.api_resources import ApiResources, confirmed_on, one_named
from wavetank.faults.references import UNLIMITED, FunctionRole, RoleOwner
from wavetank.faults.resources import ConfirmedSubscription, DeployedCode, HostFaultTarget

OWNERS = (RoleOwner.RULE_TARGET, RoleOwner.FAILURE_DESTINATION, RoleOwner.DELIVERY_STREAM)
"""What assumes a role in the ticker's pipeline."""


class Host(Protocol):
    """Interface that injects and reverts the faults of a sandbox's host."""

    def begin(self, change: HostFaultTarget) -> None:
        """Inject the fault into the host."""
        ...

    def revert(self, change: HostFaultTarget) -> bool:
        """Revert it; returns False if the affected process or container no longer exists."""
        ...


class LiveResources(ApiResources):
    """The resources that faults change in the deployed ticker pipeline of `names`.

    `settle_seconds` is how long a change takes to be in force. `controls` are those of the sandbox,
    None on AWS. Packages are stored in the journal, so that another process can revert what this
    one changed.
    """

    def __init__(
        self,
        aws: AwsClients,
        names: Names,
        clock: Clock,
        journal: Journal,
        controls: SandboxControls | None,
        host: Host | None,
        settle_seconds: float,
    ) -> None:
        super().__init__(aws)
        self._aws = aws
        self._names = names
        self._clock = clock
        self._journal = journal
        self._controls = controls
        self._host = host
        self._settle_seconds = settle_seconds

    def functions(self, reference: str) -> Sequence[str]:
        """The functions with this part in the pipeline, or the one of that name."""
        names = self._names
        match reference:
            case FunctionRole.RULE_TARGET:
                return [names.streaming_function]
            case FunctionRole.FAILURE_DESTINATION:
                return [names.notification_function]
        deployed = [names.streaming_function, names.notification_function]
        return [one_named("function", reference, deployed)]

    def roles(self, reference: str) -> Sequence[str]:
        """The roles that a part of the pipeline assumes, or the one of that name."""
        if reference in OWNERS:
            return [self._role(RoleOwner(reference))]
        return [one_named("owner", reference, [self._role(owner) for owner in OWNERS])]

    def rules(self, reference: str) -> Sequence[str]:
        """The pipeline's rule."""
        rule = self._names.rule
        return [rule] if reference == UNLIMITED else [one_named("rule", reference, [rule])]

    def confirmed_subscriptions(self, number: int) -> Sequence[ConfirmedSubscription]:
        """The `number`-th e-mail subscription of the pipeline's topic, if confirmed."""
        return list(confirmed_on(self._aws.sns, topic_arn(self._aws, self._names), number))

    def deployed_code(self, function: str) -> DeployedCode:
        """The package that the stack names, from the artifact bucket."""
        streams = function == self._names.streaming_function
        part = "streaming" if streams else "notification"
        found = self._aws.awslambda.get_function_configuration(FunctionName=function)
        package = stack_package(self._aws, self._names, part)
        return DeployedCode(package.content, found["Handler"])

    def code_sha256(self, function: str) -> str:
        """The `CodeSha256` of what the function runs, when no update is in progress."""
        wait_until_updated(self._aws, function, self._clock)
        return super().code_sha256(function)

    def update_code(self, function: str, archive: bytes) -> None:
        """Deploy the zip, and return when the function runs it."""
        update_code(self._aws, function, self._clock, ZipFile=archive)

    def store(self, archive: bytes) -> str:
        """Store a package beside the journal; returns its name."""
        return self._journal.store_package(archive)

    def stored(self, name: str) -> bytes | None:
        """The package of that name; None if it is lost."""
        return self._journal.package(name)

    def deny(self, role: str, policy: str, action: str) -> None:
        """Deny the role an action, and return when IAM does so everywhere."""
        super().deny(role, policy, action)
        self._settle()

    def delete_policy(self, role: str, policy: str) -> bool:
        """Delete the inline policy, and return when it is gone everywhere."""
        found = super().delete_policy(role, policy)
        self._settle()
        return found

    def set_rule_enabled(self, rule: str, *, enabled: bool) -> None:
        """Enable or disable the rule; returns when a disabled rule does not fire any more."""
        super().set_rule_enabled(rule, enabled=enabled)
        if not enabled:
            self._settle()

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> bool:
        """Set whether the address has confirmed, which only a sandbox can."""
        assert self._controls is not None  # AWS does not have the capability
        self._aws.sns.get_subscription_attributes(
            SubscriptionArn=subscription
        )  # raises if it was deleted
        self._controls.set_confirmed(subscription, confirmed=confirmed)
        return True

    def move_clock(self, offset_seconds: float) -> None:
        """Set the clock of LocalStack that far from the host's."""
        assert self._controls is not None  # AWS does not have the capability
        if offset_seconds:
            self._controls.move_clock(offset_seconds)
        else:
            self._controls.reset_clock()

    def begin_host_fault(self, change: HostFaultTarget) -> None:
        """Inject the fault into the sandbox's host."""
        assert self._host is not None  # AWS does not have the capability
        self._host.begin(change)

    def revert_host_fault(self, change: HostFaultTarget) -> bool:
        """Revert it; returns False if the affected process or container no longer exists."""
        assert self._host is not None  # AWS does not have the capability
        return self._host.revert(change)

    def _role(self, owner: RoleOwner) -> str:
        if owner is RoleOwner.DELIVERY_STREAM:
            stream = self._names.delivery_stream
            found = self._aws.firehose.describe_delivery_stream(DeliveryStreamName=stream)
            destination = found["DeliveryStreamDescription"]["Destinations"][0]
            arn = destination["S3DestinationDescription"]["RoleARN"]
        else:
            (function,) = self.functions(owner.value)
            arn = self._aws.awslambda.get_function_configuration(FunctionName=function)["Role"]
        return arn.rpartition("/")[2]

    def _settle(self) -> None:
        """Wait until a change of a rule or of a role is in force."""
        self._clock.sleep(self._settle_seconds)
