"""The condition keys of all services. Those of the principal are in `request`.

[IAM user guide, reference_policies_condition-keys]
"""

from collections.abc import Callable, Mapping

from wavetank.clock import WallClock
from wavetank.emulator.access.keys.circumstances import ABSENT, Circumstances, Values, values_of
from wavetank.emulator.access.operations.tagging import request_tags
from wavetank.emulator.access.resources import find_resource
from wavetank.emulator.access.stored_tags import resource_tags

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


def _source_account(found: Circumstances) -> Values:
    """The account of the resource for which a service calls; a bucket's ARN does not say it."""
    arn = found.origin.source_arn
    return (find_resource(arn, found.owner).owner,) if arn else ABSENT


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
    "aws:sourcearn": lambda found: values_of(found.origin.source_arn),
    "aws:sourceip": lambda found: (found.origin.address,),
    "aws:sourceowner": _source_account,
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
