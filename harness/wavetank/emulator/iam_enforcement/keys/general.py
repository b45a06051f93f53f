"""The condition keys of all services. Those of the principal are in `request`.

[IAM user guide, reference_policies_condition-keys]
"""

from collections.abc import Callable, Mapping

from wavetank.core.clock import WallClock
from wavetank.emulator.iam_enforcement.keys.circumstances import (
    ABSENT,
    Circumstances,
    Values,
    values_of,
)
from wavetank.emulator.iam_enforcement.operations.tagging import request_tags
from wavetank.emulator.iam_enforcement.resources import find_bucket
from wavetank.emulator.iam_enforcement.stored_tags import resource_tags

ACCOUNT_PART, ARN_PARTS = 4, 6
NEVER = frozenset(
    {
        *("aws:federatedprovider", "aws:multifactorauthage", "aws:multifactorauthpresent"),
        *(
            "aws:principalorgid",
            "aws:principalorgmasteraccountid",
            "aws:principalorgpaths",
            "aws:resourceorgid",
        ),
        *("aws:resourceorgpaths", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc"),
        *("aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip", "aws:chatbotsourcearn"),
        *("aws:ec2instancesourceprivateipv4", "aws:ec2instancesourcevpc", "aws:assumedroot"),
        *("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"),
        *("ec2:sourceinstancearn", "ec2:roledelivery", "identitystore:userid"),
    }
)
"""What no request to a sandbox has: it has no VPC, organization, instance, MFA or federation."""


def _source_arn(found: Circumstances) -> Values:
    """LocalStack sends to a topic's dead-letter queue for the subscription, and AWS for the topic.

    [SNS developer guide, sns-configure-dead-letter-queue]
    """
    arn = found.origin.source_arn
    if arn and found.principal.arn == "sns.amazonaws.com":
        arn = ":".join(arn.split(":")[:ARN_PARTS])
    return values_of(arn)


def _source_account(found: Circumstances) -> Values:
    """The account in the ARN of the source; a bucket's ARN has none, but a bucket has an owner."""
    arn = found.origin.source_arn
    if not arn:
        return ABSENT
    account = arn.split(":")[ACCOUNT_PART]
    if account:
        return (account,)
    bucket = find_bucket(arn.rpartition(":")[2], found.owner)
    return (bucket.bucket_account_id,) if bucket else ABSENT


def _source_owner(found: Circumstances) -> Values:
    """What the policy that a new topic has asks for: neither EventBridge nor S3 says it.

    [EventBridge user guide, eb-troubleshooting: my rule does not publish to my topic]
    """
    is_silent = found.principal.arn in {"events.amazonaws.com", "s3.amazonaws.com"}
    return ABSENT if is_silent else _source_account(found)


def _now(found: Circumstances, form: str) -> Values:
    now = found.origin.now or WallClock().now()
    return (str(int(now.timestamp())) if form == "epoch" else now.strftime(form),)


def _header(name: str) -> Callable[[Circumstances], Values]:
    return lambda found: values_of(found.origin.headers.get(name))


GENERAL: Mapping[str, Callable[[Circumstances], Values]] = {
    "aws:calledvia": lambda found: found.origin.called_via,
    "aws:calledviafirst": lambda found: found.origin.called_via[:1],
    "aws:calledvialast": lambda found: found.origin.called_via[-1:],
    "aws:currenttime": lambda found: _now(found, "%Y-%m-%dT%H:%M:%SZ"),
    "aws:epochtime": lambda found: _now(found, "epoch"),
    "aws:referer": _header("Referer"),
    "aws:requestedregion": lambda found: (found.call.region,),
    "aws:resourceaccount": lambda found: (found.owner,),
    # A sandbox is reached over HTTP where AWS is over HTTPS, so a call counts as secure.
    "aws:securetransport": lambda _: ("true",),
    "aws:sourceaccount": _source_account,
    "aws:sourcearn": _source_arn,
    "aws:sourceip": lambda found: (found.origin.address,),
    "aws:sourceowner": _source_owner,
    "aws:useragent": _header("User-Agent"),
    "aws:viaawsservice": lambda found: (str(bool(found.origin.called_via)).lower(),),
}


def principal_tag(found: Circumstances, name: str) -> Values:
    """The principal's own tag, or the session's."""
    return tuple(value for key, value in found.principal.tags if key.lower() == name)


def request_tag(found: Circumstances, name: str) -> Values:
    """A tag in the call."""
    tags = request_tags(found.call.parameters)
    return tuple(value for key, value in tags.items() if key.lower() == name)


def tag_keys(found: Circumstances) -> Values:
    """The keys of the tags in the call, also of those that it removes."""
    removed = found.call.parameters.get("TagKeys") or found.call.parameters.get("tagKeys")
    return tuple(request_tags(found.call.parameters)) or values_of(removed)


def resource_tag(found: Circumstances, name: str) -> Values:
    """A tag that the resource has; None where tags of its service are not read."""
    tags = resource_tags(found.need.resource)
    if tags is None:
        return None
    return tuple(value for key, value in tags.items() if key.lower() == name)
