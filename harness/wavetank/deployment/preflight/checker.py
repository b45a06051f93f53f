"""Runs all preflight checks, yielding each finding as it is made."""

from collections.abc import Iterator, Mapping

from wavetank.aws.clients import BotoCoreError, ClientError, error_code
from wavetank.aws.observers import Subscription, subscriptions
from wavetank.aws.target import Target
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.core.findings import Finding
from wavetank.core.naming import Names
from wavetank.core.settings import REGION
from wavetank.deployment.preflight.account import (
    account_access_block,
    clocks,
    credentials,
    names_fit,
    region,
)
from wavetank.deployment.preflight.buckets import artifact_bucket, delivery_bucket
from wavetank.deployment.preflight.conflicts import conflicts
from wavetank.deployment.preflight.outcome import (
    Check,
    CheckOutcome,
    PreflightContext,
    invalid,
    unknown,
    valid,
)
from wavetank.deployment.preflight.permissions import is_denied, missing_permission
from wavetank.deployment.preflight.quotas import QUOTAS, concurrency, quota_check
from wavetank.deployment.preflight.stacks import pipeline_stack, storage_stack

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


CHECKS: Mapping[str, Check] = {
    "credentials": credentials,
    "region": region,
    "clocks agree": clocks,
    "names within AWS's limits": names_fit,
    "account lets a bucket be public": account_access_block,
    "name of the delivery bucket": delivery_bucket,
    "name of the artifact bucket": artifact_bucket,
    "state of the storage stack": storage_stack,
    "state of the pipeline stack": pipeline_stack,
    "nothing else has our names": conflicts,
    "concurrency of functions": concurrency,
    **{f"room for {quota.what}": quota_check(quota) for quota in QUOTAS},
    "addresses for alerts": addresses,
}
"""The checks in the order in which they run."""


def preflight(
    target: Target, names: Names, addresses: tuple[str, ...], clock: Clock
) -> Iterator[Finding]:
    """Checks whether this pipeline can be deployed to the target; nothing is changed.

    Raises:
        InfrastructureError: the target does not answer.
    """
    context = PreflightContext(target=target, names=names, addresses=addresses, clock=clock)
    for requirement, check in CHECKS.items():
        outcome = _run_check(check, context)
        yield Finding(requirement, outcome.verdict, outcome.evidence, fix=outcome.fix)


def _run_check(check: Check, context: PreflightContext) -> CheckOutcome:
    try:
        return check(context)
    except ClientError as error:
        if is_denied(error):
            permission = missing_permission(error)
            return unknown(f"not permitted: {permission} is missing", f"grant {permission}")
        return unknown(str(error), "run the same command again")
    except BotoCoreError as error:
        action = "check the network, then run the same command again"
        raise InfrastructureError("an answer of the target", str(error), action) from error
