"""Condition keys of the other services: each a parameter of the call, or little more.

[Service Authorization Reference: condition keys of IAM, Lambda, SNS, STS, EventBridge, SES,
CloudWatch and CloudFormation]
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.models import iam_backends

from wavetank.emulator.iam_enforcement.keys.circumstances import (
    ABSENT,
    Circumstances,
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
"""Keys of features that a sandbox has not."""
NEVER_PREFIXES = (
    *("saml:", "accounts.google.com:", "cognito-identity.amazonaws.com:"),
    *("graph.facebook.com:", "www.amazon.com:"),
)
"""Keys of federation by other identity providers."""


def _boundary(found: Circumstances) -> Values:
    """The boundary that the call sets, else the one that the user or role has."""
    if given := found.call.parameters.get("PermissionsBoundary"):
        return values_of(given)
    backend = iam_backends[found.owner][PARTITION]
    owners: tuple[Any, ...] = (*backend.roles.values(), *backend.users.values())
    for owner in owners:
        if owner.arn == found.need.resource:
            return values_of(boundary_arn(owner))
    return ABSENT


def boundary_arn(owner: Any) -> str | None:
    """The ARN of a role's or user's permissions boundary; None where it has none.

    [moto keeps a role's; LocalStack 4.14 a user's: services/iam/provider.py]
    """
    if arn := getattr(owner, "permissions_boundary_arn", None):
        return str(arn)
    kept = getattr(owner, "permissions_boundary", None)
    return kept if isinstance(kept, str) and kept else None


def _function(found: Circumstances) -> Values:
    name = found.call.parameters.get("FunctionName")
    return values_of(function_arn(found.call, str(name)) if name else None)


def _network(name: str) -> Callable[[Circumstances], Values]:
    def read(found: Circumstances) -> Values:
        configuration: Any = found.call.parameters.get("VpcConfig") or {}
        return values_of(configuration.get(name))

    return read


def _network_id(found: Circumstances) -> Values:
    """A sandbox has no VPC; where a call names subnets, theirs is not known."""
    return None if _network("SubnetIds")(found) else ABSENT


def _targets(found: Circumstances) -> Values:
    return tuple(str(target["Arn"]) for target in found.call.parameters.get("Targets") or ())


def _from_address(found: Circumstances) -> Values:
    source = str(found.call.parameters.get("Source") or "")
    return (source.partition("<")[2].rstrip(">") or source,) if source else ABSENT


def _from_name(found: Circumstances) -> Values:
    name, bracket, _ = str(found.call.parameters.get("Source") or "").partition("<")
    return (name.strip().strip('"'),) if bracket else ABSENT


def _recipients(found: Circumstances) -> Values:
    given: Any = found.call.parameters.get("Destination") or {}
    listed = values_of(found.call.parameters.get("Destinations"))
    if isinstance(given, Mapping):
        listed += tuple(address for kind in given.values() for address in values_of(kind))
    return listed


def _import_types(found: Circumstances) -> Values:
    resources = found.call.parameters.get("ResourcesToImport") or ()
    return tuple(str(resource["ResourceType"]) for resource in resources)


def _event(name: str, in_pattern: str) -> Callable[[Circumstances], Values]:
    """Of an event that is put, or of the pattern of a rule that is made."""

    def read(found: Circumstances) -> Values:
        if found.call.operation == "PutRule":
            pattern = json.loads(found.call.parameters.get("EventPattern") or "{}")
            return values_of(
                [text for text in pattern.get(in_pattern, ()) if isinstance(text, str)]
            )
        return values_of(found.parameters.get(name))

    return read


READ: Mapping[str, Callable[[Circumstances], Values]] = {
    "cloudformation:importresourcetypes": _import_types,
    "events:creatoraccount": lambda found: (found.owner,),
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


def identity_tag(found: Circumstances, name: str) -> Values:
    """A tag of the user or role that the action is about."""
    tags = resource_tags(found.need.resource) or {}
    return tuple(value for key, value in tags.items() if key.lower() == name)
