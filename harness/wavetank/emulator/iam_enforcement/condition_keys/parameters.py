"""Condition keys of the other services: each a parameter of the call, or close to one.

[Service Authorization Reference: condition keys of IAM, Lambda, SNS, STS, EventBridge, SES,
CloudWatch and CloudFormation]
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.models import iam_backends

from wavetank.emulator.iam_enforcement.condition_keys.action_context import (
    ABSENT,
    ActionContext,
    Values,
    values_of,
)
from wavetank.emulator.iam_enforcement.operations.names import PARTITION, function_arn
from wavetank.emulator.iam_enforcement.stored_tags import resource_tags

PARAMETERS: Mapping[str, str] = {
    "cloudformation:changesetname": "ChangeSetName",
    "cloudformation:resourcetypes": "ResourceTypes",
    "cloudformation:rolearn": "RoleARN",
    "cloudformation:stackpolicyurl": "StackPolicyURL",
    "cloudformation:templateurl": "TemplateURL",
    "cloudwatch:alarmactions": "AlarmActions",
    "cloudwatch:namespace": "Namespace",
    "dynamodb:returnconsumedcapacity": "ReturnConsumedCapacity",
    "dynamodb:returnvalues": "ReturnValues",
    "dynamodb:select": "Select",
    "events:detail-type": "DetailType",
    "events:source": "Source",
    "iam:awsservicename": "AWSServiceName",
    "iam:policyarn": "PolicyArn",
    "lambda:codesigningconfigarn": "CodeSigningConfigArn",
    "lambda:eventsourcetoken": "EventSourceToken",
    "lambda:functionurlauthtype": "AuthType",
    "lambda:layer": "Layers",
    "lambda:principal": "Principal",
    "ses:feedbackaddress": "ReturnPath",
    "sns:endpoint": "Endpoint",
    "sns:protocol": "Protocol",
    "sts:durationseconds": "DurationSeconds",
    "sts:externalid": "ExternalId",
    "sts:rolesessionname": "RoleSessionName",
    "sts:sourceidentity": "SourceIdentity",
    "sts:transitivetagkeys": "TransitiveTagKeys",
}
NEVER = frozenset(
    {
        *("cloudformation:createaction", "cloudwatch:requestinsightruleloggroups"),
        *("cloudwatch:requestmanagedresourcearns", "events:managedby", "sts:awsservicename"),
        *("events:eventbusinvocation", "iam:organizationspolicyid", "iam:registersecuritykey"),
        *("iam:fido-certification", "iam:fido-fips-140-2-certification", "sts:taskpolicyarn"),
        *("iam:fido-fips-140-3-certification", "logs:loggeneratingresourcearns"),
        *("ses:multiregionendpointid", "sts:requestcontextproviders", "sts:requestcontext/"),
    }
)
"""Keys of features that a sandbox does not have."""
NEVER_PREFIXES = (
    *("saml:", "accounts.google.com:", "cognito-identity.amazonaws.com:"),
    *("graph.facebook.com:", "www.amazon.com:"),
)
"""Keys of federation by other identity providers."""


def _boundary(context: ActionContext) -> Values:
    """The boundary that the call sets, or the one that the user or role has."""
    if given := context.call.parameters.get("PermissionsBoundary"):
        return values_of(given)
    backend = iam_backends[context.owner][PARTITION]
    owners: tuple[Any, ...] = (*backend.roles.values(), *backend.users.values())
    for owner in owners:
        if owner.arn == context.required.resource:
            return values_of(boundary_arn(owner))
    return ABSENT


def boundary_arn(owner: Any) -> str | None:
    """The ARN of a role's or user's permissions boundary; None if it has none.

    [moto keeps a role's; LocalStack 4.14 a user's: services/iam/provider.py]
    """
    if arn := getattr(owner, "permissions_boundary_arn", None):
        return str(arn)
    kept = getattr(owner, "permissions_boundary", None)
    return kept if isinstance(kept, str) and kept else None


def _function(context: ActionContext) -> Values:
    name = context.call.parameters.get("FunctionName")
    return values_of(function_arn(context.call, str(name)) if name else None)


def _network(name: str) -> Callable[[ActionContext], Values]:
    def read(context: ActionContext) -> Values:
        configuration: Any = context.call.parameters.get("VpcConfig") or {}
        return values_of(configuration.get(name))

    return read


def _network_id(context: ActionContext) -> Values:
    """A sandbox has no VPC; if a call names subnets, their network is not known."""
    return None if _network("SubnetIds")(context) else ABSENT


def _targets(context: ActionContext) -> Values:
    return tuple(str(target["Arn"]) for target in context.call.parameters.get("Targets") or ())


def _from_address(context: ActionContext) -> Values:
    source = str(context.call.parameters.get("Source") or "")
    return (source.partition("<")[2].rstrip(">") or source,) if source else ABSENT


def _from_name(context: ActionContext) -> Values:
    name, bracket, _ = str(context.call.parameters.get("Source") or "").partition("<")
    return (name.strip().strip('"'),) if bracket else ABSENT


def _recipients(context: ActionContext) -> Values:
    given: Any = context.call.parameters.get("Destination") or {}
    listed = values_of(context.call.parameters.get("Destinations"))
    if isinstance(given, Mapping):
        listed += tuple(address for kind in given.values() for address in values_of(kind))
    return listed


def _import_types(context: ActionContext) -> Values:
    resources = context.call.parameters.get("ResourcesToImport") or ()
    return tuple(str(resource["ResourceType"]) for resource in resources)


def _event(name: str, in_pattern: str) -> Callable[[ActionContext], Values]:
    """A member of an event that is put, or of the pattern of a rule that is created."""

    def read(context: ActionContext) -> Values:
        if context.call.operation == "PutRule":
            pattern = json.loads(context.call.parameters.get("EventPattern") or "{}")
            return values_of(
                [text for text in pattern.get(in_pattern, ()) if isinstance(text, str)]
            )
        return values_of(context.parameters.get(name))

    return read


READ: Mapping[str, Callable[[ActionContext], Values]] = {
    "cloudformation:importresourcetypes": _import_types,
    "events:creatoraccount": lambda context: (context.owner,),
    "events:detail-type": _event("DetailType", "detail-type"),
    "events:source": _event("Source", "source"),
    "events:targetarn": _targets,
    "iam:permissionsboundary": _boundary,
    "lambda:functionarn": _function,
    "lambda:securitygroupids": _network("SecurityGroupIds"),
    "lambda:subnetids": _network("SubnetIds"),
    "lambda:vpcids": _network_id,
    "ses:apiversion": lambda _: ("1",),
    "ses:fromaddress": _from_address,
    "ses:fromdisplayname": _from_name,
    "ses:recipients": _recipients,
}


def identity_tag(context: ActionContext, name: str) -> Values:
    """A tag of the user or role that the action concerns."""
    tags = resource_tags(context.required.resource) or {}
    return tuple(value for key, value in tags.items() if key.lower() == name)
