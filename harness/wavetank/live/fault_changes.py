"""What a fault changes on a live pipeline, for as long as it lasts; which kinds there are for whom.

broken-deployment    the streaming function's code, by the drill's own hand
permission-removed   a denial beside a role's own policies
unconfirmed-address  an address of the mailbox; on AWS only its reader could confirm it again
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from wavetank.aws.deny_policy import deny
from wavetank.aws.observers import topic_arn
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.faults.change_journal import PolicyChange, SubscriptionChange
from wavetank.faults.delivery import PermissionRemoved, RoleOwner, UnconfirmedAddress
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment
from wavetank.history import Event, SubscriptionChanged
from wavetank.live.deployed_target import LivePlace
from wavetank.live.function_breaking import broken_code

type Change = AbstractContextManager[None]
type Note = Callable[[Event], None]


def change_of(place: LivePlace, name: str, fault: Fault, note: Note) -> Change:
    """For its body the fault's change is made and in force; `name` is the fault's own."""
    match fault:
        case BrokenDeployment():
            return broken_code(place.changed_target)
        case PermissionRemoved():
            return _denied(place, f"wavetank-{name}", fault)
        case UnconfirmedAddress():
            return _unconfirmed(place, fault.subscription, note)
        case _:
            raise AssertionError(f"{fault.kind} is refused before anything runs")


@contextmanager
def _denied(place: LivePlace, policy: str, fault: PermissionRemoved) -> Iterator[None]:
    role = _role(place, fault.owner)
    change = PolicyChange(role=role, policy=policy, action=fault.action)

    def make() -> None:
        deny(place.aws, role, policy, fault.action)
        place.clock.sleep(place.settle_seconds)

    with place.changed_target.changed(change, make):
        yield
    place.clock.sleep(place.settle_seconds)


def _role(place: LivePlace, owner: RoleOwner) -> str:
    """The name of the role, which what it belongs to says."""
    names, aws = place.names, place.aws
    if owner is RoleOwner.DELIVERY_STREAM:
        found = aws.firehose.describe_delivery_stream(DeliveryStreamName=names.delivery_stream)
        arn = found["DeliveryStreamDescription"]["Destinations"][0]["S3DestinationDescription"][
            "RoleARN"
        ]
    else:
        rule_target = owner is RoleOwner.RULE_TARGET
        function = names.streaming_function if rule_target else names.notification_function
        arn = aws.awslambda.get_function_configuration(FunctionName=function)["Role"]
    return arn.rpartition("/")[2]


@contextmanager
def _unconfirmed(place: LivePlace, number: int, note: Note) -> Iterator[None]:
    """The topic's address of that number; nobody where it has none, or one that never confirmed."""
    topic = topic_arn(place.aws, place.names)
    listed = place.aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    found = [entry for entry in listed if entry["Protocol"] == "email"][number - 1 : number]
    confirmed = [entry for entry in found if entry["SubscriptionArn"].startswith("arn:")]
    if not confirmed:
        yield
        return
    (entry,) = confirmed
    address, arn = entry["Endpoint"], entry["SubscriptionArn"]

    def unconfirm() -> None:
        SandboxControls(place.endpoint).set_confirmed(arn, confirmed=False)
        note(SubscriptionChanged(place.clock.now(), topic, address, False))  # noqa: FBT003 - as the event has it

    try:
        change = SubscriptionChange(arn=arn, address=address)
        with place.changed_target.changed(change, unconfirm):
            yield
    finally:
        note(SubscriptionChanged(place.clock.now(), topic, address, True))  # noqa: FBT003 - as above
