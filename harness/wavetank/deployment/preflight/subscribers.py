"""Which addresses have confirmed, and which will be asked: an alert reaches the first alone."""

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.observers import Subscription, subscriptions
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.outcome import CheckOutcome, Intention, invalid, valid

ABSENT = frozenset({"NotFound", "NotFoundException"})


def addresses(intention: Intention) -> CheckOutcome:
    """At least one; whoever has not confirmed has two days to do so after the deployment."""
    wanted = sorted({address.lower() for address in intention.addresses})
    if not wanted:
        return invalid("nobody would hear of a failure", "give at least one --email")
    confirmed = {entry.address.lower() for entry in _subscribed(intention) if entry.confirmed}
    asked = [address for address in wanted if address not in confirmed]
    if not asked:
        return valid(f"{len(wanted)} confirmed")
    return valid(f"to be confirmed within two days, by the link in a message: {', '.join(asked)}")


def _subscribed(intention: Intention) -> list[Subscription]:
    target = intention.target
    topic = f"arn:aws:sns:{REGION}:{target.account}:{intention.names.topic}"
    try:
        return subscriptions(target.aws, topic)
    except ClientError as error:
        if error_code(error) in ABSENT:
            return []
        raise
