"""The condition keys of all services. Those of the principal are in `iam.request`.

[IAM user guide, reference_policies_condition-keys]
"""

from collections.abc import Callable, Mapping

from wavetank.core.clock import WallClock
from wavetank.emulator.iam_enforcement.condition_keys.action_context import (
    ABSENT,
    ActionContext,
    Values,
    values_of,
)
from wavetank.emulator.iam_enforcement.operations.tagging import request_tags
from wavetank.emulator.iam_enforcement.resource_policies import find_bucket
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
"""Keys that no sandbox request has: there is no VPC, organization, instance, MFA or federation."""


def _source_arn(context: ActionContext) -> Values:
    """LocalStack sends to a topic's dead-letter queue for the subscription, and AWS for the topic.

    [SNS developer guide, sns-configure-dead-letter-queue]
    """
    arn = context.origin.source_arn
    if arn and context.principal.arn == "sns.amazonaws.com":
        arn = ":".join(arn.split(":")[:ARN_PARTS])
    return values_of(arn)


def _source_account(context: ActionContext) -> Values:
    """The account in the ARN of the source; for a bucket, whose ARN has none, its owner."""
    arn = context.origin.source_arn
    if not arn:
        return ABSENT
    account = arn.split(":")[ACCOUNT_PART]
    if account:
        return (account,)
    bucket = find_bucket(arn.rpartition(":")[2], context.owner)
    return (bucket.bucket_account_id,) if bucket else ABSENT


def _source_owner(context: ActionContext) -> Values:
    """The key in a new topic's default policy: neither EventBridge nor S3 sends it.

    [EventBridge user guide, eb-troubleshooting: my rule does not publish to my topic]
    """
    is_silent = context.principal.arn in {"events.amazonaws.com", "s3.amazonaws.com"}
    return ABSENT if is_silent else _source_account(context)


def _now(context: ActionContext, form: str) -> Values:
    now = context.origin.now or WallClock().now()
    return (str(int(now.timestamp())) if form == "epoch" else now.strftime(form),)


def _header(name: str) -> Callable[[ActionContext], Values]:
    return lambda context: values_of(context.origin.headers.get(name))


GENERAL: Mapping[str, Callable[[ActionContext], Values]] = {
    "aws:calledvia": lambda context: context.origin.called_via,
    "aws:calledviafirst": lambda context: context.origin.called_via[:1],
    "aws:calledvialast": lambda context: context.origin.called_via[-1:],
    "aws:currenttime": lambda context: _now(context, "%Y-%m-%dT%H:%M:%SZ"),
    "aws:epochtime": lambda context: _now(context, "epoch"),
    "aws:referer": _header("Referer"),
    "aws:requestedregion": lambda context: (context.call.region,),
    "aws:resourceaccount": lambda context: (context.owner,),
    # A sandbox uses HTTP where AWS uses HTTPS, so a call counts as secure.
    "aws:securetransport": lambda _: ("true",),
    "aws:sourceaccount": _source_account,
    "aws:sourcearn": _source_arn,
    "aws:sourceip": lambda context: (context.origin.address,),
    "aws:sourceowner": _source_owner,
    "aws:useragent": _header("User-Agent"),
    "aws:viaawsservice": lambda context: (str(bool(context.origin.called_via)).lower(),),
}


def principal_tag(context: ActionContext, name: str) -> Values:
    """The principal's own tag, or the session's."""
    return tuple(value for key, value in context.principal.tags if key.lower() == name)


def request_tag(context: ActionContext, name: str) -> Values:
    """A tag in the call."""
    tags = request_tags(context.call.parameters)
    return tuple(value for key, value in tags.items() if key.lower() == name)


def tag_keys(context: ActionContext) -> Values:
    """The keys of the tags in the call, including those that it removes."""
    removed = context.call.parameters.get("TagKeys") or context.call.parameters.get("tagKeys")
    return tuple(request_tags(context.call.parameters)) or values_of(removed)


def resource_tag(context: ActionContext, name: str) -> Values:
    """A tag of the resource; None if tags of its service are not supported."""
    tags = resource_tags(context.required.resource)
    if tags is None:
        return None
    return tuple(value for key, value in tags.items() if key.lower() == name)
