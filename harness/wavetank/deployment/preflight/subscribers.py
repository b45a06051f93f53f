"""Check which alert addresses have confirmed; only those receive alerts."""

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.observers import Subscription, subscriptions
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.outcome import CheckOutcome, PreflightContext, invalid, valid

ABSENT = frozenset({"NotFound", "NotFoundException"})


def addresses(context: PreflightContext) -> CheckOutcome:
    """At least one address is given; new ones have two days to confirm after the deployment."""
    wanted = sorted({address.lower() for address in context.addresses})
    if not wanted:
        return invalid("no address would be alerted of a failure", "give at least one --email")
    confirmed = {entry.address.lower() for entry in _subscribed(context) if entry.confirmed}
    asked = [address for address in wanted if address not in confirmed]
    if not asked:
        return valid(f"{len(wanted)} confirmed")
    return valid(f"to be confirmed within two days, by the link in a message: {', '.join(asked)}")


def _subscribed(context: PreflightContext) -> list[Subscription]:
    target = context.target
    topic = f"arn:aws:sns:{REGION}:{target.account}:{context.names.topic}"
    try:
        return subscriptions(target.aws, topic)
    except ClientError as error:
        if error_code(error) in ABSENT:
            return []
        raise
